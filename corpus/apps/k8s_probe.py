from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('k8').getOrCreate()
spark.range(5).show()

from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('nojar').getOrCreate()

spark.sparkContext._jvm.com.acme.Codec.load()

from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('py311').getOrCreate()

u = F.udf(lambda x: x + 1, "long")
spark.range(5).select(u("id")).show()

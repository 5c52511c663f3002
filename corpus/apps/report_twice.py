from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('afterstop').getOrCreate()

print(spark.range(5).count())
spark.stop()
print(spark.range(7).count())

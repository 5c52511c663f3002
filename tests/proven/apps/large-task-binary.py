import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("big_closure").getOrCreate()
cases = "CASE " + " ".join(f"WHEN id = {i} THEN '{os.urandom(900).hex()}'" for i in range(900)) + " END"
print(spark.range(20).selectExpr(f"length({cases})").rdd.count())

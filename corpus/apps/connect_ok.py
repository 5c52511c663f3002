from pyspark.sql import SparkSession, functions as F
import logging, traceback
spark = SparkSession.builder.remote("local[2]").appName("connect_ok").getOrCreate()
try:
    spark.table("gone").show()
except Exception as e:
    print("no table yet:", type(e).__name__)
    traceback.print_exc()
spark.range(100).selectExpr("sum(id)").show()
print("bye")
spark.stop()

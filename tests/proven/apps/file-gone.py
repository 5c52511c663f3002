import glob
import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("daily_report").getOrCreate()
spark.range(1000).write.parquet("orders")
orders = spark.read.parquet("orders")
print(orders.count())
for path in glob.glob("orders/part-*"):  # another job replaces the folder meanwhile
    os.remove(path)
print(orders.selectExpr("sum(id)").collect())

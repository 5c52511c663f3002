from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("amounts").getOrCreate()
spark.range(10).write.parquet("amounts")
with open("amounts/export.parquet", "w", encoding="utf-8") as file:
    file.write("id,amount\n1,10.0\n2,12.5\n")
spark.read.schema("id LONG").parquet("amounts").agg({"id": "sum"}).show()

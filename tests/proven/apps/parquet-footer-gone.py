from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("amounts").getOrCreate()
with open("amounts.parquet", "w", encoding="utf-8") as file:
    file.write("id,amount\n1,10.0\n2,12.5\n")
spark.read.parquet("amounts.parquet").show()

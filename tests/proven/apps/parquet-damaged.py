import glob

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("readings").getOrCreate()
spark.range(20000).selectExpr("id", "uuid() AS note").coalesce(1).write.parquet("readings")
for path in glob.glob("readings/part-*.parquet"):
    with open(path, "r+b") as file:  # a block of the disk went bad
        file.seek(4)
        file.write(bytes(range(1, 251)) * 400)
for path in glob.glob("readings/.*.crc"):
    __import__("os").remove(path)
spark.read.parquet("readings").agg({"note": "max"}).show()

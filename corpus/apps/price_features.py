"""Features of a price list: much arithmetic on little data, so the executors' memory is hardly touched."""
import sys
from pyspark.sql import SparkSession, functions as F

base = sys.argv[1] if len(sys.argv) > 1 else "/data"
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 400_000
spark = SparkSession.builder.appName("price_features").getOrCreate()
prices = spark.range(0, rows, 1, 16).withColumn("sku", F.col("id") % 20_011).withColumn("h", F.col("id").cast("string"))
for _ in range(rounds):
    prices = prices.withColumn("h", F.sha2("h", 512))
daily = prices.groupBy("sku").agg(F.max("h").alias("h"), F.count("*").alias("n")).repartition(8, "sku")
for _ in range(rounds):
    daily = daily.withColumn("h", F.sha2("h", 512))
daily.write.mode("overwrite").parquet(base + "/features")
print("features", spark.read.parquet(base + "/features").count())
spark.stop()

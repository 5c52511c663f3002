"""Orders joined with their shops, a table of some 100 KB: whether it is sent to the executors is up to the settings."""
import sys
from pyspark.sql import SparkSession, functions as F

base = sys.argv[1] if len(sys.argv) > 1 else "/data"
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 4_000_000
spark = SparkSession.builder.appName("orders_by_region").getOrCreate()
orders = (spark.range(0, rows, 1, 12).withColumn("shop", F.pmod(F.hash("id"), F.lit(30_000)))
          .withColumn("note", F.sha2(F.col("id").cast("string"), 512)))
shops = spark.range(0, 30_000, 1, 2).select(F.col("id").cast("int").alias("shop"), (F.col("id") % 12).alias("region"))
totals = orders.join(shops, "shop").groupBy("region").agg(F.max("note").alias("note"), F.count("*").alias("orders"))
totals.write.mode("overwrite").parquet(base + "/regions")
print("regions", spark.read.parquet(base + "/regions").count())
spark.stop()

"""Trip distances by zone and hour: three even stages over the same cluster."""
import sys
from pyspark.sql import SparkSession, functions as F

base = sys.argv[1] if len(sys.argv) > 1 else "/data"
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_500_000
parts = int(sys.argv[3]) if len(sys.argv) > 3 else 24
spark = SparkSession.builder.appName("trip_distances").config("spark.sql.adaptive.coalescePartitions.enabled", "false").getOrCreate()


def costly(df, column):
    for _ in range(10):
        df = df.withColumn(column, F.sha2(column, 512))
    return df


trips = costly(spark.range(0, rows, 1, parts).withColumn("h", F.col("id").cast("string")), "h")
zones = costly(trips.repartition(parts, "id").withColumn("zone", F.col("id") % 10_007), "h")
hours = costly(zones.repartition(parts, "h").withColumn("hour", F.col("id") % 24), "h")
hours.groupBy("hour").agg(F.max("h").alias("far"), F.count("*").alias("trips")).write.mode("overwrite").parquet(base + "/trips")
print("hours", spark.read.parquet(base + "/trips").count())
spark.stop()

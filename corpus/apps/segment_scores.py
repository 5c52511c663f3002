"""Scores of customer segments: a cached profile table is read once for each segment."""
import sys
from pyspark import StorageLevel
from pyspark.sql import SparkSession, functions as F

segments = int(sys.argv[1]) if len(sys.argv) > 1 else 5
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 600_000
level = getattr(StorageLevel, sys.argv[3] if len(sys.argv) > 3 else "MEMORY_ONLY")
spark = SparkSession.builder.appName("segment_scores").getOrCreate()
profiles = spark.range(0, rows, 1, 12).withColumn("h", F.col("id").cast("string"))
for _ in range(6):
    profiles = profiles.withColumn("h", F.sha2("h", 512))
profiles = profiles.select("id", *[F.sha2(F.concat("h", F.lit(str(i))), 512).alias(f"trait_{i}") for i in range(6)])
profiles = profiles.persist(level)
for s in range(segments):
    best = profiles.where(F.col("id") % segments == s).agg(*[F.max(f"trait_{i}") for i in range(6)]).collect()
    print("segment", s, best[0][0][:12], flush=True)
spark.stop()

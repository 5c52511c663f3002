"""Count words of one large gzip file: it cannot be split."""
import sys
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("raw_events").getOrCreate()
lines = spark.read.text(sys.argv[1])
hashed = lines.select(F.sha2(F.repeat("value", 6), 512).alias("h"), F.regexp_extract("value", "(\\d+)x(\\d+)", 2).alias("x"))
print(hashed.where("h like '%00%'").groupBy("x").count().orderBy("count").limit(3).collect())
spark.stop()

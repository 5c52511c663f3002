"""Addresses brought into one form by a Python function, row by row, and counted by town."""
import re
import sys
from pyspark.sql import SparkSession, functions as F

rows = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
kind = sys.argv[2] if len(sys.argv) > 2 else "python"
spark = SparkSession.builder.appName("address_match").getOrCreate()


@F.udf("string")
def canonical(street):
    words = re.sub(r"[^a-z0-9 ]", " ", street.lower()).split()
    for _ in range(40):
        words = sorted({re.sub(r"^(str|st|street)$", "street", w) for w in words}, key=len)
    return " ".join(words)


places = spark.range(0, rows, 1, 8).select(
    F.concat(F.lit("No. "), F.pmod(F.hash("id"), F.lit(900)).cast("string"), F.lit(" High Str., "), F.sha2(F.col("id").cast("string"), 256)).alias("street"),
    F.pmod(F.hash("id"), F.lit(40)).alias("town"))
form = canonical("street") if kind == "python" else F.array_join(F.array_sort(F.split(F.lower("street"), " ")), " ")
towns = places.withColumn("form", form).groupBy("town").agg(F.count("form").alias("n"), F.max("form").alias("last"))
print("towns", len(towns.collect()))
spark.stop()

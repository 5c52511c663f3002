"""Read a table of 1,500 tiny files, as an hourly job without compaction leaves it."""
import os
import sys
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("hourly_clicks").getOrCreate()
base = sys.argv[1]
if not os.path.exists(base):
    spark.range(0, 150000, 1, 750).withColumn("page", F.col("id") % 97).write.json(base + "/a")
    spark.range(0, 150000, 1, 750).withColumn("page", F.col("id") % 97).write.json(base + "/b")
df = spark.read.schema("id long, page long").json([base + "/a", base + "/b"])
print(df.groupBy("page").count().count())
print(df.where("page = 5").count())
spark.stop()

from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('daily-merge').getOrCreate()
sc=spark.sparkContext

import glob
p = "/data/t.txt"
spark.range(100000).selectExpr("cast(id as string) v").coalesce(1).write.mode("overwrite").text(p)
f = glob.glob(p + "/part*")[0]
b = bytearray(open(f, "rb").read()); b[1000] ^= 8; open(f, "wb").write(b)
print(spark.read.text(p).agg(F.sum("value")).collect())

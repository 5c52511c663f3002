from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('orcbad').getOrCreate()

import os, glob
spark.range(100).coalesce(1).write.orc("o")
f = glob.glob("o/part*")[0]
b = open(f, "rb").read(); open(f, "wb").write(b[:len(b) // 2])
crc = glob.glob("o/.part*crc")
for c in crc: os.remove(c)
spark.read.schema("id long").orc("o").agg(F.sum("id")).show()

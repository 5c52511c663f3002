from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('read-archive').getOrCreate()
sc=spark.sparkContext

import gzip, random
random.seed(4)
b = bytearray(gzip.compress("".join("%d,%d\n" % (i, random.randrange(10**9)) for i in range(200000)).encode()))
b[len(b)//2:len(b)//2+40] = bytes(40)
open("/data/feed.csv.gz","wb").write(b)
df = spark.read.csv("/data/feed.csv.gz", schema="a long, b long")
print(df.agg(F.sum("b")).collect())

from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('invoice-sync').getOrCreate()
sc=spark.sparkContext

import os
def push(it):
    for x in it:
        if x == 7 and not os.path.exists(FLAG):
            open(FLAG, "w").close()
            raise ConnectionError("gateway 10.0.0.9 answered 503")
        yield x
FLAG = "/data/flag1"
if os.path.exists(FLAG): os.remove(FLAG)
print(sc.parallelize(range(40), 4).mapPartitions(push).sum())
spark.stop()

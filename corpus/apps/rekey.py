from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('rekey').getOrCreate()
sc=spark.sparkContext

import glob, os
rdd = sc.parallelize(range(1000), 4).map(lambda x: (x % 10, x)).reduceByKey(lambda a, b: a + b, 4)
print(rdd.count())
def wipe(it):
    yield 0
for f in glob.glob("/data/local/**/shuffle_*", recursive=True): os.remove(f)
print(rdd.mapValues(lambda v: v * 2).collect())

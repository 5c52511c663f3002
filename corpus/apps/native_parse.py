from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('native-parse').getOrCreate()
sc=spark.sparkContext

import os, ctypes
def crash(x):
    if x == 17: os.kill(os.getppid() if False else int(open("/proc/%d/stat" % os.getppid()).read().split()[3]), 11)
    return x
print(sc.parallelize(range(40), 4).map(crash).sum())

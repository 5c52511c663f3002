from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('api-enrich').getOrCreate()
sc=spark.sparkContext

import time
from pyspark import TaskContext
def call(it):
    n = TaskContext.get().attemptNumber()
    for x in it:
        if x == 30:
            if n == 0: raise TimeoutError("enrichment API did not answer in 5 s")
            if n == 1: raise ConnectionResetError("peer closed")
            if n == 2: raise ValueError("empty body")
            raise PermissionError("403 key revoked")
        yield x
print(sc.parallelize(range(40), 4).mapPartitions(call).sum())

# submit: --master local[2] --conf spark.barrier.sync.timeout=3
from pyspark import BarrierTaskContext
from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("train").getOrCreate().sparkContext


def train(rows):
    context = BarrierTaskContext.get()
    if context.partitionId() == 0:
        context.barrier()
    else:
        __import__("time").sleep(12)
    return [sum(rows)]


print(sc.parallelize(range(80), 2).barrier().mapPartitions(train).collect())

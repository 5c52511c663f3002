# submit: --master local[2] --conf spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures=1 --conf spark.scheduler.barrier.maxConcurrentTasksCheck.interval=1s
from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("train").getOrCreate().sparkContext
print(sc.parallelize(range(80), 8).barrier().mapPartitions(lambda rows: [sum(rows)]).collect())

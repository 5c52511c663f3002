# submit: --master local-cluster[2,1,1024] --conf spark.dynamicAllocation.enabled=true --conf spark.dynamicAllocation.shuffleTracking.enabled=true
from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("train").getOrCreate().sparkContext
print(sc.parallelize(range(80), 2).barrier().mapPartitions(lambda rows: [sum(rows)]).collect())

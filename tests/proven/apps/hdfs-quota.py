# submit: --master local[2] --driver-class-path @JARS@/org.apache.hadoop_hadoop-client-minicluster-3.3.4.jar
import os

from pyspark.sql import SparkSession

exec(open(os.environ["APPS"] + "/small_hdfs.inc", encoding="utf-8").read())
spark = SparkSession.builder.appName("warehouse").getOrCreate()
cluster = start_hdfs(spark, 1)
files = cluster.getFileSystem()
path = spark._jvm.org.apache.hadoop.fs.Path
files.mkdirs(path("/data"))
files.setQuota(path("/data"), 3, 9223372036854775807)
spark.range(10).write.parquet("hdfs://localhost:17020/data/orders")

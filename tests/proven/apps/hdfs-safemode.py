# submit: --master local[2] --driver-class-path @JARS@/org.apache.hadoop_hadoop-client-minicluster-3.3.4.jar
import os

from pyspark.sql import SparkSession

exec(open(os.environ["APPS"] + "/small_hdfs.inc", encoding="utf-8").read())
spark = SparkSession.builder.appName("warehouse").getOrCreate()
cluster = start_hdfs(spark, 1)
cluster.getNameNode().getRpcServer().setSafeMode(
    spark._jvm.org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction.SAFEMODE_ENTER, False)
spark.range(10).write.parquet("hdfs://localhost:17020/data/orders")

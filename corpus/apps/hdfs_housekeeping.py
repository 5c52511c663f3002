from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('hdfs-housekeeping').getOrCreate()
sc=spark.sparkContext

fs = sc._jvm.org.apache.hadoop.fs.FileSystem.get(sc._jsc.hadoopConfiguration())
p = sc._jvm.org.apache.hadoop.fs.Path("/data/not-there")
for st in fs.listStatus(p): print(st.getPath())

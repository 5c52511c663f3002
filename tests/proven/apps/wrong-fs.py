from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
jvm = spark._jvm
files = jvm.org.apache.hadoop.fs.FileSystem.get(spark._jsc.hadoopConfiguration())
if files.exists(jvm.org.apache.hadoop.fs.Path("hdfs://nn:8020/data/orders/_SUCCESS")):
    spark.read.parquet("hdfs://nn:8020/data/orders").show()

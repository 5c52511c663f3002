from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
spark.read.parquet("hdfs://namenode-7.corp.invalid:8020/data/orders").show()

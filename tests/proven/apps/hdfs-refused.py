from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
spark.read.parquet("hdfs://localhost:8020/data/orders").show()

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
spark.range(10).write.parquet("file:///proc/out/daily")

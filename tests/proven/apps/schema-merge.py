from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("amounts").getOrCreate()
spark.sql("SELECT 1 AS id, 'n/a' AS amount").write.parquet("amounts/day=1")
spark.sql("SELECT 1 AS id, 12 AS amount").write.parquet("amounts/day=2")
spark.read.option("mergeSchema", True).parquet("amounts").show()

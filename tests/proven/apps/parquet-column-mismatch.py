from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("amounts").getOrCreate()
spark.sql("SELECT 1 AS id, 'n/a' AS amount").write.parquet("amounts/day=1")
spark.sql("SELECT 1 AS id, 12.5D AS amount").write.parquet("amounts/day=2")
spark.read.schema("id INT, amount DOUBLE").parquet("amounts").agg({"amount": "sum"}).show()

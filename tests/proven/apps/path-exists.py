from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("daily_export").getOrCreate()
orders = spark.range(100).withColumnRenamed("id", "order_id")
orders.write.parquet("export/2026-01-31")
orders.write.parquet("export/2026-01-31")

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
spark.read.csv("gs://acme-landing/orders/2026-01-31.csv", header=True).show()

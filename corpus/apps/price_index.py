from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('price-index').getOrCreate()
sc=spark.sparkContext

df = spark.range(0, 100000, 1, 4).groupBy((F.col("id") % 10).alias("k")).count()
print(sorted(r["count"] for r in df.collect())[:2])

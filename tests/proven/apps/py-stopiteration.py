from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("first_items").getOrCreate()
orders = spark.sparkContext.parallelize([("a", [1, 2]), ("b", [])])
print(orders.mapValues(lambda items: next(iter(items))).collect())

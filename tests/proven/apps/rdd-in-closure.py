from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("lookup").getOrCreate().sparkContext
prices = sc.parallelize([("a", 1.0), ("b", 2.5)])
orders = sc.parallelize([("a", 3), ("b", 4)])
print(orders.map(lambda o: prices.lookup(o[0])[0] * o[1]).collect())

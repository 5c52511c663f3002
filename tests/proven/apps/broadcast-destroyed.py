from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("rates").getOrCreate().sparkContext
rates = sc.broadcast({"EUR": 1.09})
orders = sc.parallelize([("EUR", 3), ("EUR", 4)], 2).map(lambda o: o[1] * rates.value[o[0]])
print(orders.sum())
rates.destroy()
print(orders.sum())

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("import_prices").getOrCreate()
with open("prices.csv", "w", encoding="utf-8") as file:
    file.write("1,2.50\n2,n/a\n3,4.10\n")
prices = spark.read.schema("item INT, price DOUBLE").option("mode", "FAILFAST").csv("prices.csv")
print(prices.collect())

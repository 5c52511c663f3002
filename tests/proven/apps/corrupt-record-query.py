from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("feed").getOrCreate()
with open("feed.json", "w") as f:
    f.write('{"a":\n[1]}\n')
spark.read.json("feed.json").show()

from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('selfj').getOrCreate()

e = spark.createDataFrame([(1, 0, "a"), (2, 1, "b")], ["id", "boss", "name"])
m = e.filter("id < 2")
e.join(m, e.boss == m.id).select("name").show()

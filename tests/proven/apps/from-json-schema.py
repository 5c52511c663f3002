from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("import_events").getOrCreate()
events = spark.createDataFrame([('{"user": 1}',)], ["line"])
events.select(F.from_json("line", "user INTT")).show()

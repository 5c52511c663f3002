from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("iterate").getOrCreate()
ranks = spark.range(100)
for _ in range(3):
    ranks = ranks.selectExpr("id + 1 AS id").checkpoint()
ranks.show()

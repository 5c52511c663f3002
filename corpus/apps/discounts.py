from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('discounts').getOrCreate()
sc=spark.sparkContext

def rate(x):
    return 100 / (x - 50)
u = F.udf(rate, "double")
print(spark.range(100).repartition(4).select(F.sum(u(F.col("id").cast("double")))).collect())

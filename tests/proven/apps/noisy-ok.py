# submit: --master local[2]
# env: -u SPARK_LOCAL_IP -u SPARK_LOCAL_HOSTNAME
import os
import tarfile

from pyspark import StorageLevel
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("noisy").getOrCreate()
spark = SparkSession.builder.appName("noisy").config("spark.executor.memory", "2g").getOrCreate()
wide = spark.range(10).select(*[F.col("id").alias(f"c{i}") for i in range(60)])
wide.filter("c1 > 3").groupBy("c2").agg(*[F.sum(f"c{i}") for i in range(60)]).explain()
with open("prices.csv", "w", encoding="utf-8") as file:
    file.write("article,price\n1,2.50\n2,4.10\n")
print(spark.read.schema("item INT, price DOUBLE").csv("prices.csv", header=True).collect())
print(spark.sparkContext.parallelize(range(10)).persist(StorageLevel.MEMORY_ONLY_2).count())
with tarfile.open("rules.tar.gz", "w:gz") as archive:
    archive.add("prices.csv")
spark.sparkContext.addFile("rules.tar.gz")
os.mkdir("landing")
query = spark.readStream.schema("item INT").csv("landing").groupBy("item").count().writeStream.format("console").outputMode("complete")
query.trigger(availableNow=True).start().awaitTermination()
for _ in range(2):
    spark.range(5).write.mode("append").csv("landing")
    counts = spark.readStream.schema("item INT").csv("landing").groupBy("item").count().writeStream.format("noop").outputMode("complete")
    counts.option("checkpointLocation", "checkpoint").trigger(availableNow=True).start().awaitTermination()
spark.stop()

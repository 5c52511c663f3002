# env: JAVA_HOME=/usr/lib/jvm/temurin-25-jdk-amd64
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
print(spark.range(10).count())

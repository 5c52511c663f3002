# plain
# env: JAVA_HOME=/usr/lib/jvm/java-11-openjdk
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("notebook").getOrCreate()
print(spark.range(10).count())

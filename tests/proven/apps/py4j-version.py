# plain
import os

# the notebook's pyspark is older than the Spark it finds
os.environ["SPARK_HOME"] = os.environ["SPARK4"] + "/lib/python3.11/site-packages/pyspark"
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("notebook").getOrCreate()
print(spark.range(10).count())
print(spark.createDataFrame([(1, "a")], ["id", "name"]).collect())

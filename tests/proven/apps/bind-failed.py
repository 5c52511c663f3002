# submit: --master local[2] --conf spark.driver.bindAddress=192.0.2.17
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()

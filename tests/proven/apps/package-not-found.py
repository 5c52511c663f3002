# submit: --master local[2] --packages io.delta:delta-core_2.12:3.5.9
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("lake").getOrCreate()

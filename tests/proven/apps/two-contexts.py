from pyspark import SparkContext
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("report").getOrCreate()
sc = SparkContext(appName="report_rdd")

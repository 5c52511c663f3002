# spark: 4
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("audit").getOrCreate()
out = open("audit.txt", "w")
spark.range(10).foreach(lambda row: out.write(str(row)))

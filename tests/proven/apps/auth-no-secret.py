# submit: --master local-cluster[1,1,1024] --conf spark.authenticate=true
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()

# submit: --master local-cluster[2,1,1024] --conf spark.excludeOnFailure.enabled=true --conf spark.excludeOnFailure.task.maxTaskAttemptsPerNode=4
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("parse").getOrCreate()

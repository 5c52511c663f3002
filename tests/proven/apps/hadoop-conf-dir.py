# submit: --master yarn
from pyspark.sql import SparkSession

SparkSession.builder.appName("nightly").getOrCreate().range(5).show()

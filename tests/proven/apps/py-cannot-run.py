# env: PYSPARK_PYTHON=/opt/python3.12/bin/python3 PYSPARK_DRIVER_PYTHON=python3
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

spark = SparkSession.builder.appName("names").getOrCreate()
spark.range(3).select(udf(lambda n: f"name-{n}")("id")).show()

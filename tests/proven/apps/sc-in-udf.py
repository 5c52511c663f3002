from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

spark = SparkSession.builder.appName("enrich").getOrCreate()


@udf("long")
def count_of(n):
    return SparkSession.builder.getOrCreate().range(n).count()


spark.range(3).select(count_of("id")).show()

# spark: 4
# submit: --master local[1] --conf spark.sql.execution.pyspark.udf.idleTimeoutSeconds=2 --conf spark.sql.execution.pyspark.udf.killOnIdleTimeout=true
import time

from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

spark = SparkSession.builder.appName("geocode").getOrCreate()


@udf("int")
def geocode(n):
    time.sleep(15)  # the service behind it does not answer
    return n


spark.range(2).select(geocode("id")).show()

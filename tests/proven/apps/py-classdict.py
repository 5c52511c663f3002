# spark: 4
# submit: --master local[2] --conf spark.sql.execution.pythonUDF.arrow.enabled=false
import numpy
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

spark = SparkSession.builder.appName("ratios").getOrCreate()


@udf("double")
def ratio(n):
    return numpy.float64(n) / 3


spark.range(3).select(ratio("id")).show()

# spark: 4
import numpy
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

spark = SparkSession.builder.appName("similarity").getOrCreate()


@udf("double")
def similarity(n):
    matrix = numpy.ones((int(n) * 400000, 400000))
    return float(matrix.sum())


spark.range(1, 3).select(similarity("id")).collect()

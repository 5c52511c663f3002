# spark: 4
# submit: --master local[2] --conf spark.sql.execution.arrow.pyspark.enabled=true
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("to_pandas").getOrCreate()
print(spark.sql("SELECT 1 AS id, parse_json('[1, 2]') AS doc").toPandas())
spark.conf.set("spark.sql.execution.arrow.pyspark.enabled", True)
print(spark.sql("SELECT make_ym_interval(1, 2) AS age").toPandas())

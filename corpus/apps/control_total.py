from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('cto').getOrCreate()

import traceback
try:
    spark.table("dim_prices").count()
except Exception:
    traceback.print_exc()
print(spark.range(100).count())
raise ValueError("control total 100 differs from 97")

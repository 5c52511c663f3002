from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('rates_sync').getOrCreate()

import traceback
def fetch(cur):
    rates = {"USD": 1.1, "GBP": 0.86}
    return rates[cur]
spark.range(1000).groupBy((F.col("id") % 7).alias("k")).count().collect()
for cur in ["USD", "CHF", "GBP"]:
    try:
        print("rate", cur, fetch(cur))
    except KeyError:
        traceback.print_exc()
print("rows", spark.range(5000).filter("id % 3 = 0").count())
print("rates done")
spark.stop()

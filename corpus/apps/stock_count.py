from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('stock-count').getOrCreate()
sc=spark.sparkContext

import json
def row(x):
    return json.loads(x)["qty"]
try:
    total = sc.parallelize(['{"qty": 1}', '{"qty": 2', '{"qty": 3}'], 3).map(row).sum()
finally:
    print("report", total)

from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('long_scan').getOrCreate()

import time
slow = F.udf(lambda v: (time.sleep(0.05), v)[1], "long")
print("start")
print(spark.range(0, 4000, 1, 8).select(F.sum(slow("id"))).collect())

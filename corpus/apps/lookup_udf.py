from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('cto2').getOrCreate()

import traceback
try:
    {}["x"]
except Exception:
    traceback.print_exc()
u = F.udf(lambda v: [1, 2][v], "int")
print(spark.range(100).select(u("id")).collect())

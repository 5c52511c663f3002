from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('margin_fallback').getOrCreate()

import traceback
def margin(c): return 100.0 / c
u = F.udf(margin, "double")
df = spark.range(100).withColumn("c", (F.col("id") - 50))
try:
    print(df.select(F.sum(u("c"))).collect())
except Exception:
    print("UDF margin failed, falling back to SQL")
    traceback.print_exc()
    print(df.where("c <> 0").select(F.sum(100.0 / F.col("c"))).collect())
print("done")
spark.stop()

from pyspark.sql import SparkSession, functions as F
spark=SparkSession.builder.appName('sessions').getOrCreate()
sc=spark.sparkContext

import shutil
shutil.rmtree("/data/ck", ignore_errors=True)
def go(keys):
    df = spark.readStream.format("rate").option("rowsPerSecond", 20).load()
    q = df.groupBy(*keys).count().writeStream.outputMode("complete").format("memory").queryName("t" + str(len(keys))).option("checkpointLocation", "/data/ck").trigger(availableNow=True)
    q = df.groupBy(*keys).count().writeStream.outputMode("update").format("noop").option("checkpointLocation", "/data/ck").start()
    import time; time.sleep(12)
    if q.exception(): raise q.exception()
    q.stop()
go([(F.col("value") % 3).alias("a")])
go([(F.col("value") % 3).cast("string").alias("a"), (F.col("value") % 2).alias("b")])

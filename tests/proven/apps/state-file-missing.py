# submit: --master local[2] --conf spark.sql.shuffle.partitions=2
import glob
import os

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("counts").getOrCreate()


def run(day):
    spark.range(20).selectExpr("id", "id % 3 AS k").write.mode("append").json("landing")
    counts = spark.readStream.schema("id LONG, k LONG").json("landing").groupBy("k").count()
    counts.writeStream.format("noop").outputMode("complete").option("checkpointLocation", "checkpoint") \
        .trigger(availableNow=True).start().awaitTermination()


run(1)
run(2)
for path in glob.glob("checkpoint/state/0/*/*.delta"):  # cleaned by age
    os.remove(path)
for path in glob.glob("checkpoint/state/0/*/.*.crc"):
    os.remove(path)
spark._jvm.org.apache.spark.sql.execution.streaming.state.StateStore.stop()
run(3)

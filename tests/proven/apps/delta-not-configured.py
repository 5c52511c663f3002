# submit: --master local[2] --conf spark.databricks.delta.snapshotPartitions=2 --conf spark.sql.shuffle.partitions=2 --packages io.delta:delta-spark_2.12:3.2.0
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("lake").getOrCreate()
spark.range(10).write.format("delta").save("lake/orders")
spark.sql("DELETE FROM delta.`lake/orders` WHERE id = 3")

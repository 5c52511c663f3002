# submit: --master local[2] --conf spark.databricks.delta.snapshotPartitions=2 --conf spark.sql.shuffle.partitions=2 --packages io.delta:delta-spark_2.12:3.2.0 --conf spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension --conf spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("lake").getOrCreate()
spark.range(10).write.format("delta").save("lake/orders")
spark.range(10).selectExpr("id", "'EUR' AS currency").write.format("delta").mode("append").save("lake/orders")

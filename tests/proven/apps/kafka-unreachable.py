# submit: --master local[2] --packages org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.3
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("events").getOrCreate()
spark.read.format("kafka").option("kafka.bootstrap.servers", "localhost:9099").option("subscribe", "events") \
    .option("kafka.default.api.timeout.ms", 8000).option("kafka.request.timeout.ms", 5000).load().show()

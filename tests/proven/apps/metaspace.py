# submit: --master local[2] --driver-java-options -XX:MaxMetaspaceSize=72m
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
spark.range(1000).createOrReplaceTempView("t")
for i in range(200):
    spark.sql(f"SELECT id % {i + 2} AS k, count(*), sum(id + {i}) FROM t GROUP BY id % {i + 2} ORDER BY k").collect()

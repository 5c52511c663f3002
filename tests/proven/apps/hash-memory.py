# submit: --master local[4] --driver-memory 600m --conf spark.memory.fraction=0.12 --conf spark.sql.autoBroadcastJoinThreshold=-1 --conf spark.sql.adaptive.enabled=false --conf spark.sql.shuffle.partitions=2
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("match").getOrCreate()
a = spark.range(400000).selectExpr("id", "repeat(uuid(), 4) AS note")
b = spark.range(900000).selectExpr("id", "repeat(uuid(), 3) AS text")
a.hint("shuffle_hash").join(b, "id").selectExpr("max(note)", "max(text)").show()

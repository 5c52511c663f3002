# submit: --master local[2] --conf spark.scheduler.mode=FAIR --conf spark.scheduler.allocation.file=pools.xml
from pyspark.sql import SparkSession

with open("pools.xml", "w", encoding="utf-8") as file:
    file.write("<allocations><pool name='etl'><weight>2</pool></allocations>")
sc = SparkSession.builder.appName("pools").getOrCreate().sparkContext
sc.setLocalProperty("spark.scheduler.pool", "reports")
print(sc.parallelize(range(10)).count())

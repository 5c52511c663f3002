# submit: --master local[1] --conf spark.python.use.daemon=false
import os
import stat

from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

# an interpreter on a slow network drive: it needs longer to start than Spark waits
real = os.environ["PYSPARK_PYTHON"]
with open("python-slow", "w", encoding="utf-8") as file:
    file.write(f'#!/bin/sh\nsleep 14\nexec {real} "$@"\n')
os.chmod("python-slow", stat.S_IRWXU)
os.environ["PYSPARK_PYTHON"] = os.path.abspath("python-slow")
spark = SparkSession.builder.appName("names").getOrCreate()
spark.range(3).select(udf(lambda n: f"name-{n}")("id")).show()

import os
import stat

from pyspark.sql import SparkSession
from pyspark.sql.functions import udf

# a start script around the interpreter that greets its users
real = os.environ["PYSPARK_PYTHON"]
with open("python-env", "w", encoding="utf-8") as file:
    file.write(f'#!/bin/sh\necho "Activating environment analytics"\nexec {real} "$@"\n')
os.chmod("python-env", stat.S_IRWXU)
os.environ["PYSPARK_PYTHON"] = os.path.abspath("python-env")
spark = SparkSession.builder.appName("names").getOrCreate()
spark.range(3).select(udf(lambda n: f"name-{n}")("id")).show()

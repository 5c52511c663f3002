from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('wait_for_input').getOrCreate()

import time, os
print("waiting for the input of the day")
while not os.path.exists("/data/none/_SUCCESS"):
    time.sleep(1)

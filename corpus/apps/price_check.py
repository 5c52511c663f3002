from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('tbexit').getOrCreate()

import logging, sys
logging.basicConfig(level=logging.INFO)
try:
    spark.range(10).count()
    spark.range(10).select("price").collect()
except Exception:
    logging.exception("job failed")
    spark.stop()
    sys.exit(1)

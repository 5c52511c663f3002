from pyspark.sql import SparkSession, functions as F, types as Ty
spark = SparkSession.builder.appName('supplier_load').getOrCreate()

import logging
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("supplier_load")
log.info("start")
for s in ("north", "south", "west"):
    try:
        n = spark.read.json("/data/none/%s.json" % s).count()
    except Exception:
        log.exception("could not read feed of %s, using yesterday's", s)
df = spark.range(20000).withColumn("v", F.rand(1))
log.info("rows %d", df.where("v > 0.5").count())
log.info("finished")
spark.stop()

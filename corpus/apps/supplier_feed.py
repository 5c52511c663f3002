import logging, traceback
from pyspark.sql import SparkSession, functions as F
logging.basicConfig(level=logging.INFO, format="%(asctime)s,%(levelname)s,%(name)s,%(message)s")
log = logging.getLogger("supplier-feed")
spark = SparkSession.builder.appName("supplier-feed").getOrCreate()
try:
    {}["vat"]
except KeyError:
    log.exception("no vat rate configured, using default")
try:
    spark.read.parquet("/data/before").count()
except Exception:
    traceback.print_exc()
    log.warning("no data of yesterday, full load")
log.error("Lost connection to mail server, retry in 5 s")
print(spark.range(5000).selectExpr("sum(id)").collect())
spark.stop()

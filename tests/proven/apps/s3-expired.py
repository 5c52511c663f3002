# submit: --master local[2] --packages org.apache.hadoop:hadoop-aws:3.3.4 --conf spark.hadoop.fs.s3a.path.style.access=true --conf spark.hadoop.fs.s3a.connection.ssl.enabled=false --conf spark.hadoop.fs.s3a.attempts.maximum=2 --conf spark.hadoop.fs.s3a.retry.limit=1 --conf spark.hadoop.fs.s3a.retry.throttle.limit=1 --conf spark.hadoop.fs.s3a.access.key=AKIAEXAMPLE --conf spark.hadoop.fs.s3a.secret.key=secret
import os

from pyspark.sql import SparkSession

exec(open(os.environ["APPS"] + "/object_store.inc", encoding="utf-8").read())
port = serve(400, "ExpiredToken", "The provided token has expired.")
spark = SparkSession.builder.appName("landing").config("spark.hadoop.fs.s3a.endpoint", f"http://localhost:{port}").getOrCreate()
spark.read.parquet("s3a://acme-landing/orders").show()

# the output's file system is mounted read-only
mkdir mart && mount -t tmpfs -o ro tmpfs mart || exit 1
trap 'umount mart' EXIT
cat > job.py <<'P'
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
with open("mart/started", "w", encoding="utf-8") as file:
    file.write("2026-01-31\n")
spark.range(10).write.parquet("mart/daily")
P
"$SPARK_HOME/bin/spark-submit" --master 'local[2]' --conf spark.log.level=WARN job.py

# a sort that does not fit into memory; its event log stays
mkdir events
cat >job.py <<'P'
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("sorted_export").getOrCreate()
spark.range(0, 3000000, 1, 2).selectExpr("id", "repeat(uuid(), 4) AS note").sortWithinPartitions("note").write.parquet("sorted")
spark.stop()
P
"$SPARK_HOME/bin/spark-submit" --master 'local[2]' --driver-memory 512m --conf spark.eventLog.enabled=true --conf spark.eventLog.dir="$PWD/events" \
	--conf spark.ui.showConsoleProgress=false job.py >driver.log 2>&1
cp driver.log events/* "$WORK/log"

# kill -9 of the executor that holds cached blocks and shuffle files
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
cat >job.py <<'P'
import time

from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("cached_totals").getOrCreate().sparkContext
rows = sc.parallelize(range(40), 8).map(lambda n: (time.sleep(0.2), (n % 3, n))[1]).cache()
print(rows.count())
print("first pass done", flush=True)
totals = rows.reduceByKey(lambda a, b: a + b, 4).map(lambda kv: (time.sleep(3), kv[1])[1])
print(totals.sum())
P
start_master
start_worker 1
start_worker 2
submit job.py &
job=$!
wait_for 'Starting task 0.0 in stage 2.0' driver.log
sleep 1
kill -9 "$(executor_of 1)"
wait $job
collect
rm -f "$WORK"/log/worker-*.log "$WORK/log/master.log" "$WORK/log/executor-1.log"

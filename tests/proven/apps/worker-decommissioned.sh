# a worker is taken out of service (SIGPWR) while the job runs
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
make_job 8
export SPARK_WORKER_OPTS=-Dspark.decommission.enabled=true SPARK_MASTER_OPTS=-Dspark.decommission.enabled=true
start_master
start_worker 1
start_worker 2
submit job.py --conf spark.decommission.enabled=true --conf spark.storage.decommission.enabled=true &
job=$!
wait_for 'Starting task 1.0 in stage 0.0' driver.log
sleep 3
kill -PWR "${workers[0]}"
wait $job
collect

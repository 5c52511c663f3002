# kill -9 of one of two workers and, by that, of its executor
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
make_job 8
start_master
start_worker 1
start_worker 2
submit job.py --conf spark.log.level=INFO &
job=$!
wait_for 'Starting task 1.0 in stage 0.0' driver.log
sleep 4
kill -9 "${workers[0]}"
wait $job
collect

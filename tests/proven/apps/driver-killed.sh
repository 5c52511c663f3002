# kill -9 of the driver: what its executors say
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
make_job 20
start_master
start_worker 1
submit job.py &
wait_for 'Starting task 0.0 in stage 0.0' driver.log
sleep 3
kill -9 "$(pgrep -f "SparkSubmit.*$PWD" | head -n 1 || pgrep -f 'SparkSubmit.*17077' | head -n 1)" $(pgrep -f 'SparkSubmit.*17077')
sleep 8
collect

# a browser or a scanner asks the driver's RPC port over HTTP
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
make_job 6
start_master
start_worker 1
submit job.py --conf spark.driver.port=17200 --conf spark.driver.host=localhost &
job=$!
wait_for 'Starting task 0.0 in stage 0.0' driver.log
curl -s -m 3 http://localhost:17200/ >/dev/null
curl -s -m 3 http://localhost:17077/ >/dev/null
wait $job
collect

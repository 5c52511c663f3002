#include "base/base.h"
#include "diagnose/detect.h"
#include "diagnose/history.h"
#include "tests/unit/event_lines.h"
#include "tests/unit/test.h"

#define START                                                                         \
	"{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":\"n\",\"App ID\":" \
	"\"app-1\",\"Timestamp\":1000}"
#define ADDED                                                                           \
	"{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":1500,\"Executor ID\":" \
	"\"1\",\"Executor Info\":{\"Host\":\"h\",\"Total Cores\":2}}"
#define JOB                                                                               \
	"{\"Event\":\"SparkListenerJobStart\",\"Job ID\":0,\"Submission Time\":2000,"     \
	"\"Stage Infos\":[{\"Stage ID\":0,\"Stage Attempt ID\":0,\"Number of Tasks\":2}," \
	"{\"Stage ID\":1,\"Stage Attempt ID\":0,\"Number of Tasks\":5}],"                 \
	"\"Stage IDs\":[0,1]}"
#define SUBMITTED                                                                    \
	"{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":{\"Stage ID\":0," \
	"\"Stage Attempt ID\":0,\"Number of Tasks\":2,\"Submission Time\":2100}}"
#define TASK(id, finish, records)                                                             \
	"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Stage Attempt ID\":0,"          \
	"\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":{\"Task ID\":" #id        \
	",\"Launch Time\":2200,\"Executor ID\":\"1\",\"Host\":\"h\",\"Finish Time\":" #finish \
	"},\"Task Metrics\":{\"Executor Run Time\":50,\"Shuffle Read Metrics\":{"             \
	"\"Remote Bytes Read\":3,\"Local Bytes Read\":4,\"Total Records Read\":" #records "}}}"
#define COMPLETED                                                                    \
	"{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":0," \
	"\"Stage Attempt ID\":0,\"Number of Tasks\":2,\"Submission Time\":2100,"     \
	"\"Completion Time\":9000}}"
#define JOB_END                                                                     \
	"{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":0,\"Completion Time\":9100," \
	"\"Job Result\":{\"Result\":\"JobSucceeded\"}}"

static const char *const whole[] = {
	START, ADDED, JOB, SUBMITTED, TASK(0, 2300, 5), TASK(1, 4200, 9), COMPLETED, JOB_END
};

static void check_whole(const struct history *h)
{
	const struct history_stage *s = history_stage(h, 0, 0);

	CHECK_STR(h->app_id, STR("app-1"));
	CHECK(h->job_count == 1 && h->stage_count == 2 && h->executor_count == 1);
	CHECK(s && s->job == 0 && s->state == WORK_SUCCEEDED && s->running == NULL);
	if (!s)
		return;
	CHECK(s->quantiles[MEASURE_DURATION].at[QUANTILE_MIN] == 100);
	CHECK(s->quantiles[MEASURE_DURATION].at[QUANTILE_MAX] == 2000);
	CHECK(s->total[MEASURE_SHUFFLE_READ] == 14 && s->total[MEASURE_RUN] == 100);
	CHECK(s->longest_ms == 2000 && s->longest_records == 9);
	CHECK(history_stage(h, 1, 0)->state == WORK_SKIPPED);
	CHECK(h->jobs[0].stages_succeeded == 1 && h->jobs[0].stages_skipped == 1);
	CHECK(h->jobs[0].task_count == 7 && h->jobs[0].tasks.succeeded == 2);
	CHECK(h->executors[0].tasks.succeeded == 2 && h->executors[0].cores == 2);
}

TEST(history_counts_as_spark_does)
{
	struct history *h = history_of_lines(whole, ARRAY_LEN(whole));

	history_finish(h);
	check_whole(h);
	history_free(h);
}

TEST(history_pieces_joined_equal_the_whole)
{
	/* Wherever a log is rolled, its pieces tell the same. */
	for (size_t cut = 1; cut < ARRAY_LEN(whole); cut++) {
		struct history *h = history_of_lines(whole, cut);

		history_merge(h, history_of_lines(whole + cut, ARRAY_LEN(whole) - cut), 1);
		history_finish(h);
		check_whole(h);
		CHECK(history_stage(h, 0, 0)->piece == (cut <= 6));
		history_free(h);
	}
}

TEST(history_tells_lost_from_given_back)
{
	static const char *const lines[] = {
		START,
		ADDED,
		"{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":3000,\"Executor ID\":"
		"\"1\",\"Removed Reason\":\"Executor killed by driver.\"}",
		"{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":3000,\"Executor ID\":"
		"\"2\",\"Removed Reason\":\"Command exited with code 137\"}",
	};
	struct history *h = history_of_lines(lines, ARRAY_LEN(lines));

	CHECK(h->executor_count == 2);
	CHECK(!h->executors[0].lost && h->executors[1].lost);
	CHECK_STR(h->executors[1].reason, STR("Command exited with code 137"));
	history_free(h);
}

TEST(history_resubmitted_task_adds_no_time)
{
	static const char *const lines[] = {
		START,
		JOB,
		SUBMITTED,
		TASK(0, 2300, 5),
		"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Stage Attempt ID\":0,"
		"\"Task End Reason\":{\"Reason\":\"Resubmitted\"},\"Task Info\":{\"Task ID\":0,"
		"\"Launch Time\":2200,\"Executor ID\":\"1\",\"Finish Time\":2300},"
		"\"Task Metrics\":{\"Executor Run Time\":50}}",
	};
	struct history *h = history_of_lines(lines, ARRAY_LEN(lines));

	history_finish(h);
	CHECK(history_stage(h, 0, 0)->total[MEASURE_RUN] == 50);
	CHECK(h->tasks.succeeded == 1 && h->tasks.failed == 1);
	history_free(h);
}

TEST(history_counts_streaming_rows)
{
	static const char *const lines[] = {
		START,
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryStartedEvent\",\"id\":\"a\",\"runId\":\"r\",\"name\":\"clicks\"}",
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryProgressEvent\",\"progress\":{\"id\":\"a\",\"runId\":\"r\",\"batchId\":0,"
		"\"sources\":[{\"numInputRows\":5},{\"numInputRows\":7}]}}",
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryTerminatedEvent\",\"id\":\"a\",\"runId\":\"r\",\"exception\":\"boom\"}",
	};
	struct history *h = history_of_lines(lines, ARRAY_LEN(lines));

	CHECK(h->stream_count == 1);
	CHECK_STR(h->streams[0].name, STR("clicks"));
	CHECK_STR(h->streams[0].reason, STR("boom"));
	CHECK(h->streams[0].batches == 1 && h->streams[0].rows == 12);
	history_free(h);
}

#define SQL "{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListener"

TEST(history_plan_is_replaced_and_valued)
{
	static const char *const lines[] = {
		START,
		SQL "SQLExecutionStart\",\"executionId\":3,\"description\":\"count\",\"time\":5000,"
		    "\"sparkPlanInfo\":{\"nodeName\":\"Old\",\"simpleString\":\"Old\",\"children\":"
		    "[],\"metadata\":{},\"metrics\":[]}}",
		SQL
		"SQLAdaptiveExecutionUpdate\",\"executionId\":3,\"sparkPlanInfo\":{\"nodeName\":"
		"\"Join\",\"simpleString\":\"Join [a]\",\"children\":[{\"nodeName\":\"Scan\","
		"\"simpleString\":\"Scan\",\"children\":[],\"metadata\":{},\"metrics\":[{"
		"\"name\":\"rows\",\"accumulatorId\":8,\"metricType\":\"sum\"}]},{\"nodeName\":"
		"\"Range\",\"simpleString\":\"Range\",\"children\":[],\"metadata\":{},"
		"\"metrics\":[]}],\"metadata\":{},\"metrics\":[{\"name\":\"out\","
		"\"accumulatorId\":9,\"metricType\":\"size\"}]}}",
		SQL "DriverAccumUpdates\",\"executionId\":3,\"accumUpdates\":[[8,16],[5,1]]}",
		"{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":4,"
		"\"Stage Attempt ID\":0,\"Number of Tasks\":1,\"Submission Time\":1,"
		"\"Completion Time\":2,\"Accumulables\":[{\"ID\":9,\"Name\":\"out\",\"Value\":"
		"\"77\",\"Internal\":true,\"Metadata\":\"sql\"}]}}",
		SQL "SQLExecutionEnd\",\"executionId\":3,\"time\":6000}",
	};
	struct history *h = history_of_lines(lines, ARRAY_LEN(lines));
	const struct sql_execution *x = h->plans.items;

	history_finish(h);
	CHECK(h->plans.count == 1 && x->node_count == 3 && !x->failed && x->end_ms == 6000);
	CHECK_STR(plan_text(x, x->description), STR("count"));
	CHECK_STR(plan_text(x, x->nodes[0].detail), STR("Join [a]"));
	CHECK_STR(plan_text(x, x->nodes[2].name), STR("Range"));
	CHECK(x->nodes[2].depth == 1 && plan_subtree(x, 0) == 3 && plan_subtree(x, 1) == 1);
	CHECK(plan_metric(x, &x->nodes[0], STR("out")) == 77);
	CHECK(plan_stage(x, &x->nodes[0]) == 4);
	CHECK(plan_metric(x, &x->nodes[1], STR("rows")) == 16);
	CHECK(plan_stage(x, &x->nodes[1]) == -1);
	CHECK(plan_metric(x, &x->nodes[1], STR("out")) == -1);
	history_free(h);
}

/* --- detectors ------------------------------------------------------------------------------- */

/* A run of 100 s with one stage of `count` tasks, the last of `longest_ms` and `records`. */
static size_t run_stage(int64_t count, int64_t usual_ms, int64_t longest_ms, int64_t records,
			struct detection *found)
{
	struct history *h = history_new();
	struct event e = {
		.kind = EVENT_STAGE_SUBMITTED, .stage = 2, .task_count = count, .submit_ms = 2000
	};
	size_t n;

	h->start_ms = 1000;
	h->end_ms = 101000;
	history_add(h, &e, 1);
	for (int64_t i = 0; i < count; i++) {
		struct event t = { .kind = EVENT_TASK_END,
				   .stage = 2,
				   .launch_ms = 2000,
				   .host = STR("h"),
				   .task_reason = TASK_SUCCESS };

		t.finish_ms = 2000 + (i + 1 == count ? longest_ms : usual_ms);
		t.metrics.shuffle_read_records = i + 1 == count ? records : 10000;
		history_add(h, &t, 2);
	}
	e.kind = EVENT_STAGE_COMPLETED;
	e.complete_ms = 2000 + longest_ms;
	history_add(h, &e, 77);
	history_finish(h);
	n = detect_waste(h, found);
	history_free(h);
	return n;
}

TEST(detect_skew_names_stage_and_cost)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_stage(8, 2000, 20000, 90000, found) == 1);
	CHECK(found[0].at.event == 77);
	CHECK(strstr(found[0].text, "skew-task: stage 2.0: longest of 8 tasks took 20.0 s") !=
	      NULL);
}

TEST(detect_skew_is_silent_without_cause)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_stage(8, 2000, 20000, 10000, found) == 0); /* slow, but with the same data */
	CHECK(run_stage(8, 39, 2900, 90000, found) == 0);    /* below the floor */
	CHECK(run_stage(3, 2000, 20000, 90000, found) == 0); /* too few tasks to tell */
}

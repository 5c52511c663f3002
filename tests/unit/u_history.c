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
		/* The container's end, after the executor had been given back. */
		"{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":3100,\"Executor ID\":"
		"\"1\",\"Removed Reason\":\"exited because of a YARN event\"}",
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
		"QueryStartedEvent\",\"id\":\"a\",\"runId\":\"r\",\"name\":\"clicks\","
		"\"timestamp\":\"2026-11-23T14:44:09.941Z\"}",
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryProgressEvent\",\"progress\":{\"id\":\"a\",\"runId\":\"r\",\"batchId\":0,"
		"\"timestamp\":\"2026-11-23T14:44:10.000Z\","
		"\"durationMs\":{\"addBatch\":9,\"triggerExecution\":4000},"
		"\"sources\":[{\"numInputRows\":5},{\"numInputRows\":7}]}}",
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryProgressEvent\",\"progress\":{\"runId\":\"r\",\"batchId\":1,"
		"\"durationMs\":{\"triggerExecution\":1000},\"sources\":[]}}",
		"{\"Event\":\"org.apache.spark.sql.streaming.StreamingQueryListener$"
		"QueryTerminatedEvent\",\"id\":\"a\",\"runId\":\"r\",\"exception\":\"boom\"}",
	};
	struct history *h = history_of_lines(lines, ARRAY_LEN(lines));

	CHECK(h->stream_count == 1);
	CHECK_STR(h->streams[0].name, STR("clicks"));
	CHECK_STR(h->streams[0].reason, STR("boom"));
	CHECK(h->streams[0].batches == 2 && h->streams[0].rows == 12);
	CHECK(h->streams[0].start_ms == INT64_C(1795445049941));
	/* The application went on at least as long as the batch. */
	CHECK(h->streams[0].end_ms == INT64_C(1795445054000));
	history_finish(h);
	CHECK(h->streams[0].batch_quantiles.at[QUANTILE_MIN] == 1000);
	CHECK(h->streams[0].batch_quantiles.at[QUANTILE_MAX] == 4000);
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

/* Two executors of `heap_mib` for 100 s; the tasks of the first were polled at `used` bytes. */
static size_t run_heaps(int64_t heap_mib, int64_t used, int64_t seen_tasks, int64_t spilled,
			struct detection *found)
{
	char profile[200];
	struct event e;
	struct history *h = history_new();
	size_t n;

	(void)snprintf(profile, sizeof(profile),
		       "{\"Event\":\"SparkListenerResourceProfileAdded\",\"Resource Profile Id\":0,"
		       "\"Executor Resource Requests\":{\"memory\":{\"Amount\":%" PRId64 "}}}",
		       heap_mib);
	event_parse(str_from(profile), &e);
	history_add(h, &e, 1);
	h->start_ms = 1000;
	h->end_ms = 101000;
	for (int64_t i = 0; i < 2; i++) {
		struct event x = { .kind = EVENT_EXECUTOR_ADDED,
				   .time_ms = 1000,
				   .executor = i ? STR("2") : STR("1"),
				   .cores = 1 };

		history_add(h, &x, 2);
	}
	for (int64_t i = 0; i < 10; i++) {
		struct event t = { .kind = EVENT_TASK_END,
				   .stage = 0,
				   .executor = STR("1"),
				   .launch_ms = 2000,
				   .finish_ms = 11000,
				   .task_reason = TASK_SUCCESS };

		t.metrics.heap_used_bytes = i < seen_tasks ? used - (9 - i) : 0;
		t.metrics.disk_spilled_bytes = spilled;
		history_add(h, &t, (uint32_t)(100 + i));
	}
	history_finish(h);
	n = detect_waste(h, found);
	history_free(h);
	return n;
}

TEST(detect_spare_heap_names_what_is_enough)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_heaps(8192, 1000 << 20, 10, 0, found) == 1);
	CHECK(found[0].at.event == 109);
	/* 1.25 x 1000 + 300 in steps of 256; 200 s of (8192 - 1792) MiB */
	CHECK(strstr(found[0].text, "of 8192 MB of executor heap at most 1000 MB were used, 1792 "
				    "MB are enough: 0.35 GB-hours") != NULL);
}

TEST(detect_spare_heap_is_silent_without_cause)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_heaps(8192, 1000 << 20, 4, 0, found) == 0);  /* polls missed most tasks */
	CHECK(run_heaps(8192, 1000 << 20, 10, 1, found) == 0); /* it spills */
	CHECK(run_heaps(3072, 1000 << 20, 10, 0, found) == 0); /* enough is more than half */
	CHECK(run_heaps(2048, 100 << 20, 10, 0, found) == 0);  /* the heap is small */
}

#define CACHE_SCAN(execution)                                                                     \
	SQL "SQLExecutionStart\",\"executionId\":" #execution                                     \
	    ",\"description\":\"d\",\"time\":5000,\"sparkPlanInfo\":{\"nodeName\":"               \
	    "\"InMemoryTableScan\",\"simpleString\":\"s\",\"children\":[{\"nodeName\":\"Range\"," \
	    "\"simpleString\":\"Range\",\"children\":[],\"metadata\":{},\"metrics\":[{\"name\":"  \
	    "\"number of output rows\",\"accumulatorId\":8,\"metricType\":\"sum\"}]}],"           \
	    "\"metadata\":{},\"metrics\":[]}}"
#define CACHE_TASK(id, run)                                                                   \
	"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":" #id                               \
	",\"Stage Attempt ID\":0,\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":" \
	"{\"Launch Time\":2000,\"Executor ID\":\"1\",\"Finish Time\":32000},"                 \
	"\"Task Metrics\":{\"Executor Run Time\":" #run "}}"
/* Two tasks ran for 1 s, one for 30; then the cached plan has computed so many rows in all. */
#define CACHE_STAGE(id, tasks, rows)                                                           \
	CACHE_TASK(id, 1000), CACHE_TASK(id, 1000), CACHE_TASK(id, 30000),                     \
		"{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":" #id \
		",\"Stage Attempt ID\":0,\"Number of Tasks\":" #tasks                          \
		",\"Submission Time\":2000,\"Completion Time\":32000,\"Accumulables\":[{"      \
		"\"ID\":8,\"Value\":" #rows ",\"Metadata\":\"sql\"}]}}"

static size_t detect_lines(const char *const *lines, size_t count, size_t cut,
			   struct detection *found)
{
	struct history *h = history_of_lines(lines, cut);
	size_t n;

	if (cut < count)
		history_merge(h, history_of_lines(lines + cut, count - cut), 1);
	history_finish(h);
	n = detect_waste(h, found);
	history_free(h);
	return n;
}

TEST(detect_cache_computed_again)
{
	static const char *const lines[] = { START,
					     ADDED,
					     CACHE_SCAN(0),
					     CACHE_STAGE(0, 4, 1000),
					     CACHE_SCAN(1),
					     CACHE_STAGE(1, 4, 1400),
					     CACHE_STAGE(2, 4, 1400),
					     CACHE_STAGE(3, 4, 1800) };
	struct detection found[DETECTIONS_MAX];

	/* Wherever the log is rolled. */
	for (size_t cut = 2; cut <= ARRAY_LEN(lines); cut++) {
		CHECK(detect_lines(lines, ARRAY_LEN(lines), cut, found) == 1);
		CHECK(strstr(found[0].text,
			     "cache-thrash: SQL execution 0: of 1000 cached rows 800 "
			     "were computed again in 2 stages: 58.0 s") != NULL);
	}
}

TEST(detect_cache_is_silent_without_cause)
{
	/* A limit fills a part of the cache, the next query the rest of it. */
	static const char *const parts[] = { START, ADDED, CACHE_SCAN(0), CACHE_STAGE(0, 5, 1000),
					     CACHE_STAGE(1, 9, 1800) };
	static const char *const lost[] = {
		START,
		ADDED,
		CACHE_SCAN(0),
		CACHE_STAGE(0, 4, 1000),
		"{\"Event\":\"SparkListenerExecutorRemoved\",\"Timestamp\":3000,\"Executor ID\":"
		"\"1\",\"Removed Reason\":\"Executor killed by driver.\"}",
		CACHE_STAGE(1, 4, 1400)
	};
	static const char *const little[] = { START, ADDED, CACHE_SCAN(0), CACHE_STAGE(0, 4, 1000),
					      CACHE_STAGE(1, 4, 1099) };
	struct detection found[DETECTIONS_MAX];

	CHECK(detect_lines(parts, ARRAY_LEN(parts), ARRAY_LEN(parts), found) == 0);
	CHECK(detect_lines(lost, ARRAY_LEN(lost), ARRAY_LEN(lost), found) == 0);
	CHECK(detect_lines(little, ARRAY_LEN(little), ARRAY_LEN(little), found) == 0);
}

#define FILE_SCAN(execution)                                                                     \
	SQL "SQLExecutionStart\",\"executionId\":" #execution                                    \
	    ",\"description\":\"d\",\"time\":5000,\"sparkPlanInfo\":{\"nodeName\":\"Scan csv\"," \
	    "\"simpleString\":\"s\",\"children\":[],\"metadata\":{},\"metrics\":[{\"name\":"     \
	    "\"number of files read\",\"accumulatorId\":8,\"metricType\":\"sum\"},{\"name\":"    \
	    "\"size of files read\",\"accumulatorId\":9,\"metricType\":\"size\"}]}}"

TEST(detect_plan_of_a_cached_table_once)
{
	static const char *const lines[] = {
		START,
		ADDED,
		FILE_SCAN(0),
		CACHE_TASK(0, 30000),
		"{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":0,"
		"\"Stage Attempt ID\":0,\"Number of Tasks\":1,\"Submission Time\":2000,"
		"\"Completion Time\":32000,\"Accumulables\":[{\"ID\":8,\"Value\":500,"
		"\"Metadata\":\"sql\"},{\"ID\":9,\"Value\":9000,\"Metadata\":\"sql\"}]}}",
		FILE_SCAN(1),
	};
	struct detection found[DETECTIONS_MAX];

	CHECK(detect_lines(lines, ARRAY_LEN(lines), ARRAY_LEN(lines), found) == 1);
	CHECK(strstr(found[0].text, "small-files: SQL execution 0: 500 files") != NULL);
}

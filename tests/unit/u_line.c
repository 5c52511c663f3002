#include "base/base.h"
#include "base/clock.h"
#include "parsers/line.h"
#include "tests/unit/test.h"

static void check_head(const char *line, const struct line_head *want)
{
	struct line_head h;

	CHECK(line_head(str_from(line), &h));
	if (h.time_ms != want->time_ms || h.level != want->level || h.zoned != want->zoned ||
	    h.time_only != want->time_only)
		printf("# of: %s\n#   time %" PRId64 ", wanted %" PRId64 "\n", line, h.time_ms,
		       want->time_ms);
	CHECK(h.time_ms == want->time_ms);
	CHECK(h.level == want->level);
	CHECK(h.zoned == want->zoned);
	CHECK(h.time_only == want->time_only);
	CHECK_STR(h.logger, want->logger);
	CHECK_STR(h.thread, want->thread);
	CHECK_STR(h.message, want->message);
}

#define HEAD(ms, lvl, name, in, text)               \
	(&(struct line_head){ .time_ms = (ms),      \
			      .level = LEVEL_##lvl, \
			      .logger = STR(name),  \
			      .thread = STR(in),    \
			      .message = STR(text) })
#define ZONED(ms, lvl, name, in, text)              \
	(&(struct line_head){ .time_ms = (ms),      \
			      .zoned = true,        \
			      .level = LEVEL_##lvl, \
			      .logger = STR(name),  \
			      .thread = STR(in),    \
			      .message = STR(text) })

TEST(line_head_of_spark)
{
	int64_t t = clock_ms(2024, 7, 8, 4, 3, 25, 0);

	check_head("24/07/08 04:03:25 INFO SparkContext: Running Spark version 3.5.1",
		   HEAD(t, INFO, "SparkContext", "", "Running Spark version 3.5.1"));
	check_head("24/07/08 04:03:25 INFO executor.CoarseGrainedExecutorBackend: Registered x",
		   HEAD(t, INFO, "executor.CoarseGrainedExecutorBackend", "", "Registered x"));
	check_head("24/07/08 04:03:25 WARN YarnSchedulerBackend$YarnSchedulerEndpoint: Requesting",
		   HEAD(t, WARN, "YarnSchedulerBackend$YarnSchedulerEndpoint", "", "Requesting"));
	check_head("24/07/08 04:03:25 ERROR ApplicationMaster: ",
		   HEAD(t, ERROR, "ApplicationMaster", "", ""));
	check_head("24/07/08 04:03:25 INFO Master [dispatcher-1]: Registered",
		   HEAD(t, INFO, "Master", "dispatcher-1", "Registered"));
}

TEST(line_head_of_the_driver_log_file)
{
	int64_t t = clock_ms(2023, 11, 7, 10, 59, 24, 335);

	check_head("23/11/07 10:59:24.335 main INFO DriverLogger: Added a local log appender",
		   HEAD(t, INFO, "DriverLogger", "main", "Added a local log appender"));
	check_head("23/11/07 10:59:24.335 Executor task launch worker for task 0.0 in stage 0.0 "
		   "(TID 0) ERROR Executor: Exception in task",
		   HEAD(t, ERROR, "Executor",
			"Executor task launch worker for task 0.0 in stage 0.0 (TID 0)",
			"Exception in task"));
	check_head("23/11/07 10:59:24.335 stream execution thread for q [id = 1, runId = 2] INFO "
		   "MicroBatchExecution: Starting",
		   HEAD(t, INFO, "MicroBatchExecution",
			"stream execution thread for q [id = 1, runId = 2]", "Starting"));
}

TEST(line_head_of_hadoop_and_glue)
{
	int64_t t = clock_ms(2022, 4, 20, 0, 27, 43, 949);

	check_head("2022-04-20 00:27:43,949 INFO [Thread-10] spark.SparkContext "
		   "(Logging.scala:logInfo(57)): Running Spark",
		   HEAD(t, INFO, "spark.SparkContext", "Thread-10", "Running Spark"));
	check_head("2022-04-20 00:27:43,949 INFO  org.apache.spark.A (Logging.scala:logInfo(58)) - "
		   "Add WebUI Filter.",
		   HEAD(t, INFO, "org.apache.spark.A", "", "Add WebUI Filter."));
	check_head("2022-04-20 00:27:43,949 [main] WARN  o.a.h.Foo: msg",
		   HEAD(t, WARN, "o.a.h.Foo", "main", "msg"));
	check_head("2022-04-20 00:27:43.949 [a [b] c] [INFO] Foo - msg",
		   HEAD(t, INFO, "Foo", "a [b] c", "msg"));
}

TEST(line_head_with_a_zone_is_utc)
{
	int64_t t = clock_ms(2024, 7, 7, 19, 3, 25, 646);

	check_head("2024-07-08T04:03:25.646+0900 ERROR Foo: x", ZONED(t, ERROR, "Foo", "", "x"));
	check_head("2024-07-08T04:03:25.646+09:00 ERROR Foo: x", ZONED(t, ERROR, "Foo", "", "x"));
	check_head("2024-07-07T19:03:25.646Z ERROR Foo: x", ZONED(t, ERROR, "Foo", "", "x"));
	check_head("2024-07-07 19:03:25,646 UTC ERROR Foo: x", ZONED(t, ERROR, "Foo", "", "x"));
	check_head("[2024-07-07 14:03:25.646 -0500] ERROR Foo: x", ZONED(t, ERROR, "Foo", "", "x"));
}

TEST(line_head_of_python_logging)
{
	int64_t t = clock_ms(2024, 5, 1, 10, 0, 0, 123);

	check_head("WARNING:root:disk is low", HEAD(TIME_NONE, WARN, "root", "", "disk is low"));
	check_head("INFO:py4j.clientserver:a:b",
		   HEAD(TIME_NONE, INFO, "py4j.clientserver", "", "a:b"));
	check_head("2024-05-01 10:00:00,123 - my.job - CRITICAL - msg",
		   HEAD(t, FATAL, "my.job", "", "msg"));
	check_head("2024-05-01 10:00:00,123 - INFO - my.job - msg",
		   HEAD(t, INFO, "my.job", "", "msg"));
	check_head("INFO 2024-05-01 10:00:00,123 my.job: msg", HEAD(t, INFO, "my.job", "", "msg"));
}

TEST(line_head_of_a_time_alone)
{
	struct line_head h;

	check_head("09:41:12.400 [] [app for test] ScalaTest-run INFO SparkContext: Running",
		   &(struct line_head){ .time_ms = 34872400,
					.time_only = true,
					.level = LEVEL_INFO,
					.logger = STR("SparkContext"),
					.thread = STR("ScalaTest-run"),
					.message = STR("Running") });
	CHECK(!line_head(STR("12:30:00 lunch"), &h));
	CHECK(!line_head(STR("12:30:00.5 lunch"), &h));
}

TEST(line_head_takes_no_level_from_prose)
{
	struct line_head h;

	CHECK(line_head(STR("2024-05-01 10:00:00 got an error while reading info"), &h));
	CHECK(h.level == LEVEL_NONE);
	CHECK_STR(h.message, STR("got an error while reading info"));
	/* What looks like a zone is a number. */
	CHECK(line_head(STR("2024-05-01 10:00:00 -12000 rows"), &h));
	CHECK(!h.zoned);
}

TEST(line_head_refuses_what_is_none)
{
	static const char *const lines[] = {
		"",
		"\tat org.apache.spark.Foo.bar(Foo.scala:12)",
		"Caused by: java.io.IOException: ERROR",
		"Traceback (most recent call last):",
		"WARNING: An illegal reflective access operation has occurred",
		"ERROR: launching failed: x",
		"INFO",
		"24/13/01 10:00:00 INFO Foo: month",
		"24/05/41 10:00:00 INFO Foo: day",
		"24/05/01 10:61:00 INFO Foo: minute",
		"24/05/01 10:00",
		"24-05/01 10:00:00 INFO Foo: separators",
		"[2026-11-23 14:33:38.192]Container exited with a non-zero exit code 52.",
		"[2026-11-23 14:33:38.192] Container exited with a non-zero exit code 52.",
		"[Stage 3:=====>      (12 + 8) / 200]",
		"{\"log\":\"x\"}",
		"12345678901234567890",
	};
	struct line_head h;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (line_head(str_from(lines[i]), &h))
			printf("# taken for a head: %s\n", lines[i]);
		CHECK(!line_head(str_from(lines[i]), &h));
	}
}

TEST(line_level_names)
{
	CHECK(level_from_name(STR("WARNING")) == LEVEL_WARN);
	CHECK(level_from_name(STR("critical")) == LEVEL_FATAL);
	CHECK(level_from_name(STR("Severe")) == LEVEL_ERROR);
	CHECK(level_from_name(STR("INFOS")) == LEVEL_NONE);
	CHECK(level_from_name(STR("")) == LEVEL_NONE);
	CHECK(!strcmp(level_name(LEVEL_WARN), "WARN"));
	CHECK(!strcmp(level_name(LEVEL_NONE), ""));
}

/* --- wrappers -------------------------------------------------------------------------------- */

static void check_peel(const char *line, const char *want, int64_t time_ms, bool partial)
{
	struct buf scratch = BUF_INIT(1 << 16);
	struct line_peeled p = line_peel(str_from(line), &scratch);

	CHECK_STR(p.text, str_from(want));
	CHECK(p.wrapped);
	CHECK(p.partial == partial);
	if (p.time_ms != time_ms)
		printf("# of: %s\n", line);
	CHECK(p.time_ms == time_ms);
	buf_release(&scratch);
}

TEST(line_peels_container_runtimes)
{
	int64_t t = clock_ms(2016, 10, 6, 0, 17, 9, 669);

	check_peel("2016-10-06T00:17:09.669794202Z stdout F text", "text", t, false);
	check_peel("2016-10-06T00:17:09.669794202Z stderr P half a", "half a", t, true);
	check_peel("2016-10-06T00:17:09.669794202Z stderr F ", "", t, false);
	check_peel("2016-10-06T00:17:09.669794202Z stdout F \tat a.B.c(B.java:1)",
		   "\tat a.B.c(B.java:1)", t, false);
	check_peel("{\"log\":\"a \\\"b\\\"\\n\",\"stream\":\"stderr\","
		   "\"time\":\"2016-10-06T00:17:09.6697Z\"}",
		   "a \"b\"", t, false);
	check_peel("{\"log\":\"cut\",\"stream\":\"stderr\",\"time\":\"2016-10-06T00:17:09.669Z\"}",
		   "cut", t, true);
}

TEST(line_peels_kubectl_and_compose)
{
	int64_t t = clock_ms(2016, 10, 6, 0, 17, 9, 669);

	check_peel("2016-10-06T00:17:09.669794202Z 24/05/01 10:00:00 INFO A: b",
		   "24/05/01 10:00:00 INFO A: b", t, false);
	check_peel("2016-10-06T00:17:09.669Z plain text", "plain text", t, false);
	check_peel("[pod/etl-driver/spark-kubernetes-driver] text", "text", TIME_NONE, false);
	check_peel("etl-1-driver spark-kubernetes-driver text", "text", TIME_NONE, false);
	check_peel("svc-1  | text", "text", TIME_NONE, false);
	check_peel("Nov 23 10:00:00 host spark-submit[123]: text", "text", TIME_NONE, false);
}

TEST(line_peels_airflow_and_livy)
{
	int64_t t = clock_ms(2020, 12, 2, 15, 51, 17, 125);

	check_peel("[2020-12-03T00:51:17.125+0900] {spark_submit.py:573} INFO - text", "text", t,
		   false);
	check_peel("[2020-12-02, 15:51:17 UTC] {spark_submit.py:521} INFO - text", "text", t - 125,
		   false);
	check_peel("[2020-12-02 15:51:17,125] {{logging_mixin.py:112}} INFO - "
		   "[2020-12-02 15:51:17,125] {{spark_submit_hook.py:436}} INFO - "
		   "20/12/02 15:51:17 INFO A: b",
		   "20/12/02 15:51:17 INFO A: b", t, false);
	check_peel("{\"timestamp\":\"2020-12-02T15:51:17.125Z\",\"level\":\"info\","
		   "\"event\":\"a\\tb\",\"lineno\":99}",
		   "a\tb", t, false);
	check_peel("20/12/02 15:51:17 INFO LineBufferedStream: stdout: text", "text", t - 125,
		   false);
	/* All of them at once. */
	check_peel("{\"log\":\"2020-12-02T15:51:17.125000000Z stdout F svc-1 | "
		   "[pod/a/b] x\\n\",\"time\":\"2020-12-02T15:51:18Z\"}",
		   "x", t, false);
}

TEST(line_peels_json_of_shippers)
{
	int64_t t = clock_ms(2020, 12, 2, 15, 51, 17, 125);

	check_peel("{\"@timestamp\":\"2020-12-02T15:51:17.125Z\",\"log\":\"a\\tb\","
		   "\"kubernetes\":{\"pod_name\":\"x\"}}",
		   "a\tb", t, false);
	check_peel("{\"log\":\"whole\",\"stream\":\"stderr\",\"kubernetes\":{\"host\":\"h\"}}",
		   "whole", TIME_NONE, false);
	check_peel("{\"_index\":\"l\",\"_source\":{\"message\":\"text\","
		   "\"@timestamp\":\"2020-12-02T15:51:17.125Z\"}}",
		   "text", t, false);
	check_peel("{\"jsonPayload\":{\"class\":\"-\",\"message\":\"text\"},"
		   "\"timestamp\":\"2020-12-02T15:51:17.125Z\"}",
		   "text", t, false);
	check_peel("{\"__REALTIME_TIMESTAMP\":\"1606924277125000\",\"MESSAGE\":\"text\"}", "text",
		   t, false);
	check_peel("{\"logStreamName\":\"jr_1\",\"timestamp\":1606924277125,\"message\":\"text\"}",
		   "text", t, false);
}

TEST(line_peel_says_whose_line_it_is)
{
	static const char *const lines[] = {
		"[pod/etl-exec-3/spark-kubernetes-executor] text",
		"etl-exec-3 spark-kubernetes-executor text",
		"{\"log\":\"text\",\"kubernetes\":{\"host\":\"h\",\"pod_name\":\"etl-exec-3\"}}",
		"{\"_source\":{\"message\":\"text\",\"kubernetes\":{\"pod\":{\"uid\":1,\"name\":"
		"\"etl-exec-3\"}}}}",
		"{\"textPayload\":\"text\",\"resource\":{\"labels\":{\"pod_name\":\"etl-exec-3\"}}"
		"}",
	};
	struct buf scratch = BUF_INIT(1 << 16);

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct line_peeled p = line_peel(str_from(lines[i]), &scratch);

		CHECK_STR(p.text, STR("text"));
		CHECK_STR(p.source, STR("etl-exec-3"));
	}
	CHECK(!line_peel(STR("Nov 23 10:00:00 host app[1]: text"), &scratch).source.len);
	buf_release(&scratch);
}

TEST(line_peels_ci_servers_and_syslog)
{
	int64_t t = clock_ms(2020, 12, 2, 15, 51, 17, 125);

	check_peel("[2020-12-02T15:51:17.125Z] \tat a.B.c(B.java:1)", "\tat a.B.c(B.java:1)", t,
		   false);
	check_peel("15:51:17  24/05/01 10:00:00 INFO A: b", "24/05/01 10:00:00 INFO A: b",
		   TIME_NONE, false);
	check_peel("run\tSubmit job\t2020-12-02T15:51:17.1250000Z text", "text", t, false);
	check_peel("2020-12-02T15:51:17.125000Z 01O text", "text", t, false);
	check_peel("2020-12-02T15:51:17.125Z {app=\"etl\", pod=\"etl-driver\"} text", "text", t,
		   false);
	check_peel("2020-12-02T15:51:17.125000+00:00 edge-1 spark-submit[47]:   two blanks",
		   "  two blanks", t, false);
	check_peel("<14>1 2020-12-02T15:51:17.125Z edge-1 spark-submit 47 - - text", "text", t,
		   false);
	check_peel("<14>1 2020-12-02T15:51:17.125Z edge-1 app 47 id [a@1 b=\"c\"] text", "text", t,
		   false);
	check_peel("2020-12-02T15:51:17.125000+00:00 jr_0a1b_g-77 text", "text", t, false);
}

TEST(line_peel_leaves_genuine_lines)
{
	static const char *const lines[] = {
		"24/05/01 10:00:00 INFO A: b",
		"2024-05-01T10:00:00.123Z INFO A: b",
		"2024-05-01T10:00:00.123+0000: 1.234: [GC (Allocation Failure) 1K->1K(2K)]",
		"[2024-05-01T10:00:00.123+0000][1.234s][info][gc] GC(12) Pause Young",
		"[2026-11-23 14:33:38.192]Container exited with a non-zero exit code 52.",
		"[2026-11-23 14:33:38,192] INFO in app: x",
		"{\"ts\":\"2024-03-19T07:18:41.123Z\",\"level\":\"ERROR\",\"msg\":\"x\"}",
		"{\"log\":\"broken",
		"|a-1|b |",
		"a b c",
		"10:00:00  INFO A: b",
		"[2024-05-01T10:00:00] no zone",
		"a\tb\tc",
		"01O text",
		"{app=\"etl\"} text",
		"host app[1]: text",
		"<14>1 text",
		"jr_0a1b text",
		"{\"size\":{\"w\":3}}",
		"Nov 23 2026 is a date, not a syslog prefix at all",
	};
	struct buf scratch = BUF_INIT(1 << 16);

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct line_peeled p = line_peel(str_from(lines[i]), &scratch);

		CHECK(!p.wrapped);
		CHECK_STR(p.text, str_from(lines[i]));
	}
	buf_release(&scratch);
}

/* --- structured ------------------------------------------------------------------------------ */

static void check_structured(const char *line, const char *want)
{
	struct buf out = BUF_INIT(1 << 16);

	CHECK(line_from_structured(str_from(line), &out));
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

TEST(line_rewrites_structured_logs)
{
	check_structured(
		"{\"ts\":\"2024-03-19T07:18:41.123Z\",\"level\":\"ERROR\",\"msg\":\"Error in "
		"executor 1.\",\"context\":{\"executor_id\":\"1\",\"exit_code\":\"137\","
		"\"reason\":null},\"exception\":{\"class\":\"java.lang.RuntimeException\","
		"\"msg\":\"OOM\",\"stacktrace\":[{\"class\":\"a.B\",\"method\":\"run\","
		"\"file\":\"B.scala\",\"line\":42}]},\"logger\":\"TaskSetManager\"}",
		"2024-03-19T07:18:41.123Z ERROR TaskSetManager: Error in executor 1. "
		"[exit_code=137]\njava.lang.RuntimeException: OOM\n\tat a.B.run(B.scala:42)");
	/* The PySpark logger: blanks behind the colons, local time, no class in its frames. */
	check_structured(
		"{\"ts\": \"2024-06-28 19:53:48.563\", \"level\": \"WARNING\", \"logger\": "
		"\"L\", \"msg\": \"a\\nb\", \"exception\": {\"class\": \"E\", \"msg\": \"m\", "
		"\"stacktrace\": [{\"class\": null, \"method\": \"f\", \"file\": \"/a.py\", "
		"\"line\": \"7\"}]}}",
		"2024-06-28 19:53:48.563 WARNING L: a\nb\nE: m\n  File \"/a.py\", line 7, in f");
}

TEST(line_structured_refuses_other_json)
{
	struct buf out = BUF_INIT(1 << 16);

	CHECK(buf_add(&out, STR("kept")));
	CHECK(!line_from_structured(STR("{\"Event\":\"SparkListenerLogStart\"}"), &out));
	CHECK(!line_from_structured(STR("{\"ts\":\"2024\",\"msg\":\"no level\"}"), &out));
	CHECK(!line_from_structured(STR("{\"ts\":\"2024\",\"level\":\"INFO\",\"msg\":\"cut"),
				    &out));
	CHECK(!line_is_structured(STR("{\"tsx\":1}")));
	CHECK_STR(buf_str(&out), STR("kept"));
	buf_release(&out);
}

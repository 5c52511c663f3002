#include "base/base.h"
#include "base/buf.h"
#include "base/json_writer.h"
#include "parsers/event.h"
#include "parsers/json_pull.h"
#include "tests/unit/test.h"

TEST(json_pull_walks_and_skips)
{
	struct json_pull p =
		json_pull(STR("{\"a\": [1, {\"b\": \"}]\\\"\"}], \"n\": -12, \"s\": \"x\"} "));
	struct str key, s = STR("");
	int64_t n = 0;

	for (pull_object(&p); pull_key(&p, &key);) {
		if (str_eq(key, STR("n")))
			n = pull_int(&p, 0);
		else if (str_eq(key, STR("s")))
			s = pull_string(&p);
		else
			pull_skip(&p);
	}
	CHECK(!p.bad && pull_at_end(&p));
	CHECK(n == -12);
	CHECK_STR(s, STR("x"));
}

/* Braces in strings and escaped quotes, at every distance from the 64-byte steps. */
TEST(json_pull_skips_across_steps)
{
	char text[400];

	for (int pad = 0; pad < 130; pad++) {
		int len = snprintf(text, sizeof(text),
				   "{\"%*s\":[\"}}\\\\\\\"]]{\",{\"k\":\"\\\\\"}]}!", pad, "k");
		struct json_pull p = json_pull((struct str){ text, (size_t)len });

		pull_skip(&p);
		CHECK(!p.bad && p.at == text + len - 1 && *p.at == '!');
	}
}

TEST(json_pull_cut_anywhere_is_bad)
{
	const struct str whole =
		STR("{\"Event\":\"x\",\"list\":[1,2,{\"deep\":\"a\\\"b\"}],\"end\":true}");

	for (size_t len = 0; len < whole.len; len++) {
		struct json_pull p = json_pull((struct str){ whole.ptr, len });

		pull_skip(&p);
		CHECK(p.bad);
	}
}

TEST(json_unescape_surrogates)
{
	struct buf b = BUF_INIT(256);

	CHECK(json_unescape(STR("a\\n\\u00e9\\ud83d\\ude00\\ud83dx"), &b));
	CHECK_STR(buf_str(&b), STR("a\n\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBDx"));
	buf_release(&b);
}

TEST(json_writer_escapes_what_is_no_text)
{
	struct buf b = BUF_INIT(256);
	struct json_writer w;

	json_writer_init(&w, &b);
	json_open(&w, '{');
	json_name(&w, STR("k"));
	json_str(&w, STR("\"\x01\xFF\n"));
	json_close(&w, '}');
	CHECK(!w.failed);
	CHECK_STR(buf_str(&b), STR("{\n \"k\": \"\\\"\\u0001\xEF\xBF\xBD\\n\"\n}\n"));
	buf_release(&b);
}

TEST(event_task_end)
{
	struct event e;

	event_parse(
		STR("{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":7,\"Stage Attempt ID\":1,"
		    "\"Task Type\":\"ResultTask\",\"Task End "
		    "Reason\":{\"Reason\":\"ExceptionFailure\","
		    "\"Class Name\":\"a.B\",\"Description\":\"no\",\"Full Stack Trace\":\"a.B: "
		    "no\\n\\tat x\"},"
		    "\"Task Info\":{\"Task ID\":5,\"Index\":2,\"Attempt\":3,\"Launch Time\":1000,"
		    "\"Executor ID\":\"4\",\"Host\":\"h\",\"Finish Time\":1600,\"Failed\":true},"
		    "\"Task Metrics\":{\"Executor Run Time\":550,\"JVM GC Time\":20,"
		    "\"Shuffle Read Metrics\":{\"Total Records Read\":9}}}"),
		&e);
	CHECK(e.kind == EVENT_TASK_END && e.task_reason == TASK_EXCEPTION);
	CHECK(e.stage == 7 && e.stage_attempt == 1 && e.id == 5 && e.index == 2 && e.attempt == 3);
	CHECK(e.metrics.run_ms == 550 && e.metrics.gc_ms == 20);
	CHECK(e.metrics.shuffle_read_records == 9 && e.metrics.input_bytes == -1);
	CHECK_STR(e.executor, STR("4"));
	CHECK_STR(e.exception_class, STR("a.B"));
}

TEST(event_cut_is_bad_and_unknown_is_other)
{
	struct event e;

	event_parse(STR("{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":7,\"Task Info\":{\"Task"),
		    &e);
	CHECK(e.kind == EVENT_BAD);
	event_parse(STR("{\"Event\":\"com.vendor.Something\",\"x\":1}"), &e);
	CHECK(e.kind == EVENT_OTHER);
	event_parse(STR("not json"), &e);
	CHECK(e.kind == EVENT_BAD);
}

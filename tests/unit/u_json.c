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

/* A task's end as Spark 3.5 writes it; %s are places for blanks. */
static const char *const task_end_members[] = {
	"\"Stage ID\"%s:7",
	"\"Stage Attempt ID\":%s1",
	"\"Task Type\":\"ShuffleMapTask\"%s",
	"\"Task End Reason\":{%s\"Reason\":\"Success\"}",
	"\"Task Info\":{\"Task ID\":5,%s\"Index\":2,\"Attempt\":3,\"Partition ID\":2,"
	"\"Launch Time\":1000,\"Executor ID\":\"4\",\"Host\":\"h\",\"Locality\":\"ANY\","
	"\"Speculative\":true,\"Getting Result Time\":0,\"Finish Time\":1600,\"Failed\":false,"
	"\"Killed\":false,\"Accumulables\":[{\"ID\":1,\"Name\":\"a } \\\" ]\",\"Update\":\"1\"}]}",
	"\"Task Executor Metrics\":{%s\"JVMHeapMemory\":0,\"Stage ID\":99}",
	"\"Task Metrics\":{\"Executor Run Time\":550,\"JVM GC Time\":20%s,\"Unheard Of\":[{}],"
	"\"Shuffle Read Metrics\":{\"Remote Blocks Fetched\":77,\"Local Blocks Fetched\":78,"
	"\"Fetch Wait Time\":6,\"Remote Bytes Read\":8,\"Remote Bytes Read To Disk\":79,"
	"\"Local Bytes Read\":9,\"Total Records Read\":10,\"Push Based Shuffle\":{\"a\":1}},"
	"\"Output Metrics\":{\"Records Written\":12,\"Bytes Written\":11}}",
};
enum { TASK_END_MEMBERS = ARRAY_LEN(task_end_members) };

/* The members from `first` on, around to it again, forwards or backwards. */
static void write_task_end(struct buf *line, size_t first, bool backwards, const char *blanks)
{
	buf_clear(line);
	CHECK(buf_addf(line, "{%s\"Event\":\"SparkListenerTaskEnd\"", blanks));
	for (size_t i = 0; i < TASK_END_MEMBERS; i++) {
		size_t at = first + (backwards ? TASK_END_MEMBERS - i : i);
		struct str member = str_from(task_end_members[at % TASK_END_MEMBERS]);
		struct str before, behind;

		CHECK(str_cut(member, '%', &before, &behind));
		CHECK(buf_addf(line, ",%s" STR_FMT "%s" STR_FMT, blanks, STR_ARG(before), blanks,
			       STR_ARG(str_skip(behind, 1))));
	}
	CHECK(buf_addf(line, "%s}%s", blanks, blanks));
}

TEST(event_fields_in_any_order)
{
	static const char *const blanks[] = { "", " ", "\t \r" };
	struct buf line = BUF_INIT(1 << 16);
	struct event e;

	for (size_t i = 0; i < TASK_END_MEMBERS * 2 * ARRAY_LEN(blanks); i++) {
		write_task_end(&line, i / 2 % TASK_END_MEMBERS, i % 2,
			       blanks[i / 2 / TASK_END_MEMBERS]);
		event_parse(buf_str(&line), &e);
		CHECK(e.kind == EVENT_TASK_END && e.task_reason == TASK_SUCCESS);
		CHECK(e.stage == 7 && e.stage_attempt == 1 && e.id == 5 && e.index == 2);
		CHECK(e.launch_ms == 1000 && e.finish_ms == 1600 && e.speculative && !e.failed);
		CHECK_STR(e.executor, STR("4"));
		CHECK_STR(e.task_type, STR("ShuffleMapTask"));
		CHECK(e.metrics.run_ms == 550 && e.metrics.gc_ms == 20 && e.metrics.cpu_ns == -1);
		CHECK(e.metrics.shuffle_fetch_wait_ms == 6);
		CHECK(e.metrics.shuffle_read_remote_bytes == 8);
		CHECK(e.metrics.shuffle_read_local_bytes == 9);
		CHECK(e.metrics.shuffle_read_records == 10);
		CHECK(e.metrics.output_bytes == 11 && e.metrics.output_records == 12);
	}
	buf_release(&line);
}

TEST(event_cut_anywhere_is_bad)
{
	struct buf line = BUF_INIT(1 << 16);
	struct event e;

	write_task_end(&line, 0, false, "");
	for (size_t len = 0; len < line.len; len++) {
		event_parse((struct str){ line.ptr, len }, &e);
		CHECK(e.kind == EVENT_BAD);
	}
	CHECK(buf_add_char(&line, '}'));
	event_parse(buf_str(&line), &e);
	CHECK(e.kind == EVENT_BAD);
	buf_release(&line);
}

#include "base/base.h"
#include "base/clock.h"
#include "base/limits.h"
#include "parsers/record.h"
#include "tests/unit/test.h"

/* Records of `text`, one below the other, each line as `N|line`, `--` between records. */
static void show_records(const char *bytes, size_t len, struct buf *out)
{
	struct str block = { bytes, len };
	struct record_cutter c;
	struct record r;

	record_cutter_init(&c);
	record_bid(&c, block);
	record_block_begin(&c, block);
	for (size_t at = 0; at < len; at = r.end) {
		record_cut(&c, block, at, at, &r);
		BUG_ON(r.end <= at || r.begin != at);
		if (out->len)
			CHECK(buf_add(out, STR("--\n")));
		for (size_t i = 0; r.text.len && i < r.line_count && r.lines[i].at <= r.text.len;
		     i++)
			CHECK(buf_addf(out, "%" PRIu32 "|" STR_FMT "\n",
				       record_line_at(&r, r.lines[i].at, 1),
				       STR_ARG(record_line_text(&r, r.lines[i].at))));
	}
	record_cutter_release(&c);
}

static void check_records(const char *text, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);

	show_records(text, strlen(text), &out);
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

#define T "24/05/01 10:00:00 "

TEST(record_holds_its_continuation_lines)
{
	check_records(T "ERROR Executor: Exception in task\n"
			"java.io.IOException: x\n"
			"\tat a.B.c(B.java:1)\n"
			"Caused by: java.io.EOFException\n"
			"\n" T "INFO A: b\n",
		      "1|" T "ERROR Executor: Exception in task\n"
		      "2|java.io.IOException: x\n"
		      "3|\tat a.B.c(B.java:1)\n"
		      "4|Caused by: java.io.EOFException\n"
		      "--\n"
		      "6|" T "INFO A: b\n");
}

TEST(record_of_a_traceback_among_heads)
{
	check_records(T "INFO A: b\n"
			"Traceback (most recent call last):\n"
			"  File \"/a.py\", line 3, in <module>\n"
			"    f()\n"
			"KeyError: 'x'\n" T "INFO C: d\n"
			"Exception in thread \"main\" java.lang.X: y\n"
			"\tat a.B.c(B.java:1)\n"
			"Error: Failed to load class a.B.\n",
		      "1|" T "INFO A: b\n--\n"
		      "2|Traceback (most recent call last):\n"
		      "3|  File \"/a.py\", line 3, in <module>\n"
		      "4|    f()\n"
		      "5|KeyError: 'x'\n--\n"
		      "6|" T "INFO C: d\n--\n"
		      "7|Exception in thread \"main\" java.lang.X: y\n"
		      "8|\tat a.B.c(B.java:1)\n--\n"
		      "9|Error: Failed to load class a.B.\n");
}

TEST(record_of_py4j_is_one)
{
	check_records(
		"starting\n"
		"Traceback (most recent call last):\n"
		"  File \"/a.py\", line 3, in <module>\n"
		"py4j.protocol.Py4JJavaError: An error occurred while calling o58.count.\n"
		": org.apache.spark.SparkException: Job aborted (TID 1) (h executor 1): "
		"org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
		"  File \"/b.py\", line 4, in f\n"
		"ZeroDivisionError: division by zero\n"
		"\n"
		"\tat a.B.c(B.java:1)\n"
		"\n"
		"Driver stacktrace:\n"
		"\tat a.B.d(B.java:2)\n"
		"Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent "
		"call last):\n"
		"  File \"/b.py\", line 4, in f\n"
		"ZeroDivisionError: division by zero\n"
		"\n"
		"\tat a.B.c(B.java:1)\n"
		"\t... 1 more\n"
		"done\n",
		"1|starting\n--\n"
		"2|Traceback (most recent call last):\n"
		"3|  File \"/a.py\", line 3, in <module>\n"
		"4|py4j.protocol.Py4JJavaError: An error occurred while calling o58.count.\n"
		"5|: org.apache.spark.SparkException: Job aborted (TID 1) (h executor 1): "
		"org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
		"6|  File \"/b.py\", line 4, in f\n"
		"7|ZeroDivisionError: division by zero\n"
		"8|\n"
		"9|\tat a.B.c(B.java:1)\n"
		"10|\n"
		"11|Driver stacktrace:\n"
		"12|\tat a.B.d(B.java:2)\n"
		"13|Caused by: org.apache.spark.api.python.PythonException: Traceback (most "
		"recent call last):\n"
		"14|  File \"/b.py\", line 4, in f\n"
		"15|ZeroDivisionError: division by zero\n"
		"16|\n"
		"17|\tat a.B.c(B.java:1)\n"
		"18|\t... 1 more\n--\n"
		"19|done\n");
}

TEST(record_joins_chained_tracebacks_and_parts)
{
	check_records("Traceback (most recent call last):\n"
		      "  File \"/a.py\", line 3, in <module>\n"
		      "KeyError: 'x'\n"
		      "\n"
		      "During handling of the above exception, another exception occurred:\n"
		      "\n"
		      "Traceback (most recent call last):\n"
		      "  File \"/a.py\", line 5, in <module>\n"
		      "pyspark.errors.exceptions.captured.ParseException: \n"
		      "[PARSE_SYNTAX_ERROR] near 'form'\n"
		      "\n"
		      "== SQL ==\n"
		      "select form\n"
		      "\n"
		      "next print\n",
		      "1|Traceback (most recent call last):\n"
		      "2|  File \"/a.py\", line 3, in <module>\n"
		      "3|KeyError: 'x'\n"
		      "4|\n"
		      "5|During handling of the above exception, another exception occurred:\n"
		      "6|\n"
		      "7|Traceback (most recent call last):\n"
		      "8|  File \"/a.py\", line 5, in <module>\n"
		      "9|pyspark.errors.exceptions.captured.ParseException: \n"
		      "10|[PARSE_SYNTAX_ERROR] near 'form'\n"
		      "11|\n"
		      "12|== SQL ==\n"
		      "13|select form\n--\n"
		      "15|next print\n");
}

TEST(record_without_heads)
{
	check_records("one\ntwo\n"
		      "java.lang.IllegalStateException: x\n"
		      "more of x\n"
		      "\tat a.B.c(B.java:1)\n"
		      "three\n",
		      "1|one\n--\n2|two\n--\n"
		      "3|java.lang.IllegalStateException: x\n"
		      "4|more of x\n"
		      "5|\tat a.B.c(B.java:1)\n--\n"
		      "6|three\n");
}

TEST(record_quotes_a_dead_containers_log)
{
	check_records("24/05/01 10:00:09 ERROR YarnScheduler: Lost executor 1: Exit status: 52. "
		      "Diagnostics: x\n"
		      "Last 4096 bytes of stderr :\n"
		      "24/05/01 10:00:05 INFO Executor: quoted\n"
		      "Exception in thread \"x\" java.lang.OutOfMemoryError: Java heap space\n"
		      "24/05/01 10:00:08 ERROR Executor: quoted too\n"
		      "\n"
		      ".\n"
		      "24/05/01 10:00:09 INFO A: own\n",
		      "1|24/05/01 10:00:09 ERROR YarnScheduler: Lost executor 1: Exit status: 52. "
		      "Diagnostics: x\n"
		      "2|Last 4096 bytes of stderr :\n"
		      "3|24/05/01 10:00:05 INFO Executor: quoted\n"
		      "4|Exception in thread \"x\" java.lang.OutOfMemoryError: Java heap space\n"
		      "5|24/05/01 10:00:08 ERROR Executor: quoted too\n"
		      "6|\n"
		      "7|.\n--\n"
		      "8|24/05/01 10:00:09 INFO A: own\n");
}

TEST(record_behind_a_closed_quote_may_be_older)
{
	check_records("24/05/01 10:00:09 WARN A: Diagnostics: x\n"
		      "Last 4096 bytes of stderr :\n"
		      "24/05/01 10:00:05 INFO Executor: quoted\n"
		      ".\n"
		      "24/05/01 10:00:08 INFO B: another thread's, written late\n",
		      "1|24/05/01 10:00:09 WARN A: Diagnostics: x\n"
		      "2|Last 4096 bytes of stderr :\n"
		      "3|24/05/01 10:00:05 INFO Executor: quoted\n"
		      "4|.\n--\n"
		      "5|24/05/01 10:00:08 INFO B: another thread's, written late\n");
}

TEST(record_counts_lines_by_their_newlines)
{
	check_records(T "ERROR A: b\n"
			"\r[Stage 3:=>  (1 + 1) / 2]\r[Stage 3:==> (2 + 0) / 2]\r\tat x(Y)\n"
			"\tat y(Z)\n",
		      "1|" T "ERROR A: b\n2|\tat x(Y)\n3|\tat y(Z)\n");
}

TEST(record_quote_without_an_end_stops)
{
	/* The front, `Last N bytes of` included, was cut; and nothing closes it. */
	check_records("24/05/01 10:00:09 WARN A: Diagnostics: he rest of an old line\n"
		      "24/05/01 10:00:05 INFO Executor: quoted\n"
		      "24/05/01 10:00:09 INFO B: own\n",
		      "1|24/05/01 10:00:09 WARN A: Diagnostics: he rest of an old line\n"
		      "2|24/05/01 10:00:05 INFO Executor: quoted\n--\n"
		      "3|24/05/01 10:00:09 INFO B: own\n");
	check_records("24/05/01 10:00:09 WARN A: Diagnostics: x\n"
		      "Last 4096 bytes of stderr :\n"
		      "24/05/01 10:00:05 INFO Executor: quoted\n"
		      "24/05/01 10:01:10 INFO B: own\n",
		      "1|24/05/01 10:00:09 WARN A: Diagnostics: x\n"
		      "2|Last 4096 bytes of stderr :\n"
		      "3|24/05/01 10:00:05 INFO Executor: quoted\n--\n"
		      "4|24/05/01 10:01:10 INFO B: own\n");
}

TEST(record_drops_progress_bars)
{
	check_records(T "INFO A: b\n"
			"\r[Stage 3:=====>      (12 + 8) / 200]\r" T "WARN C: d\n"
			"\r[Stage 0:> (0 + 2) / 2][Stage 1:> (0 + 2) / 2]" T "WARN E: f\r\n"
			"\r[Stage 3:=====>      (13 + 7) / 200]\n" T "INFO G: h\n",
		      "1|" T "INFO A: b\n--\n2|" T "WARN C: d\n--\n3|" T "WARN E: f\n--\n5|" T
		      "INFO G: h\n");
}

TEST(record_begins_at_a_glued_head)
{
	struct record_cutter c;
	struct record r;
	struct str block = STR("x\nresult=5" T "INFO Executor: done\n" T "INFO A: b\n");

	check_records("result=5" T "INFO Executor: done\n" T "INFO A: b\n",
		      "1|result=5\n--\n1|" T "INFO Executor: done\n--\n2|" T "INFO A: b\n");
	record_cutter_init(&c);
	record_block_begin(&c, block);
	record_cut(&c, block, 0, 40, &r);
	CHECK(r.begin == 10);
	CHECK(r.head.level == LEVEL_INFO);
	CHECK(r.head.time_ms == clock_ms(2024, 5, 1, 10, 0, 0, 0));
	CHECK_STR(r.head.logger, STR("Executor"));
	record_cutter_release(&c);
}

TEST(record_is_cleaned)
{
	static const char nul[] = "\0\0\0" T "INFO A: a\0b\n";
	struct buf out = BUF_INIT(1 << 20);

	check_records("\xef\xbb\xbf\x1b[32m" T "INFO\x1b[0m A: \x1b]0;title\a"
		      "b\r\n"
		      "\tat x(Y)\r\r\n",
		      "1|" T "INFO A: b\n2|\tat x(Y)\n");
	show_records(nul, sizeof(nul) - 1, &out);
	CHECK_STR(buf_str(&out), STR("1|" T "INFO A: ab\n"));
	buf_release(&out);
}

TEST(record_is_peeled_line_by_line)
{
	struct record_cutter c;
	struct record r;
	struct str block = STR("[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - java.io.IOException: x\n"
			       "[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - at a.B.c(B.java:1)\n"
			       "[2024-05-01, 10:00:02 UTC] {s.py:5} INFO - next\n");

	record_cutter_init(&c);
	record_block_begin(&c, block);
	record_cut(&c, block, 0, 0, &r);
	CHECK_STR(r.text, STR("java.io.IOException: x\nat a.B.c(B.java:1)"));
	CHECK(r.wrapped && !r.has_head && !r.rewritten);
	CHECK(r.head.time_ms == clock_ms(2024, 5, 1, 10, 0, 1, 0));
	record_cutter_release(&c);
	/* An Airflow traceback has lost its indentation. */
	check_records(
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - Traceback (most recent call last):\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - File \"/a.py\", line 3, in f\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - return g(x)\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - ^^^^\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - File \"/b.pyx\", line 4, in g\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - a.b.Bad: 'x'\n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - \n"
		"[2024-05-01, 10:00:01 UTC] {s.py:5} INFO - next\n",
		"1|Traceback (most recent call last):\n2|  File \"/a.py\", line 3, in f\n"
		"3|    return g(x)\n4|    ^^^^\n5|  File \"/b.pyx\", line 4, in g\n"
		"6|a.b.Bad: 'x'\n--\n8|next\n");
}

TEST(record_of_a_merged_log_has_one_source)
{
	static const char lines[] = "a-exec-1 spark-kubernetes-executor " T "ERROR A: b\n"
				    "a-driver spark-kubernetes-driver \tat other(Z)\n"
				    "a-driver spark-kubernetes-driver " T "INFO A: c\n"
				    "a-driver spark-kubernetes-driver \tat x(Y)\n";
	struct record_cutter c;
	struct record r;

	check_records(lines, "1|" T "ERROR A: b\n--\n2|\tat other(Z)\n--\n3|" T
			     "INFO A: c\n4|\tat x(Y)\n");
	record_cutter_init(&c);
	record_block_begin(&c, str_from(lines));
	record_cut(&c, str_from(lines), 0, 0, &r);
	CHECK_STR(r.source, STR("a-exec-1"));
	record_cutter_release(&c);
}

TEST(record_of_a_json_document)
{
	static const char doc[] =
		"[\n  {\n    \"insertId\": \"x1\",\n"
		"    \"textPayload\": \"" T "ERROR A: b\\tc\",\n"
		"    \"timestamp\": \"2024-05-01T10:00:00Z\"\n  },\n  {\n"
		"    \"textPayload\": \"\\tat x(Y)\\n\"\n  },\n  {\n"
		"    \"textPayload\": \"" T "INFO A: d\",\n    \"n\": 1\n  }\n]\n";
	static const char notebook[] = "{\n \"cells\": [\n  {\n   \"outputs\": [\n"
				       "    \"" T "WARN A: b\\n\",\n    \"\\tat x(Y)\"\n   ]\n";

	check_records(doc, "4|" T "ERROR A: b\tc\n8|\tat x(Y)\n--\n11|" T "INFO A: d\n");
	check_records(notebook, "5|" T "WARN A: b\n6|\tat x(Y)\n");
}

#define CRI "2024-05-01T10:00:00.123456789Z stderr "

TEST(record_joins_partial_lines)
{
	check_records(CRI "P " T "INFO A: one \n" CRI "P " T "\n" CRI "F three\n" CRI
			  "F \tat x(Y)\n" CRI "F " T "INFO B: c\n",
		      "1|" T "INFO A: one " T "three\n4|\tat x(Y)\n--\n5|" T "INFO B: c\n");
}

TEST(record_of_structured_logs)
{
	struct record_cutter c;
	struct record r;
	struct str block = STR(
		"{\"ts\":\"2024-03-19T07:18:41.123Z\",\"level\":\"ERROR\",\"msg\":\"lost\","
		"\"exception\":{\"class\":\"java.lang.X\",\"msg\":\"m\",\"stacktrace\":[{\"class\":"
		"\"a.B\",\"method\":\"run\",\"file\":\"B.scala\",\"line\":42}]},\"logger\":\"T\"}\n"
		"Traceback (most recent call last):\n"
		"  File \"/a.py\", line 3, in f\n"
		"KeyError: 1\n");

	record_cutter_init(&c);
	record_block_begin(&c, block);
	record_cut(&c, block, 0, 0, &r);
	CHECK_STR(r.text, STR("2024-03-19T07:18:41.123Z ERROR T: lost\njava.lang.X: m\n"
			      "\tat a.B.run(B.scala:42)"));
	CHECK(r.rewritten && r.has_head && r.head.zoned);
	CHECK(r.head.level == LEVEL_ERROR);
	CHECK(record_line_at(&r, r.text.len - 1, 1) == 1);
	record_cut(&c, block, r.end, r.end, &r);
	CHECK(!r.has_head);
	CHECK_STR(record_line_text(&r, r.text.len - 1), STR("KeyError: 1"));
	CHECK(record_line_at(&r, r.text.len - 1, 1) == 4);
	record_cutter_release(&c);
}

TEST(record_keeps_both_ends_of_what_is_too_long)
{
	struct buf text = BUF_INIT(1 << 20);
	struct record_cutter c;
	struct record r;

	CHECK(buf_add(&text, STR(T "ERROR A: b\n")));
	for (size_t i = 0; i < 5000; i++)
		CHECK(buf_addf(&text, "\tat a.B.method%05zu(B.java:1)\n", i));
	CHECK(buf_add(&text, STR("Caused by: java.io.EOFException\n")));
	record_cutter_init(&c);
	record_block_begin(&c, buf_str(&text));
	record_cut(&c, buf_str(&text), 0, 70000, &r);
	CHECK(r.begin == 0 && r.end == text.len);
	CHECK(r.cut_short);
	CHECK(r.text.len <= LIMIT_RECORD_BYTES && r.text.len > LIMIT_RECORD_BYTES / 2);
	CHECK(str_starts_with(r.text, STR(T "ERROR A: b\n")));
	CHECK(str_ends_with(r.text, STR("Caused by: java.io.EOFException")));
	CHECK(record_line_at(&r, r.text.len - 1, 1) == 5002);
	record_cutter_release(&c);
	buf_release(&text);
}

/* A record of frames with one long line from `from` to `to`. */
static void check_long_line(size_t from, size_t to, size_t whole)
{
	struct buf text = BUF_INIT(1 << 20);
	struct record_cutter c;
	struct record r;

	CHECK(buf_add(&text, STR(T "ERROR A: b\n")));
	while (text.len < from)
		CHECK(buf_add(&text, STR("\tat a.B.method(B.java:1)\n")));
	while (text.len < to)
		CHECK(buf_add_char(&text, text.len + 1 < to ? 'x' : '\n'));
	while (text.len < whole)
		CHECK(buf_add(&text, STR("\tat a.B.method(B.java:1)\n")));
	CHECK(buf_add(&text, STR("Caused by: java.io.EOFException\n")));
	record_cutter_init(&c);
	record_block_begin(&c, buf_str(&text));
	record_cut(&c, buf_str(&text), 0, 0, &r);
	CHECK(r.end == text.len && r.cut_short);
	CHECK(r.text.len <= LIMIT_RECORD_BYTES + 64);
	CHECK(str_find(r.text, STR("xxx ... xxx")) > 0);
	CHECK(str_ends_with(r.text, STR("Caused by: java.io.EOFException")));
	record_cutter_release(&c);
	buf_release(&text);
}

TEST(record_shortens_long_lines)
{
	check_long_line(0, 200000, 200000);	 /* all of it */
	check_long_line(30000, 150000, 160000);	 /* across both edges */
	check_long_line(40000, 80000, 200000);	 /* across the front */
	check_long_line(100000, 195000, 200000); /* across the back */
}

/* --- the same records however the stream is cut ---------------------------------------------- */

struct cut {
	size_t begin, end;
	uint32_t line;
	uint64_t hash;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct cut describe(const struct record *r, size_t offset, uint32_t first_line)
{
	struct cut c = { .begin = r->begin + offset, .end = r->end + offset, .hash = 14695981 };

	c.line = record_line_at(r, r->text.len, first_line);
	for (size_t i = 0; i < r->text.len; i++)
		c.hash = (c.hash ^ (unsigned char)r->text.ptr[i]) * 1099511628211u;
	return c;
}

static size_t cut_all(struct record_cutter *c, struct str text, struct cut *cuts)
{
	size_t count = 0;
	struct record r;

	record_block_begin(c, text);
	for (size_t at = 0; at < text.len; at = r.end) {
		record_cut(c, text, at, at, &r);
		cuts[count++] = describe(&r, 0, 0);
	}
	return count;
}

static bool same_cut(struct cut a, struct cut b)
{
	return a.begin == b.begin && a.end == b.end && a.line == b.line && a.hash == b.hash;
}

/* Every record of every block, as a scanner reads them. */
static size_t differing_in_blocks(struct record_cutter *c, struct str text, const struct cut *want,
				  size_t count, uint64_t *seed)
{
	size_t done = 0, have = 0, which = 0, bad = 0, most = 200 << next_random(seed) % 8;
	uint32_t line = 0;
	struct record r;

	while (done < text.len) {
		struct str block = { text.ptr + done, 0 };
		bool more;

		have += 1 + next_random(seed) % most;
		more = done + have < text.len;
		block.len = have = more ? have : text.len - done;
		if (more)
			block.len = record_last_begin(c, block);
		record_block_begin(c, block);
		for (size_t at = 0; at < block.len && which < count; at = r.end, which++) {
			record_cut(c, block, at, at, &r);
			bad += !same_cut(describe(&r, done, line), want[which]);
		}
		line += (uint32_t)str_count(block, '\n');
		done += block.len;
		have -= block.len;
	}
	return bad + (which != count);
}

/* A record found from any byte of it. */
static size_t differing_around(struct record_cutter *c, struct str text, const struct cut *want,
			       size_t count, uint64_t *seed)
{
	size_t at = next_random(seed) % text.len, low = 0, high = count;
	struct record r;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (want[middle].begin <= at)
			low = middle;
		else
			high = middle;
	}
	record_block_begin(c, text);
	record_cut(c, text, 0, at, &r);
	return !same_cut(describe(&r, 0, 0), want[low]);
}

static void check_all_ways(struct str text, size_t rounds)
{
	struct cut *want = calloc(text.len + 1, sizeof(*want));
	uint64_t seed = 88172645463325252u;
	struct record_cutter c;
	size_t count, bad = 0;

	BUG_ON(!want);
	record_cutter_init(&c);
	count = cut_all(&c, text, want);
	for (size_t i = 0; i < rounds; i++) {
		bad += differing_in_blocks(&c, text, want, count, &seed);
		for (size_t k = 0; k < 40; k++)
			bad += differing_around(&c, text, want, count, &seed);
	}
	CHECK(count > 0);
	CHECK(bad == 0);
	record_cutter_release(&c);
	free(want);
}

TEST(record_cuts_are_the_same_in_any_blocks_of_real_logs)
{
	static const char *const names[] = {
		"corpus/yarn-heap-exit-3-node/input/worker-1_45454",
		"corpus/connect-udf-zero-division/input/spark-submit.log",
		"corpus/unresolved-column-v43/input/spark-submit.log",
		"corpus/path-not-found/input/attempt=1.log",
		"corpus/driver-oom-collect/input/driver/stdout",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		FILE *f = fopen(names[i], "rb");
		char *bytes = malloc(1 << 20);
		size_t len;

		CHECK(f != NULL);
		if (!f || !bytes)
			break;
		len = fread(bytes, 1, 1 << 20, f);
		fclose(f);
		check_all_ways((struct str){ bytes, len }, 4);
		free(bytes);
	}
}

TEST(record_cuts_are_the_same_in_any_blocks_of_odd_text)
{
	static const char *const fragments[] = {
		T "INFO Executor: a\n",
		T "WARN A: Diagnostics: x\n",
		"24/05/01 09:00:00 INFO B: older\n",
		" diagnostics: y\n",
		"Last 4096 bytes of stderr :\n",
		".\n",
		"\n",
		"\r\n",
		"\r[Stage 3:=>  (1 + 1) / 2]\r",
		"glued" T "ERROR C: d\n",
		"Traceback (most recent call last):\n",
		"  File \"/a.py\", line 3, in f\n",
		"KeyError: 'x'\n",
		"During handling of the above exception, another exception occurred:\n",
		"java.io.IOException: x\n",
		"\tat a.B.c(B.java:1)\n",
		"Caused by: a.b.PythonException: Traceback (most recent call last):\n",
		"Driver stacktrace:\n",
		"plain print\n",
		CRI "P part ",
		CRI "F rest\n",
		"{\"ts\":\"2024-03-19T07:18:41.123Z\",\"level\":\"INFO\",\"msg\":\"m\"}\n",
		"{\"log\":\"" T "INFO D: e\\n\",\"time\":\"2024-05-01T10:00:00Z\"}\n",
		"\x1b[31m",
		"Exception in thread \"main\" a.b.X: y\n",
	};
	struct buf text = BUF_INIT(1 << 20);
	uint64_t seed = 1234567;

	for (size_t round = 0; round < 60; round++) {
		buf_clear(&text);
		while (text.len < 1000 + round * 300)
			CHECK(buf_add(
				&text,
				str_from(fragments[next_random(&seed) % ARRAY_LEN(fragments)])));
		check_all_ways(buf_str(&text), 3);
	}
	buf_release(&text);
}

TEST(record_last_begin_keeps_what_may_go_on)
{
	struct record_cutter c;

	record_cutter_init(&c);
	CHECK(record_last_begin(&c, STR("")) == 0);
	CHECK(record_last_begin(&c, STR("no newline yet")) == 0);
	CHECK(record_last_begin(&c, STR(T "INFO A: b\n")) == 0);
	CHECK(record_last_begin(&c, STR(T "INFO A: b\n" T "INFO C: d\n\tat x(Y)\n24/05")) == 28);
	CHECK(record_last_begin(&c, STR(T "INFO A: b\nTraceback (most recent call last):\n  F")) ==
	      28);
	record_cutter_release(&c);
}

/* --- how a stream ends ------------------------------------------------------------------------ */

#define RAISED "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    f()\n"

/* The last printed line's number and text, and the last logged line's number; 0: none. */
static void check_tail(const char *text, uint32_t printed, const char *words, uint32_t logged)
{
	struct record_cutter c;
	struct record_tail tail;

	record_cutter_init(&c);
	record_block_begin(&c, str_from(text));
	record_tail(&c, str_from(text), &tail);
	CHECK(tail.printed == (printed ? printed - 1 : RECORD_TAIL_NONE));
	CHECK(tail.logged == (logged ? logged - 1 : RECORD_TAIL_NONE));
	CHECK_STR(tail.text, str_from(words));
	record_cutter_release(&c);
}

TEST(record_tail_is_what_was_printed_behind_a_traceback)
{
	check_tail(RAISED "KeyError: 'CHF'\nrate GBP 0.86\nall done\n", 6, "all done", 0);
	check_tail(T "INFO A: b\n" RAISED "__main__.FeedError: 12,5\nskipped\n" T "INFO A: c\n", 6,
		   "skipped", 7);
	check_tail("start\n" RAISED "KeyError: 'CHF'\n", 1, "start", 0);
	check_tail("", 0, "", 0);
}

TEST(record_tail_leaves_out_what_may_be_a_message)
{
	/* pandas: an empty line, then what differs. */
	check_tail(RAISED
		   "AssertionError: columns differ\n\ncolumns values differ (33 %)\n[left]: a\n",
		   0, "", 0);
	check_tail(RAISED "pydantic.ValidationError: 1 error\nfield\n  required\nfor more see\n", 0,
		   "", 0);
	/* An analysis error is one paragraph with the plan. */
	check_tail(RAISED "pyspark.errors.exceptions.captured.AnalysisException: [A] b;\n'Project\n"
			  "+- Range\n\nuse the default\n",
		   8, "use the default", 0);
	check_tail(RAISED
		   "py4j.protocol.Py4JJavaError: An error occurred while calling o1.collect.\n"
		   ": java.lang.IllegalStateException: stopped\n\nThis was created "
		   "at:\n\nx.Y.z(Y.java:1)\n",
		   0, "", 0);
}

TEST(record_tail_knows_tracebacks_inside_messages)
{
	check_tail(RAISED "pyspark.errors.exceptions.captured.PythonException: \n"
			  "  An exception was thrown from the Python worker.\n"
			  "Traceback (most recent call last):\n  File \"a.py\", line 5, in f\n"
			  "ZeroDivisionError: division by zero\n\nfallback used\n",
		   10, "fallback used", 0);
	check_tail(
		"org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
		"  File \"a.py\", line 5, in f\nZeroDivisionError: x\n\n\tat a.B.c(B.java:1)\n\n"
		"=== Streaming Query ===\n",
		0, "", 0);
	/* A streaming query: its message holds the traceback, and goes on for long. */
	check_tail(RAISED
		   "pyspark.errors.exceptions.captured.StreamingQueryException: [STREAM_FAILED] "
		   "PythonException: Traceback (most recent call last):\n"
		   "  File \"a.py\", line 5, in f\nValueError: x\n SQLSTATE: 38000\n"
		   "=== Streaming Query ===\nIdentifier: a\n\nCurrent State: ACTIVE\n",
		   0, "", 0);
	check_tail("Traceback (most recent call last):\n  File \"a.py\", line 1, in g\nValueError: "
		   "a\n\n"
		   "During handling of the above exception, another exception occurred:\n\n" RAISED
		   "KeyError: 'b'\n",
		   0, "", 0);
}

TEST(record_tail_knows_where_the_stack_of_spark_connect_ends)
{
	check_tail(RAISED
		   "pyspark.errors.exceptions.connect.AnalysisException: [A] b;\n'Project\n\n\n"
		   "JVM stacktrace:\norg.apache.spark.sql.AnalysisException\n"
		   "\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n+---+\nbye\n",
		   13, "bye", 0);
}

TEST(record_tail_ignores_the_farewell_of_py4j)
{
	check_tail(T "ERROR job: failed\n" RAISED "KeyError: 'a'\n" T
		     "INFO Closing down clientserver connection\n",
		   0, "", 1);
}

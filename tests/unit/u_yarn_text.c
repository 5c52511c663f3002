#include "base/base.h"
#include "tests/unit/test.h"

#include "tests/unit/parts.h"

#define APP   "application_1795441037049_0007"
#define FIRST "container_1795441037049_0007_01_000001"
#define NEXT  "container_1795441037049_0007_01_000002"
#define RULE  "========================================\n"
#define STARS "****************************************\n\n"
#define HEAD3(container)                          \
	"Container: " container " on n-1_45454\n" \
	"LogAggregationType: AGGREGATED\n" RULE
#define FILE3(type, length, text)                                                \
	"LogType:" type "\nLogLastModifiedTime:Mon Nov 23 13:50:25 +0000 2026\n" \
	"LogLength:" length "\nLogContents:\n" text "\nEnd of LogType:" type "\n" STARS

static void check_text(const char *text, const char *want, enum grade grade)
{
	struct str bytes = str_from(text);
	struct parts parts;

	CHECK(yarn_text_splitter.bid(bytes, STR("x")) > 0);
	for (int pipe = 0; pipe < 2; pipe++) {
		parts_split(&parts, &yarn_text_splitter, bytes, "x", pipe);
		CHECK_STR(buf_str(&parts.text), str_from(want));
		CHECK(parts.grade == grade);
		parts_release(&parts);
	}
}

TEST(yarn_text_hadoop3)
{
	check_text(HEAD3(FIRST) FILE3("stdout", "0", "") HEAD3(NEXT)
			   FILE3("stderr", "8", "one\ntwo\n") HEAD3(NEXT)
				   FILE3("gc.log", "3", "end"),
		   "[" APP " " FIRST " n-1 stdout 8]"
		   "[" APP " " NEXT " n-1 stderr 19]one\ntwo\n"
		   "[" APP " " NEXT " n-1 gc.log 32]end",
		   GRADE_OK);
}

TEST(yarn_text_hadoop28)
{
	check_text("\n\nContainer: " FIRST " on n-1_45454\n" RULE
		   "LogType:stderr\nLog Upload Time:Wed Feb 27 18:59:45 +0000 2019\nLogLength:4\n"
		   "Log Contents:\none\n\nEnd of LogType:stderr\n\n"
		   "LogType:stdout\nLog Upload Time:Wed Feb 27 18:59:45 +0000 2019\nLogLength:2\n"
		   "Log Contents:\nab\nEnd of LogType:stdout\n\n",
		   "[" APP " " FIRST " n-1 stderr 9]one\n[" APP " " FIRST " n-1 stdout 17]ab",
		   GRADE_OK);
}

TEST(yarn_text_hadoop25)
{
	check_text("\n\nContainer: " FIRST " on n-1_45454\n" RULE
		   "LogType: stderr\nLogLength: 4\nLog Contents:\none\n"
		   "LogType: stdout\nLogLength: 2\nLog Contents:\nab\n\n"
		   "Container: " NEXT " on n-2_45454\n" RULE
		   "LogType: stderr\nLogLength: 5\nLog Contents:\nfive\n\n\n",
		   "[" APP " " FIRST " n-1 stderr 8]one\n[" APP " " FIRST " n-1 stdout 12]ab"
		   "[" APP " " NEXT " n-2 stderr 19]five\n",
		   GRADE_OK);
}

TEST(yarn_text_running_container)
{
	check_text("Container: " FIRST " on n-1:45454\nLogAggregationType: LOCAL\n" RULE
		   "LogType:stderr\nLogLastModifiedTime:x\nLogLength:4\nLogContents:\none\n"
		   "End of LogType:stderr.This log file belongs to a running container (" FIRST
		   ") and so may not be complete.\n" STARS,
		   "[" APP " " FIRST " n-1 stderr 8]one\n", GRADE_OK);
}

TEST(yarn_text_cut_by_size)
{
	check_text(HEAD3(FIRST) FILE3("stderr", "1000", "one\ntw") HEAD3(NEXT)
			   FILE3("stdout", "2", "ab"),
		   "[" APP " " FIRST " n-1 stderr 8]one\ntw(only the first 6 of 1000 bytes (-size))"
		   "[" APP " " NEXT " n-1 stdout 20]ab",
		   GRADE_OK);
}

TEST(yarn_text_truncated)
{
	check_text(HEAD3(FIRST) "LogType:stderr\nLogLength:1000\nLogContents:\none\ntwo\n",
		   "[" APP " " FIRST " n-1 stderr 7]one\ntwo\n(truncated after 8 of 1000 bytes)",
		   GRADE_PARTIAL);
}

TEST(yarn_text_windows_copy)
{
	check_text("\xEF\xBB\xBF"
		   "Container: " FIRST
		   " on n-1_45454\r\n=====\r\nLogType:stderr\r\nLogLength:12\r\n"
		   "LogContents:\r\none\r\ntwo\r\nsix\r\n\r\nEnd of LogType:stderr\r\n***\r\n\r\n",
		   "[" APP " " FIRST " n-1 stderr 6]one\r\ntwo\r\nsix\r\n", GRADE_OK);
}

TEST(yarn_text_client_lines_first)
{
	check_text("26/11/23 13:50:00 INFO RMProxy: Connecting\nWARN: x\n\n" HEAD3(FIRST)
			   FILE3("stderr", "4", "one\n"),
		   "[   client 1]26/11/23 13:50:00 INFO RMProxy: Connecting\nWARN: x\n"
		   "[" APP " " FIRST " n-1 stderr 11]one\n",
		   GRADE_OK);
}

TEST(yarn_text_front_lost)
{
	check_text("of a line\nlast\n\nEnd of LogType:syslog\n" STARS HEAD3(FIRST)
			   FILE3("stderr", "4", "one\n"),
		   "[   syslog 1]of a line\nlast\n[" APP " " FIRST " n-1 stderr 14]one\n",
		   GRADE_OK);
}

/* A log that holds `yarn logs` text stays whole when its length says so. */
TEST(yarn_text_inside_a_log)
{
#define INNER HEAD3(NEXT) FILE3("stderr", "2", "ab")
	struct buf text = BUF_INIT(1 << 20);
	char want[1024];

	BUG_ON(!buf_addf(&text,
			 HEAD3(FIRST) "LogType:stderr\nLogLength:%zu\nLogContents:\n" INNER
				      "\nEnd of LogType:stderr\n" STARS HEAD3(NEXT)
					      FILE3("stdout", "1", "z"),
			 strlen(INNER)));
	BUG_ON(!buf_add_char(&text, '\0'));
	(void)snprintf(want, sizeof(want),
		       "[" APP " " FIRST " n-1 stderr 7]" INNER "[" APP " " NEXT
		       " n-1 stdout 29]z");
	check_text(text.ptr, want, GRADE_OK);
	buf_release(&text);
#undef INNER
}

/* The same with a length that fits nothing: the lines decide. */
TEST(yarn_text_length_lies)
{
	check_text(HEAD3(FIRST) "LogType:stderr\nLogLength:99999999999999999999\nLogContents:\na\n"
				"\nEnd of LogType:stderr\n" STARS HEAD3(NEXT)
					FILE3("stdout", "7", "z"),
		   "[" APP " " FIRST " n-1 stderr 7]a\n[" APP " " NEXT
		   " n-1 stdout 19]z(only the first 1 of 7 bytes (-size))",
		   GRADE_OK);
}

/* Longer than any window, with lines that look like the frame at its edges. */
TEST(yarn_text_long_log)
{
	struct buf text = BUF_INIT((size_t)16 << 20), log = BUF_INIT((size_t)16 << 20);
	struct parts parts;
	struct str tail;
	ptrdiff_t at;

	for (int i = 0; i < 40000; i++)
		BUG_ON(!buf_addf(&log, "%d\nEnd of LogType:other\nLogType:x\nError: Container: x\n",
				 i));
	BUG_ON(!buf_addf(&text, HEAD3(FIRST) "LogType:stderr\nLogLength:%zu\nLogContents:\n",
			 log.len));
	put(&text, buf_str(&log));
	put(&text, STR("\nEnd of LogType:stderr\n" STARS HEAD3(NEXT) FILE3("stdout", "1", "z")));
	parts_split(&parts, &yarn_text_splitter, buf_str(&text), "x", false);
	CHECK(parts.count == 2 && parts.grade == GRADE_OK);
	at = str_find(buf_str(&parts.text), STR("]"));
	tail = str_skip(buf_str(&parts.text), (size_t)at + 1);
	CHECK(tail.len > log.len && !memcmp(tail.ptr, log.ptr, log.len));
	CHECK_STR(str_skip(tail, log.len), STR("[" APP " " NEXT " n-1 stdout 160018]z"));
	parts_release(&parts);
	buf_release(&text);
	buf_release(&log);
}

TEST(yarn_text_bids)
{
	CHECK(yarn_text_splitter.bid(STR(""), STR("x")) == 0);
	CHECK(yarn_text_splitter.bid(STR("INFO LogType:stderr\nLogContents:\n"), STR("x")) == 0);
	CHECK(yarn_text_splitter.bid(STR("LogType:stderr\nfoo\n"), STR("x")) == 0);
	CHECK(yarn_text_splitter.bid(STR("Container: " FIRST " on h_1\n" RULE), STR("x")) == 0);
	CHECK(yarn_text_splitter.bid(STR("LogType:a\nLogLength:1\nLogContents:\n"), STR("x")) > 0);
}

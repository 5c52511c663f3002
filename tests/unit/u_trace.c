#include "base/base.h"
#include "base/buf.h"
#include "parsers/trace.h"
#include "tests/unit/test.h"

/* One line per cause: depth, name, first line of the message, user frame; `*` at the one to blame.
 */
static void check_trace(const char *text, const char *want)
{
	static struct trace t;
	struct buf out = BUF_INIT(1 << 16);

	trace_parse(str_from(text), &t);
	for (size_t i = 0; i < t.count; i++) {
		const struct trace_cause *c = &t.causes[i];
		struct str first, rest;

		(void)str_cut(c->message, '\n', &first, &rest);
		CHECK(c->at < strlen(text) && c->end <= strlen(text) && c->at < c->end);
		CHECK(c->name.ptr == text + c->at);
		CHECK(buf_addf(&out, "%s%" PRIu32 " " STR_FMT "|" STR_FMT "|",
			       i == t.innermost ? "*" : "", c->depth, STR_ARG(c->name),
			       STR_ARG(first)));
		if (c->file.len)
			CHECK(buf_addf(&out, STR_FMT ":%" PRIu32 " " STR_FMT, STR_ARG(c->file),
				       c->line, STR_ARG(c->function)));
		else
			CHECK(buf_add(&out, c->frame));
		CHECK(buf_add_char(&out, '\n'));
	}
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

TEST(trace_of_java_causes)
{
	check_trace("24/05/01 10:00:00 ERROR Executor: Exception in task 0.0 in stage 1.0 (TID 1)\n"
		    "org.apache.spark.SparkException: failed\n"
		    "\tat org.apache.spark.A.b(A.scala:1)\n"
		    "\tat com.acme.Job.run(Job.java:7)\n"
		    "Caused by: java.io.IOException: disk\n"
		    "\tat java.base/java.io.X.y(X.java:1)\n"
		    "\tat app//org.apache.spark.C.d(C.scala:1)\n"
		    "\tat app//com.acme.Disk.write(Disk.java:9)\n"
		    "\t... 3 more\n",
		    "0 org.apache.spark.SparkException|failed|com.acme.Job.run(Job.java:7)\n"
		    "*1 java.io.IOException|disk|app//com.acme.Disk.write(Disk.java:9)\n");
}

TEST(trace_does_not_blame_a_wrapper)
{
	check_trace("java.lang.IllegalStateException: a\n"
		    "\tat a.B.c(B.java:1)\n"
		    "Caused by: java.lang.reflect.InvocationTargetException\n"
		    "\t... 3 more\n",
		    "*0 java.lang.IllegalStateException|a|a.B.c(B.java:1)\n"
		    "1 java.lang.reflect.InvocationTargetException||\n");
	/* Nothing else was stated. */
	check_trace("java.lang.reflect.InvocationTargetException\n",
		    "*0 java.lang.reflect.InvocationTargetException||\n");
}

TEST(trace_leaves_suppressed_exceptions)
{
	check_trace("java.lang.IllegalStateException: a\n"
		    "\tat a.B.c(B.java:1)\n"
		    "\tSuppressed: java.io.IOException: close\n"
		    "\t\tat a.B.close(B.java:2)\n"
		    "\tCaused by: java.net.SocketException: deeper\n"
		    "Caused by: java.lang.OutOfMemoryError: Java heap space\n"
		    "\tat a.B.d(B.java:3)\n",
		    "0 java.lang.IllegalStateException|a|a.B.c(B.java:1)\n"
		    "*1 java.lang.OutOfMemoryError|Java heap space|a.B.d(B.java:3)\n");
}

TEST(trace_in_the_middle_of_a_line)
{
	check_trace(
		"24/05/01 10:00:00 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 1) (host "
		"executor 1): java.io.FileNotFoundException: /x (No such file)\n"
		"\tat a.B.c(B.java:1)\n",
		"*0 java.io.FileNotFoundException|/x (No such file)|a.B.c(B.java:1)\n");
	/* The class alone, and the one a remote host names. */
	check_trace("24/05/01 10:00:00 ERROR ApplicationMaster: User class threw exception: \n"
		    "java.lang.OutOfMemoryError\n",
		    "*0 java.lang.OutOfMemoryError||\n");
	check_trace("Caused by: "
		    "org.apache.hadoop.ipc.RemoteException(org.a.AccessControlException): no\n",
		    "*1 org.apache.hadoop.ipc.RemoteException|no|\n");
	check_trace("24/05/01 10:00:00 INFO A: nothing wrong in com.acme.ErrorTable: 5 rows\n", "");
}

TEST(trace_of_an_abort_blames_what_the_task_said)
{
	check_trace(
		"Exception in thread \"main\" org.apache.spark.SparkException: Job aborted due to "
		"stage failure: Lost task 0.0 in stage 1.0 (TID 1) (h executor 1): "
		"com.acme.BadRowException: row 7\n"
		"\tat com.acme.Parse.row(Parse.java:7)\n"
		"\n"
		"Driver stacktrace:\n"
		"\tat com.acme.Main.main(Main.java:1)\n",
		"0 org.apache.spark.SparkException|Job aborted due to stage failure: Lost task 0.0 "
		"in stage 1.0 (TID 1) (h executor 1): com.acme.BadRowException: row 7|\n"
		"*1 com.acme.BadRowException|row 7|com.acme.Parse.row(Parse.java:7)\n");
}

TEST(trace_of_python)
{
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/opt/jobs/a.py\", line 9, in <module>\n"
		    "    main()\n"
		    "    ^^^^^^\n"
		    "  File \"/opt/jobs/a.py\", line 4, in main\n"
		    "    return d['x']\n"
		    "  File \"/venv/lib/python3.11/site-packages/pandas/x.py\", line 99, in get\n"
		    "  File \"/databricks/site-packages/mylib/y.py\", line 98, in get\n"
		    "  File \"<frozen importlib._bootstrap>\", line 1, in load\n"
		    "KeyError: 'x'\n",
		    "*0 KeyError|'x'|/opt/jobs/a.py:4 main\n");
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 9, in f\n"
		    "__main__.f.<locals>.Failed: why\n",
		    "*0 __main__.f.<locals>.Failed|why|/a.py:9 f\n");
	/* Cut off, or no exception at all. */
	check_trace("Traceback (most recent call last):\n  File \"/a.py\", line 9, in f\n", "");
	check_trace("Traceback (most recent call last):\nsomething went wrong here\n", "");
}

TEST(trace_of_python_at_the_margin)
{
	check_trace("Traceback (most recent call last):\n"
		    "File \"/a.py\", line 9, in f\n"
		    "return g(x)\n"
		    "File \"/b.py\", line 2, in g\n"
		    "else:\n"
		    "ValueError: bad\n",
		    "*0 ValueError|bad|/b.py:2 g\n");
}

TEST(trace_of_chained_python)
{
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 1, in f\n"
		    "KeyError: 'x'\n"
		    "\n"
		    "During handling of the above exception, another exception occurred:\n"
		    "\n"
		    "Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 2, in g\n"
		    "ValueError: second\n",
		    "0 KeyError|'x'|/a.py:1 f\n*0 ValueError|second|/a.py:2 g\n");
	/* `raise ValueError from KeyError` says itself what the cause is. */
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 1, in f\n"
		    "KeyError: 'x'\n"
		    "\n"
		    "The above exception was the direct cause of the following exception:\n"
		    "\n"
		    "Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 2, in g\n"
		    "ValueError: second\n",
		    "*1 KeyError|'x'|/a.py:1 f\n0 ValueError|second|/a.py:2 g\n");
}

TEST(trace_of_exception_groups)
{
	check_trace("  + Exception Group Traceback (most recent call last):\n"
		    "  |   File \"/a.py\", line 1, in f\n"
		    "  | ExceptionGroup: two (2 sub-exceptions)\n"
		    "  +-+---------------- 1 ----------------\n"
		    "    | Traceback (most recent call last):\n"
		    "    |   File \"/a.py\", line 5, in g\n"
		    "    | ValueError: inner\n",
		    "0 ExceptionGroup|two (2 sub-exceptions)|/a.py:1 f\n"
		    "*1 ValueError|inner|/a.py:5 g\n");
}

TEST(trace_of_py4j_blames_the_java_side)
{
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 9, in <module>\n"
		    "  File \"/spark/python/lib/pyspark.zip/pyspark/sql/dataframe.py\", line 1, in "
		    "count\n"
		    "py4j.protocol.Py4JJavaError: An error occurred while calling o2122.train.\n"
		    ": java.lang.OutOfMemoryError: Java heap space\n"
		    "\tat java.base/java.util.Arrays.copyOf(Arrays.java:1)\n",
		    "0 py4j.protocol.Py4JJavaError|An error occurred while calling o2122.train.|"
		    "/a.py:9 <module>\n"
		    "*1 java.lang.OutOfMemoryError|Java heap space|\n");
	/* What the program says about it afterwards is no cause of it. */
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 9, in <module>\n"
		    "py4j.protocol.Py4JJavaError: An error occurred while calling o1.x.\n"
		    ": org.apache.spark.SparkException: Unable to clear output directory\n"
		    "\tat a.B.c(B.java:1)\n"
		    "\n"
		    "During handling of the above exception, another exception occurred:\n"
		    "\n"
		    "Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 12, in <module>\n"
		    "RuntimeError: the report failed\n",
		    "1 py4j.protocol.Py4JJavaError|An error occurred while calling o1.x.|/a.py:9 "
		    "<module>\n"
		    "*2 org.apache.spark.SparkException|Unable to clear output "
		    "directory|a.B.c(B.java:1)\n"
		    "0 RuntimeError|the report failed|/a.py:12 <module>\n");
}

TEST(trace_of_python_inside_java)
{
	check_trace("24/05/01 10:00:00 ERROR Executor: Exception in task\n"
		    "org.apache.spark.SparkException: Task failed\n"
		    "\tat org.apache.spark.A.b(A.scala:1)\n"
		    "Caused by: org.apache.spark.api.python.PythonException: Traceback (most "
		    "recent call "
		    "last):\n"
		    "  File \"/spark/pyspark.zip/pyspark/worker.py\", line 605, in main\n"
		    "  File \"/opt/jobs/udf.py\", line 6, in ratio\n"
		    "ZeroDivisionError: division by zero\n"
		    "\n"
		    "\tat org.apache.spark.api.python.X.y(PythonRunner.scala:516)\n",
		    "0 org.apache.spark.SparkException|Task failed|\n"
		    "1 org.apache.spark.api.python.PythonException||\n"
		    "*2 ZeroDivisionError|division by zero|/opt/jobs/udf.py:6 ratio\n");
	check_trace(
		"org.apache.spark.api.python.PythonException: [PYTHON_EXCEPTION] An exception was "
		"thrown from the Python worker: Traceback (most recent call last):\n"
		"  File \"/opt/jobs/udf.py\", line 6, in ratio\n"
		"ZeroDivisionError: division by zero\n"
		" SQLSTATE: 38000\n",
		"0 org.apache.spark.api.python.PythonException|[PYTHON_EXCEPTION] An exception was "
		"thrown from the Python worker: |\n"
		"*1 ZeroDivisionError|division by zero|/opt/jobs/udf.py:6 ratio\n");
}

TEST(trace_of_captured_sql_errors)
{
	check_trace("Traceback (most recent call last):\n"
		    "  File \"/a.py\", line 3, in <module>\n"
		    "pyspark.errors.exceptions.captured.AnalysisException: [UNRESOLVED_COLUMN] A "
		    "column; "
		    "line 1 pos 7;\n"
		    "'Project ['x]\n",
		    "*0 pyspark.errors.exceptions.captured.AnalysisException|[UNRESOLVED_COLUMN] A "
		    "column; line 1 pos 7;|/a.py:3 <module>\n");
}

TEST(trace_stops_at_its_limit)
{
	static struct trace t;
	struct buf text = BUF_INIT(1 << 20);

	for (size_t i = 0; i < LIMIT_TRACE_CAUSES * 4; i++)
		CHECK(buf_addf(&text, "Caused by: a.b.C%zuException: m\n\tat d.E.f(E.java:1)\n",
			       i));
	trace_parse(buf_str(&text), &t);
	CHECK(t.count == LIMIT_TRACE_CAUSES);
	CHECK(t.innermost == LIMIT_TRACE_CAUSES - 1);
	buf_release(&text);
	trace_parse(STR(""), &t);
	CHECK(t.count == 0);
}

TEST(trace_short_names)
{
	CHECK_STR(trace_short_name(STR("java.lang.OutOfMemoryError")), STR("OutOfMemoryError"));
	CHECK_STR(trace_short_name(STR("a.B$InnerException")), STR("InnerException"));
	CHECK_STR(trace_short_name(STR("KeyError")), STR("KeyError"));
	CHECK_STR(trace_short_name(STR("")), STR(""));
}

#include "base/base.h"
#include "diagnose/compare.h"
#include "diagnose/history.h"
#include "tests/unit/event_lines.h"
#include "tests/unit/test.h"

/* A run with one application, made by hand. */
struct made {
	struct diagnosis d;
	struct application app;
	struct application_history history;
	struct fix_setting settings[8];
	struct finding findings[4];
};

static void make(struct made *m, enum outcome outcome, int64_t took_ms)
{
	*m = (struct made){ .app = { .name = STR("etl"),
				     .id = STR("app-1"),
				     .spark_version = STR("3.5.9"),
				     .outcome = outcome,
				     .start_ms = 1000,
				     .end_ms = 1000 + took_ms,
				     .counts = { -1, -1, -1, -1, -1, -1, -1, -1, -1 },
				     .settings = m->settings } };
	m->d.applications = &m->app;
	m->d.application_count = 1;
	m->d.findings = m->findings;
}

static void set(struct made *m, const char *key, const char *value)
{
	m->settings[m->app.setting_count++] =
		(struct fix_setting){ str_from(key), str_from(value) };
}

static void find(struct made *m, const char *id, enum severity severity, uint64_t count)
{
	m->findings[m->d.finding_count++] = (struct finding){ .id = str_from(id),
							      .title = str_from("A title"),
							      .severity = severity,
							      .role = ROLE_ROOT,
							      .count = count };
}

/* An event log of these lines; release with drop(). */
static void tell(struct made *m, const char *const *lines, size_t count)
{
	struct history *h = history_of_lines(lines, count);

	history_finish(h);
	m->history = (struct application_history){ .history = h };
	m->d.histories = &m->history;
	m->d.history_count = 1;
	set(m, "spark.executor.id", "driver");
}

static void drop(struct made *m)
{
	if (m->d.history_count)
		history_free(m->history.history);
}

static struct str cell(const struct table *t, size_t row, const char *column)
{
	size_t at = table_column(t, str_from(column));

	return row < t->row_count ? t->rows[row].cells[at].text : STR("(no row)");
}

static void check_row(const struct table *t, size_t row, const char *name, const char *before,
		      const char *after, const char *change)
{
	CHECK_STR(cell(t, row, "name"), str_from(name));
	CHECK_STR(cell(t, row, "before"), str_from(before));
	CHECK_STR(cell(t, row, "after"), str_from(after));
	CHECK_STR(cell(t, row, "change"), str_from(change));
}

TEST(compare_outcome_and_duration_are_always_there)
{
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 60000);
	make(&b, OUTCOME_SUCCEEDED, 90000);
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 2 && !compare_differs(&t));
	check_row(&t, 0, "outcome", "succeeded", "succeeded", "same");
	check_row(&t, 1, "duration", "1 min 0 s", "1 min 30 s", "+50 %");
	CHECK(t.rows[1].cells[table_column(&t, STR("after_value"))].number == 90000);
	table_release(&t);
}

TEST(compare_findings_by_id)
{
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_FAILED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	find(&a, "gone", SEVERITY_CRITICAL, 3);
	find(&a, "same", SEVERITY_WARNING, 2);
	find(&a, "milder", SEVERITY_CRITICAL, 2);
	find(&b, "milder", SEVERITY_INFO, 2);
	find(&b, "same", SEVERITY_WARNING, 2);
	find(&b, "new", SEVERITY_WARNING, 1);
	find(&b, "noise", SEVERITY_WARNING, 1);
	b.findings[3].role = ROLE_NOISE;
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 5 && compare_differs(&t));
	check_row(&t, 2, "gone", "critical x3", "", "only before");
	check_row(&t, 3, "milder", "critical x2", "info x2", "changed");
	check_row(&t, 4, "new", "", "warning", "only after");
	CHECK_STR(cell(&t, 4, "about"), STR("A title"));
	table_release(&t);
}

TEST(compare_settings_by_meaning)
{
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	set(&a, "spark.executor.memory", "2048m");
	set(&b, "spark.executor.memory", "2g");
	set(&a, "spark.rdd.compress", "True");
	set(&b, "spark.rdd.compress", "true");
	set(&a, "spark.driver.port", "1");
	set(&b, "spark.driver.port", "2");
	set(&a, "spark.x.proxy", "http://h/app-1/x");
	set(&b, "spark.x.proxy", "http://h/application_22/x");
	b.app.id = STR("application_22");
	set(&a, "spark.driver.memory", "1g");
	set(&b, "spark.driver.memory", "3g");
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 3);
	check_row(&t, 2, "spark.driver.memory", "1g", "3g", "+200 %");
	table_release(&t);
}

TEST(compare_settings_never_show_secrets)
{
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	set(&a, "spark.hadoop.fs.azure.account.key.shop.dfs", "q83hfkVs0aPqT==");
	set(&b, "spark.hadoop.fs.azure.account.key.shop.dfs", "p83hfkVs0aPqT==");
	set(&a, "spark.my.url", "jdbc:x://me:before1@h/d");
	set(&b, "spark.my.url", "jdbc:x://me:after22@h/d");
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 4);
	check_row(&t, 2, "spark.hadoop.fs.azure.account.key.shop.dfs", "***", "***", "changed");
	check_row(&t, 3, "spark.my.url", "jdbc:x://me:***@h/d", "jdbc:x://me:***@h/d", "changed");
	table_release(&t);
}

TEST(compare_settings_name_the_words_of_long_values)
{
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	set(&a, "spark.executor.extraJavaOptions", "-Xss4m -verbose:gc -Da=b");
	set(&b, "spark.executor.extraJavaOptions", "-Xss8m -Da=b -verbose:gc");
	compare_table(&a.d, &b.d, &t);
	CHECK_STR(cell(&t, 2, "about"), STR("added -Xss8m; removed -Xss4m"));
	table_release(&t);
}

#define START                                                                      \
	"{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":\"etl\",\"App " \
	"ID\":\"app-1\",\"Timestamp\":1000}"
#define STAGE(id, name, end)                                                           \
	"{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":{\"Stage ID\":" #id \
	",\"Stage Attempt ID\":0,\"Stage Name\":\"" name "\",\"Number of Tasks\":1,"   \
	"\"Submission Time\":2000,\"Completion Time\":" #end "}}"
#define TASK(stage, written)                                                                  \
	"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":" #stage                            \
	",\"Stage Attempt ID\":0,\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":" \
	"{\"Task ID\":1,\"Launch Time\":2000,\"Executor ID\":\"1\",\"Host\":\"h\","           \
	"\"Finish Time\":2100},\"Task Metrics\":{\"Shuffle Write Metrics\":{\"Shuffle Bytes " \
	"Written\":" #written "}}}"
#define SQL(id, what, join)                                                                      \
	"{\"Event\":\"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart\","       \
	"\"executionId\":" #id ",\"description\":\"" what "\",\"sparkPlanInfo\":{\"nodeName\":"  \
	"\"Project\",\"simpleString\":\"\",\"children\":[{\"nodeName\":\"WholeStageCodegen "     \
	"(" #id ")\",\"children\":[{\"nodeName\":\"" join "\",\"children\":[],\"metrics\":[]}]," \
	"\"metrics\":[]}],\"metrics\":[]},\"time\":1500}"

TEST(compare_stages_by_name_when_numbers_shift)
{
	static const char *const before[] = { START, TASK(1, 5), STAGE(1, "save at a.py:3", 12000),
					      STAGE(2, "count at a.py:9", 4000) };
	static const char *const after[] = { START, STAGE(3, "count at /new/a.py:11", 4100),
					     TASK(2, 52428800), STAGE(2, "save at a.py:3", 52000) };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	tell(&a, before, ARRAY_LEN(before));
	tell(&b, after, ARRAY_LEN(after));
	compare_table(&a.d, &b.d, &t);
	check_row(&t, 2, "stage 2 duration", "10 s", "50 s", "+400 %");
	CHECK_STR(cell(&t, 2, "about"), STR("save at a.py:3; before stage 1"));
	check_row(&t, 3, "stage 2 shuffle", "5 B", "50 MB", "x10485760");
	check_row(&t, 4, "shuffle write", "5 B", "50 MB", "x10485760");
	CHECK(t.row_count == 5);
	table_release(&t);
	drop(&a);
	drop(&b);
}

TEST(compare_stages_that_only_one_run_has)
{
	static const char *const before[] = { START, STAGE(1, "save at a.py:3", 12000) };
	static const char *const after[] = { START, STAGE(1, "save at a.py:3", 12000),
					     STAGE(2, "sort at a.py:4", 9000),
					     STAGE(3, "show at a.py:5", 2100) };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	tell(&a, before, ARRAY_LEN(before));
	tell(&b, after, ARRAY_LEN(after));
	compare_table(&a.d, &b.d, &t);
	check_row(&t, 2, "stage 2", "", "7.0 s", "only after");
	CHECK(t.row_count == 3);
	table_release(&t);
	drop(&a);
	drop(&b);
}

TEST(compare_stages_named_after_threads_by_number)
{
	static const char *const before[] = { START, STAGE(1, "f at FutureTask.java:264", 9000),
					      STAGE(2, "count at Method.java:0", 9000) };
	static const char *const after[] = { START, STAGE(1, "save at Method.java:0", 9100),
					     STAGE(2, "g at FutureTask.java:264", 19000) };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	tell(&a, before, ARRAY_LEN(before));
	tell(&b, after, ARRAY_LEN(after));
	compare_table(&a.d, &b.d, &t);
	check_row(&t, 2, "stage 2 duration", "7.0 s", "17 s", "+143 %");
	CHECK(t.row_count == 3);
	table_release(&t);
	drop(&a);
	drop(&b);
}

/* Three tasks of a second, and one of `longest_ms`. */
static void tell_skew(struct made *m, int64_t longest_ms)
{
	char tasks[4][300];
	const char *lines[6] = { START };

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(
			tasks[i], sizeof(tasks[i]),
			"{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":0,\"Stage Attempt "
			"ID\":0,\"Task End Reason\":{\"Reason\":\"Success\"},\"Task Info\":"
			"{\"Task ID\":%zu,\"Launch Time\":2000,\"Executor ID\":\"1\",\"Host\":"
			"\"h\",\"Finish Time\":%" PRId64 "}}",
			i, 2000 + (i == 3 ? longest_ms : 1000));
		lines[i + 1] = tasks[i];
	}
	lines[5] = STAGE(0, "save at a.py:3", 22000);
	tell(m, lines, ARRAY_LEN(lines));
}

TEST(compare_skew_that_costs)
{
	static const struct {
		int64_t before, after;
		size_t rows;
	} cases[] = {
		{ 11000, 4000, 3 },  /* worth a row */
		{ 11000, 10000, 2 }, /* as skewed as before */
		{ 2500, 1000, 2 },   /* never skewed */
		{ 4100, 2500, 2 },   /* the stage waits hardly less */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct made a, b;
		struct table t;

		make(&a, OUTCOME_SUCCEEDED, 1);
		make(&b, OUTCOME_SUCCEEDED, 1);
		tell_skew(&a, cases[i].before);
		tell_skew(&b, cases[i].after);
		/* Only the row of the stage: task time is another one. */
		compare_table(&a.d, &b.d, &t);
		while (t.row_count > 2 && str_eq(cell(&t, t.row_count - 1, "kind"), STR("total")))
			t.row_count--;
		CHECK(t.row_count == cases[i].rows);
		if (t.row_count == 3)
			check_row(&t, 2, "stage 0 skew", "11.0 x median", "4.0 x median", "better");
		table_release(&t);
		drop(&a);
		drop(&b);
	}
}

TEST(compare_plans_by_operators)
{
	static const char *const before[] = { START, SQL(0, "save", "SortMergeJoin"),
					      SQL(1, "count", "Scan") };
	static const char *const after[] = { START, SQL(4, "save", "BroadcastHashJoin"),
					     SQL(5, "count", "Scan") };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	tell(&a, before, ARRAY_LEN(before));
	tell(&b, after, ARRAY_LEN(after));
	compare_table(&a.d, &b.d, &t);
	check_row(&t, 2, "SQL 4, before 0", "SortMergeJoin", "BroadcastHashJoin", "changed");
	CHECK_STR(cell(&t, 2, "about"), STR("save"));
	CHECK(t.row_count == 3);
	table_release(&t);
	drop(&a);
	drop(&b);
}

TEST(compare_settings_missing_from_a_whole_list_are_defaults)
{
	static const char *const lines[] = { START };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	set(&a, "spark.sql.shuffle.partitions", "200");
	set(&b, "spark.sql.broadcastTimeout", "600s");
	tell(&a, lines, 1);
	tell(&b, lines, 1);
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 3);
	check_row(&t, 2, "spark.sql.broadcastTimeout", "300 (default)", "600s", "only after");
	table_release(&t);
	drop(&a);
	drop(&b);
}

TEST(compare_settings_unknown_in_one_run_are_no_difference)
{
	static const char *const lines[] = { START };
	struct made a, b;
	struct table t;

	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	set(&a, "spark.sql.shuffle.partitions", "7");
	set(&a, "spark.executor.cores", "4");
	tell(&a, lines, 1);
	set(&b, "spark.executor.cores", "2");
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 4);
	check_row(&t, 2, "spark.executor.cores", "4", "2", "-50 %");
	check_row(&t, 3, "(others)", "all known", "few known", "not compared");
	table_release(&t);
	drop(&a);
}

TEST(compare_applications_by_name_then_order)
{
	struct application before[3] = { { .name = STR("x"), .start_ms = 5 },
					 { .name = STR("y"), .start_ms = 6 },
					 { .name = STR("old"), .start_ms = 7 } };
	struct application after[4] = { { .name = STR("new"), .start_ms = 9 },
					{ .name = STR("y"), .start_ms = 8 },
					{ .name = STR("x"), .start_ms = 7 },
					{ .name = STR("x"), .start_ms = 6, .id = STR("app-6") } };
	struct diagnosis a = { .applications = before, .application_count = 3 };
	struct diagnosis b = { .applications = after, .application_count = 4 };
	struct table t;

	for (size_t i = 0; i < 4; i++)
		after[i].outcome = i == 1 ? OUTCOME_FAILED : OUTCOME_SUCCEEDED;
	for (size_t i = 0; i < 3; i++)
		before[i].outcome = OUTCOME_SUCCEEDED;
	compare_table(&a, &b, &t);
	/* What ended otherwise and what is alone, then the rest: x with the earlier x, old with x.
	 */
	CHECK_STR(cell(&t, 0, "app"), STR("y"));
	check_row(&t, 0, "outcome", "succeeded", "failed", "changed");
	check_row(&t, 2, "application", "", "succeeded", "only after");
	CHECK_STR(cell(&t, 2, "app"), STR("new"));
	CHECK_STR(cell(&t, 3, "app"), STR("x"));
	check_row(&t, 7, "application name", "old", "x", "changed");
	CHECK(t.row_count == 8);
	table_release(&t);
}

TEST(compare_rows_of_one_kind_are_bounded)
{
	struct made a, b;
	struct table t;
	struct fix_setting *many = calloc(3000, sizeof(*many));
	char names[1500][16];

	CHECK(many != NULL);
	make(&a, OUTCOME_SUCCEEDED, 1);
	make(&b, OUTCOME_SUCCEEDED, 1);
	for (size_t i = 0; many && i < 1500; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "spark.my.%04zu", i);
		many[i] = (struct fix_setting){ str_from(names[i]), STR("a") };
		many[i + 1500] = (struct fix_setting){ str_from(names[i]), STR("b") };
	}
	a.app.settings = many;
	b.app.settings = many + 1500;
	a.app.setting_count = b.app.setting_count = 1500;
	compare_table(&a.d, &b.d, &t);
	CHECK(t.row_count == 1003);
	check_row(&t, 1001, "spark.my.0999", "a", "b", "changed");
	check_row(&t, 1002, "500 more", "", "", "left out");
	table_release(&t);
	free(many);
}

#include "base/base.h"
#include "diagnose/event_view.h"
#include "diagnose/whatif.h"

#include "tests/unit/temporary.h"

static void add_event(FILE *f, const char *name, const char *members)
{
	fprintf(f, "{\"Event\":\"SparkListener%s\",%s}\n", name, members);
}

static void add_stage(FILE *f, const char *event, unsigned id, const char *parents, unsigned from,
		      unsigned to)
{
	char text[400];
	char done[40] = "";

	if (to)
		snprintf(done, sizeof(done), ",\"Completion Time\":%u", to);
	snprintf(text, sizeof(text),
		 "\"Stage Info\":{\"Stage ID\":%u,\"Stage Attempt ID\":0,\"Stage Name\":\"s\","
		 "\"Number of Tasks\":4,\"Parent IDs\":[%s],\"Submission Time\":%u%s}",
		 id, parents, from, done);
	add_event(f, event, text);
}

static void add_task(FILE *f, unsigned stage, unsigned id, unsigned from, unsigned to)
{
	char text[600];

	snprintf(text, sizeof(text),
		 "\"Stage ID\":%u,\"Stage Attempt ID\":0,\"Task End "
		 "Reason\":{\"Reason\":\"Success\"},"
		 "\"Task Info\":{\"Task ID\":%u,\"Index\":%u,\"Attempt\":0,\"Launch Time\":%u,"
		 "\"Executor ID\":\"1\",\"Host\":\"h\",\"Finish Time\":%u,\"Failed\":false,"
		 "\"Killed\":false}",
		 stage, id, id, from, to);
	add_event(f, "TaskEnd", text);
}

/*
 * 1 s of the driver, a stage of four tasks of 1 s on two slots, one of two tasks of 1 s and 3 s
 * behind it, 1 s of the driver.
 */
static struct diagnosis *open_run(char *path)
{
	FILE *f = temporary_create(path);

	add_event(f, "LogStart", "\"Spark Version\":\"3.5.9\"");
	add_event(f, "ApplicationStart",
		  "\"App Name\":\"n\",\"App ID\":\"app-1\",\"Timestamp\":1000,\"User\":\"u\"");
	add_event(f, "ExecutorAdded",
		  "\"Timestamp\":1500,\"Executor ID\":\"1\",\"Executor Info\":{\"Host\":\"h\","
		  "\"Total Cores\":2}");
	add_event(f, "JobStart",
		  "\"Job ID\":0,\"Submission Time\":2000,\"Stage Infos\":[],\"Stage IDs\":[0,1]");
	add_stage(f, "StageSubmitted", 0, "", 2000, 0);
	add_task(f, 0, 0, 2000, 3000);
	add_task(f, 0, 1, 2000, 3000);
	add_task(f, 0, 2, 3000, 4000);
	add_task(f, 0, 3, 3000, 4000);
	add_stage(f, "StageCompleted", 0, "", 2000, 4000);
	add_stage(f, "StageSubmitted", 1, "0", 4000, 0);
	add_task(f, 1, 4, 4000, 5000);
	add_task(f, 1, 5, 4000, 7000);
	add_stage(f, "StageCompleted", 1, "0", 4000, 7000);
	add_event(f, "JobEnd",
		  "\"Job ID\":0,\"Completion Time\":7000,\"Job Result\":{\"Result\":"
		  "\"JobSucceeded\"}");
	add_event(f, "ApplicationEnd", "\"Timestamp\":8000");
	CHECK(!fclose(f));
	return temporary_open(path);
}

static int64_t takes(const struct table *t, size_t row)
{
	return t->rows[row].cells[table_column(t, STR("wall_ms"))].number;
}

TEST(whatif_replays_tasks_on_other_slots)
{
	char path[] = "/tmp/sparkdx-whatif-XXXXXX";
	struct diag_sink quiet = { .emit = temporary_ignore };
	struct diagnosis *d = open_run(path);
	struct table t;

	CHECK(d->history_count == 1);
	whatif_table(d, (struct whatif){ 2, 0 }, NULL, &quiet, &t);
	CHECK(t.row_count == 5);
	CHECK(takes(&t, 0) == 7000); /* measured */
	CHECK(takes(&t, 1) == 7000); /* replayed on two slots: the same */
	CHECK(takes(&t, 2) == 6000); /* on four, the first stage takes 1 s */
	CHECK(takes(&t, 3) == 6000); /* the longest task of each stage */
	CHECK(takes(&t, 4) == 2000); /* the driver */
	table_release(&t);
	whatif_table(d, (struct whatif){ 1, 1 }, NULL, &quiet, &t);
	CHECK(takes(&t, 2) == 10000); /* all tasks one behind the other */
	table_release(&t);
	whatif_table(d, (struct whatif){ 0, 0 }, NULL, &quiet, &t);
	CHECK(t.row_count == 6); /* half an executor is none */
	table_release(&t);
	diagnosis_free(d);
	unlink(path);
}

TEST(tasks_longest_first)
{
	char path[] = "/tmp/sparkdx-tasks-XXXXXX";
	struct diag_sink quiet = { .emit = temporary_ignore };
	struct diagnosis *d = open_run(path);
	struct task_choice which;
	struct table t;

	CHECK(task_choice_read(STR("1.0"), &which));
	CHECK(which.stage == 1 && which.attempt == 0);
	CHECK(!task_choice_read(STR("1."), &which));
	CHECK(!task_choice_read(STR(".1"), &which));
	CHECK(task_choice_read(STR("1"), &which));
	task_table(d, which, NULL, &quiet, &t);
	CHECK(t.row_count == 2);
	CHECK(t.rows[0].cells[table_column(&t, STR("task"))].number == 5);
	table_release(&t);
	diagnosis_free(d);
	unlink(path);
}

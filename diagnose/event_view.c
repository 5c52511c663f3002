#include "base/base.h"
#include "diagnose/event_view.h"

#include "base/buf.h"
#include "base/int_map.h"
#include "diagnose/event_walk.h"
#include "diagnose/history.h"
#include "diagnose/mask.h"

enum { VALUE_BYTES_MAX = 1 << 18, TEXT_BYTES_MAX = 4096 };

struct reread {
	struct table *table;
	const struct event_walk *at;
	struct task_choice which;
	struct int_map row_of_task; /* of the application attempt `app` */
	struct str app;
	struct str part;
	struct buf value;
};

static void reread(struct reread *r, const struct diagnosis *d, event_visit *visit,
		   const volatile sig_atomic_t *cancel, struct diag_sink *diags)
{
	r->value = (struct buf)BUF_INIT(VALUE_BYTES_MAX);
	event_walk(d, visit, r, cancel, diags);
	buf_release(&r->value);
	int_map_release(&r->row_of_task);
	if (d->application_count <= 1 && d->history_count <= 1)
		r->table->same_column = 0;
}

/* The text as a cell, unescaped, cut, in the table's arena. */
static struct cell raw_cell(struct reread *r, struct str raw)
{
	struct str kept;

	buf_clear(&r->value);
	if (raw.len > TEXT_BYTES_MAX)
		raw.len = TEXT_BYTES_MAX;
	if (!raw.len || !json_unescape(raw, &r->value) ||
	    !arena_str(&r->table->arena, buf_str(&r->value), &kept))
		return (struct cell){ 0 };
	return cell_text(kept);
}

/* --- tasks ----------------------------------------------------------------------------------- */

/* What is measured follows in the order of enum measure. */
const struct column task_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "stage", "Stage", COLUMN_NUMBER, false },
	{ "stage_attempt", NULL, COLUMN_NUMBER, false },
	{ "index", "Index", COLUMN_NUMBER, false },
	{ "attempt", "Att", COLUMN_NUMBER, false },
	{ "task", "Task", COLUMN_NUMBER, false },
	{ "executor", "Executor", COLUMN_TEXT, false },
	{ "host", NULL, COLUMN_TEXT, false },
	{ "locality", NULL, COLUMN_TEXT, false },
	{ "speculative", NULL, COLUMN_NUMBER, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "launch_ms", NULL, COLUMN_TIME, false },
	{ "finish_ms", NULL, COLUMN_TIME, false },
	{ "duration_ms", "Took", COLUMN_MS, false },
	{ "executor_run_ms", NULL, COLUMN_MS, false },
	{ "executor_cpu_ns", NULL, COLUMN_NS, false },
	{ "gc_ms", "GC", COLUMN_MS, false },
	{ "peak_execution_bytes", NULL, COLUMN_BYTES, false },
	{ "input_bytes", "Input", COLUMN_BYTES, false },
	{ "input_records", NULL, COLUMN_NUMBER, false },
	{ "output_bytes", NULL, COLUMN_BYTES, false },
	{ "output_records", NULL, COLUMN_NUMBER, false },
	{ "shuffle_read_bytes", "Shuf read", COLUMN_BYTES, false },
	{ "shuffle_read_records", NULL, COLUMN_NUMBER, false },
	{ "read_records", "Records", COLUMN_NUMBER, false },
	{ "shuffle_write_bytes", "Shuf write", COLUMN_BYTES, false },
	{ "shuffle_write_records", NULL, COLUMN_NUMBER, false },
	{ "fetch_wait_ms", NULL, COLUMN_MS, false },
	{ "memory_spilled_bytes", NULL, COLUMN_BYTES, false },
	{ "disk_spilled_bytes", "Spill", COLUMN_BYTES, false },
	{ "reason", "Reason", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },
	{ "event", NULL, COLUMN_NUMBER, false },
};
const size_t task_column_count = ARRAY_LEN(task_columns);
enum { TASK_STATE = 10, TASK_DURATION = 13, TASK_REASON = 30 };
_Static_assert(ARRAY_LEN(task_columns) == TASK_DURATION + MEASURE_COUNT + 3,
	       "task_columns has each measure once");

enum { TASK_RANK_FAILED, TASK_RANK_RUNNING, TASK_RANK_DONE };

static struct row *task_row(struct reread *r, const struct event *e)
{
	struct row *row;
	size_t at;

	at = int_map_find(&r->row_of_task, e->id);
	if (at != SIZE_MAX)
		return &r->table->rows[at];
	row = table_add(r->table, TASK_RANK_RUNNING);
	if (row)
		int_map_put(&r->row_of_task, e->id, r->table->row_count - 1);
	return row;
}

static void begin_task(struct reread *r, const struct event *e, struct row *row)
{
	size_t c = 0;

	row->cells[c++] = cell_text(r->at->app);
	row->cells[c++] = cell_number(e->stage);
	row->cells[c++] = cell_number(e->stage_attempt);
	row->cells[c++] = cell_number(e->index);
	row->cells[c++] = cell_number(e->attempt);
	row->cells[c++] = cell_number(e->id);
	row->cells[c++] = raw_cell(r, e->executor);
	row->cells[c++] = raw_cell(r, e->host);
	row->cells[c++] = raw_cell(r, e->locality);
	row->cells[c++] = cell_number(e->speculative);
	row->cells[c++] = cell_text(STR("running"));
	row->cells[c++] = cell_number(e->launch_ms);
	row->cells[TASK_REASON + 1] = cell_text(r->at->log->name);
	row->cells[TASK_REASON + 2] = cell_number(r->at->number);
}

static void end_task(struct reread *r, const struct event *e, struct row *row)
{
	const char *state = e->task_reason == TASK_SUCCESS	   ? "succeeded"
			    : e->task_reason == TASK_RESUBMITTED   ? "resubmitted"
			    : e->task_reason == TASK_KILLED	   ? "killed"
			    : e->task_reason == TASK_COMMIT_DENIED ? "killed"
								   : "failed";

	row->rank = *state == 'f' ? TASK_RANK_FAILED : TASK_RANK_DONE;
	row->cells[TASK_STATE] = cell_text(str_from(state));
	row->cells[TASK_STATE + 2] = cell_number(e->finish_ms);
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		row->cells[TASK_DURATION + m] = cell_number(history_measure(e, (enum measure)m));
	if (e->task_reason == TASK_SUCCESS)
		return;
	if (e->exception_class.len)
		row->cells[TASK_REASON] = raw_cell(r, e->stack.len ? e->stack : e->exception_class);
	else if (e->exception_message.len || e->reason.len)
		row->cells[TASK_REASON] =
			raw_cell(r, e->exception_message.len ? e->exception_message : e->reason);
	else
		row->cells[TASK_REASON] = cell_text(str_from(task_reason_name(e->task_reason)));
}

static bool take_task(void *context, const struct event_walk *at, const struct event *e)
{
	struct reread *r = context;
	struct row *row;

	/* Task ids begin anew with each attempt; the pieces of a rolled log are one. */
	if (e->kind == EVENT_APP_START || !str_eq(r->app, at->app)) {
		int_map_release(&r->row_of_task);
		r->row_of_task = (struct int_map){ 0 };
		r->app = at->app;
	}
	if ((e->kind != EVENT_TASK_START && e->kind != EVENT_TASK_END) ||
	    (r->which.stage >= 0 && e->stage != r->which.stage) ||
	    (r->which.attempt >= 0 && e->stage_attempt != r->which.attempt))
		return true;
	r->at = at;
	row = task_row(r, e);
	if (!row)
		return false;
	/* A later piece may be read before the earlier one. */
	if (e->kind == EVENT_TASK_START && row->cells[TASK_STATE].kind != CELL_NONE)
		return true;
	begin_task(r, e, row);
	if (e->kind == EVENT_TASK_END)
		end_task(r, e, row);
	return true;
}

void task_table(const struct diagnosis *d, struct task_choice which,
		const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t)
{
	struct reread r = { .table = t, .which = which };

	table_init(t, "tasks", task_columns, ARRAY_LEN(task_columns));
	t->keep_column = TASK_REASON;
	reread(&r, d, take_task, cancel, diags);
	table_sort(t, TASK_DURATION, true);
	table_sort_by_rank(t);
}

bool task_choice_read(struct str word, struct task_choice *which)
{
	ptrdiff_t dot = str_find(word, STR("."));
	struct str attempt = dot < 0 ? STR("") : str_skip(word, (size_t)dot + 1);
	uint64_t stage, number = 0;

	if (dot >= 0)
		word.len = (size_t)dot;
	if (!str_to_u64(word, &stage) || stage > INT32_MAX ||
	    (dot >= 0 && (!str_to_u64(attempt, &number) || number > INT32_MAX)))
		return false;
	*which = (struct task_choice){ (int64_t)stage, dot < 0 ? -1 : (int64_t)number };
	return true;
}

/* --- environment ----------------------------------------------------------------------------- */

static const struct column environment_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false }, { "group", "Of", COLUMN_TEXT, false },
	{ "name", "Name", COLUMN_TEXT, false },	      { "value", "Value", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },	      { "event", NULL, COLUMN_NUMBER, false },
};

static void add_fact(struct reread *r, struct str group, struct str name, struct str raw)
{
	struct buf safe = BUF_INIT(VALUE_BYTES_MAX);
	struct row *row = NULL;
	struct str kept, shown;

	buf_clear(&r->value);
	if (!json_unescape(raw, &r->value) ||
	    !mask_setting(&safe, name, str_trim(buf_str(&r->value))))
		buf_clear(&safe);
	if (arena_str(&r->table->arena, name, &kept) &&
	    arena_str(&r->table->arena, buf_str(&safe), &shown) &&
	    (str_find(name, r->part) >= 0 || str_find(group, r->part) >= 0))
		row = table_add(r->table, 0);
	if (row) {
		row->cells[0] = cell_text(r->at->app);
		row->cells[1] = cell_text(group);
		row->cells[2] = cell_text(kept);
		row->cells[3] = cell_text(shown);
		row->cells[4] = cell_text(r->at->log->name);
		row->cells[5] = cell_number(r->at->number);
	}
	buf_release(&safe);
}

static void add_facts(struct reread *r, const char *group, struct str object)
{
	struct json_pull p = json_pull(object);
	struct str key;

	for (pull_object(&p); pull_key(&p, &key);)
		add_fact(r, str_from(group), key, pull_string(&p));
}

/* {"memory":{"Resource Name":"memory","Amount":768,...},...} */
static void add_requests(struct reread *r, const char *whose, int64_t profile, struct str object)
{
	struct str group = arena_strf(&r->table->arena, "%s, profile %" PRId64, whose, profile);
	struct json_pull p = json_pull(object);
	struct str key, member;

	for (pull_object(&p); pull_key(&p, &key);)
		for (pull_object(&p); pull_key(&p, &member);)
			if (str_eq(member, STR("Amount")))
				add_fact(r, group, key, pull_raw(&p));
			else
				pull_skip(&p);
}

static bool take_environment(void *context, const struct event_walk *at, const struct event *e)
{
	struct reread *r = context;

	r->at = at;
	if (e->kind == EVENT_LOG_START) {
		add_fact(r, STR("spark"), STR("version"), e->version);
	} else if (e->kind == EVENT_ENVIRONMENT) {
		add_facts(r, "java", e->jvm);
		add_facts(r, "system", e->system);
	} else if (e->kind == EVENT_RESOURCE_PROFILE) {
		add_requests(r, "executor", e->id, e->resources);
		add_requests(r, "task", e->id, e->task_resources);
	}
	return !r->table->over_limit;
}

void environment_table(const struct diagnosis *d, struct str part,
		       const volatile sig_atomic_t *cancel, struct diag_sink *diags,
		       struct table *t)
{
	struct reread r = { .table = t, .part = part };

	table_init(t, "env", environment_columns, ARRAY_LEN(environment_columns));
	t->keep_column = 3;
	reread(&r, d, take_environment, cancel, diags);
}

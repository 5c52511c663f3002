#include "base/base.h"
#include "diagnose/view.h"

#include "base/quantity.h"
#include "diagnose/history.h"
#include "diagnose/run.h"

/* Failed first, then what still ran, then the rest. */
enum { RANK_FAILED, RANK_RUNNING, RANK_DONE };

static int rank_of(enum work_state s)
{
	static const int ranks[] = {
		[WORK_PENDING] = RANK_RUNNING, [WORK_RUNNING] = RANK_RUNNING,
		[WORK_SUCCEEDED] = RANK_DONE,  [WORK_FAILED] = RANK_FAILED,
		[WORK_SKIPPED] = RANK_DONE,
	};

	return ranks[s];
}

static struct cell state_cell(enum work_state s)
{
	return cell_text(str_from(work_state_name(s)));
}

static struct cell span_cell(int64_t from, int64_t to)
{
	return cell_number(from >= 0 && to >= from ? to - from : -1);
}

static int64_t known(int64_t ms)
{
	return ms == TIME_NONE ? -1 : ms;
}

static struct cell app_cell(const struct application_history *a)
{
	return cell_text(a->history->app_id);
}

/* --- runs ------------------------------------------------------------------------------------ */

static const struct column run_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "name", "Name", COLUMN_TEXT, false },
	{ "outcome", "Outcome", COLUMN_TEXT, false },
	{ "start_ms", "Start (UTC)", COLUMN_TIME, false },
	{ "duration_ms", "Took", COLUMN_MS, false },
	{ "jobs", "Jobs", COLUMN_NUMBER, false },
	{ "failed_jobs", "Failed", COLUMN_NUMBER, false },
	{ "stages", "Stages", COLUMN_NUMBER, false },
	{ "failed_stages", NULL, COLUMN_NUMBER, false },
	{ "tasks", "Tasks", COLUMN_NUMBER, false },
	{ "failed_tasks", "Failed", COLUMN_NUMBER, false },
	{ "killed_tasks", NULL, COLUMN_NUMBER, false },
	{ "executors", "Executors", COLUMN_NUMBER, false },
	{ "lost_executors", "Lost", COLUMN_NUMBER, false },
	{ "spark_version", "Spark", COLUMN_TEXT, false },
	{ "master", NULL, COLUMN_TEXT, false },
	{ "attempt", NULL, COLUMN_TEXT, false },
	{ "root_cause", "Root cause", COLUMN_TEXT, false },
};

static struct str root_of(const struct diagnosis *d, size_t application)
{
	for (size_t i = 0; i < d->finding_count; i++)
		if (d->findings[i].application == application && d->findings[i].role != ROLE_NOISE)
			return d->findings[i].id;
	return STR("");
}

static void fill_runs(const struct diagnosis *d, struct table *t)
{
	for (size_t i = 0; i < d->application_count; i++) {
		const struct application *a = &d->applications[i];
		const struct run_counts *n = &a->counts;
		bool bad = a->outcome == OUTCOME_FAILED || a->outcome == OUTCOME_KILLED;
		struct row *r = table_add(t, bad ? RANK_FAILED : RANK_DONE);
		size_t c = 0;

		if (!r)
			return;
		r->cells[c++] = cell_text(a->id);
		r->cells[c++] = cell_text(a->name);
		r->cells[c++] = cell_text(str_from(outcome_name(a->outcome)));
		r->cells[c++] = cell_number(known(a->start_ms));
		r->cells[c++] = span_cell(known(a->start_ms), known(a->end_ms));
		r->cells[c++] = cell_number(n->jobs);
		r->cells[c++] = cell_number(n->failed_jobs);
		r->cells[c++] = cell_number(n->stages);
		r->cells[c++] = cell_number(n->failed_stages);
		r->cells[c++] = cell_number(n->tasks);
		r->cells[c++] = cell_number(n->failed_tasks);
		r->cells[c++] = cell_number(n->killed_tasks);
		r->cells[c++] = cell_number(n->executors);
		r->cells[c++] = cell_number(n->lost_executors);
		r->cells[c++] = cell_text(a->spark_version);
		r->cells[c++] = cell_text(a->master);
		r->cells[c++] = cell_text(a->attempt);
		r->cells[c++] = cell_text(root_of(d, i));
	}
}

/* --- findings -------------------------------------------------------------------------------- */

const struct column finding_columns[] = {
	{ "number", "#", COLUMN_NUMBER, false },
	{ "severity", "Severity", COLUMN_TEXT, false },
	{ "role", NULL, COLUMN_TEXT, false },
	{ "count", "Count", COLUMN_NUMBER, false },
	{ "first_ms", NULL, COLUMN_TIME, false },
	{ "id", "Finding", COLUMN_TEXT, false },
	{ "title", "Title", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },
	{ "line", NULL, COLUMN_NUMBER, false },
	{ "confidence_percent", NULL, COLUMN_NUMBER, false },
};
const size_t finding_column_count = ARRAY_LEN(finding_columns);

void finding_table(const struct diagnosis *d, bool noise, struct table *t)
{
	table_init(t, "findings", finding_columns, ARRAY_LEN(finding_columns));
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];
		const struct evidence *e = f->evidence_count ? f->evidence : NULL;
		struct row *r = f->role == ROLE_NOISE && !noise ? NULL : table_add(t, 0);
		size_t c = 0;

		if (!r)
			continue;
		r->cells[c++] = cell_number((int64_t)i + 1);
		r->cells[c++] = cell_text(str_from(severity_name(f->severity)));
		r->cells[c++] = cell_text(str_from(role_name(f->role)));
		r->cells[c++] = cell_number((int64_t)f->count);
		r->cells[c++] = cell_number(known(f->first_ms));
		r->cells[c++] = cell_text(f->id);
		r->cells[c++] = cell_text(f->title);
		r->cells[c++] = cell_text(e ? e->source : STR(""));
		r->cells[c++] = cell_number(e ? (int64_t)e->line : -1);
		r->cells[c++] = cell_number((int64_t)(f->confidence * 100 + 0.5));
	}
}

/* --- jobs ------------------------------------------------------------------------------------ */

static const struct column job_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "job", "Job", COLUMN_NUMBER, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "start_ms", "Start (UTC)", COLUMN_TIME, false },
	{ "duration_ms", "Took", COLUMN_MS, false },
	{ "stages", "Stages", COLUMN_NUMBER, false },
	{ "stages_succeeded", NULL, COLUMN_NUMBER, false },
	{ "stages_failed", "Failed", COLUMN_NUMBER, false },
	{ "stages_skipped", "Skipped", COLUMN_NUMBER, false },
	{ "tasks", "Tasks", COLUMN_NUMBER, false },
	{ "tasks_succeeded", NULL, COLUMN_NUMBER, false },
	{ "tasks_failed", "Failed", COLUMN_NUMBER, false },
	{ "tasks_killed", "Killed", COLUMN_NUMBER, false },
	{ "sql", "SQL", COLUMN_NUMBER, false },
	{ "description", NULL, COLUMN_TEXT, false },
	{ "call_site", "Call site", COLUMN_TEXT, false },
	{ "reason", "Reason", COLUMN_TEXT, false },
};

static void fill_jobs(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++) {
		const struct history *h = d->histories[k].history;

		for (size_t i = 0; i < h->job_count; i++) {
			const struct history_job *j = &h->jobs[i];
			struct row *r = table_add(t, rank_of(j->state));
			size_t c = 0;

			if (!r)
				return;
			r->cells[c++] = app_cell(&d->histories[k]);
			r->cells[c++] = cell_number(j->id);
			r->cells[c++] = state_cell(j->state);
			r->cells[c++] = cell_number(j->start_ms);
			r->cells[c++] = span_cell(j->start_ms, j->end_ms);
			r->cells[c++] = cell_number((int64_t)j->stage_count);
			r->cells[c++] = cell_number(j->stages_succeeded);
			r->cells[c++] = cell_number(j->stages_failed);
			r->cells[c++] = cell_number(j->stages_skipped);
			r->cells[c++] = cell_number(j->task_count);
			r->cells[c++] = cell_number(j->tasks.succeeded);
			r->cells[c++] = cell_number(j->tasks.failed);
			r->cells[c++] = cell_number(j->tasks.killed);
			r->cells[c++] = cell_number(j->execution);
			r->cells[c++] = cell_text(j->description);
			r->cells[c++] = cell_text(j->call_site);
			r->cells[c++] = cell_text(j->reason);
		}
	}
}

/* --- stages ---------------------------------------------------------------------------------- */

#define TOTAL(name, title, type)           \
	{                                  \
		name, title, (type), false \
	}
#define SPREAD(name, title, type)                      \
	{                                              \
		name "_quantiles", title, (type), true \
	}

/* The quantiles and the totals follow each other in the order of enum measure. */
static const struct column stage_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "stage", "Stage", COLUMN_NUMBER, false },
	{ "attempt", "Att", COLUMN_NUMBER, false },
	{ "job", "Job", COLUMN_NUMBER, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "submit_ms", NULL, COLUMN_TIME, false },
	{ "took_ms", "Took", COLUMN_MS, false },
	{ "tasks", "Tasks", COLUMN_NUMBER, false },
	{ "tasks_succeeded", NULL, COLUMN_NUMBER, false },
	{ "tasks_failed", "Failed", COLUMN_NUMBER, false },
	{ "tasks_killed", "Killed", COLUMN_NUMBER, false },
	{ "tasks_speculative", NULL, COLUMN_NUMBER, false },
	{ "wasted_ms", NULL, COLUMN_MS, false },
	SPREAD("duration_ms", "Task min..25%..med..75%..max", COLUMN_MS),
	SPREAD("executor_run_ms", NULL, COLUMN_MS),
	SPREAD("executor_cpu_ns", NULL, COLUMN_NS),
	SPREAD("gc_ms", NULL, COLUMN_MS),
	SPREAD("peak_execution_bytes", NULL, COLUMN_BYTES),
	SPREAD("input_bytes", NULL, COLUMN_BYTES),
	SPREAD("input_records", NULL, COLUMN_NUMBER),
	SPREAD("output_bytes", NULL, COLUMN_BYTES),
	SPREAD("output_records", NULL, COLUMN_NUMBER),
	SPREAD("shuffle_read_bytes", NULL, COLUMN_BYTES),
	SPREAD("shuffle_read_records", NULL, COLUMN_NUMBER),
	SPREAD("read_records", NULL, COLUMN_NUMBER),
	SPREAD("shuffle_write_bytes", NULL, COLUMN_BYTES),
	SPREAD("shuffle_write_records", NULL, COLUMN_NUMBER),
	SPREAD("fetch_wait_ms", NULL, COLUMN_MS),
	SPREAD("memory_spilled_bytes", NULL, COLUMN_BYTES),
	SPREAD("disk_spilled_bytes", NULL, COLUMN_BYTES),
	TOTAL("duration_ms", NULL, COLUMN_MS),
	TOTAL("executor_run_ms", NULL, COLUMN_MS),
	TOTAL("executor_cpu_ns", NULL, COLUMN_NS),
	TOTAL("gc_ms", NULL, COLUMN_MS),
	TOTAL("peak_execution_bytes", NULL, COLUMN_BYTES),
	TOTAL("input_bytes", "Input", COLUMN_BYTES),
	TOTAL("input_records", NULL, COLUMN_NUMBER),
	TOTAL("output_bytes", NULL, COLUMN_BYTES),
	TOTAL("output_records", NULL, COLUMN_NUMBER),
	TOTAL("shuffle_read_bytes", "Shuf read", COLUMN_BYTES),
	TOTAL("shuffle_read_records", NULL, COLUMN_NUMBER),
	TOTAL("read_records", NULL, COLUMN_NUMBER),
	TOTAL("shuffle_write_bytes", "Shuf write", COLUMN_BYTES),
	TOTAL("shuffle_write_records", NULL, COLUMN_NUMBER),
	TOTAL("fetch_wait_ms", NULL, COLUMN_MS),
	TOTAL("memory_spilled_bytes", NULL, COLUMN_BYTES),
	TOTAL("disk_spilled_bytes", "Spill", COLUMN_BYTES),
	{ "name", "Name", COLUMN_TEXT, false },
	{ "reason", NULL, COLUMN_TEXT, false },
};

static void stage_row(const struct diagnosis *d, size_t history, const struct history_stage *s,
		      struct table *t)
{
	struct row *r = table_add(t, rank_of(s->state));
	size_t c = 0;

	if (!r)
		return;
	r->cells[c++] = app_cell(&d->histories[history]);
	r->cells[c++] = cell_number(s->id);
	r->cells[c++] = cell_number(s->attempt);
	r->cells[c++] = cell_number(s->job);
	r->cells[c++] = state_cell(s->state);
	r->cells[c++] = cell_number(s->submit_ms);
	r->cells[c++] = span_cell(s->submit_ms, s->complete_ms);
	r->cells[c++] = cell_number(s->task_count);
	r->cells[c++] = cell_number(s->tasks.succeeded);
	r->cells[c++] = cell_number(s->tasks.failed);
	r->cells[c++] = cell_number(s->tasks.killed);
	r->cells[c++] = cell_number(s->speculative);
	r->cells[c++] = cell_number(s->wasted_ms);
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		if (s->tasks.succeeded)
			r->cells[c + m] = cell_quantiles(&s->quantiles[m]);
	c += MEASURE_COUNT;
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		r->cells[c++] = cell_number(s->total[m]);
	r->cells[c++] = cell_text(s->name);
	r->cells[c++] = cell_text(s->reason);
}

static void fill_stages(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++)
		for (size_t i = 0; i < d->histories[k].history->stage_count; i++)
			stage_row(d, k, &d->histories[k].history->stages[i], t);
}

/* --- executors ------------------------------------------------------------------------------- */

static const struct column executor_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "executor", "Executor", COLUMN_TEXT, false },
	{ "host", "Host", COLUMN_TEXT, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "cores", "Cores", COLUMN_NUMBER, false },
	{ "memory_bytes", "Storage", COLUMN_BYTES, false },
	{ "added_ms", "Added (UTC)", COLUMN_TIME, false },
	{ "removed_ms", NULL, COLUMN_TIME, false },
	{ "lived_ms", "Lived", COLUMN_MS, false },
	{ "tasks_succeeded", "Tasks", COLUMN_NUMBER, false },
	{ "tasks_failed", "Failed", COLUMN_NUMBER, false },
	{ "tasks_killed", NULL, COLUMN_NUMBER, false },
	{ "duration_ms", "Task time", COLUMN_MS, false },
	{ "executor_run_ms", NULL, COLUMN_MS, false },
	{ "gc_ms", "GC", COLUMN_MS, false },
	{ "input_bytes", "Input", COLUMN_BYTES, false },
	{ "shuffle_read_bytes", "Shuf read", COLUMN_BYTES, false },
	{ "shuffle_write_bytes", "Shuf write", COLUMN_BYTES, false },
	{ "disk_spilled_bytes", "Spill", COLUMN_BYTES, false },
	{ "reason", "Removed because", COLUMN_TEXT, false },
};

static void fill_executors(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++) {
		const struct history *h = d->histories[k].history;

		for (size_t i = 0; i < h->executor_count; i++) {
			const struct history_executor *x = &h->executors[i];
			struct row *r = table_add(t, x->lost ? RANK_FAILED : RANK_DONE);
			const char *state = x->lost		 ? "lost"
					    : x->removed_ms >= 0 ? "removed"
								 : "active";
			int64_t end = x->removed_ms >= 0 ? x->removed_ms : history_end_ms(h);
			size_t c = 0;

			if (!r)
				return;
			r->cells[c++] = app_cell(&d->histories[k]);
			r->cells[c++] = cell_text(x->id);
			r->cells[c++] = cell_text(x->host);
			r->cells[c++] = cell_text(str_from(state));
			r->cells[c++] = cell_number(x->cores);
			r->cells[c++] = cell_number(x->memory_bytes);
			r->cells[c++] = cell_number(x->added_ms);
			r->cells[c++] = cell_number(x->removed_ms);
			r->cells[c++] = span_cell(x->added_ms, end);
			r->cells[c++] = cell_number(x->tasks.succeeded);
			r->cells[c++] = cell_number(x->tasks.failed);
			r->cells[c++] = cell_number(x->tasks.killed);
			r->cells[c++] = cell_number(x->total[MEASURE_DURATION]);
			r->cells[c++] = cell_number(x->total[MEASURE_RUN]);
			r->cells[c++] = cell_number(x->total[MEASURE_GC]);
			r->cells[c++] = cell_number(x->total[MEASURE_INPUT]);
			r->cells[c++] = cell_number(x->total[MEASURE_SHUFFLE_READ]);
			r->cells[c++] = cell_number(x->total[MEASURE_SHUFFLE_WRITE]);
			r->cells[c++] = cell_number(x->total[MEASURE_DISK_SPILLED]);
			r->cells[c++] = cell_text(x->reason);
		}
	}
}

/* --- hosts ----------------------------------------------------------------------------------- */

static const struct column host_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "host", "Host", COLUMN_TEXT, false },
	{ "executors", "Executors", COLUMN_NUMBER, false },
	{ "executors_lost", "Lost", COLUMN_NUMBER, false },
	{ "executors_excluded", NULL, COLUMN_NUMBER, false },
	{ "cores", "Cores", COLUMN_NUMBER, false },
	{ "tasks_succeeded", "Tasks", COLUMN_NUMBER, false },
	{ "tasks_failed", "Failed", COLUMN_NUMBER, false },
	{ "tasks_killed", NULL, COLUMN_NUMBER, false },
	{ "duration_ms", "Task time", COLUMN_MS, false },
	{ "executor_run_ms", NULL, COLUMN_MS, false },
	{ "gc_ms", "GC", COLUMN_MS, false },
	{ "input_bytes", "Input", COLUMN_BYTES, false },
	{ "shuffle_read_bytes", "Shuf read", COLUMN_BYTES, false },
	{ "shuffle_write_bytes", "Shuf write", COLUMN_BYTES, false },
	{ "disk_spilled_bytes", "Spill", COLUMN_BYTES, false },
};

static void add_to(struct cell *sum, int64_t number)
{
	*sum = cell_number((sum->kind == CELL_NUMBER ? sum->number : 0) +
			   (number > 0 ? number : 0));
}

static void host_row(struct row *r, const struct history_executor *x)
{
	size_t c = 2;

	add_to(&r->cells[c++], 1);
	add_to(&r->cells[c++], x->lost);
	add_to(&r->cells[c++], x->excluded);
	add_to(&r->cells[c++], x->cores);
	add_to(&r->cells[c++], x->tasks.succeeded);
	add_to(&r->cells[c++], x->tasks.failed);
	add_to(&r->cells[c++], x->tasks.killed);
	add_to(&r->cells[c++], x->total[MEASURE_DURATION]);
	add_to(&r->cells[c++], x->total[MEASURE_RUN]);
	add_to(&r->cells[c++], x->total[MEASURE_GC]);
	add_to(&r->cells[c++], x->total[MEASURE_INPUT]);
	add_to(&r->cells[c++], x->total[MEASURE_SHUFFLE_READ]);
	add_to(&r->cells[c++], x->total[MEASURE_SHUFFLE_WRITE]);
	add_to(&r->cells[c++], x->total[MEASURE_DISK_SPILLED]);
	if (x->lost)
		r->rank = RANK_FAILED;
}

/* Executors of one application by where they ran. */
static void fill_hosts_of(const struct application_history *a, struct table *t)
{
	struct int_map row_of = { 0 };

	for (size_t i = 0; i < a->history->executor_count; i++) {
		const struct history_executor *x = &a->history->executors[i];
		int64_t key = (int64_t)str_hash(STR_HASH_BASIS, x->host);
		size_t at = int_map_find(&row_of, key);

		if (at == SIZE_MAX) {
			struct row *r = table_add(t, RANK_DONE);

			if (!r)
				break;
			r->cells[0] = app_cell(a);
			r->cells[1] = cell_text(x->host);
			at = t->row_count - 1;
			int_map_put(&row_of, key, at);
		}
		host_row(&t->rows[at], x);
	}
	int_map_release(&row_of);
}

static void fill_hosts(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++)
		fill_hosts_of(&d->histories[k], t);
}

/* --- SQL ------------------------------------------------------------------------------------- */

static const struct column sql_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "execution", "SQL", COLUMN_NUMBER, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "start_ms", "Start (UTC)", COLUMN_TIME, false },
	{ "duration_ms", "Took", COLUMN_MS, false },
	{ "nodes", "Nodes", COLUMN_NUMBER, false },
	{ "description", "Description", COLUMN_TEXT, false },
	{ "error", NULL, COLUMN_TEXT, false },
	{ "plan", NULL, COLUMN_TEXT, false },
};

static bool show_metric(struct buf *out, const struct plan_metric *m)
{
	switch (m->kind) {
	case METRIC_SIZE:
		quantity_show_bytes(out, m->value);
		return true;
	case METRIC_TIMING:
		quantity_show_ms(out, m->value);
		return true;
	case METRIC_NS_TIMING:
		quantity_show_ms(out, m->value / 1000000);
		return true;
	case METRIC_SUM:
	case METRIC_AVERAGE:
		break;
	}
	return buf_addf(out, "%" PRId64, m->value);
}

/* One node a line, indented by depth, with the metrics that have a value above 0. */
static struct cell plan_cell(const struct sql_execution *x, struct table *t)
{
	struct buf out = BUF_INIT((size_t)1 << 20);
	struct str copy = STR("");
	bool ok = true;

	for (size_t i = 0; ok && i < x->node_count; i++) {
		const struct plan_node *n = &x->nodes[i];
		struct str name = plan_text(x, n->detail.len ? n->detail : n->name);

		ok = (!i || buf_add_char(&out, '\n'));
		for (unsigned k = 0; ok && k < n->depth && k < 60; k++)
			ok = buf_add(&out, STR("  "));
		ok = ok && buf_add(&out, name);
		for (size_t k = 0; ok && k < n->metric_count; k++) {
			const struct plan_metric *m = &x->metrics[n->first_metric + k];
			struct str metric = plan_text(x, m->name);

			if (m->value <= 0)
				continue;
			ok = buf_addf(&out, "  [" STR_FMT ": ", STR_ARG(metric)) &&
			     show_metric(&out, m) && buf_add_char(&out, ']');
		}
	}
	if (!arena_str(&t->arena, buf_str(&out), &copy))
		t->over_limit = true;
	buf_release(&out);
	return cell_text(copy);
}

static void fill_sql(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++) {
		const struct plans *p = &d->histories[k].history->plans;

		for (size_t i = 0; i < p->count; i++) {
			const struct sql_execution *x = &p->items[i];
			enum work_state state = x->failed	 ? WORK_FAILED
						: x->end_ms >= 0 ? WORK_SUCCEEDED
								 : WORK_RUNNING;
			struct row *r = table_add(t, rank_of(state));
			size_t c = 0;

			if (!r)
				return;
			r->cells[c++] = app_cell(&d->histories[k]);
			r->cells[c++] = cell_number(x->id);
			r->cells[c++] = state_cell(state);
			r->cells[c++] = cell_number(x->start_ms);
			r->cells[c++] = span_cell(x->start_ms, x->end_ms);
			r->cells[c++] = cell_number((int64_t)x->node_count);
			r->cells[c++] = cell_text(plan_text(x, x->description));
			r->cells[c++] = cell_text(plan_text(x, x->error));
			r->cells[c++] = plan_cell(x, t);
		}
	}
}

/* --- streams --------------------------------------------------------------------------------- */

static const struct column stream_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "query", "Query", COLUMN_TEXT, false },
	{ "state", "State", COLUMN_TEXT, false },
	{ "start_ms", "Start (UTC)", COLUMN_TIME, false },
	{ "duration_ms", "Took", COLUMN_MS, false },
	{ "batches", "Batches", COLUMN_NUMBER, false },
	{ "rows", "Rows", COLUMN_NUMBER, false },
	{ "batch_ms", "Batch min..25%..med..75%..max", COLUMN_MS, true },
	{ "run_id", NULL, COLUMN_TEXT, false },
	{ "error", "Error", COLUMN_TEXT, false },
};

/* A query does not succeed: it runs until somebody stops it. */
static const char *const stream_state_names[] = {
	[WORK_RUNNING] = "running", [WORK_SUCCEEDED] = "stopped", [WORK_FAILED] = "failed"
};

static void fill_streams(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++)
		for (size_t i = 0; i < d->histories[k].history->stream_count; i++) {
			const struct history_stream *s = &d->histories[k].history->streams[i];
			enum work_state state = s->end_ms < 0	? WORK_RUNNING
						: s->reason.len ? WORK_FAILED
								: WORK_SUCCEEDED;
			struct row *r = table_add(t, rank_of(state));
			size_t c = 0;

			if (!r)
				return;
			r->cells[c++] = app_cell(&d->histories[k]);
			r->cells[c++] = cell_text(s->name);
			r->cells[c++] = cell_text(str_from(stream_state_names[state]));
			r->cells[c++] = cell_number(s->start_ms);
			r->cells[c++] = span_cell(s->start_ms, s->end_ms);
			r->cells[c++] = cell_number(s->batches);
			r->cells[c++] = cell_number(s->rows);
			if (s->batch_ms.count)
				r->cells[c] = cell_quantiles(&s->batch_quantiles);
			c++;
			r->cells[c++] = cell_text(s->run_id);
			r->cells[c++] = cell_text(s->reason);
		}
}

/* --- timeline -------------------------------------------------------------------------------- */

static const struct column timeline_columns[] = {
	{ "time_ms", "Time (UTC)", COLUMN_TIME, false },
	{ "app", "Application", COLUMN_TEXT, false },
	{ "kind", "What", COLUMN_TEXT, false },
	{ "place", "Where", COLUMN_TEXT, false },
	{ "finding", "Finding", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },
	{ "line", NULL, COLUMN_NUMBER, false },
	{ "text", "", COLUMN_TEXT, false },
};

struct moment {
	int64_t time_ms;
	const char *kind;
	struct str app, place, source, text;
	int64_t line;
	struct str finding;
};

static void add_moment(struct table *t, struct moment m)
{
	struct row *r = m.time_ms >= 0 ? table_add(t, 0) : NULL;
	size_t c = 0;

	if (!r)
		return;
	r->cells[c++] = cell_number(m.time_ms);
	r->cells[c++] = cell_text(m.app);
	r->cells[c++] = cell_text(str_from(m.kind));
	r->cells[c++] = cell_text(m.place);
	r->cells[c++] = cell_text(m.finding);
	r->cells[c++] = cell_text(m.source);
	r->cells[c++] = cell_number(m.line);
	r->cells[c++] = cell_text(m.text);
}

/* `m` says whose moments these are. */
static void tell(struct table *t, struct moment m, int64_t time_ms, const char *kind,
		 struct str place, struct str text, int64_t line)
{
	m.time_ms = time_ms;
	m.kind = kind;
	m.place = place;
	m.text = text;
	m.line = line;
	add_moment(t, m);
}

static void executor_moments(const struct history *h, struct moment m, struct table *t)
{
	for (size_t i = 0; i < h->executor_count; i++) {
		const struct history_executor *x = &h->executors[i];
		struct str place = arena_strf(&t->arena, "executor " STR_FMT, STR_ARG(x->id));

		tell(t, m, x->added_ms, "executor added", place, x->host, -1);
		tell(t, m, x->removed_ms, x->lost ? "executor lost" : "executor removed", place,
		     x->reason, x->event);
	}
}

static void history_moments(const struct application_history *a, struct table *t)
{
	const struct history *h = a->history;
	const struct moment m = { .app = h->app_id, .source = a->source };

	tell(t, m, h->start_ms, "application starts", STR(""), h->app_name, -1);
	tell(t, m, h->end_ms, "application ends", STR(""), STR(""), h->end_event);
	executor_moments(h, m, t);
	for (size_t i = 0; i < h->job_count; i++) {
		const struct history_job *j = &h->jobs[i];
		struct str place = arena_strf(&t->arena, "job %" PRId64, j->id);

		tell(t, m, j->start_ms, "job starts", place, j->call_site, -1);
		tell(t, m, j->end_ms, j->state == WORK_FAILED ? "job fails" : "job ends", place,
		     j->reason, j->event);
	}
	for (size_t i = 0; i < h->stage_count; i++) {
		const struct history_stage *s = &h->stages[i];

		if (s->state == WORK_FAILED)
			tell(t, m, s->complete_ms, "stage fails",
			     arena_strf(&t->arena, "stage %" PRId64 ".%" PRId64, s->id, s->attempt),
			     s->reason, s->event);
	}
}

enum { AGAIN_MS = 10000 };

/* The line from where it tells; the title where there is no line of a log. */
static struct str told(const struct evidence *e)
{
	return str_trim(str_skip(e->text, e->telling_at));
}

/* When each finding shows: its proofs, those that follow each other closely once. */
static void finding_moments(const struct diagnosis *d, struct table *t)
{
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];
		int64_t shown_ms = TIME_NONE;

		for (size_t k = 0; k < f->evidence_count; k++) {
			const struct evidence *e = &f->evidence[k];
			struct str place = str_from(process_name(e->process));

			if (f->role == ROLE_NOISE || f->role == ROLE_PERFORMANCE ||
			    e->time_ms == TIME_NONE ||
			    (shown_ms != TIME_NONE && e->time_ms >= shown_ms &&
			     e->time_ms < shown_ms + AGAIN_MS))
				continue;
			shown_ms = e->time_ms;
			if (e->executor.len)
				place = arena_strf(&t->arena, "executor " STR_FMT,
						   STR_ARG(e->executor));
			add_moment(t, (struct moment){ .time_ms = e->time_ms,
						       .kind = "finding",
						       .app = f->where.app,
						       .place = place,
						       .source = e->source,
						       .finding = f->id,
						       .text = told(e),
						       .line = e->line });
		}
	}
}

static void fill_timeline(const struct diagnosis *d, struct table *t)
{
	for (size_t k = 0; k < d->history_count; k++)
		history_moments(&d->histories[k], t);
	finding_moments(d, t);
	table_sort(t, 0, false);
}

/* --------------------------------------------------------------------------------------------- */

const struct view views[] = {
	{ "runs", run_columns, ARRAY_LEN(run_columns), fill_runs },
	{ "jobs", job_columns, ARRAY_LEN(job_columns), fill_jobs },
	{ "stages", stage_columns, ARRAY_LEN(stage_columns), fill_stages },
	{ "executors", executor_columns, ARRAY_LEN(executor_columns), fill_executors },
	{ "hosts", host_columns, ARRAY_LEN(host_columns), fill_hosts },
	{ "sql", sql_columns, ARRAY_LEN(sql_columns), fill_sql },
	{ "streams", stream_columns, ARRAY_LEN(stream_columns), fill_streams },
	{ "timeline", timeline_columns, ARRAY_LEN(timeline_columns), fill_timeline },
};
const size_t view_count = ARRAY_LEN(views);

_Static_assert(ARRAY_LEN(stage_columns) == 13 + 2 * MEASURE_COUNT + 2,
	       "stage_columns has each measure twice");

const struct view *view_find(struct str name)
{
	for (size_t i = 0; i < view_count; i++)
		if (str_eq(name, str_from(views[i].name)))
			return &views[i];
	return NULL;
}

void view_table(const struct view *v, const struct diagnosis *d, struct table *t)
{
	table_init(t, v->name, v->columns, v->column_count);
	if (d->application_count <= 1 && d->history_count <= 1 && v->fill != fill_runs)
		t->same_column = table_column(t, STR("app"));
	v->fill(d, t);
	if (v->fill != fill_timeline)
		table_sort_by_rank(t);
}

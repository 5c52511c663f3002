#include "base/base.h"
#include "diagnose/whatif.h"

#include "base/array.h"
#include "base/int_map.h"
#include "diagnose/event_walk.h"
#include "diagnose/history.h"

/* Of a parent stage that are looked at; Spark gives up after 4 in a row. */
enum { ATTEMPTS_MAX = 64 };

struct run_task {
	size_t stage; /* index */
	int64_t launch_ms, finish_ms;
};

struct run_stage {
	int64_t id, attempt, submit_ms, complete_ms;
	size_t first_parent, parent_count; /* in replay.parents */
	size_t first_task, task_count;	   /* once sorted */
	int64_t last_finish_ms;
	int64_t end_ms; /* in the replay, from the front of its group */
};

/* Jobs that overlap. */
struct group {
	int64_t from_ms, to_ms;
};

struct replay {
	const struct history *h;
	struct run_stage *stages;
	size_t stage_count, stage_capacity;
	struct run_task *tasks;
	size_t task_count, task_capacity;
	int64_t *parents; /* stage ids */
	size_t parent_count, parent_capacity;
	struct int_map index_of; /* history_stage_key() to stages */
	size_t *order;		 /* of stages: as they were submitted */
	struct group *groups;
	size_t group_count;
	int64_t task_ms, driver_ms, measured_ms;
	int64_t executors, cores, task_cpus; /* as it ran */
};

/* --- what ran -------------------------------------------------------------------------------- */

static void forget(struct replay *r)
{
	int_map_release(&r->index_of);
	r->index_of = (struct int_map){ 0 };
	r->stage_count = r->task_count = r->parent_count = 0;
	r->task_ms = 0;
}

static size_t stage_at(struct replay *r, int64_t id, int64_t attempt)
{
	int64_t key = history_stage_key(id, attempt);
	size_t at = int_map_find(&r->index_of, key);

	if (at != SIZE_MAX)
		return at;
	r->stages = array_grow(r->stages, r->stage_count, &r->stage_capacity, sizeof(*r->stages));
	r->stages[r->stage_count] = (struct run_stage){
		.id = id, .attempt = attempt, .submit_ms = -1, .complete_ms = -1
	};
	int_map_put(&r->index_of, key, r->stage_count);
	return r->stage_count++;
}

static void take_stage(struct replay *r, const struct event *e)
{
	size_t at = stage_at(r, e->stage, e->stage_attempt);
	struct run_stage *s = &r->stages[at];
	struct json_pull p = json_pull(e->parents);

	if (e->submit_ms > 0)
		s->submit_ms = e->submit_ms;
	if (e->complete_ms > 0)
		s->complete_ms = e->complete_ms;
	if (s->parent_count)
		return;
	s->first_parent = r->parent_count;
	for (pull_array(&p); pull_element(&p); s->parent_count++) {
		r->parents = array_grow(r->parents, r->parent_count, &r->parent_capacity,
					sizeof(*r->parents));
		r->parents[r->parent_count++] = pull_int(&p, -1);
	}
}

static void take_task(struct replay *r, const struct event *e)
{
	size_t at = stage_at(r, e->stage, e->stage_attempt);
	struct run_stage *s = &r->stages[at];

	if (e->launch_ms <= 0 || e->finish_ms < e->launch_ms || e->task_reason == TASK_RESUBMITTED)
		return;
	r->tasks = array_grow(r->tasks, r->task_count, &r->task_capacity, sizeof(*r->tasks));
	r->tasks[r->task_count++] = (struct run_task){ .stage = at,
						       .launch_ms = e->launch_ms,
						       .finish_ms = e->finish_ms };
	r->task_ms += e->finish_ms - e->launch_ms;
	s->task_count++;
	if (e->finish_ms > s->last_finish_ms)
		s->last_finish_ms = e->finish_ms;
}

static bool take_event(void *context, const struct event_walk *at, const struct event *e)
{
	struct replay *r = context;

	if (!str_eq(at->app, r->h->app_id))
		return true;
	if (e->kind == EVENT_APP_START)
		forget(r); /* a later attempt */
	else if (e->kind == EVENT_STAGE_SUBMITTED || e->kind == EVENT_STAGE_COMPLETED)
		take_stage(r, e);
	else if (e->kind == EVENT_TASK_END)
		take_task(r, e);
	return true;
}

static int by_stage_and_launch(const void *a, const void *b)
{
	const struct run_task *x = a, *y = b;

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	return (x->launch_ms > y->launch_ms) - (x->launch_ms < y->launch_ms);
}

static void sort_tasks(struct replay *r)
{
	size_t at = 0;

	if (r->task_count)
		qsort(r->tasks, r->task_count, sizeof(*r->tasks), by_stage_and_launch);
	for (size_t i = 0; i < r->stage_count; i++) {
		r->stages[i].first_task = at;
		at += r->stages[i].task_count;
	}
}

static int by_submit(const void *a, const void *b, void *context)
{
	const struct replay *r = context;
	const size_t *i = a, *k = b;
	int64_t x = r->stages[*i].submit_ms, y = r->stages[*k].submit_ms;

	if (x != y)
		return x < y ? -1 : 1;
	return (*i > *k) - (*i < *k);
}

static void sort_stages(struct replay *r)
{
	r->order = calloc(r->stage_count + 1, sizeof(*r->order));
	if (!r->order)
		die_no_memory();
	for (size_t i = 0; i < r->stage_count; i++)
		r->order[i] = i;
	qsort_r(r->order, r->stage_count, sizeof(*r->order), by_submit, r);
}

static int by_start(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* Jobs that overlap become one group; the rest of the time is the driver's. */
static void find_groups(struct replay *r)
{
	size_t kept = 0;

	r->groups = calloc(r->h->job_count + 1, sizeof(*r->groups));
	if (!r->groups)
		die_no_memory();
	for (size_t i = 0; i < r->h->job_count; i++) {
		const struct history_job *j = &r->h->jobs[i];

		if (j->start_ms > 0)
			r->groups[r->group_count++] =
				(struct group){ j->start_ms,
						j->end_ms > 0 ? j->end_ms : history_end_ms(r->h) };
	}
	qsort(r->groups, r->group_count, sizeof(*r->groups), by_start);
	for (size_t i = 0; i < r->group_count; i++) {
		if (kept && r->groups[i].from_ms <= r->groups[kept - 1].to_ms) {
			if (r->groups[i].to_ms > r->groups[kept - 1].to_ms)
				r->groups[kept - 1].to_ms = r->groups[i].to_ms;
			continue;
		}
		r->groups[kept++] = r->groups[i];
	}
	r->group_count = kept;
	r->measured_ms = history_end_ms(r->h) - r->h->start_ms;
	r->driver_ms = r->measured_ms;
	for (size_t i = 0; i < kept; i++)
		r->driver_ms -= r->groups[i].to_ms - r->groups[i].from_ms;
	if (r->driver_ms < 0)
		r->driver_ms = 0;
}

/* An executor came (1) or went (-1). */
struct change {
	int64_t time_ms, by;
};

static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	return (x->by > y->by) - (x->by < y->by);
}

/* The most that ran side by side, and the cores of the largest. */
static void find_executors(struct replay *r)
{
	struct change *changes = calloc(2 * r->h->executor_count + 1, sizeof(*changes));
	size_t count = 0;
	int64_t alive = 0;

	if (!changes)
		die_no_memory();
	for (size_t i = 0; i < r->h->executor_count; i++) {
		const struct history_executor *x = &r->h->executors[i];

		if (x->cores <= 0)
			continue;
		r->cores = x->cores > r->cores ? x->cores : r->cores;
		changes[count++] = (struct change){ x->added_ms, 1 };
		if (x->removed_ms >= 0)
			changes[count++] = (struct change){ x->removed_ms, -1 };
	}
	qsort(changes, count, sizeof(*changes), by_time);
	for (size_t i = 0; i < count; i++) {
		alive += changes[i].by;
		r->executors = alive > r->executors ? alive : r->executors;
	}
	free(changes);
}

/* --- the replay ------------------------------------------------------------------------------ */

/* When each slot is free again: a heap, the earliest first. */
struct slots {
	int64_t *free_ms;
	size_t count;
};

/* The earliest slot becomes free at `ms`, which is not before it was. */
static void slots_take(struct slots *s, int64_t ms)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= s->count)
			break;
		if (child + 1 < s->count && s->free_ms[child + 1] < s->free_ms[child])
			child++;
		if (s->free_ms[child] >= ms)
			break;
		s->free_ms[at] = s->free_ms[child];
		at = child;
	}
	s->free_ms[at] = ms;
}

/* Ready when its parents are done, as long after that as it was. */
static int64_t ready_ms(const struct replay *r, const struct run_stage *s, const struct group *g)
{
	int64_t measured = g->from_ms, replayed = 0, lag;

	for (size_t i = 0; i < s->parent_count; i++) {
		int64_t id = r->parents[s->first_parent + i];

		for (int64_t attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
			size_t at = int_map_find(&r->index_of, history_stage_key(id, attempt));
			const struct run_stage *parent = at == SIZE_MAX ? NULL : &r->stages[at];

			if (!parent)
				break;
			if (parent->submit_ms < g->from_ms || parent->complete_ms < 0 ||
			    parent->complete_ms > s->submit_ms)
				continue;
			if (parent->complete_ms > measured)
				measured = parent->complete_ms;
			if (parent->end_ms > replayed)
				replayed = parent->end_ms;
		}
	}
	lag = s->submit_ms - measured;
	return replayed + (lag > 0 ? lag : 0);
}

static int64_t run_stage(const struct replay *r, const struct run_stage *s, int64_t ready,
			 struct slots *slots)
{
	int64_t end = ready, tail = s->complete_ms - s->last_finish_ms;

	for (size_t i = 0; i < s->task_count; i++) {
		const struct run_task *t = &r->tasks[s->first_task + i];
		int64_t start = ready, done;

		if (slots->free_ms[0] > start)
			start = slots->free_ms[0];
		done = start + t->finish_ms - t->launch_ms;
		slots_take(slots, done);
		end = done > end ? done : end;
	}
	return end + (s->last_finish_ms && s->complete_ms > 0 && tail > 0 ? tail : 0);
}

/* Stages from `*at` on, that were submitted while the group ran; *at moves behind them. With no
 * limit there is a slot for each task. */
static int64_t run_group(struct replay *r, const struct group *g, size_t limit, size_t *at,
			 struct slots *slots)
{
	int64_t end = 0, last_complete = g->from_ms;
	size_t first, tasks = 0;

	while (*at < r->stage_count && r->stages[r->order[*at]].submit_ms < g->from_ms)
		++*at;
	first = *at;
	for (; *at < r->stage_count && r->stages[r->order[*at]].submit_ms <= g->to_ms; ++*at)
		tasks += r->stages[r->order[*at]].task_count;
	slots->count = limit < tasks ? limit : tasks;
	memset(slots->free_ms, 0, slots->count * sizeof(*slots->free_ms));
	for (size_t i = first; i < *at; i++) {
		struct run_stage *s = &r->stages[r->order[i]];

		s->end_ms = run_stage(r, s, ready_ms(r, s, g), slots);
		end = s->end_ms > end ? s->end_ms : end;
		if (s->complete_ms > last_complete)
			last_complete = s->complete_ms;
	}
	/* What followed the last stage, and jobs without one. */
	return end + (g->to_ms > last_complete ? g->to_ms - last_complete : 0);
}

static int64_t run_all(struct replay *r, size_t limit)
{
	struct slots slots = { .free_ms = calloc(r->task_count + 1, sizeof(*slots.free_ms)) };
	int64_t ms = r->driver_ms;
	size_t at = 0;

	if (!slots.free_ms)
		die_no_memory();
	for (size_t i = 0; i < r->group_count; i++)
		ms += run_group(r, &r->groups[i], limit, &at, &slots);
	free(slots.free_ms);
	return ms;
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct column whatif_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "case", "Case", COLUMN_TEXT, false },
	{ "executors", "Executors", COLUMN_NUMBER, false },
	{ "cores", NULL, COLUMN_NUMBER, false },
	{ "task_slots", "Task slots", COLUMN_NUMBER, false },
	{ "wall_ms", "Takes", COLUMN_MS, false },
	{ "change_percent", "Change %", COLUMN_NUMBER, false },
	{ "slot_ms", NULL, COLUMN_MS, false },
	{ "used_percent", "Used %", COLUMN_NUMBER, false },
	{ "off_percent", "Off by %", COLUMN_NUMBER, false },
};

static int64_t percent(int64_t part, int64_t whole)
{
	double p = whole > 0 ? 100.0 * (double)part / (double)whole : 0;

	return (int64_t)(p + (p < 0 ? -0.5 : 0.5));
}

static struct cell signed_cell(int64_t n)
{
	return (struct cell){ .kind = CELL_NUMBER, .number = n };
}

static struct row *add_case(const struct replay *r, const char *name, struct whatif w, int64_t ms,
			    struct table *t)
{
	int64_t slots = w.executors * w.cores / r->task_cpus;
	struct row *row = table_add(t, 0);

	if (!row)
		return NULL;
	row->cells[0] = cell_text(r->h->app_id);
	row->cells[1] = cell_text(str_from(name));
	row->cells[5] = cell_number(ms);
	if (!slots)
		return row;
	row->cells[2] = cell_number(w.executors);
	row->cells[3] = cell_number(w.cores);
	row->cells[4] = cell_number(slots);
	row->cells[7] = cell_number(slots * ms);
	row->cells[8] = cell_number(percent(r->task_ms, slots * ms));
	return row;
}

static int64_t slots_of(const struct replay *r, struct whatif w)
{
	int64_t slots = w.executors * w.cores / r->task_cpus;

	return slots < 1 ? 1 : slots > WHATIF_SLOTS_MAX ? WHATIF_SLOTS_MAX : slots;
}

static void add_cases(struct replay *r, struct whatif asked, struct table *t)
{
	static const struct {
		int64_t times, by;
	} ladder[] = { { 1, 2 }, { 2, 1 }, { 4, 1 } };
	struct whatif ran = { r->executors, r->cores };
	int64_t replayed = run_all(r, (size_t)slots_of(r, ran)), ms;
	struct row *row;

	add_case(r, "measured", ran, r->measured_ms, t);
	row = add_case(r, "replayed", ran, replayed, t);
	if (row)
		row->cells[9] = signed_cell(percent(replayed - r->measured_ms, r->measured_ms));
	for (size_t i = 0; i < (asked.executors || asked.cores ? 1 : ARRAY_LEN(ladder)); i++) {
		struct whatif w = { asked.executors ? asked.executors : r->executors,
				    asked.cores ? asked.cores : r->cores };

		if (!asked.executors && !asked.cores)
			w.executors = w.executors * ladder[i].times / ladder[i].by;
		if (w.executors < 1)
			continue;
		ms = run_all(r, (size_t)slots_of(r, w));
		row = add_case(r, "with these", w, ms, t);
		if (row)
			row->cells[6] = signed_cell(percent(ms - replayed, replayed));
	}
	ms = run_all(r, SIZE_MAX);
	row = add_case(r, "without a limit", (struct whatif){ 0, 0 }, ms, t);
	if (row)
		row->cells[6] = signed_cell(percent(ms - replayed, replayed));
	add_case(r, "driver alone", (struct whatif){ 0, 0 }, r->driver_ms, t);
}

static int64_t task_cpus_of(const struct application *a)
{
	uint64_t n;

	for (size_t i = 0; i < a->setting_count; i++)
		if (str_eq(a->settings[i].key, STR("spark.task.cpus")) &&
		    str_to_u64(a->settings[i].value, &n) && n >= 1 && n <= WHATIF_CORES_MAX)
			return (int64_t)n;
	return 1;
}

/* Attempts of one application: the last one is looked at. */
static bool is_last_attempt(const struct diagnosis *d, size_t i)
{
	for (size_t k = i + 1; k < d->history_count; k++)
		if (str_eq(d->histories[k].history->app_id, d->histories[i].history->app_id))
			return false;
	return true;
}

void whatif_table(const struct diagnosis *d, struct whatif asked,
		  const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t)
{
	table_init(t, "replays", whatif_columns, ARRAY_LEN(whatif_columns));
	t->same_column = d->history_count == 1 ? 0 : SIZE_MAX;
	for (size_t i = 0; i < d->history_count; i++) {
		const struct application_history *a = &d->histories[i];
		struct replay r = { .h = a->history,
				    .task_cpus = task_cpus_of(&d->applications[a->application]) };

		if (!is_last_attempt(d, i) || a->history->start_ms < 0)
			continue;
		event_walk(d, take_event, &r, cancel, diags);
		sort_tasks(&r);
		sort_stages(&r);
		find_groups(&r);
		find_executors(&r);
		if (r.task_count && r.executors)
			add_cases(&r, asked, t);
		forget(&r);
		free(r.stages);
		free(r.tasks);
		free(r.parents);
		free(r.groups);
		free(r.order);
	}
}

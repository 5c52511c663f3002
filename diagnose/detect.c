#include "base/base.h"
#include "diagnose/detect.h"

/* --- the run in numbers ---------------------------------------------------------------------- */

static void *grow(void *items, size_t count, size_t *capacity, size_t size)
{
	void *grown;

	if (count < *capacity)
		return items;
	*capacity = *capacity ? *capacity * 2 : 16;
	grown = realloc(items, *capacity * size);
	if (!grown)
		die_no_memory();
	return grown;
}

void event_run_init(struct event_run *r)
{
	*r = (struct event_run){ .start_ms = -1, .end_ms = -1, .last_ms = -1 };
}

void event_run_release(struct event_run *r)
{
	for (size_t i = 0; i < r->stage_count; i++)
		free(r->stages[i].tasks);
	free(r->stages);
	free(r->executors);
	free(r->jobs);
}

struct event_executor *event_run_executor(struct event_run *r, struct str id)
{
	/* The last of that name: ids are not reused within an attempt. */
	for (size_t i = r->executor_count; i > 0; i--)
		if (str_eq(r->executors[i - 1].id, id))
			return &r->executors[i - 1];
	return NULL;
}

void event_run_add_executor(struct event_run *r, const struct event *e, struct arena *arena)
{
	struct event_executor *x;

	r->executors = grow(r->executors, r->executor_count, &r->executor_capacity, sizeof(*x));
	x = &r->executors[r->executor_count];
	*x = (struct event_executor){ .cores = e->cores, .added_ms = e->time_ms, .removed_ms = -1 };
	if (arena_str(arena, e->executor, &x->id) && arena_str(arena, e->host, &x->host))
		r->executor_count++;
}

void event_run_job_start(struct event_run *r, const struct event *e)
{
	r->jobs = grow(r->jobs, r->job_count, &r->job_capacity, sizeof(*r->jobs));
	r->jobs[r->job_count++] =
		(struct event_job){ .id = e->id, .start_ms = e->time_ms, .end_ms = -1 };
}

void event_run_job_end(struct event_run *r, const struct event *e)
{
	for (size_t i = r->job_count; i > 0; i--)
		if (r->jobs[i - 1].id == e->id) {
			r->jobs[i - 1].end_ms = e->time_ms;
			r->jobs[i - 1].failed = !e->succeeded;
			break;
		}
	if (e->time_ms > r->last_ms)
		r->last_ms = e->time_ms;
}

static struct event_stage *stage_of(struct event_run *r, int64_t id, int64_t attempt)
{
	struct event_stage *s;

	for (size_t i = r->stage_count; i > 0; i--)
		if (r->stages[i - 1].id == id && r->stages[i - 1].attempt == attempt)
			return &r->stages[i - 1];
	if (r->stage_count == EVENT_STAGES_MAX)
		return NULL;
	r->stages = grow(r->stages, r->stage_count, &r->stage_capacity, sizeof(*s));
	s = &r->stages[r->stage_count++];
	*s = (struct event_stage){
		.id = id, .attempt = attempt, .submit_ms = -1, .complete_ms = -1, .median_ms = -1
	};
	return s;
}

static int64_t positive(int64_t v)
{
	return v > 0 ? v : 0;
}

static void keep_task(struct event_stage *s, int64_t ms, int64_t records)
{
	if (ms > s->longest_ms) {
		s->longest_ms = ms;
		s->longest_records = records;
	}
	if (s->kept == STAGE_TASKS_MAX || s->done)
		return;
	s->tasks = grow(s->tasks, s->kept, &s->capacity, sizeof(*s->tasks));
	s->tasks[s->kept++] = (struct event_task){ ms, records };
}

void event_run_task_end(struct event_run *r, const struct event *e)
{
	struct event_stage *s = stage_of(r, e->stage, e->stage_attempt);
	int64_t took = e->finish_ms > 0 && e->launch_ms > 0 ? e->finish_ms - e->launch_ms : 0;

	if (e->finish_ms > r->last_ms)
		r->last_ms = e->finish_ms;
	if (e->task_reason == TASK_RESUBMITTED)
		return; /* repeats a task that was counted */
	r->tasks_ended++;
	r->tasks_killed += e->task_reason == TASK_KILLED;
	r->tasks_failed += e->task_reason != TASK_SUCCESS && e->task_reason != TASK_KILLED;
	if (!s)
		return;
	s->run_ms += positive(e->metrics.run_ms);
	s->gc_ms += positive(e->metrics.gc_ms);
	s->disk_spilled_bytes += positive(e->metrics.disk_spilled_bytes);
	s->memory_spilled_bytes += positive(e->metrics.memory_spilled_bytes);
	s->shuffle_write_bytes += positive(e->metrics.shuffle_write_bytes);
	s->input_bytes += positive(e->metrics.input_bytes);
	s->shuffle_read_bytes += positive(e->metrics.shuffle_read_remote_bytes) +
				 positive(e->metrics.shuffle_read_local_bytes);
	if (e->task_reason == TASK_SUCCESS) {
		s->succeeded++;
		keep_task(s, took,
			  positive(e->metrics.shuffle_read_records) +
				  positive(e->metrics.input_records));
	} else if (e->task_reason == TASK_KILLED) {
		s->killed++;
	} else {
		s->failed++;
		s->wasted_ms += took;
	}
}

static int by_duration(const void *a, const void *b)
{
	int64_t x = ((const struct event_task *)a)->ms, y = ((const struct event_task *)b)->ms;

	return (x > y) - (x < y);
}

static int by_records(const void *a, const void *b)
{
	int64_t x = ((const struct event_task *)a)->records;
	int64_t y = ((const struct event_task *)b)->records;

	return (x > y) - (x < y);
}

void event_run_stage_end(struct event_run *r, const struct event *e, uint32_t number)
{
	struct event_stage *s = stage_of(r, e->stage, e->stage_attempt);

	if (!s)
		return;
	s->task_count = e->task_count;
	s->submit_ms = e->submit_ms;
	s->complete_ms = e->complete_ms;
	s->event = number;
	s->done = true;
	if (s->kept) {
		qsort(s->tasks, s->kept, sizeof(*s->tasks), by_duration);
		s->median_ms = s->tasks[s->kept / 2].ms;
		qsort(s->tasks, s->kept, sizeof(*s->tasks), by_records);
		s->median_records = s->tasks[s->kept / 2].records;
	}
	free(s->tasks);
	s->tasks = NULL;
}

struct run_counts event_run_counts(const struct event_run *r)
{
	struct run_counts c = {
		.jobs = (int64_t)r->job_count,
		.stages = (int64_t)r->stage_count,
		.tasks = r->tasks_ended,
		.failed_tasks = r->tasks_failed,
		.killed_tasks = r->tasks_killed,
		.executors = (int64_t)r->executor_count,
	};

	for (size_t i = 0; i < r->job_count; i++)
		c.failed_jobs += r->jobs[i].failed;
	for (size_t i = 0; i < r->stage_count; i++)
		c.failed_stages += r->stages[i].failed && !r->stages[i].succeeded;
	for (size_t i = 0; i < r->executor_count; i++)
		c.lost_executors += r->executors[i].lost;
	return c;
}

/* --- detectors ------------------------------------------------------------------------------- */

struct waste {
	struct event_run *run;
	struct detection *found;
	size_t count;
	int64_t wall_ms;
};

static void report(struct waste *w, uint32_t event, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void report(struct waste *w, uint32_t event, const char *fmt, ...)
{
	struct detection *d;
	va_list args;

	if (w->count == DETECTIONS_MAX)
		return;
	d = &w->found[w->count++];
	d->event = event;
	va_start(args, fmt);
	(void)vsnprintf(d->text, sizeof(d->text), fmt, args);
	va_end(args);
}

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

/*
 * One task much longer than the others, and the stage waits for it. Ratio 3 is sparklens' and the
 * RAPIDS tools' line; Dr. Elephant asks for 150 s, which hides every skew of a short job, so the
 * floor is what it costs: 3 s, and 5 % of the run.
 */
static void detect_skew(struct waste *w, const struct event_stage *s)
{
	int64_t cost = s->longest_ms - s->median_ms;
	int64_t stage_ms = s->complete_ms - s->submit_ms;

	if (s->succeeded < 4 || s->median_ms < 0 || cost < 3000 || cost < w->wall_ms / 20)
		return;
	if (s->longest_ms < 3 * s->median_ms || s->longest_ms < stage_ms / 2)
		return;
	/* The first task on an executor starts Python and loads classes; a slow host is slow for
	 * any task. Skew is in the data: that task read several times what the others did. */
	if (s->longest_records < 1000 || s->longest_records < s->median_records * 5 / 2)
		return;
	report(w, s->event,
	       "waste skew-task: stage %" PRId64 ".%" PRId64 ": longest of %" PRId64
	       " tasks took %.1f s, median %.1f s: the stage waited %.1f s for one task",
	       s->id, s->attempt, s->succeeded, seconds(s->longest_ms), seconds(s->median_ms),
	       seconds(cost));
}

/*
 * Tasks too short to be worth their start: DataFlint warns from 5,000 tasks below 500 ms; a median
 * below 100 ms over 500 tasks costs as much where cores are few. Floor: 5 s and 10 % of the run.
 */
static void detect_tiny_tasks(struct waste *w, const struct event_stage *s)
{
	int64_t stage_ms = s->complete_ms - s->submit_ms;

	if (s->succeeded < 500 || s->median_ms < 0 || s->median_ms > 100 || stage_ms < 5000 ||
	    stage_ms < w->wall_ms / 10)
		return;
	report(w, s->event,
	       "waste partitions-too-many: stage %" PRId64 ".%" PRId64 ": %" PRId64
	       " tasks of %" PRId64 " ms in the middle, %.1f s for the stage",
	       s->id, s->attempt, s->succeeded, s->median_ms, seconds(stage_ms));
}

/* Any spill is normal; a tenth of a gigabyte, or more than was shuffled, is worth a word. */
static void detect_spill(struct waste *w, const struct event_stage *s)
{
	if (s->disk_spilled_bytes < 100 << 20 &&
	    (s->disk_spilled_bytes < 10 << 20 || s->disk_spilled_bytes < s->shuffle_write_bytes))
		return;
	report(w, s->event,
	       "waste spill-disk: stage %" PRId64 ".%" PRId64 " spilled %" PRId64
	       " MB to disk, shuffled %" PRId64 " MB",
	       s->id, s->attempt, s->disk_spilled_bytes >> 20, s->shuffle_write_bytes >> 20);
}

/* Dr. Elephant calls 15 % severe and 20 % critical; short runs collect much at their start, so
 * 25 % and 10 s. */
static void detect_gc(struct waste *w)
{
	int64_t gc = 0, run = 0;

	for (size_t i = 0; i < w->run->stage_count; i++) {
		gc += w->run->stages[i].gc_ms;
		run += w->run->stages[i].run_ms;
	}
	if (gc < 10000 || gc < run / 4)
		return;
	report(w, 0,
	       "waste gc-pressure: %.2f of the task time was garbage collection: %" PRId64
	       " ms of %" PRId64 " ms",
	       (double)gc / (double)run, gc, run);
}

static int by_start(const void *a, const void *b)
{
	const struct event_job *x = a, *y = b;

	return (x->start_ms > y->start_ms) - (x->start_ms < y->start_ms);
}

/* Core-milliseconds of executors that lived in [from, to). */
static int64_t core_ms(const struct event_run *r, int64_t from, int64_t to)
{
	int64_t total = 0;

	for (size_t i = 0; i < r->executor_count; i++) {
		const struct event_executor *x = &r->executors[i];
		int64_t begin = x->added_ms > from ? x->added_ms : from;
		int64_t end = x->removed_ms > 0 && x->removed_ms < to ? x->removed_ms : to;

		if (end > begin && x->cores > 0)
			total += (end - begin) * x->cores;
	}
	return total;
}

/*
 * Time in which no job ran, from the first job on: sparklens' driver share. It counts where it is
 * half of that time and 15 s, and only where executors stood idle for most of it: given back, they
 * cost nothing.
 */
static void detect_driver_bound(struct waste *w)
{
	struct event_run *r = w->run;
	int64_t busy_until, gap = 0, idle = 0, cores = 0, whole;

	if (!r->job_count || !r->executor_count)
		return;
	qsort(r->jobs, r->job_count, sizeof(*r->jobs), by_start);
	whole = r->end_ms - r->jobs[0].start_ms;
	busy_until = r->jobs[0].end_ms;
	for (size_t i = 1; i <= r->job_count && busy_until > 0; i++) {
		int64_t next = i < r->job_count ? r->jobs[i].start_ms : r->end_ms;

		if (next > busy_until) {
			gap += next - busy_until;
			idle += core_ms(r, busy_until, next);
		}
		if (i < r->job_count && r->jobs[i].end_ms > busy_until)
			busy_until = r->jobs[i].end_ms;
	}
	for (size_t i = 0; i < r->executor_count; i++)
		cores += r->executors[i].cores;
	if (gap < 15000 || gap < whole / 2 || idle < gap * cores * 3 / 4)
		return;
	report(w, 0,
	       "waste driver-bound: no job ran for %.1f s of %.1f s, the executors' %" PRId64
	       " cores waited for the driver",
	       seconds(gap), seconds(whole), cores);
	report(w, 0, "waste executors-idle: %" PRId64 " cores idle for %.1f s: %.2f core-hours",
	       cores, seconds(gap), (double)idle / 3600000);
}

/* What was computed and thrown away. */
static void detect_retries(struct waste *w)
{
	int64_t wasted = 0, failed = 0;

	for (size_t i = 0; i < w->run->stage_count; i++) {
		wasted += w->run->stages[i].wasted_ms;
		failed += w->run->stages[i].failed;
	}
	if (wasted < 5000 && failed < 4)
		return;
	report(w, 0,
	       "waste wasted-retries: %" PRId64 " failed task attempts cost %.1f s of task time",
	       failed, seconds(wasted));
}

/* Executors taken, given back idle and taken again. */
static void detect_churn(struct waste *w)
{
	int64_t given_back = 0, again = 0;

	for (size_t i = 0; i < w->run->executor_count; i++) {
		const struct event_executor *x = &w->run->executors[i];

		for (size_t k = 0; k < i; k++)
			if (w->run->executors[k].removed_ms > 0 && !w->run->executors[k].lost &&
			    w->run->executors[k].removed_ms < x->added_ms) {
				again++;
				break;
			}
		given_back += x->removed_ms > 0 && !x->lost;
	}
	if (given_back < 2 || again < 2)
		return;
	report(w, 0,
	       "waste dynalloc-churn: %" PRId64 " executors were given back idle and %" PRId64
	       " requested again",
	       given_back, again);
}

size_t detect_waste(struct event_run *r, struct detection *found)
{
	struct waste w = { .run = r, .found = found };
	int64_t end = r->end_ms > 0 ? r->end_ms : r->last_ms;

	if (r->start_ms <= 0 || end <= r->start_ms)
		return 0;
	if (r->end_ms <= 0)
		r->end_ms = end;
	w.wall_ms = end - r->start_ms;
	for (size_t i = 0; i < r->stage_count; i++) {
		const struct event_stage *s = &r->stages[i];

		if (!s->done || s->submit_ms <= 0)
			continue;
		detect_skew(&w, s);
		detect_tiny_tasks(&w, s);
		detect_spill(&w, s);
	}
	detect_gc(&w);
	detect_driver_bound(&w);
	detect_retries(&w);
	detect_churn(&w);
	return w.count;
}

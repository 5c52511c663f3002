#include "base/base.h"
#include "diagnose/detect.h"

void detect_report(struct waste *w, struct event_at at, const char *fmt, ...)
{
	struct detection *d;
	va_list args;

	if (w->count == DETECTIONS_MAX)
		return;
	d = &w->found[w->count++];
	d->at = at;
	va_start(args, fmt);
	(void)vsnprintf(d->text, sizeof(d->text), fmt, args);
	va_end(args);
}

double detect_seconds(int64_t ms)
{
	return (double)ms / 1000;
}

static struct event_at at_stage(const struct history_stage *s)
{
	return (struct event_at){ s->event, s->piece };
}

static int64_t median(const struct history_stage *s, enum measure m)
{
	return s->quantiles[m].at[QUANTILE_50];
}

static int64_t stage_ms(const struct history_stage *s)
{
	return s->complete_ms - s->submit_ms;
}

/* --- one stage ------------------------------------------------------------------------------- */

/*
 * One task much longer than the others, and the stage waits for it. Ratio 3 is sparklens' and the
 * RAPIDS tools' line; Dr. Elephant asks for 150 s, which hides every skew of a short job, so the
 * floor is what it costs: 3 s, and 5 % of the run.
 */
static void detect_skew(struct waste *w, const struct history_stage *s)
{
	int64_t usual = median(s, MEASURE_DURATION), cost = s->longest_ms - usual;

	if (s->tasks.succeeded < 4 || cost < 3000 || cost < w->wall_ms / 20)
		return;
	if (s->longest_ms < 3 * usual || s->longest_ms < stage_ms(s) / 2)
		return;
	/* The first task on an executor starts Python and loads classes; a slow host is slow for
	 * any task. Skew is in the data: that task read several times what the others did. */
	if (s->longest_records < 1000 ||
	    s->longest_records < median(s, MEASURE_READ_RECORDS) * 5 / 2)
		return;
	detect_report(w, at_stage(s),
		      "waste skew-task: stage %" PRId64 ".%" PRId64 ": longest of %" PRId64
		      " tasks took %.1f s, median %.1f s: the stage waited %.1f s for one task",
		      s->id, s->attempt, s->tasks.succeeded, detect_seconds(s->longest_ms),
		      detect_seconds(usual), detect_seconds(cost));
}

/*
 * Tasks too short to be worth their start: DataFlint warns from 5,000 tasks below 500 ms; a median
 * below 100 ms over 500 tasks costs as much where cores are few. Floor: 5 s and 10 % of the run.
 */
static void detect_tiny_tasks(struct waste *w, const struct history_stage *s)
{
	int64_t usual = median(s, MEASURE_DURATION), took = stage_ms(s);

	if (s->tasks.succeeded < 500 || usual > 100 || took < 5000 || took < w->wall_ms / 10)
		return;
	detect_report(w, at_stage(s),
		      "waste partitions-too-many: stage %" PRId64 ".%" PRId64 ": %" PRId64
		      " tasks of %" PRId64 " ms in the middle, %.1f s for the stage",
		      s->id, s->attempt, s->tasks.succeeded, usual, detect_seconds(took));
}

/* Any spill is normal; a tenth of a gigabyte, or more than was shuffled, is worth a word. */
static void detect_spill(struct waste *w, const struct history_stage *s)
{
	int64_t spilled = s->total[MEASURE_DISK_SPILLED];
	int64_t shuffled = s->total[MEASURE_SHUFFLE_WRITE];

	if (spilled < 100 << 20 && (spilled < 10 << 20 || spilled < shuffled))
		return;
	detect_report(w, at_stage(s),
		      "waste spill-disk: stage %" PRId64 ".%" PRId64 " spilled %" PRId64
		      " MB to disk, shuffled %" PRId64 " MB",
		      s->id, s->attempt, spilled >> 20, shuffled >> 20);
}

/* Cores of the executors that were there all the time from `from` to `to`. */
static int64_t cores_during(const struct history *h, int64_t from, int64_t to)
{
	int64_t cores = 0;

	for (size_t i = 0; i < h->executor_count; i++) {
		const struct history_executor *x = &h->executors[i];

		if (x->added_ms <= from && (x->removed_ms < 0 || x->removed_ms >= to))
			cores += x->cores;
	}
	return cores;
}

/*
 * A stage with fewer tasks than half of the cores, while each task has much to do. DataFlint asks
 * for 50 % idle cores; floors: 30 s, a quarter of the run, and a task that reads 32 MB (a quarter
 * of the usual partition: compressed input is larger than it counts), so that a small collect or a
 * limit stays unnamed.
 */
static void detect_few_tasks(struct waste *w, const struct history_stage *s)
{
	int64_t took = stage_ms(s), cores = cores_during(w->run, s->submit_ms, s->complete_ms);
	int64_t bytes = s->quantiles[MEASURE_INPUT].at[QUANTILE_50] +
			s->quantiles[MEASURE_SHUFFLE_READ].at[QUANTILE_50];

	if (s->tasks.succeeded < 1 || s->tasks.succeeded * 2 > cores || took < 30000 ||
	    took < w->wall_ms / 4 || bytes < 32 << 20)
		return;
	/* One long task among short ones is skew. */
	if (s->longest_ms > 3 * median(s, MEASURE_DURATION))
		return;
	detect_report(w, at_stage(s),
		      "waste partitions-too-few: stage %" PRId64 ".%" PRId64 ": %" PRId64
		      " tasks on %" PRId64 " cores took %.1f s, %" PRId64 " MB each",
		      s->id, s->attempt, s->tasks.succeeded, cores, detect_seconds(took),
		      bytes >> 20);
}

struct slow_host {
	const struct history_stage *worst;
	int64_t tasks, cost, worst_cost;
	size_t stages;
};

/* The stages in which one host was twice as slow as the others, host by host. */
static size_t find_slow_hosts(const struct waste *w, struct slow_host *hosts)
{
	size_t count = 0;

	for (size_t i = 0; i < w->run->stage_count; i++) {
		const struct history_stage *s = &w->run->stages[i];
		int64_t lost = (s->slow_host_ms - s->other_hosts_ms) * s->slow_host_tasks;
		size_t k = 0;

		if (!s->slow_host.len || s->slow_host_ms < 2 * s->other_hosts_ms || lost < 2000)
			continue;
		/* Uneven data is not the host's fault. */
		if (s->longest_records > median(s, MEASURE_READ_RECORDS) * 5 / 2)
			continue;
		while (k < count && !str_eq(hosts[k].worst->slow_host, s->slow_host))
			k++;
		if (k == HISTORY_STAGE_HOSTS_MAX)
			continue;
		if (k == count)
			hosts[count++] = (struct slow_host){ .worst = s };
		hosts[k].tasks += s->slow_host_tasks;
		hosts[k].cost += lost;
		hosts[k].stages++;
		if (lost > hosts[k].worst_cost) {
			hosts[k].worst_cost = lost;
			hosts[k].worst = s;
		}
	}
	return count;
}

/*
 * The same work takes one host twice as long as the others, task for task, in two stages or more.
 * What it costs is what its tasks took beyond the others'; floor 10 s and 10 % of the run. The
 * slower a host, the fewer tasks it gets: three in all are enough. Where other hosts lost half as
 * much, the cluster is uneven, or the data.
 */
static void detect_straggler(struct waste *w)
{
	struct slow_host hosts[HISTORY_STAGE_HOSTS_MAX], *slow = NULL;
	size_t count = find_slow_hosts(w, hosts);
	int64_t cost = 0;

	for (size_t i = 0; i < count; i++) {
		cost += hosts[i].cost;
		if (!slow || hosts[i].cost > slow->cost)
			slow = &hosts[i];
	}
	if (!slow || slow->stages < 2 || slow->tasks < 3 || slow->cost < 10000 ||
	    slow->cost < w->wall_ms / 10 || slow->cost < cost / 3 * 2)
		return;
	detect_report(w, at_stage(slow->worst),
		      "waste straggler-host: tasks on " STR_FMT
		      " took %.1f s each, %.1f s elsewhere, over %zu stages: %.1f s of task time",
		      STR_ARG(slow->worst->slow_host), detect_seconds(slow->worst->slow_host_ms),
		      detect_seconds(slow->worst->other_hosts_ms), slow->stages,
		      detect_seconds(slow->cost));
}

/* --- the whole run --------------------------------------------------------------------------- */

/* Dr. Elephant calls 15 % severe and 20 % critical; short runs collect much at their start, so
 * 25 % and 10 s. */
static void detect_gc(struct waste *w)
{
	const struct history_stage *most = NULL;
	int64_t gc = 0;

	for (size_t i = 0; i < w->run->stage_count; i++) {
		const struct history_stage *s = &w->run->stages[i];

		gc += s->total[MEASURE_GC];
		if (!most || s->total[MEASURE_GC] > most->total[MEASURE_GC])
			most = s;
	}
	if (gc < 10000 || gc < w->task_ms / 4)
		return;
	detect_report(w, at_stage(most),
		      "waste gc-pressure: %.2f of the task time was garbage collection: %" PRId64
		      " ms of %" PRId64 " ms, most of it in stage %" PRId64 ".%" PRId64,
		      (double)gc / (double)w->task_ms, gc, w->task_ms, most->id, most->attempt);
}

static int by_start(const void *a, const void *b)
{
	const struct history_job *const *x = a, *const *y = b;

	return ((*x)->start_ms > (*y)->start_ms) - ((*x)->start_ms < (*y)->start_ms);
}

/* Core-milliseconds of executors that lived in [from, to). */
static int64_t core_ms(const struct history *h, int64_t from, int64_t to)
{
	int64_t total = 0;

	for (size_t i = 0; i < h->executor_count; i++) {
		const struct history_executor *x = &h->executors[i];
		int64_t begin = x->added_ms > from ? x->added_ms : from;
		int64_t end = x->removed_ms > 0 && x->removed_ms < to ? x->removed_ms : to;

		if (end > begin && x->cores > 0)
			total += (end - begin) * x->cores;
	}
	return total;
}

struct gaps {
	int64_t first_ms; /* the first job began */
	int64_t ms;	  /* without a job */
	int64_t core_ms;  /* held in that time */
	int64_t longest_ms;
	const struct history_job *before; /* the longest */
};

/* Time in which no job ran, from the first job on: sparklens' driver share. */
static struct gaps find_gaps(const struct waste *w)
{
	const struct history *h = w->run;
	const struct history_job **jobs = malloc(h->job_count * sizeof(const struct history_job *));
	const struct history_job *last;
	struct gaps g = { 0 };

	if (!jobs)
		die_no_memory();
	for (size_t i = 0; i < h->job_count; i++)
		jobs[i] = &h->jobs[i];
	qsort(jobs, h->job_count, sizeof(*jobs), by_start);
	g.first_ms = jobs[0]->start_ms;
	last = jobs[0];
	for (size_t i = 1; i <= h->job_count && last->end_ms > 0; i++) {
		int64_t next = i < h->job_count ? jobs[i]->start_ms : w->end_ms;
		int64_t gap_ms = next - last->end_ms;

		if (gap_ms > 0) {
			g.ms += gap_ms;
			g.core_ms += core_ms(h, last->end_ms, next);
		}
		if (gap_ms > g.longest_ms) {
			g.longest_ms = gap_ms;
			g.before = last;
		}
		if (i < h->job_count && jobs[i]->end_ms > last->end_ms)
			last = jobs[i];
	}
	free(jobs);
	return g;
}

/* It counts where it is half of the time and 15 s, and only where executors stood idle for most of
 * it: given back, they cost nothing. */
static void detect_driver_bound(struct waste *w)
{
	int64_t cores = 0, whole;
	struct gaps g;

	if (!w->run->job_count || !w->run->executor_count)
		return;
	g = find_gaps(w);
	whole = w->end_ms - g.first_ms;
	for (size_t i = 0; i < w->run->executor_count; i++)
		cores += w->run->executors[i].cores;
	if (g.ms < 15000 || g.ms < whole / 2 || g.core_ms < g.ms * cores * 3 / 4)
		return;
	detect_report(w, (struct event_at){ g.before->event, g.before->piece },
		      "waste driver-bound: no job ran for %.1f s of %.1f s, the executors' %" PRId64
		      " cores waited for the driver, longest behind job %" PRId64,
		      detect_seconds(g.ms), detect_seconds(whole), cores, g.before->id);
	detect_report(w, (struct event_at){ g.before->event, g.before->piece },
		      "waste executors-idle: %" PRId64 " cores idle for %.1f s: %.2f core-hours",
		      cores, detect_seconds(g.ms), (double)g.core_ms / 3600000);
}

/* What was computed and thrown away. */
static void detect_retries(struct waste *w)
{
	const struct history_stage *most = NULL;
	int64_t wasted = 0, failed = 0;

	for (size_t i = 0; i < w->run->stage_count; i++) {
		const struct history_stage *s = &w->run->stages[i];

		if (!most || s->wasted_ms > most->wasted_ms)
			most = s;
		wasted += s->wasted_ms;
		/* Those that were only resubmitted had succeeded. */
		failed += s->tasks.failed -
			  (s->tasks.succeeded + s->tasks.failed + s->tasks.killed - s->ended);
	}
	if (wasted < 5000 && failed < 4)
		return;
	detect_report(w, at_stage(most),
		      "waste wasted-retries: %" PRId64
		      " failed task attempts cost %.1f s of task time, most of it in stage %" PRId64
		      ".%" PRId64,
		      failed, detect_seconds(wasted), most->id, most->attempt);
}

/* Executors taken, given back idle and taken again. */
static void detect_churn(struct waste *w)
{
	const struct history_executor *first = NULL;
	int64_t given_back = 0, again = 0;

	for (size_t i = 0; i < w->run->executor_count; i++) {
		const struct history_executor *x = &w->run->executors[i];

		if (x->removed_ms > 0 && !x->lost) {
			given_back++;
			if (!first || x->removed_ms < first->removed_ms)
				first = x;
		}
	}
	for (size_t i = 0; i < w->run->executor_count; i++)
		again += first && w->run->executors[i].added_ms > first->removed_ms;
	if (given_back < 2 || again < 2)
		return;
	detect_report(w, (struct event_at){ first->event, first->piece },
		      "waste dynalloc-churn: %" PRId64
		      " executors were given back idle and %" PRId64 " requested again",
		      given_back, again);
}

size_t detect_waste(const struct history *h, struct detection *found)
{
	struct waste w = { .run = h, .found = found, .end_ms = history_end_ms(h) };

	if (h->start_ms <= 0 || w.end_ms <= h->start_ms)
		return 0;
	w.wall_ms = w.end_ms - h->start_ms;
	for (size_t i = 0; i < h->stage_count; i++)
		w.task_ms += h->stages[i].total[MEASURE_RUN];
	for (size_t i = 0; i < h->stage_count; i++) {
		const struct history_stage *s = &h->stages[i];

		if (s->complete_ms <= 0 || s->submit_ms <= 0)
			continue;
		detect_skew(&w, s);
		detect_tiny_tasks(&w, s);
		detect_few_tasks(&w, s);
		detect_spill(&w, s);
	}
	detect_straggler(&w);
	detect_gc(&w);
	detect_driver_bound(&w);
	detect_retries(&w);
	detect_churn(&w);
	detect_plans(&w);
	detect_memory(&w);
	return w.count;
}

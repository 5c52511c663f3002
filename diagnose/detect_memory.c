/* Memory held for nothing, and memory that was too small for what was to be kept in it. */
#include "base/base.h"
#include "diagnose/detect.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

static double gb_hours(double byte_ms)
{
	return byte_ms / (double)GIB / 3600000;
}

/* --- executors with more memory than they use ------------------------------------------------ */

/* All executors of the default resource profile, whose memory is spark.executor.memory. */
struct memory_seen {
	const struct history_executor *fullest;
	int64_t seen_ms, task_ms, gc_ms, run_ms, spilled;
	int64_t managed; /* the most that tasks and cached blocks took together */
	int64_t held_ms; /* executors times the time they were there */
};

static struct memory_seen memory_seen(const struct waste *w)
{
	struct memory_seen m = { 0 };

	for (size_t i = 0; i < w->run->executor_count; i++) {
		const struct history_executor *x = &w->run->executors[i];
		int64_t end = x->removed_ms > 0 ? x->removed_ms : w->end_ms;

		if (x->added_ms <= 0 || x->profile != 0)
			continue;
		m.held_ms += max64(end - x->added_ms, 0);
		m.seen_ms += x->use.seen_ms;
		m.task_ms += x->total[MEASURE_DURATION];
		m.gc_ms += x->total[MEASURE_GC];
		m.run_ms += x->total[MEASURE_RUN];
		m.spilled += x->total[MEASURE_DISK_SPILLED];
		m.managed = max64(m.managed, x->use.storage_bytes + x->cores * x->peak_task_memory);
		if (!m.fullest || x->use.heap_bytes > m.fullest->use.heap_bytes)
			m.fullest = x;
	}
	return m;
}

/* What would do: the fullest heap seen (garbage included) and a quarter, and room for what Spark
 * manages, which is 0.6 of the heap; 300 MiB more, in steps of 256 MiB, at least Spark's default.
 */
static int64_t enough_heap(const struct memory_seen *m)
{
	int64_t need = max64(m->fullest->use.heap_bytes / 4 * 5, m->managed / 6 * 10) + 300 * MIB;
	int64_t step = 256 * MIB;

	return max64((need + step - 1) / step * step, GIB);
}

/*
 * Half of the heap was never touched. Dr. Elephant: configured above twice the peak and 300 MB, and
 * nothing below 2 GB; we ask that the smaller heap we name is at most half. Polls must cover half
 * of the tasks' time. A run that spills or collects has use for its memory. Floors: executors were
 * there for a minute together, 0.1 GB-hours.
 */
static void detect_spare_heap(struct waste *w)
{
	struct memory_seen m = memory_seen(w);
	int64_t heap = w->run->heap_bytes, enough;
	double unused;

	if (heap <= 2 * GIB || !m.fullest || m.fullest->use.heap_bytes <= 0 || m.spilled > 0)
		return;
	if (m.held_ms < 60000 || m.seen_ms < m.task_ms / 2 || m.gc_ms > m.run_ms / 10)
		return;
	enough = enough_heap(&m);
	unused = gb_hours((double)(heap - enough) * (double)m.held_ms);
	if (enough > heap / 2 || unused < 0.1)
		return;
	detect_report(w, (struct event_at){ m.fullest->use.event, m.fullest->use.piece },
		      "waste memory-overprovisioned: of %" PRId64
		      " MB of executor heap at most %" PRId64 " MB were used, %" PRId64
		      " MB are enough: %.2f GB-hours for nothing",
		      heap / MIB, m.fullest->use.heap_bytes / MIB, enough / MIB, unused);
}

/* --- cached rows computed again -------------------------------------------------------------- */

/* How often the rows of a cached table were computed. */
struct cache_use {
	const struct metric_value *filled; /* by the stage that computed most of them, the first */
	const struct history_stage *first; /* that stage */
	const struct history_stage *last;  /* that computed some of them again */
	int64_t rows, again;
	int64_t cost_ms;
	size_t stages; /* that computed some again */
};

static int64_t rows_added(const struct plans *plans, const struct metric_value *v)
{
	const struct metric_value *before = plans_value_before(plans, v);

	return v->value - (before ? before->value : 0);
}

/*
 * What a stage took beyond tasks that find their block. Such is the task in the middle when less
 * than half of the rows were missing, that of the first quarter when less than three quarters were.
 */
static int64_t missed_ms(const struct history_stage *s, int64_t missing, int64_t rows)
{
	const struct quantiles *run = &s->quantiles[MEASURE_RUN];
	int64_t hit = missing < rows / 2       ? run->at[QUANTILE_50]
		      : missing < rows / 4 * 3 ? run->at[QUANTILE_25]
					       : 0;

	return max64(s->total[MEASURE_RUN] - hit * s->tasks.succeeded, 0);
}

static struct cache_use cache_use(const struct waste *w, int64_t accumulator)
{
	const struct plans *plans = &w->run->plans;
	const struct metric_value *newest = plans_value(plans, accumulator), *v;
	struct cache_use u = { 0 };

	for (v = newest; v; v = plans_value_before(plans, v))
		if (rows_added(plans, v) >= u.rows) {
			u.rows = rows_added(plans, v);
			u.filled = v;
		}
	if (u.filled)
		u.first = history_stage(w->run, u.filled->stage, 0);
	for (v = newest; v && v != u.filled; v = plans_value_before(plans, v)) {
		const struct history_stage *s = history_stage(w->run, v->stage, 0);
		int64_t rows = rows_added(plans, v);

		if (!s || rows <= 0)
			continue;
		if (!u.last)
			u.last = s;
		u.again = add_saturated(u.again, rows);
		u.cost_ms += missed_ms(s, rows, u.rows);
		u.stages++;
	}
	return u;
}

/* Whoever takes an executor away takes its cached blocks too. */
static bool executors_went(const struct history *h, int64_t from, int64_t to)
{
	for (size_t i = 0; i < h->executor_count; i++)
		if (h->executors[i].removed_ms >= from && h->executors[i].removed_ms <= to)
			return true;
	return false;
}

/*
 * The plan of a cached table computed its rows once more, although a stage with as many tasks had
 * filled the cache before (a limit fills a part, and the next query the rest), and no executor
 * went. Floors: a tenth of the rows, 5 s and a tenth of all task time.
 */
static void report_cache(struct waste *w, const struct sql_execution *x, int64_t accumulator)
{
	struct cache_use u = cache_use(w, accumulator);

	if (!u.stages || !u.first || u.again < u.rows / 10 ||
	    u.first->task_count < u.last->task_count ||
	    executors_went(w->run, u.first->submit_ms, u.last->complete_ms))
		return;
	if (u.cost_ms < 5000 || u.cost_ms < w->task_ms / 10)
		return;
	detect_report(w, (struct event_at){ u.last->event, u.last->piece },
		      "waste cache-thrash: SQL execution %" PRId64 ": of %" PRId64
		      " cached rows %" PRId64
		      " were computed again in %zu stages: %.1f s of task time",
		      x->id, u.rows, u.again, u.stages, detect_seconds(u.cost_ms));
}

/* The accumulator that counts the rows of the cached plan below a scan of it; -1: none. */
static int64_t rows_accumulator(const struct sql_execution *x, size_t scan)
{
	size_t end = scan + plan_subtree(x, scan);

	for (size_t i = scan + 1; i < end; i++)
		for (size_t k = 0; k < x->nodes[i].metric_count; k++) {
			const struct plan_metric *m = &x->metrics[x->nodes[i].first_metric + k];

			if (str_eq(plan_text(x, m->name), STR("number of output rows")))
				return m->id;
		}
	return -1;
}

static void detect_caches(struct waste *w)
{
	struct int_map seen = { 0 }; /* all queries that read a table have its plan */

	for (size_t i = 0; i < w->run->plans.count; i++) {
		const struct sql_execution *x = &w->run->plans.items[i];

		for (size_t n = 0; n < x->node_count; n++) {
			struct str name = plan_text(x, x->nodes[n].name);
			int64_t rows;

			if (!str_starts_with(name, STR("InMemoryTableScan")) &&
			    !str_starts_with(name, STR("Scan In-memory table")))
				continue;
			rows = rows_accumulator(x, n);
			if (rows < 0 || int_map_find(&seen, rows) != SIZE_MAX)
				continue;
			int_map_put(&seen, rows, n);
			report_cache(w, x, rows);
		}
	}
	int_map_release(&seen);
}

void detect_memory(struct waste *w)
{
	detect_spare_heap(w);
	detect_caches(w);
}

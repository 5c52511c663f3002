/* Waste that shows in SQL plans: what each operator read, wrote and took. */
#include "base/base.h"
#include "diagnose/detect.h"

static struct str name_of(const struct sql_execution *x, size_t node)
{
	return plan_text(x, x->nodes[node].name);
}

static bool has(struct str s, const char *part)
{
	return str_find(s, str_from(part)) >= 0;
}

static struct event_at at_execution(const struct sql_execution *x)
{
	return (struct event_at){ x->event, x->piece };
}

/* The first metric of that name in the subtree, top down; -1: none. */
static int64_t metric_below(const struct sql_execution *x, size_t top, const char *name)
{
	size_t count = plan_subtree(x, top);

	for (size_t i = top; i < top + count; i++) {
		int64_t value = plan_metric(x, &x->nodes[i], str_from(name));

		if (value >= 0)
			return value;
	}
	return -1;
}

/* The `index`-th child of a node; SIZE_MAX when it has fewer. */
static size_t child_of(const struct sql_execution *x, size_t node, size_t index)
{
	size_t end = node + plan_subtree(x, node), at = node + 1;

	while (index-- && at < end)
		at += plan_subtree(x, at);
	return at < end ? at : SIZE_MAX;
}

/* Task time of the generated code a node is part of; its stage's when there is none. */
static int64_t node_ms(const struct waste *w, const struct sql_execution *x, size_t node)
{
	int64_t ms = 0;

	for (size_t i = node; i-- > 0;) {
		if (x->nodes[i].depth >= x->nodes[node].depth || i + plan_subtree(x, i) <= node)
			continue;
		if (str_starts_with(name_of(x, i), STR("WholeStageCodegen"))) {
			ms = plan_metric(x, &x->nodes[i], STR("duration"));
			break;
		}
	}
	if (ms <= 0) {
		const struct history_stage *s =
			history_stage(w->run, plan_stage(x, &x->nodes[node]), 0);

		ms = s ? s->total[MEASURE_RUN] : 0;
	}
	return ms;
}

/*
 * A join that gives ten times the rows of its larger side: a key that repeats on both sides, or a
 * condition that is no equality. Ten is where a join stops being a lookup; floors: 100,000 rows,
 * and the join's code took 5 s and a fifth of all task time.
 */
static void detect_explosion(struct waste *w, const struct sql_execution *x, size_t node)
{
	int64_t rows = plan_metric(x, &x->nodes[node], STR("number of output rows"));
	size_t left = child_of(x, node, 0), right = child_of(x, node, 1);
	int64_t in[2], most, cost;

	if (rows < 100000 || left == SIZE_MAX || right == SIZE_MAX)
		return;
	in[0] = metric_below(x, left, "number of output rows");
	in[1] = metric_below(x, right, "number of output rows");
	most = in[0] > in[1] ? in[0] : in[1];
	cost = node_ms(w, x, node);
	if (in[0] < 0 || in[1] < 0 || rows / 10 < most || cost < 5000 || cost < w->task_ms / 5)
		return;
	detect_report(w, at_execution(x),
		      "waste row-explosion: SQL execution %" PRId64 ": " STR_FMT " made %" PRId64
		      " rows of %" PRId64 " and %" PRId64 ", %.1f s of task time",
		      x->id, STR_ARG(name_of(x, node)), rows, in[0], in[1], detect_seconds(cost));
}

/* Bytes that the exchange nearest below moved; -1: no exchange, or not a shuffle. */
static int64_t shuffled_below(const struct sql_execution *x, size_t top)
{
	size_t count = plan_subtree(x, top);

	for (size_t i = top; i < top + count; i++)
		if (str_eq(name_of(x, i), STR("Exchange")))
			return plan_metric(x, &x->nodes[i], STR("data size"));
	return -1;
}

/* The side whose rows are all kept cannot be the one that is sent; a full outer join keeps both. */
static bool may_broadcast(struct str join, bool left)
{
	return !has(join, "FullOuter") && !has(join, left ? ", LeftOuter" : ", RightOuter") &&
	       !(left && (has(join, ", LeftSemi") || has(join, ", LeftAnti") ||
			  has(join, ", ExistenceJoin")));
}

/*
 * A sort-merge join with one side small enough to send to every executor: the large side was
 * shuffled and sorted for nothing. DataFlint's lines: below 10 MiB always, below 100 MiB when the
 * other side has 10 GiB. Floors: the large side moved 100 MiB, and the join's code, which reads and
 * sorts what was moved, took 5 s and a tenth of all task time.
 */
static void detect_missed_broadcast(struct waste *w, const struct sql_execution *x, size_t node)
{
	const int64_t mib = 1 << 20;
	size_t left = child_of(x, node, 0), right = child_of(x, node, 1);
	int64_t a, b, small, large, cost;

	if (!str_eq(name_of(x, node), STR("SortMergeJoin")) || left == SIZE_MAX ||
	    right == SIZE_MAX)
		return;
	a = shuffled_below(x, left);
	b = shuffled_below(x, right);
	small = a < b ? a : b;
	large = a < b ? b : a;
	if (small < 0 || large < 100 * mib || small > 100 * mib ||
	    (small > 10 * mib && large < 10240 * mib))
		return;
	if (!may_broadcast(plan_text(x, x->nodes[node].detail), a < b))
		return;
	cost = node_ms(w, x, node);
	if (cost < 5000 || cost < w->task_ms / 10)
		return;
	detect_report(w, at_execution(x),
		      "waste broadcast-missed: SQL execution %" PRId64 ": a side of %" PRId64
		      " KB was sort-merge joined, %" PRId64
		      " MB shuffled for it, %.1f s of task time",
		      x->id, small / 1024, large / mib, detect_seconds(cost));
}

/* Reading or writing more than 100 files of below 3 MiB each: DataFlint's lines. Floor: 5 s and a
 * tenth of all task time in the code that does it. */
static void detect_small_files(struct waste *w, const struct sql_execution *x, size_t node)
{
	static const struct {
		const char *files, *bytes, *verb;
	} rows[] = {
		{ "number of files read", "size of files read", "read" },
		{ "number of written files", "written output", "written" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t files = plan_metric(x, &x->nodes[node], str_from(rows[i].files));
		int64_t bytes = plan_metric(x, &x->nodes[node], str_from(rows[i].bytes));
		int64_t cost;

		if (files <= 100 || bytes < 0 || bytes / files >= 3 << 20)
			continue;
		cost = node_ms(w, x, node);
		if (cost < 5000 || cost < w->task_ms / 10)
			continue;
		detect_report(w, at_execution(x),
			      "waste small-files: SQL execution %" PRId64 ": %" PRId64
			      " files of %" PRId64 " KB each %s, %.1f s of task time",
			      x->id, files, bytes / files / 1024, rows[i].verb,
			      detect_seconds(cost));
	}
}

static bool runs_python(struct str node)
{
	static const char *const names[] = { "EvalPython", "InPandas",	     "InArrow",
					     "InPython",   "WindowInPandas", "ArrowWindowPython" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (has(node, names[i]))
			return true;
	return false;
}

/*
 * A stage whose tasks spend most of their time outside the JVM's own work, below an operator that
 * hands rows to Python: run time minus JVM processor time, collection and fetching. Half of
 * the task time of the run (a busy machine makes the JVM wait too), and half a minute: a healthy
 * small job is left in peace.
 */
static void detect_python(struct waste *w, const struct sql_execution *x, size_t node)
{
	const struct history_stage *s;
	int64_t outside;

	/* A share of a run that goes on is a share of nothing yet. */
	if (!runs_python(name_of(x, node)) || !w->run->end_event)
		return;
	s = history_stage(w->run, plan_stage(x, &x->nodes[node]), 0);
	if (!s)
		return;
	outside = s->total[MEASURE_RUN] - s->total[MEASURE_CPU] / 1000000 - s->total[MEASURE_GC] -
		  s->total[MEASURE_FETCH_WAIT];
	if (outside < 30000 || outside < w->task_ms / 2)
		return;
	detect_report(w, (struct event_at){ s->event, s->piece },
		      "waste python-udf-heavy: stage %" PRId64 ".%" PRId64 ": " STR_FMT
		      " kept the tasks in Python for %.1f s of %.1f s",
		      s->id, s->attempt, STR_ARG(name_of(x, node)), detect_seconds(outside),
		      detect_seconds(s->total[MEASURE_RUN]));
}

/* The plan of a cached table is part of every query that reads it: looked at once. */
static bool is_new(struct int_map *seen, const struct sql_execution *x, size_t node)
{
	const struct plan_node *n = &x->nodes[node];
	int64_t id = n->metric_count ? x->metrics[n->first_metric].id : -1;

	if (id < 0)
		return true;
	if (int_map_find(seen, id) != SIZE_MAX)
		return false;
	int_map_put(seen, id, node);
	return true;
}

void detect_plans(struct waste *w)
{
	struct int_map seen = { 0 };

	for (size_t i = 0; i < w->run->plans.count; i++) {
		const struct sql_execution *x = &w->run->plans.items[i];

		for (size_t n = 0; n < x->node_count; n++) {
			struct str name = name_of(x, n);

			if (!is_new(&seen, x, n))
				continue;
			if (has(name, "Join") || str_eq(name, STR("CartesianProduct"))) {
				detect_explosion(w, x, n);
				detect_missed_broadcast(w, x, n);
			}
			detect_small_files(w, x, n);
			detect_python(w, x, n);
		}
	}
	int_map_release(&seen);
}

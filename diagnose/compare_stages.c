/*
 * Stages and totals: where the time went, how much was moved.
 *
 * No two runs are alike to the millisecond: what is below the thresholds here is chance, or too
 * small to act on, and gets no row. docs/compare.md has them in one table, with what was measured.
 */
#include "base/base.h"
#include "diagnose/compare_rows.h"

#include "base/int_map.h"
#include "diagnose/pairing.h"

/* --- one stage ------------------------------------------------------------------------------- */

/* All attempts of one stage together. */
struct stage_sum {
	int64_t id, ms, shuffle, spilled; /* ms: -1 unknown */
	int64_t tasks;			  /* succeeded ones of the last attempt */
	int64_t longest_ms, median_ms;	  /* of these */
	size_t stages;			  /* how many are summed up */
	struct str name;
};

static bool ran(const struct history_stage *s)
{
	return s->state != WORK_PENDING && s->state != WORK_SKIPPED;
}

/* What is not known adds nothing. */
static int64_t plus(int64_t a, int64_t b)
{
	return b < 0 ? a : add_saturated(a, b);
}

static void add_attempt(struct stage_sum *sum, const struct history_stage *s)
{
	if (s->submit_ms >= 0 && s->complete_ms >= s->submit_ms)
		sum->ms = plus(sum->ms > 0 ? sum->ms : 0, s->complete_ms - s->submit_ms);
	/* What a stage reads and what it writes. */
	sum->shuffle = plus(sum->shuffle, s->total[MEASURE_SHUFFLE_READ]);
	sum->shuffle = plus(sum->shuffle, s->total[MEASURE_SHUFFLE_WRITE]);
	sum->spilled = plus(sum->spilled, s->total[MEASURE_DISK_SPILLED]);
	if (s->tasks.succeeded >= sum->tasks) {
		sum->tasks = s->tasks.succeeded;
		sum->longest_ms = s->quantiles[MEASURE_DURATION].at[QUANTILE_MAX];
		sum->median_ms = s->quantiles[MEASURE_DURATION].at[QUANTILE_50];
	}
}

struct stage_sums {
	struct stage_sum *items;
	struct pairing_side side; /* items again, to be paired */
	int64_t wall_ms;
};

static struct stage_sums sum_stages(const struct history *h)
{
	struct stage_sums s = { .items = calloc(h->stage_count + 1, sizeof(*s.items)),
				.side.items = calloc(h->stage_count + 1, sizeof(*s.side.items)) };
	struct int_map index = { 0 };
	size_t n = 0;

	if (!s.items || !s.side.items)
		die_no_memory();
	for (size_t i = 0; i < h->stage_count; i++) {
		const struct history_stage *stage = &h->stages[i];
		size_t at;

		if (!ran(stage))
			continue;
		at = int_map_find(&index, stage->id);
		if (at == SIZE_MAX) {
			at = n++;
			int_map_put(&index, stage->id, at);
			s.items[at] = (struct stage_sum){
				.id = stage->id, .ms = -1, .stages = 1, .name = stage->name
			};
		}
		add_attempt(&s.items[at], stage);
	}
	int_map_release(&index);
	for (size_t i = 0; i < n; i++)
		s.side.items[i] =
			(struct pairing_item){ s.items[i].name, s.items[i].id, PAIRING_NONE };
	s.side.count = n;
	s.wall_ms = h->start_ms >= 0 && history_end_ms(h) > h->start_ms
			    ? history_end_ms(h) - h->start_ms
			    : 0;
	return s;
}

/* --- which stage is which -------------------------------------------------------------------- */

/*
 * Adaptive execution and broadcasts submit stages from threads of their own. Whether such a stage
 * is named after the thread or after the action differs between versions, and between runs.
 */
static bool is_named_after_thread(struct str name)
{
	static const struct str frames[] = {
		{ " at CompletableFuture.java", 26 },
		{ " at FutureTask.java", 19 },
		{ " at ThreadPoolExecutor.java", 27 },
	};

	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		if (str_find(name, frames[i]) >= 0)
			return true;
	return false;
}

/* Where a name says nothing, the number has to do. */
static void pair_by_number(struct pairing_side a, struct pairing_side b)
{
	struct int_map index = { 0 };

	for (size_t k = 0; k < b.count; k++)
		if (b.items[k].partner == PAIRING_NONE)
			int_map_put(&index, b.items[k].id, k);
	for (size_t i = 0; i < a.count; i++) {
		size_t k = int_map_find(&index, a.items[i].id);

		if (a.items[i].partner == PAIRING_NONE && k != SIZE_MAX &&
		    (is_named_after_thread(a.items[i].key) ||
		     is_named_after_thread(b.items[k].key))) {
			a.items[i].partner = k;
			b.items[k].partner = i;
		}
	}
	int_map_release(&index);
}

/* --- what changed ---------------------------------------------------------------------------- */

/* Both sides of one stage, or of all stages of a name that could not be told apart. */
struct stage_pair {
	struct stage_sum before, after; /* stages 0: not there */
};

struct stage_pairs {
	struct comparison *c;
	struct stage_sums before, after;
	int64_t wall_ms; /* of the longer run */
	struct stage_pair *items;
	size_t count;
	struct stage_pair small; /* what only one run had, and is no row by itself */
};

/*
 * At least 3 s, as the detectors call no less worth a word (docs/detectors.md), and a quarter more
 * or less: of the stages of the corpus that did the same work on the same cluster none differ by
 * that (tests/compare-noise). In long runs 1 % of the longer one: nobody waits for less.
 */
static bool time_differs(int64_t a, int64_t b, int64_t wall_ms)
{
	int64_t more = a > b ? a : b, less = a > b ? b : a, floor = wall_ms / 100;

	if (a < 0 || b < 0)
		return false;
	return more - less >= (floor > 3000 ? floor : 3000) && more - less >= less / 4;
}

/* 10 MB, the floor of detector spill-disk, and a tenth: the same work moves up to 0.3 % more by
 * chance. */
static bool bytes_differ(int64_t a, int64_t b)
{
	int64_t more = a > b ? a : b, less = a > b ? b : a;

	return more - less >= 10 << 20 && more - less >= less / 10;
}

static double skew_of(const struct stage_sum *s)
{
	return s->tasks >= 2 && s->median_ms > 0 ? (double)s->longest_ms / (double)s->median_ms : 0;
}

static int64_t waited(const struct stage_sum *s)
{
	return s->longest_ms - s->median_ms;
}

/* Detector skew-task names a stage from three times the median, and 3 s, on. */
static bool is_skewed(const struct stage_sum *s)
{
	return s->tasks >= 4 && skew_of(s) >= 3 && waited(s) >= 3000;
}

static bool skew_differs(const struct stage_sum *a, const struct stage_sum *b)
{
	double x = skew_of(a), y = skew_of(b);

	if (x <= 0 || y <= 0 || !(is_skewed(a) || is_skewed(b)))
		return false;
	/* Half as much again, and what the stage waits for its longest task changed by 3 s, too:
	 * a ratio alone moves with the median. */
	return (x >= 1.5 * y || y >= 1.5 * x) && llabs(waited(a) - waited(b)) >= 3000;
}

static int64_t slower_by(const struct stage_pair *p)
{
	int64_t a = p->before.ms > 0 ? p->before.ms : 0, b = p->after.ms > 0 ? p->after.ms : 0;

	return b - a;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct stage_pair *a = left, *b = right;
	int64_t x = slower_by(a), y = slower_by(b);

	if (x != y)
		return x > y ? -1 : 1;
	if (a->after.id != b->after.id)
		return a->after.id < b->after.id ? -1 : 1;
	return (a->before.id > b->before.id) - (a->before.id < b->before.id);
}

static bool is_alone(const struct stage_pair *p)
{
	return !p->before.stages || !p->after.stages;
}

static bool differs(const struct stage_pair *p, int64_t wall_ms)
{
	const struct stage_sum *a = &p->before, *b = &p->after;

	/* What only one run did matters from the time on that a change would matter from. */
	if (is_alone(p))
		return time_differs(a->ms > 0 ? a->ms : 0, b->ms > 0 ? b->ms : 0, wall_ms);
	return time_differs(a->ms, b->ms, wall_ms) || bytes_differ(a->shuffle, b->shuffle) ||
	       bytes_differ(a->spilled, b->spilled) || skew_differs(a, b);
}

static void add_small(struct stage_sum *sum, const struct stage_sum *s)
{
	sum->stages += s->stages;
	if (s->ms > 0)
		sum->ms = plus(sum->ms, s->ms);
}

static void keep_pair(struct stage_pairs *p, struct stage_pair pair)
{
	if (differs(&pair, p->wall_ms)) {
		p->items[p->count++] = pair;
	} else if (is_alone(&pair)) {
		add_small(&p->small.before, &pair.before);
		add_small(&p->small.after, &pair.after);
	}
}

static struct stage_sum sum_of(const struct stage_sums *s, const size_t *indexes, size_t count)
{
	struct stage_sum sum = { .id = -1, .ms = -1 };

	for (size_t i = 0; i < count; i++) {
		const struct stage_sum *one = &s->items[indexes[i]];

		if (!i) {
			sum.id = one->id;
			sum.name = one->name;
		}
		if (one->ms >= 0)
			sum.ms = plus(sum.ms > 0 ? sum.ms : 0, one->ms);
		sum.shuffle = plus(sum.shuffle, one->shuffle);
		sum.spilled = plus(sum.spilled, one->spilled);
		sum.stages++;
	}
	return sum;
}

static void keep_rest(void *context, const struct pairing_rest *rest)
{
	struct stage_pairs *p = context;

	keep_pair(p, (struct stage_pair){ sum_of(&p->before, rest->before, rest->before_count),
					  sum_of(&p->after, rest->after, rest->after_count) });
}

/* --- rows ------------------------------------------------------------------------------------ */

/* "stage 5", or how many were summed up. */
static struct str call(struct comparison *c, const struct stage_pair *p)
{
	const struct stage_sum *s = p->after.stages ? &p->after : &p->before;

	if (s->stages == 1)
		return arena_strf(&c->t->arena, "stage %" PRId64, s->id);
	return arena_strf(&c->t->arena, "%zu stages", s->stages);
}

static struct str where(struct comparison *c, const struct stage_pair *p)
{
	const struct stage_sum *a = &p->before, *b = &p->after;
	struct arena *arena = &c->t->arena;

	if (is_alone(p))
		return b->stages ? b->name : a->name;
	if (a->stages > 1 || b->stages > 1)
		return arena_strf(arena, STR_FMT "; before %zu stages, after %zu", STR_ARG(b->name),
				  a->stages, b->stages);
	if (a->id != b->id)
		return arena_strf(arena, STR_FMT "; before stage %" PRId64, STR_ARG(b->name),
				  a->id);
	return b->name;
}

static void stage_number(struct comparison *c, const struct stage_pair *p, const char *what,
			 enum compare_unit unit, int64_t before, int64_t after)
{
	struct str called = call(c, p);

	compare_number(c, (struct difference){ .kind = COMPARE_STAGE,
					       .name = arena_strf(&c->t->arena, STR_FMT " %s",
								  STR_ARG(called), what),
					       .about = where(c, p),
					       .unit = unit,
					       .before_value = before,
					       .after_value = after });
}

static void stage_rows(struct stage_pairs *pairs, const struct stage_pair *p)
{
	const struct stage_sum *a = &p->before, *b = &p->after;
	struct comparison *c = pairs->c;
	struct difference d = { .kind = COMPARE_STAGE, .unit = UNIT_MS };

	if (is_alone(p)) {
		d.name = call(c, p);
		d.about = where(c, p);
		d.before_value = a->stages ? a->ms : -1;
		d.after_value = b->stages ? b->ms : -1;
		d.change = a->stages ? STR("only before") : STR("only after");
		compare_number(c, d);
		return;
	}
	if (time_differs(a->ms, b->ms, pairs->wall_ms))
		stage_number(c, p, "duration", UNIT_MS, a->ms, b->ms);
	if (bytes_differ(a->shuffle, b->shuffle))
		stage_number(c, p, "shuffle", UNIT_BYTES, a->shuffle, b->shuffle);
	if (bytes_differ(a->spilled, b->spilled))
		stage_number(c, p, "disk spill", UNIT_BYTES, a->spilled, b->spilled);
	if (skew_differs(a, b)) {
		struct str called = call(c, p);

		d.unit = UNIT_NONE;
		d.name = arena_strf(&c->t->arena, STR_FMT " skew", STR_ARG(called));
		d.before = arena_strf(&c->t->arena, "%.1f x median", skew_of(a));
		d.after = arena_strf(&c->t->arena, "%.1f x median", skew_of(b));
		d.change = skew_of(b) > skew_of(a) ? STR("worse") : STR("better");
		d.about = where(c, p);
		compare_row(c, &d);
	}
}

static void small_row(struct stage_pairs *p)
{
	const struct stage_sum *a = &p->small.before, *b = &p->small.after;

	if (time_differs(a->ms, b->ms, p->wall_ms))
		compare_number(p->c,
			       (struct difference){
				       .kind = COMPARE_STAGE,
				       .name = STR("short stages"),
				       .about = arena_strf(&p->c->t->arena,
							   "%zu that only the run before had, "
							   "%zu that only the one after had",
							   a->stages, b->stages),
				       .unit = UNIT_MS,
				       .before_value = a->ms,
				       .after_value = b->ms });
}

void compare_stages(struct comparison *c)
{
	struct stage_pairs p = { .c = c };
	struct arena names = ARENA_INIT(TABLE_BYTES_MAX);

	if (!c->before.history || !c->after.history)
		return;
	p.before = sum_stages(c->before.history);
	p.after = sum_stages(c->after.history);
	p.wall_ms = p.before.wall_ms > p.after.wall_ms ? p.before.wall_ms : p.after.wall_ms;
	p.items = calloc(p.before.side.count + p.after.side.count + 1, sizeof(*p.items));
	if (!p.items)
		die_no_memory();
	compare_partners(&names, p.before.side, p.after.side);
	pair_by_number(p.before.side, p.after.side);
	for (size_t i = 0; i < p.before.side.count; i++) {
		size_t partner = p.before.side.items[i].partner;

		if (partner != PAIRING_NONE)
			keep_pair(&p,
				  (struct stage_pair){ p.before.items[i], p.after.items[partner] });
	}
	pairing_rest(p.before.side, p.after.side, keep_rest, &p);
	qsort(p.items, p.count, sizeof(*p.items), compare_pairs);
	for (size_t i = 0; i < p.count; i++)
		stage_rows(&p, &p.items[i]);
	small_row(&p);
	free(p.items);
	free(p.before.items);
	free(p.before.side.items);
	free(p.after.items);
	free(p.after.side.items);
	arena_release(&names);
}

/* --- totals ---------------------------------------------------------------------------------- */

static void count_row(struct comparison *c, const char *name, int64_t before, int64_t after)
{
	if (before >= 0 && after >= 0 && before != after)
		compare_number(c, (struct difference){ .kind = COMPARE_TOTAL,
						       .name = str_from(name),
						       .unit = UNIT_COUNT,
						       .before_value = before,
						       .after_value = after });
}

static void compare_counts(struct comparison *c)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
		{ "failed jobs", offsetof(struct run_counts, failed_jobs) },
		{ "failed stages", offsetof(struct run_counts, failed_stages) },
		{ "failed tasks", offsetof(struct run_counts, failed_tasks) },
		{ "killed tasks", offsetof(struct run_counts, killed_tasks) },
		{ "lost executors", offsetof(struct run_counts, lost_executors) },
		{ "executors", offsetof(struct run_counts, executors) },
		{ "jobs", offsetof(struct run_counts, jobs) },
		{ "stages", offsetof(struct run_counts, stages) },
		{ "tasks", offsetof(struct run_counts, tasks) },
	};
	const char *x = (const char *)&c->before.app->counts;
	const char *y = (const char *)&c->after.app->counts;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t before, after;

		memcpy(&before, x + rows[i].offset, sizeof(before));
		memcpy(&after, y + rows[i].offset, sizeof(after));
		count_row(c, rows[i].name, before, after);
	}
}

static int64_t total_of(const struct history *h, enum measure m)
{
	int64_t n = 0;

	for (size_t i = 0; i < h->stage_count; i++)
		n = plus(n, h->stages[i].total[m]);
	return n;
}

/* Sums over all tasks. Times move by a quarter by chance, bytes by far less than a tenth; the
 * floors are 3 s as for stages, 1 s of garbage collection, which pauses everything, and 1 MB. */
void compare_totals(struct comparison *c)
{
	static const struct {
		const char *name;
		enum measure measure;
		enum compare_unit unit;
		int64_t floor, part; /* of the smaller total */
	} rows[] = {
		{ "task time", MEASURE_DURATION, UNIT_MS, 3000, 4 },
		{ "GC time", MEASURE_GC, UNIT_MS, 1000, 4 },
		{ "input", MEASURE_INPUT, UNIT_BYTES, 1 << 20, 10 },
		{ "output", MEASURE_OUTPUT, UNIT_BYTES, 1 << 20, 10 },
		{ "shuffle read", MEASURE_SHUFFLE_READ, UNIT_BYTES, 1 << 20, 10 },
		{ "shuffle write", MEASURE_SHUFFLE_WRITE, UNIT_BYTES, 1 << 20, 10 },
		{ "memory spill", MEASURE_MEMORY_SPILLED, UNIT_BYTES, 1 << 20, 10 },
		{ "disk spill", MEASURE_DISK_SPILLED, UNIT_BYTES, 1 << 20, 10 },
	};

	compare_counts(c);
	if (!c->before.history || !c->after.history)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t before = total_of(c->before.history, rows[i].measure);
		int64_t after = total_of(c->after.history, rows[i].measure);
		int64_t more = before > after ? before : after;
		int64_t less = before > after ? after : before;

		if (more - less < rows[i].floor || more - less < less / rows[i].part)
			continue;
		compare_number(c, (struct difference){ .kind = COMPARE_TOTAL,
						       .name = str_from(rows[i].name),
						       .unit = rows[i].unit,
						       .before_value = before,
						       .after_value = after });
	}
}

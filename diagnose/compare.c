#include "base/base.h"
#include "diagnose/compare.h"

#include "base/limits.h"
#include "base/quantity.h"
#include "diagnose/compare_rows.h"
#include "diagnose/pairing.h"

static const struct column columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "kind", "Kind", COLUMN_TEXT, false },
	{ "name", "Name", COLUMN_TEXT, false },
	{ "before", "Before", COLUMN_TEXT, false },
	{ "after", "After", COLUMN_TEXT, false },
	{ "change", "Change", COLUMN_TEXT, false },
	{ "about", "About", COLUMN_TEXT, false },
	/* The numbers behind the words, where there are some. */
	{ "unit", NULL, COLUMN_TEXT, false },
	{ "before_value", NULL, COLUMN_NUMBER, false },
	{ "after_value", NULL, COLUMN_NUMBER, false },
};

enum { CELL_APP, CELL_KIND, CELL_NAME, CELL_BEFORE, CELL_AFTER, CELL_CHANGE };

static const char *const kind_names[] = {
	[COMPARE_OUTCOME] = "outcome", [COMPARE_FINDING] = "finding", [COMPARE_SETTING] = "setting",
	[COMPARE_PLAN] = "plan",       [COMPARE_STAGE] = "stage",     [COMPARE_TOTAL] = "total",
};

static const char *const unit_names[] = {
	[UNIT_NONE] = "",
	[UNIT_COUNT] = "count",
	[UNIT_MS] = "ms",
	[UNIT_BYTES] = "bytes",
};

/* --- rows ------------------------------------------------------------------------------------ */

struct str compare_keep(struct comparison *c, struct str text)
{
	struct str copy = STR("");

	if (!arena_str(&c->t->arena, text, &copy))
		c->t->over_limit = true;
	return copy;
}

struct str compare_show(struct arena *a, enum compare_unit unit, int64_t value)
{
	struct buf out = BUF_INIT(256);
	struct str copy = STR("");

	if (value < 0)
		return copy;
	if (unit == UNIT_MS)
		quantity_show_ms(&out, value);
	else if (unit == UNIT_BYTES)
		quantity_show_bytes(&out, value);
	else
		return arena_strf(a, "%" PRId64, value);
	/* Past the arena's ceiling the row is left out anyway. */
	if (!arena_str(a, buf_str(&out), &copy))
		copy = STR("");
	buf_release(&out);
	return copy;
}

struct str compare_change(struct arena *a, int64_t before, int64_t after)
{
	double ratio;

	if (before == after)
		return STR("same");
	if (before <= 0)
		return STR("from 0");
	ratio = (double)after / (double)before;
	if (ratio >= 10)
		return arena_strf(a, "x%.0f", ratio);
	if (ratio > 0.9995 && ratio < 1.0005)
		return STR("< 0.1 %");
	if (ratio > 0.99 && ratio < 1.01)
		return arena_strf(a, "%+.1f %%", (ratio - 1) * 100);
	return arena_strf(a, "%+.0f %%", (ratio - 1) * 100);
}

struct str compare_call_site(struct arena *a, struct str name)
{
	struct str what = name, where = STR("");
	ptrdiff_t at = str_find(name, STR(" at "));
	size_t slash = 0, end;

	if (at < 0)
		return name;
	what.len = (size_t)at;
	where = str_skip(name, (size_t)at + 4);
	for (size_t i = 0; i < where.len; i++)
		if (where.ptr[i] == '/')
			slash = i + 1;
	where = str_skip(where, slash);
	end = where.len;
	while (end && where.ptr[end - 1] >= '0' && where.ptr[end - 1] <= '9')
		end--;
	if (end && where.ptr[end - 1] == ':')
		where.len = end - 1;
	return arena_strf(a, STR_FMT " at " STR_FMT, STR_ARG(what), STR_ARG(where));
}

static void coarsen(struct arena *a, struct pairing_side side)
{
	for (size_t i = 0; i < side.count; i++)
		if (side.items[i].partner == PAIRING_NONE)
			side.items[i].key = compare_call_site(a, side.items[i].key);
}

void compare_partners(struct arena *names, struct pairing_side before, struct pairing_side after)
{
	pairing_run(before, after);
	coarsen(names, before);
	coarsen(names, after);
	pairing_run(before, after);
}

static void add_row(struct comparison *c, const struct difference *d)
{
	struct row *r = table_add(c->t, c->rank);
	size_t k = 0;

	if (!r)
		return;
	r->cells[k++] = cell_text(c->app);
	r->cells[k++] = cell_text(str_from(kind_names[d->kind]));
	r->cells[k++] = cell_text(d->name);
	r->cells[k++] = cell_text(d->before);
	r->cells[k++] = cell_text(d->after);
	r->cells[k++] = cell_text(d->change);
	r->cells[k++] = cell_text(d->about);
	r->cells[k++] = cell_text(str_from(unit_names[d->unit]));
	r->cells[k++] = cell_number(d->unit == UNIT_NONE ? -1 : d->before_value);
	r->cells[k++] = cell_number(d->unit == UNIT_NONE ? -1 : d->after_value);
}

void compare_row(struct comparison *c, const struct difference *d)
{
	if (c->rows[d->kind]++ < LIMIT_COMPARE_ROWS)
		add_row(c, d);
}

void compare_number(struct comparison *c, struct difference d)
{
	struct arena *a = &c->t->arena;

	if (!d.before.len)
		d.before = compare_show(a, d.unit, d.before_value);
	if (!d.after.len)
		d.after = compare_show(a, d.unit, d.after_value);
	if (!d.change.len && d.before_value >= 0 && d.after_value >= 0)
		d.change = compare_change(a, d.before_value, d.after_value);
	compare_row(c, &d);
}

/* What passed the ceiling of its kind. */
static void say_rest(struct comparison *c, enum compare_kind kind)
{
	if (c->rows[kind] > LIMIT_COMPARE_ROWS)
		add_row(c, &(struct difference){
				   .kind = kind,
				   .name = arena_strf(&c->t->arena, "%zu more",
						      c->rows[kind] - LIMIT_COMPARE_ROWS),
				   .change = STR("left out") });
}

/* --- outcome --------------------------------------------------------------------------------- */

static int64_t duration_of(const struct compare_side *side)
{
	const struct application *a = side->app;
	const struct history *h = side->history;

	/* An event log alone has its own beginning and end. */
	if (h && a->start_ms == TIME_NONE && h->start_ms >= 0 && history_end_ms(h) >= h->start_ms)
		return history_end_ms(h) - h->start_ms;
	if (a->start_ms == TIME_NONE || a->end_ms == TIME_NONE || a->end_ms < a->start_ms)
		return -1;
	return a->end_ms - a->start_ms;
}

static void compare_outcome(struct comparison *c)
{
	const struct application *a = c->before.app, *b = c->after.app;

	compare_row(c, &(struct difference){ .kind = COMPARE_OUTCOME,
					     .name = STR("outcome"),
					     .before = str_from(outcome_name(a->outcome)),
					     .after = str_from(outcome_name(b->outcome)),
					     .change = a->outcome == b->outcome ? STR("same")
										: STR("changed") });
	compare_number(c, (struct difference){ .kind = COMPARE_OUTCOME,
					       .name = STR("duration"),
					       .unit = UNIT_MS,
					       .before_value = duration_of(&c->before),
					       .after_value = duration_of(&c->after) });
	if (a->name.len && b->name.len && !str_eq(a->name, b->name))
		compare_row(c, &(struct difference){ .kind = COMPARE_OUTCOME,
						     .name = STR("application name"),
						     .before = a->name,
						     .after = b->name,
						     .change = STR("changed") });
}

/* --- findings -------------------------------------------------------------------------------- */

/* All findings of one id on one side. */
struct finding_sum {
	struct str id, title;
	enum severity severity;
	bool is_cause;	 /* one of them is no mere consequence of something else */
	int64_t count;	 /* 0: not there */
	size_t position; /* of the first, as ranked */
};

struct finding_change {
	struct finding_sum before, after;
};

static int compare_sums(const void *left, const void *right)
{
	const struct finding_sum *a = left, *b = right;
	int order = str_compare(a->id, b->id);

	return order ? order : (a->position > b->position) - (a->position < b->position);
}

/* One per id, in their order; free it. */
static struct finding_sum *sum_findings(const struct compare_side *side, size_t *count)
{
	struct finding_sum *sums = calloc(side->finding_count + 1, sizeof(*sums));
	size_t n = 0;

	if (!sums)
		die_no_memory();
	for (size_t i = 0; i < side->finding_count; i++) {
		const struct finding *f = side->findings[i];

		sums[i] = (struct finding_sum){ .id = f->id,
						.title = f->title,
						.severity = f->severity,
						.is_cause = f->role == ROLE_ROOT ||
							    f->role == ROLE_PERFORMANCE,
						.count = (int64_t)f->count,
						.position = i };
	}
	qsort(sums, side->finding_count, sizeof(*sums), compare_sums);
	for (size_t i = 0; i < side->finding_count; i++) {
		if (!n || !str_eq(sums[n - 1].id, sums[i].id)) {
			sums[n++] = sums[i];
			continue;
		}
		sums[n - 1].count += sums[i].count;
		sums[n - 1].is_cause |= sums[i].is_cause;
		if (sums[i].severity > sums[n - 1].severity)
			sums[n - 1].severity = sums[i].severity;
	}
	*count = n;
	return sums;
}

static size_t first_position(const struct finding_change *f)
{
	if (!f->before.count || !f->after.count)
		return f->before.count ? f->before.position : f->after.position;
	return f->before.position < f->after.position ? f->before.position : f->after.position;
}

/* As they were ranked; of equal ones what is new first. */
static int compare_finding_changes(const void *left, const void *right)
{
	const struct finding_change *a = left, *b = right;
	size_t x = first_position(a), y = first_position(b);

	if (x != y)
		return x < y ? -1 : 1;
	return (a->before.count != 0) - (b->before.count != 0);
}

static struct str show_sum(struct arena *a, const struct finding_sum *s)
{
	if (!s->count)
		return STR("");
	if (s->count == 1)
		return str_from(severity_name(s->severity));
	return arena_strf(a, "%s x%" PRId64, severity_name(s->severity), s->count);
}

static void finding_row(struct comparison *c, const struct finding_change *f)
{
	const struct finding_sum *a = &f->before, *b = &f->after;
	struct difference d = { .kind = COMPARE_FINDING,
				.name = b->count ? b->id : a->id,
				.about = b->count ? b->title : a->title,
				.before = show_sum(&c->t->arena, a),
				.after = show_sum(&c->t->arena, b),
				.unit = UNIT_COUNT,
				.before_value = a->count ? a->count : -1,
				.after_value = b->count ? b->count : -1 };

	if (!a->count || !b->count)
		d.change = a->count ? STR("only before") : STR("only after");
	else if (a->severity != b->severity)
		d.change = STR("changed");
	compare_number(c, d);
}

/* Causes, or what followed from them. */
static void compare_findings(struct comparison *c, bool causes)
{
	size_t na, nb, n = 0, i = 0, k = 0;
	struct finding_sum *a = sum_findings(&c->before, &na);
	struct finding_sum *b = sum_findings(&c->after, &nb);
	struct finding_change *changes = calloc(na + nb + 1, sizeof(*changes));

	if (!changes)
		die_no_memory();
	while (i < na || k < nb) {
		int order = i == na ? 1 : k == nb ? -1 : str_compare(a[i].id, b[k].id);
		struct finding_change *f = &changes[n++];

		*f = (struct finding_change){ 0 };
		if (order <= 0)
			f->before = a[i++];
		if (order >= 0)
			f->after = b[k++];
		if (!order && f->before.count == f->after.count &&
		    f->before.severity == f->after.severity)
			n--;
	}
	qsort(changes, n, sizeof(*changes), compare_finding_changes);
	for (i = 0; i < n; i++)
		if ((changes[i].before.is_cause || changes[i].after.is_cause) == causes)
			finding_row(c, &changes[i]);
	free(changes);
	free(a);
	free(b);
}

/* --- applications ---------------------------------------------------------------------------- */

/* What belongs to which application of one diagnosis. */
struct run_index {
	const struct diagnosis *d;
	const struct finding **findings;  /* by application, then as ranked */
	size_t *first;			  /* of each application, and the end */
	const struct history **histories; /* of each application: its last; NULL */
	struct pairing_side side;
};

static bool is_counted(const struct run_index *x, const struct finding *f)
{
	return f->role != ROLE_NOISE && f->application < x->d->application_count;
}

/* first[i] becomes where the findings of application i begin, first[i + 1] where they end. */
static void index_findings(struct run_index *x)
{
	const struct diagnosis *d = x->d;
	size_t *at = calloc(d->application_count + 1, sizeof(*at));

	if (!at)
		die_no_memory();
	for (size_t i = 0; i < d->finding_count; i++)
		if (is_counted(x, &d->findings[i]))
			x->first[d->findings[i].application + 1]++;
	for (size_t i = 0; i < d->application_count; i++) {
		x->first[i + 1] += x->first[i];
		at[i] = x->first[i];
	}
	for (size_t i = 0; i < d->finding_count; i++)
		if (is_counted(x, &d->findings[i]))
			x->findings[at[d->findings[i].application]++] = &d->findings[i];
	free(at);
}

static struct run_index index_run(const struct diagnosis *d)
{
	size_t n = d->application_count;
	struct run_index x = { .d = d,
			       .findings = calloc(d->finding_count + 1, sizeof(*x.findings)),
			       .first = calloc(n + 2, sizeof(*x.first)),
			       .histories = calloc(n + 1, sizeof(*x.histories)),
			       .side = { calloc(n + 1, sizeof(*x.side.items)), n } };

	if (!x.findings || !x.first || !x.histories || !x.side.items)
		die_no_memory();
	index_findings(&x);
	for (size_t i = 0; i < d->history_count; i++) {
		const struct application_history *h = &d->histories[i];
		const struct history **last = &x.histories[h->application < n ? h->application : n];

		if (!*last || h->history->start_ms >= (*last)->start_ms)
			*last = h->history;
	}
	for (size_t i = 0; i < n; i++)
		x.side.items[i].partner = PAIRING_NONE;
	return x;
}

static void run_index_release(struct run_index *x)
{
	free(x->findings);
	free(x->first);
	free(x->histories);
	free(x->side.items);
}

static struct compare_side side_of(const struct run_index *x, size_t i)
{
	return (struct compare_side){ &x->d->applications[i], x->histories[i],
				      x->findings + x->first[i], x->first[i + 1] - x->first[i] };
}

/* An application that has no partner yet. */
struct unpaired {
	struct str key;
	int64_t start_ms;
	size_t index;
};

static int compare_unpaired(const void *left, const void *right)
{
	const struct unpaired *a = left, *b = right;
	int order = str_compare(a->key, b->key);

	if (order)
		return order;
	if (a->start_ms != b->start_ms)
		return a->start_ms < b->start_ms ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* Number what is left by its beginning, from 0 for each name, or for all together. */
static void number_rest(const struct run_index *x, bool by_name)
{
	struct unpaired *rest = calloc(x->side.count + 1, sizeof(*rest));
	int64_t number = 0;
	size_t n = 0;

	if (!rest)
		die_no_memory();
	for (size_t i = 0; i < x->side.count; i++) {
		const struct application *a = &x->d->applications[i];

		if (x->side.items[i].partner == PAIRING_NONE)
			rest[n++] =
				(struct unpaired){ by_name ? a->name : STR(""), a->start_ms, i };
	}
	qsort(rest, n, sizeof(*rest), compare_unpaired);
	for (size_t i = 0; i < n; i++) {
		struct pairing_item *item = &x->side.items[rest[i].index];

		number = i && str_eq(rest[i].key, rest[i - 1].key) ? number + 1 : 0;
		item->key = rest[i].key;
		item->id = number;
	}
	free(rest);
}

static void pair_applications(const struct run_index *a, const struct run_index *b)
{
	for (int by_name = 1; by_name >= 0; by_name--) {
		number_rest(a, by_name);
		number_rest(b, by_name);
		pairing_run(a->side, b->side);
	}
}

static struct str name_of(const struct application *a)
{
	if (a->name.len)
		return a->name;
	return a->id.len ? a->id : STR("unnamed");
}

static bool is_same_outcome(const struct comparison *c)
{
	return c->before.app->outcome == c->after.app->outcome;
}

static void compare_pair(struct comparison *c)
{
	c->app = name_of(c->after.app);
	/* What ended otherwise comes first. */
	c->rank = is_same_outcome(c) ? 1 : 0;
	compare_outcome(c);
	compare_findings(c, true);
	compare_settings(c);
	say_rest(c, COMPARE_SETTING);
	compare_plans(c);
	say_rest(c, COMPARE_PLAN);
	compare_stages(c);
	say_rest(c, COMPARE_STAGE);
	compare_totals(c);
	compare_findings(c, false);
	say_rest(c, COMPARE_FINDING);
}

/* An application that only one of the runs has. */
static void say_alone(struct table *t, const struct application *a, bool is_before)
{
	struct comparison c = { .t = t, .app = name_of(a), .rank = 0 };
	struct str how = str_from(outcome_name(a->outcome));

	compare_row(&c, &(struct difference){ .kind = COMPARE_OUTCOME,
					      .name = STR("application"),
					      .before = is_before ? how : STR(""),
					      .after = is_before ? STR("") : how,
					      .change = is_before ? STR("only before")
								  : STR("only after"),
					      .about = a->id });
}

void compare_table(const struct diagnosis *before, const struct diagnosis *after, struct table *t)
{
	struct run_index a = index_run(before), b = index_run(after);

	table_init(t, "comparison", columns, ARRAY_LEN(columns));
	t->keep_column = CELL_NAME;
	if (a.side.count == 1 && b.side.count == 1)
		t->same_column = CELL_APP;
	pair_applications(&a, &b);
	for (size_t i = 0; i < a.side.count; i++) {
		struct comparison c = { .t = t };

		if (a.side.items[i].partner == PAIRING_NONE) {
			say_alone(t, &before->applications[i], true);
			continue;
		}
		c.before = side_of(&a, i);
		c.after = side_of(&b, a.side.items[i].partner);
		compare_pair(&c);
	}
	for (size_t i = 0; i < b.side.count; i++)
		if (b.side.items[i].partner == PAIRING_NONE)
			say_alone(t, &after->applications[i], false);
	table_sort_by_rank(t);
	run_index_release(&a);
	run_index_release(&b);
}

bool compare_differs(const struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++) {
		const struct cell *cells = t->rows[i].cells;
		struct str change = cells[CELL_CHANGE].text;

		if (!str_eq(cells[CELL_NAME].text, STR("duration")) &&
		    !str_eq(change, STR("same")) && !str_eq(change, STR("not compared")))
			return true;
	}
	return false;
}

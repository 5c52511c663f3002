/*
 * SQL executions: which operators their plans do not share.
 *
 * Of a plan only the multiset of operators is compared: order and depth follow from it, and a
 * shifted line would make every plan another one.
 */
#include "base/base.h"
#include "diagnose/compare_rows.h"

#include "diagnose/pairing.h"

/* --- operators of a plan --------------------------------------------------------------------- */

/* What Spark wraps around operators when it compiles them or runs them stage by stage: whether it
 * is there says how far the execution came, not what it does. A name that ends with * is a prefix.
 */
static const char *const wrappers[] = {
	"AQEShuffleRead",      "AdaptiveSparkPlan",  "BroadcastQueryStage*",
	"CustomShuffleReader", "InputAdapter",	     "ResultQueryStage*",
	"ReusedExchange",      "ShuffleQueryStage*", "TableCacheQueryStage*",
	"WholeStageCodegen*",
};

static bool is_wrapper(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (str_is_named(name, wrappers[i]))
			return true;
	return false;
}

struct operators {
	struct str *names; /* sorted */
	size_t count, capacity;
};

static int compare_names(const void *left, const void *right)
{
	const struct str *a = left, *b = right;

	return str_compare(*a, *b);
}

static struct operators operators_of(const struct sql_execution *x)
{
	struct operators o = { .names = malloc((x->node_count + 1) * sizeof(*o.names)) };

	if (!o.names)
		die_no_memory();
	for (size_t i = 0; i < x->node_count; i++) {
		struct str name = str_trim(plan_text(x, x->nodes[i].name));

		if (name.len && !is_wrapper(name))
			o.names[o.count++] = name;
	}
	qsort(o.names, o.count, sizeof(*o.names), compare_names);
	return o;
}

/* --- what two plans do not share ------------------------------------------------------------- */

enum { TELLING_BYTES = 300 };

static size_t length_of_run(const struct operators *o, size_t from, struct str name)
{
	size_t n = 0;

	while (from + n < o->count && str_eq(o->names[from + n], name))
		n++;
	return n;
}

/* "2 Sort, SortMergeJoin"; past the ceiling only that there is more. */
static void add_operator(struct buf *out, struct str name, size_t count)
{
	bool ok;

	if (!count)
		return;
	if (out->len > TELLING_BYTES) {
		if (!str_ends_with(buf_str(out), STR(", …")) && !buf_add(out, STR(", …")))
			buf_clear(out);
		return;
	}
	ok = (!out->len || buf_add(out, STR(", "))) &&
	     (count == 1 || buf_addf(out, "%zu ", count)) && buf_add(out, name);
	BUG_ON(!ok);
}

/* What surrounds the operators that decide; told after them. */
static bool is_plumbing(struct str name)
{
	static const char *const names[] = { "Exchange", "Filter", "Project", "Sort",
					     "ColumnarToRow" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_from(names[i])))
			return true;
	return false;
}

static bool differing_operators(const struct operators *a, const struct operators *b, bool plumbing,
				struct buf *before, struct buf *after)
{
	size_t i = 0, k = 0;
	bool differs = false;

	while (i < a->count || k < b->count) {
		int order = i == a->count   ? 1
			    : k == b->count ? -1
					    : str_compare(a->names[i], b->names[k]);
		struct str name = order <= 0 ? a->names[i] : b->names[k];
		size_t m = length_of_run(a, i, name), n = length_of_run(b, k, name);

		i += m;
		k += n;
		if (m == n || is_plumbing(name) != plumbing)
			continue;
		/* Only how many more. */
		add_operator(before, name, m > n ? m - n : 0);
		add_operator(after, name, n > m ? n - m : 0);
		differs = true;
	}
	return differs;
}

/* --- executions ------------------------------------------------------------------------------ */

static struct pairing_side executions_of(const struct plans *p)
{
	struct pairing_side side = { calloc(p->count + 1, sizeof(*side.items)), p->count };

	if (!side.items)
		die_no_memory();
	for (size_t i = 0; i < p->count; i++)
		side.items[i] =
			(struct pairing_item){ plan_text(&p->items[i], p->items[i].description),
					       p->items[i].id, PAIRING_NONE };
	return side;
}

static void plan_row(struct comparison *c, const struct sql_execution *x,
		     const struct sql_execution *y)
{
	struct operators a = operators_of(x), b = operators_of(y);
	struct buf before = BUF_INIT(4096), after = BUF_INIT(4096);
	struct arena *arena = &c->t->arena;
	struct str description = plan_text(y, y->description);
	bool differs;

	differs = differing_operators(&a, &b, false, &before, &after);
	differs |= differing_operators(&a, &b, true, &before, &after);
	/* A plan that is cut, or was never told, says nothing about what is missing in it. */
	if (differs && a.count && b.count && !x->over_limit && !y->over_limit) {
		struct difference d = { .kind = COMPARE_PLAN,
					.before = compare_keep(c, buf_str(&before)),
					.after = compare_keep(c, buf_str(&after)),
					.change = STR("changed"),
					.about = compare_keep(c, description) };

		d.name = x->id == y->id ? arena_strf(arena, "SQL %" PRId64, y->id)
					: arena_strf(arena, "SQL %" PRId64 ", before %" PRId64,
						     y->id, x->id);
		compare_row(c, &d);
	}
	buf_release(&before);
	buf_release(&after);
	free(a.names);
	free(b.names);
}

struct lonely {
	struct comparison *c;
	const struct plans *before, *after;
};

static struct str count_text(struct comparison *c, size_t n)
{
	return n ? arena_strf(&c->t->arena, "%zu execution%s", n, n == 1 ? "" : "s") : STR("");
}

static void lonely_row(void *context, const struct pairing_rest *rest)
{
	const struct lonely *l = context;
	size_t m = rest->before_count, n = rest->after_count;
	const struct sql_execution *first =
		n ? &l->after->items[rest->after[0]] : &l->before->items[rest->before[0]];
	struct difference d = { .kind = COMPARE_PLAN,
				.unit = UNIT_COUNT,
				.before = count_text(l->c, m),
				.after = count_text(l->c, n),
				.before_value = m ? (int64_t)m : -1,
				.after_value = n ? (int64_t)n : -1 };

	d.name = arena_strf(&l->c->t->arena, "SQL %" PRId64, first->id);
	d.about = compare_keep(l->c, plan_text(first, first->description));
	if (!m || !n)
		d.change = m ? STR("only before") : STR("only after");
	compare_number(l->c, d);
}

void compare_plans(struct comparison *c)
{
	struct arena names = ARENA_INIT(TABLE_BYTES_MAX);
	struct pairing_side a, b;
	struct lonely lonely = { .c = c };

	if (!c->before.history || !c->after.history)
		return;
	lonely.before = &c->before.history->plans;
	lonely.after = &c->after.history->plans;
	a = executions_of(lonely.before);
	b = executions_of(lonely.after);
	compare_partners(&names, a, b);
	for (size_t i = 0; i < a.count; i++)
		if (a.items[i].partner != PAIRING_NONE)
			plan_row(c, &lonely.before->items[i],
				 &lonely.after->items[a.items[i].partner]);
	pairing_rest(a, b, lonely_row, &lonely);
	free(a.items);
	free(b.items);
	arena_release(&names);
}

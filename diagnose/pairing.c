#include "base/base.h"
#include "diagnose/pairing.h"

/* The items of one side that have no partner, by key and number. */
struct sorted {
	struct pairing_item *items;
	struct slot {
		struct str key;
		int64_t id;
		size_t index;
	} * slots;
	size_t *indexes; /* of the slots, for visitors */
	size_t count;
};

static int compare_slots(const void *left, const void *right)
{
	const struct slot *a = left, *b = right;
	int order = str_compare(a->key, b->key);

	if (order)
		return order;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static struct sorted sort_rest(struct pairing_side side)
{
	struct sorted s = { .items = side.items };

	s.slots = malloc((side.count ? side.count : 1) * sizeof(*s.slots));
	s.indexes = malloc((side.count ? side.count : 1) * sizeof(*s.indexes));
	if (!s.slots || !s.indexes)
		die_no_memory();
	for (size_t i = 0; i < side.count; i++)
		if (side.items[i].partner == PAIRING_NONE)
			s.slots[s.count++] =
				(struct slot){ side.items[i].key, side.items[i].id, i };
	qsort(s.slots, s.count, sizeof(*s.slots), compare_slots);
	for (size_t i = 0; i < s.count; i++)
		s.indexes[i] = s.slots[i].index;
	return s;
}

static void sorted_release(struct sorted *s)
{
	free(s->slots);
	free(s->indexes);
}

/* Slots from..end of one key on both sides. */
struct group {
	struct str key;
	size_t from[2], count[2];
};

static size_t run_length(const struct sorted *s, size_t from, struct str key)
{
	size_t n = 0;

	while (from + n < s->count && str_eq(s->slots[from + n].key, key))
		n++;
	return n;
}

/* The next key of either side; false at the end. Begin with a zeroed group. */
static bool next_group(const struct sorted *a, const struct sorted *b, struct group *g)
{
	g->from[0] += g->count[0];
	g->from[1] += g->count[1];
	if (g->from[0] < a->count &&
	    (g->from[1] == b->count ||
	     str_compare(a->slots[g->from[0]].key, b->slots[g->from[1]].key) <= 0))
		g->key = a->slots[g->from[0]].key;
	else if (g->from[1] < b->count)
		g->key = b->slots[g->from[1]].key;
	else
		return false;
	g->count[0] = run_length(a, g->from[0], g->key);
	g->count[1] = run_length(b, g->from[1], g->key);
	return true;
}

static void join(const struct sorted *a, size_t i, const struct sorted *b, size_t k)
{
	a->items[a->slots[i].index].partner = b->slots[k].index;
	b->items[b->slots[k].index].partner = a->slots[i].index;
}

/* How many numbers of a group are on both sides; joins them on demand. */
static size_t join_ids(const struct sorted *a, const struct sorted *b, const struct group *g,
		       bool really)
{
	size_t i = g->from[0], k = g->from[1], same = 0;

	while (i < g->from[0] + g->count[0] && k < g->from[1] + g->count[1]) {
		if (a->slots[i].id < b->slots[k].id) {
			i++;
		} else if (a->slots[i].id > b->slots[k].id) {
			k++;
		} else {
			if (really)
				join(a, i, b, k);
			i++;
			k++;
			same++;
		}
	}
	return same;
}

void pairing_run(struct pairing_side before, struct pairing_side after)
{
	struct sorted a = sort_rest(before), b = sort_rest(after);
	struct group g = { 0 };

	while (next_group(&a, &b, &g)) {
		size_t fewer = g.count[0] < g.count[1] ? g.count[0] : g.count[1];

		if (g.count[0] == g.count[1]) {
			for (size_t i = 0; i < fewer; i++)
				join(&a, g.from[0] + i, &b, g.from[1] + i);
		} else if (fewer && join_ids(&a, &b, &g, false) == fewer) {
			(void)join_ids(&a, &b, &g, true);
		}
	}
	sorted_release(&a);
	sorted_release(&b);
}

void pairing_rest(struct pairing_side before, struct pairing_side after,
		  void (*visit)(void *context, const struct pairing_rest *rest), void *context)
{
	struct sorted a = sort_rest(before), b = sort_rest(after);
	struct group g = { 0 };

	while (next_group(&a, &b, &g)) {
		struct pairing_rest rest = { .key = g.key,
					     .before = a.indexes + g.from[0],
					     .after = b.indexes + g.from[1],
					     .before_count = g.count[0],
					     .after_count = g.count[1] };

		visit(context, &rest);
	}
	sorted_release(&a);
	sorted_release(&b);
}

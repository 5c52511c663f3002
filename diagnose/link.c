/* The third and fourth step of reason.h: which draft caused which, and what ended the run. */
#include "base/base.h"
#include "diagnose/reason.h"

#include "base/array.h"

enum {
	/* Clocks of hosts differ, and a consequence may be logged before its cause is: seconds. */
	CLOCK_SLACK_MS = 60 * 1000,
};

bool pattern_is_generic(const struct pattern *p)
{
	bool by_class = false, has_message = false;

	/* Told apart by the exception's class, whose message it quotes: it stands for any. */
	for (size_t i = 0; i < p->group_by_count; i++)
		by_class |= str_eq(p->group_by[i], STR("class"));
	for (size_t i = 0; i < p->capture_count; i++)
		has_message |= str_eq(p->captures[i].name, STR("message"));
	return by_class && has_message;
}

/* Does a chain of causes lead from `from` up to `to`? */
static bool is_caused_by(const struct drafts *d, size_t from, size_t to, size_t depth)
{
	const struct draft *x = &d->items[from];

	if (from == to)
		return true;
	if (depth > 64)
		return true; /* refuse the edge rather than search on */
	for (size_t i = 0; i < x->cause_count; i++)
		if (is_caused_by(d, x->causes[i], to, depth + 1))
			return true;
	return false;
}

void drafts_add_cause(struct drafts *d, size_t consequence, size_t cause)
{
	struct draft *x = &d->items[consequence];

	for (size_t i = 0; i < x->cause_count; i++)
		if (x->causes[i] == cause)
			return;
	/* Never a circle: the first edge stands. */
	if (is_caused_by(d, cause, consequence, 0))
		return;
	x->causes = array_grow(x->causes, x->cause_count, &x->cause_capacity, sizeof(*x->causes));
	x->causes[x->cause_count++] = cause;
}

static bool intersect(const struct str_list *a, const struct str_list *b)
{
	/* Silence on either side is no contradiction. */
	if (!a->count || !b->count)
		return true;
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (str_eq(a->items[i], b->items[j]))
				return true;
	return false;
}

static bool places_agree(const struct draft *cause, const struct draft *consequence, enum same same)
{
	switch (same) {
	case SAME_EXECUTOR:
		return intersect(&cause->executors, &consequence->executors);
	case SAME_HOST:
		return intersect(&cause->hosts, &consequence->hosts);
	case SAME_STAGE:
		return intersect(&cause->stages, &consequence->stages);
	case SAME_APP:
		break;
	}
	return true;
}

static bool times_agree(const struct draft *cause, const struct draft *consequence)
{
	return cause->first_ms == TIME_NONE || consequence->last_ms == TIME_NONE ||
	       cause->first_ms <= consequence->last_ms + CLOCK_SLACK_MS;
}

/* What the program survived is not why it ended later. */
static bool may_cause(const struct draft *cause, const struct draft *consequence)
{
	return !cause->outlived || consequence->outlived;
}

static void link_by_catalogue(struct drafts *d, size_t cause)
{
	const struct pattern *p = d->items[cause].pattern;

	for (size_t e = 0; e < p->explains_count; e++)
		for (size_t i = 0; i < d->count; i++) {
			const struct draft *x = &d->items[i];

			if (i != cause && !x->quiet && x->run == d->items[cause].run &&
			    may_cause(&d->items[cause], x) &&
			    str_eq(x->pattern->id, p->explains[e].id) &&
			    places_agree(&d->items[cause], x, p->explains[e].same) &&
			    times_agree(&d->items[cause], x))
				drafts_add_cause(d, i, cause);
		}
}

/* --- inside one record ----------------------------------------------------------------------- */

struct in_record {
	const struct stream_log *stream;
	uint64_t record;
	size_t draft;
	const struct sighting *sighting;
};

static int compare_in_record(const void *a, const void *b)
{
	const struct in_record *x = a, *y = b;

	if (x->stream->index != y->stream->index)
		return x->stream->index < y->stream->index ? -1 : 1;
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	return x->draft < y->draft ? -1 : x->draft > y->draft;
}

static bool names_it(const struct pattern *p, const struct pattern *other)
{
	for (size_t i = 0; i < p->explains_count; i++)
		if (str_eq(p->explains[i].id, other->id))
			return true;
	return false;
}

/* Is `a` the better explanation of the record they share? */
static bool explains_better(const struct in_record *a, const struct in_record *b,
			    const struct drafts *d)
{
	const struct pattern *p = d->items[a->draft].pattern, *q = d->items[b->draft].pattern;

	if (names_it(p, q) != names_it(q, p))
		return names_it(p, q);
	if (p->role != q->role)
		return p->role > q->role;
	if (pattern_is_generic(p) != pattern_is_generic(q))
		return pattern_is_generic(q);
	if (a->sighting->innermost != b->sighting->innermost)
		return a->sighting->innermost;
	if (a->sighting->depth != b->sighting->depth)
		return a->sighting->depth > b->sighting->depth;
	return p->severity > q->severity;
}

static void link_record(struct drafts *d, const struct in_record *items, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		if (explains_better(&items[i], &items[best], d))
			best = i;
	if (d->items[items[best].draft].pattern->role < ROLE_CONSEQUENCE)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct pattern *p = d->items[items[i].draft].pattern;

		if (i == best ||
		    (items[best].sighting->outlived && !d->items[items[i].draft].outlived))
			continue;
		/* Two known roots in one record stay two, unless one is only the generic name. */
		if (p->role < d->items[items[best].draft].pattern->role || pattern_is_generic(p))
			drafts_add_cause(d, items[i].draft, items[best].draft);
	}
}

static void link_records(struct drafts *d)
{
	struct in_record *items;
	size_t total = 0, n = 0;

	for (size_t i = 0; i < d->count; i++)
		total += d->items[i].quiet ? 0 : d->items[i].sighting_count;
	items = calloc(total ? total : 1, sizeof(*items));
	if (!items)
		die_no_memory();
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; !d->items[i].quiet && k < d->items[i].sighting_count; k++) {
			const struct sighting *o = d->items[i].sightings[k];

			items[n++] = (struct in_record){ o->stream, o->record, i, o };
		}
	qsort(items, n, sizeof(*items), compare_in_record);
	for (size_t i = 0; i < n;) {
		size_t end = i + 1;

		while (end < n && items[end].stream == items[i].stream &&
		       items[end].record == items[i].record)
			end++;
		if (end - i > 1)
			link_record(d, &items[i], end - i);
		i = end;
	}
	free(items);
}

void drafts_link(struct drafts *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (!d->items[i].quiet)
			link_by_catalogue(d, i);
	link_records(d);
}

/* --- what ended it --------------------------------------------------------------------------- */

static void tie_upwards(struct drafts *d, size_t i)
{
	struct draft *x = &d->items[i];

	if (x->tied)
		return;
	x->tied = true;
	for (size_t k = 0; k < x->cause_count; k++)
		tie_upwards(d, x->causes[k]);
}

void drafts_tie(struct drafts *d)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct draft *x = &d->items[i];
		const struct sighting *end = x->run->outcome;
		bool ended = x->in_terminal || x->pattern->outcome == OUTCOME_FAILED ||
			     x->pattern->outcome == OUTCOME_KILLED;

		for (size_t k = 0; end && !ended && k < x->sighting_count; k++)
			ended = x->sightings[k]->stream == end->stream &&
				x->sightings[k]->record == end->record;
		if (!x->quiet && ended)
			tie_upwards(d, i);
	}
}

/* The last two steps of reason.h: what a success makes of its failures, and the order. */
#include "base/base.h"
#include "diagnose/outcome.h"
#include "diagnose/reason.h"

/* What a run can lose and still succeed; anything else it survived cost it nothing we know of. */
static bool is_cost(const struct pattern *p)
{
	return p->fact == FACT_EXECUTOR_LOST || p->fact == FACT_TASK_FAILED ||
	       p->fact == FACT_STAGE_FAILED || p->fact == FACT_JOB_FAILED ||
	       p->role == ROLE_PERFORMANCE ||
	       /* Stated by who decides it: an earlier attempt of the application. */
	       (p->outcome == OUTCOME_FAILED && p->authority > AUTHORITY_SIGN_MAX);
}

static void mark_costly(struct drafts *d, size_t i, bool *costly)
{
	if (costly[i])
		return;
	costly[i] = true;
	for (size_t k = 0; k < d->items[i].cause_count; k++)
		mark_costly(d, d->items[i].causes[k], costly);
}

void drafts_weigh(struct drafts *d)
{
	bool *costly = calloc(d->count ? d->count : 1, sizeof(*costly));

	if (!costly)
		die_no_memory();
	for (size_t i = 0; i < d->count; i++)
		if (!d->items[i].quiet && is_cost(d->items[i].pattern))
			mark_costly(d, i, costly);
	/* What a costly draft itself caused is part of the story. */
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t i = 0; i < d->count; i++)
			for (size_t k = 0; !costly[i] && k < d->items[i].cause_count; k++)
				if (costly[d->items[i].causes[k]])
					costly[i] = changed = true;
	}
	for (size_t i = 0; i < d->count; i++) {
		struct draft *x = &d->items[i];

		if (x->quiet || x->run->about.outcome != OUTCOME_SUCCEEDED)
			continue;
		x->survived = true;
		if (!costly[i]) {
			x->quiet = true;
			d->noise_lines += x->count;
		}
	}
	free(costly);
}

/* Steps up to the nearest draft nobody caused. */
static size_t distance_of(const struct drafts *d, size_t i, size_t depth)
{
	const struct draft *x = &d->items[i];
	size_t best = SIZE_MAX;

	if (!x->cause_count || depth > d->count)
		return 0;
	for (size_t k = 0; k < x->cause_count; k++) {
		size_t up = distance_of(d, x->causes[k], depth + 1);

		if (up < best)
			best = up;
	}
	return best + 1;
}

struct ranked {
	const struct draft *draft;
	size_t index;
};

/* One criterion: negative when a comes first. */
typedef int criterion(const struct draft *a, const struct draft *b);

static int flag_first(bool a, bool b)
{
	return (int)b - (int)a;
}

static int by_quiet(const struct draft *a, const struct draft *b)
{
	return flag_first(!a->quiet, !b->quiet);
}

static int by_tied(const struct draft *a, const struct draft *b)
{
	return flag_first(a->tied, b->tied);
}

static int by_distance(const struct draft *a, const struct draft *b)
{
	return (a->distance > b->distance) - (a->distance < b->distance);
}

static int by_role(const struct draft *a, const struct draft *b)
{
	return (int)b->pattern->role - (int)a->pattern->role;
}

static int by_knowledge(const struct draft *a, const struct draft *b)
{
	return flag_first(!pattern_is_generic(a->pattern), !pattern_is_generic(b->pattern));
}

static int by_severity(const struct draft *a, const struct draft *b)
{
	return (int)b->pattern->severity - (int)a->pattern->severity;
}

static bool costs_time(const struct draft *x)
{
	for (size_t i = 0; x->sighting_count && i < x->sightings[0]->figure_count; i++)
		if (str_ends_with(x->sightings[0]->figures[i].name, STR("_ms")))
			return true;
	return false;
}

/* Of what made a run slow, what states its time comes before memory and bytes. */
static int by_time_lost(const struct draft *a, const struct draft *b)
{
	if (a->pattern->role != ROLE_PERFORMANCE)
		return 0;
	return flag_first(costs_time(a), costs_time(b));
}

static int by_innermost(const struct draft *a, const struct draft *b)
{
	return flag_first(a->innermost, b->innermost);
}

/*
 * Attempts of one task may each raise something else. Of exceptions that say only their class, the
 * one the job was given up for is the answer; a failure known by name keeps its place in time.
 */
static int by_last_word(const struct draft *a, const struct draft *b)
{
	return flag_first(a->in_terminal && pattern_is_generic(a->pattern),
			  b->in_terminal && pattern_is_generic(b->pattern));
}

static int by_time(const struct draft *a, const struct draft *b)
{
	if (a->first_ms != TIME_NONE && b->first_ms != TIME_NONE && a->first_ms != b->first_ms)
		return a->first_ms < b->first_ms ? -1 : 1;
	return (a->first_stream > b->first_stream) - (a->first_stream < b->first_stream);
}

static int by_id(const struct draft *a, const struct draft *b)
{
	int order = str_compare(a->pattern->id, b->pattern->id);

	return order ? order : str_compare(a->key, b->key);
}

/* Unconnected roots before consequences; a root tied to the end before one that is not. */
static int by_rootness(const struct draft *a, const struct draft *b)
{
	return flag_first(!a->distance, !b->distance);
}

static int compare_ranked(const void *x, const void *y)
{
	static criterion *const criteria[] = {
		by_quiet,     by_rootness, by_tied,	 by_role,      by_knowledge, by_severity,
		by_time_lost, by_distance, by_innermost, by_last_word, by_time,	     by_id,
	};
	const struct ranked *a = x, *b = y;

	for (size_t i = 0; i < ARRAY_LEN(criteria); i++) {
		int order = criteria[i](a->draft, b->draft);

		if (order)
			return order;
	}
	return (a->index > b->index) - (a->index < b->index);
}

void drafts_rank(struct drafts *d)
{
	struct ranked *order = calloc(d->count ? d->count : 1, sizeof(*order));
	struct draft *sorted = calloc(d->count ? d->count : 1, sizeof(*sorted));
	size_t *place = calloc(d->count ? d->count : 1, sizeof(*place));

	if (!order || !sorted || !place)
		die_no_memory();
	for (size_t i = 0; i < d->count; i++) {
		d->items[i].distance = distance_of(d, i, 0);
		order[i] = (struct ranked){ &d->items[i], i };
	}
	qsort(order, d->count, sizeof(*order), compare_ranked);
	for (size_t i = 0; i < d->count; i++) {
		sorted[i] = *order[i].draft;
		place[order[i].index] = i;
	}
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; k < sorted[i].cause_count; k++)
			sorted[i].causes[k] = place[sorted[i].causes[k]];
	free(d->items);
	d->items = sorted;
	d->capacity = d->count;
	free(order);
	free(place);
}

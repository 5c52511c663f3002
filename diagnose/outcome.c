#include "base/base.h"
#include "diagnose/outcome.h"

enum {
	/*
	 * Up to this a line that speaks of an end is a sign, which jobs that finish after it in the
	 * same log refute. A traceback is one: it looks the same when the script caught and printed
	 * it.
	 */
	AUTHORITY_SIGN_MAX = 5,
};

static bool is_later(const struct sighting *a, const struct sighting *b)
{
	if (a->stream == b->stream)
		return a->line >= b->line;
	if (a->time_ms != TIME_NONE && b->time_ms != TIME_NONE)
		return a->time_ms >= b->time_ms;
	return false;
}

static bool outranks(const struct sighting *a, const struct sighting *b)
{
	if (!b)
		return true;
	if (a->pattern->authority != b->pattern->authority)
		return a->pattern->authority > b->pattern->authority;
	return is_later(a, b);
}

static const struct sighting *last_of(const struct sighting_group *g)
{
	const struct sighting *last = g->first;

	for (const struct sighting *o = g->first; o; o = o->next)
		last = o;
	return last;
}

/* A job that finished after the sign of failure: the application went on. */
static bool outlived(const struct stream_log *s, const struct sighting *sign)
{
	for (size_t i = 0; i < s->group_count; i++) {
		const struct sighting_group *g = s->groups[i];

		if (g->pattern->fact != FACT_JOB_FINISHED)
			continue;
		if (g->last_ms != TIME_NONE && sign->time_ms != TIME_NONE &&
		    g->last_ms > sign->time_ms)
			return true;
	}
	return false;
}

static bool run_has(const struct runs *runs, const struct run *r, struct stream_log *const *streams,
		    size_t count, struct str id)
{
	for (size_t i = 0; i < count; i++) {
		if (runs_of_stream(runs, streams[i]) != r)
			continue;
		for (size_t g = 0; g < streams[i]->group_count; g++)
			if (str_eq(streams[i]->groups[g]->pattern->id, id))
				return true;
	}
	return false;
}

/* A line that means nothing alone does not tell the end alone either. */
static bool has_company(const struct runs *runs, const struct run *r,
			struct stream_log *const *streams, size_t count, const struct pattern *p)
{
	for (size_t i = 0; i < p->needs_count; i++)
		if (run_has(runs, r, streams, count, p->needs[i]))
			return true;
	return !p->needs_count;
}

void outcome_collect(struct runs *runs, struct stream_log *const *streams, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run *r = runs_of_stream(runs, streams[i]);

		for (size_t g = 0; g < streams[i]->group_count; g++) {
			const struct sighting_group *group = streams[i]->groups[g];
			const struct sighting *o = last_of(group);

			if (!o || group->pattern->outcome == OUTCOME_UNKNOWN ||
			    pattern_is_misplaced(o->pattern, o->stream->process) ||
			    !has_company(runs, r, streams, count, group->pattern))
				continue;
			if (group->pattern->outcome != OUTCOME_SUCCEEDED &&
			    group->pattern->authority <= AUTHORITY_SIGN_MAX &&
			    outlived(streams[i], o))
				continue;
			if (group->pattern->noise_after_stop && run_stopped_before(r, o))
				continue;
			if (outranks(o, r->outcome))
				r->outcome = o;
		}
	}
	for (size_t i = 0; i < runs->count; i++)
		if (runs->items[i].outcome)
			runs->items[i].about.outcome = runs->items[i].outcome->pattern->outcome;
}

void outcome_decide(struct run *run, const struct drafts *drafts)
{
	if (run->about.outcome != OUTCOME_UNKNOWN)
		return;
	/* Nobody said how it ended, but something ended it. */
	for (size_t i = 0; i < drafts->count; i++) {
		const struct draft *x = &drafts->items[i];

		if (x->run == run && x->pattern->terminal && x->sighting_count) {
			run->about.outcome = OUTCOME_FAILED;
			run->outcome = x->sightings[x->sighting_count - 1];
		}
	}
}

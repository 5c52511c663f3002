/* What reason.h says of a run that failed and that no pattern explains. */
#include "base/base.h"
#include "diagnose/reason.h"

/* A root anywhere in the run is a lead that must not be hidden; so is a known consequence that a
 * chain ties to the end. */
static bool is_explained(const struct drafts *d, const struct run *run)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct draft *x = &d->items[i];

		if (x->run == run && !x->quiet && !x->outlived &&
		    (x->pattern->role == ROLE_ROOT ||
		     (x->tied && x->pattern->role == ROLE_CONSEQUENCE)))
			return true;
	}
	return false;
}

static bool tells_more(const struct sighting *a, const struct sighting *b)
{
	if (!b)
		return true;
	if (!a->cause_name.len != !b->cause_name.len)
		return a->cause_name.len != 0;
	if (!a->cause_line != !b->cause_line)
		return a->cause_line != 0;
	return a->in_terminal && !b->in_terminal;
}

/* The sighting whose record names the innermost exception of what ended the run. */
static const struct sighting *find_end(const struct drafts *d, const struct run *run,
				       const struct draft **draft)
{
	const struct sighting *best = NULL;

	*draft = NULL;
	for (size_t i = 0; i < d->count; i++) {
		const struct draft *x = &d->items[i];

		if (x->run != run || x->quiet || !x->tied)
			continue;
		for (size_t k = 0; k < x->sighting_count; k++)
			if (tells_more(x->sightings[k], best)) {
				best = x->sightings[k];
				*draft = x;
			}
	}
	return best ? best : run->outcome;
}

static bool names_exception(const struct draft *x)
{
	for (size_t i = 0; i < x->sighting_count; i++)
		if (x->sightings[i]->cause_name.len)
			return true;
	return false;
}

/* The end's exception only passes on what a known line before it says: the status a process ended
 * with, how the application master's container ended. That line says more, and what to read. */
static bool is_passed_on(const struct drafts *d, const struct draft *end)
{
	for (size_t i = 0; end && end->cause_count && i < d->count; i++) {
		const struct draft *x = &d->items[i];

		if (x->run == end->run && !x->quiet && x->tied && !x->cause_count &&
		    x->pattern->severity >= SEVERITY_ERROR && !names_exception(x))
			return true;
	}
	return false;
}

/* The same place, told as the error that stands there. */
static const struct sighting *retell(struct drafts *d, const struct sighting *o,
				     const struct pattern *p)
{
	struct sighting *told = arena_new(d->arena, struct sighting);
	struct figure *class = arena_new(d->arena, struct figure);

	if (!told || !class)
		die_no_memory();
	*class = (struct figure){
		.name = STR("class"),
		.text = o->cause_name.len ? o->cause_name : STR("not in these logs"),
	};
	*told = *o;
	told->pattern = p;
	told->next = NULL;
	told->figures = class;
	told->figure_count = 1;
	told->innermost = o->cause_name.len != 0;
	return told;
}

static void explain_end(struct drafts *d, const struct runs *runs, size_t run_index,
			const struct pattern *p)
{
	const struct run *run = &runs->items[run_index];
	const struct draft *from;
	const struct sighting *o = find_end(d, run, &from);
	struct draft *x, copy = { .first_ms = TIME_NONE, .last_ms = TIME_NONE };
	size_t added;

	if (!o || is_passed_on(d, from))
		return;
	/* No exception to name: the known line that ended the run says more than "unclassified". */
	if (from && !o->cause_name.len && from->pattern->severity >= SEVERITY_ERROR)
		return;
	if (from)
		copy = *from;
	x = drafts_add(d);
	added = (size_t)(x - d->items);
	*x = (struct draft){
		.pattern = p,
		.key = o->cause_name,
		.run = run,
		.run_index = run_index,
		.count = 1,
		.first_ms = copy.first_ms,
		.last_ms = copy.last_ms,
		.first_stream = from ? copy.first_stream : o->stream->index,
		.executors = copy.executors,
		.hosts = copy.hosts,
		.stages = copy.stages,
		.tasks = copy.tasks,
		.innermost = o->cause_name.len != 0,
		.in_terminal = o->in_terminal,
		.tied = true,
		.unclassified = true,
	};
	drafts_add_sighting(x, retell(d, o, p));
	for (size_t i = 0; i < added; i++)
		if (d->items[i].run == run && !d->items[i].quiet && d->items[i].tied &&
		    !d->items[i].cause_count)
			drafts_add_cause(d, i, added);
}

void drafts_fallback(struct drafts *d, const struct runs *runs, const struct pattern *unclassified)
{
	for (size_t i = 0; unclassified && i < runs->count; i++)
		if (runs->items[i].about.outcome == OUTCOME_FAILED &&
		    !is_explained(d, &runs->items[i]))
			explain_end(d, runs, i, unclassified);
}

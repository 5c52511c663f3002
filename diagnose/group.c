/* The first two steps of reason.h: grouping, and deciding what is quiet. */
#include "base/base.h"
#include "diagnose/reason.h"

#include "base/array.h"
#include "base/limits.h"
#include "diagnose/outcome.h"

enum {
	/* A line this much before the driver's own stop line may belong to the stop: executors are
	 * told to go before the context says it has stopped. */
	STOP_SLACK_MS = 2000,
};

void drafts_add_sighting(struct draft *d, const struct sighting *o)
{
	d->sightings = array_grow(d->sightings, d->sighting_count, &d->sighting_capacity,
				  sizeof(*d->sightings));
	d->sightings[d->sighting_count++] = o;
}

struct draft *drafts_add(struct drafts *d)
{
	d->items = array_grow(d->items, d->count, &d->capacity, sizeof(*d->items));
	return &d->items[d->count++];
}

static struct draft *find_draft(struct drafts *d, const struct run *run, uint32_t pattern_index,
				struct str key)
{
	struct draft *x;

	for (size_t i = 0; i < d->count; i++) {
		x = &d->items[i];
		if (x->pattern_index == pattern_index && x->run == run && str_eq(x->key, key))
			return x;
	}
	x = drafts_add(d);
	*x = (struct draft){
		.pattern_index = pattern_index,
		.run = run,
		.key = key,
		.first_ms = TIME_NONE,
		.last_ms = TIME_NONE,
	};
	return x;
}

bool pattern_is_misplaced(const struct pattern *p, enum process process)
{
	return p->only_in && process != PROCESS_UNKNOWN &&
	       !(p->only_in & (1u << (process - PROCESS_DRIVER)));
}

static void add_group(struct drafts *d, const struct sighting_group *g, size_t stream_index,
		      const struct stream_log *s, const struct runs *runs)
{
	const struct run *run = runs_of_stream(runs, s);
	size_t run_index = (size_t)(run - runs->items);

	struct draft *x;

	if (g->pattern->role == ROLE_FACT || pattern_is_misplaced(g->pattern, s->process))
		return;
	if (g->pattern->role == ROLE_NOISE) {
		d->noise_lines += g->count;
		return;
	}
	x = find_draft(d, run, g->pattern_index, g->key);
	if (!x->pattern) {
		x->pattern = g->pattern;
		x->outlived = true;
		x->first_stream = stream_index;
		x->run_index = run_index;
	}
	if (s->process == PROCESS_HISTORY)
		x->event_count += g->count;
	else
		x->count += g->count;
	if (g->first_ms != TIME_NONE && (x->first_ms == TIME_NONE || g->first_ms < x->first_ms))
		x->first_ms = g->first_ms;
	if (g->last_ms != TIME_NONE && (x->last_ms == TIME_NONE || g->last_ms > x->last_ms))
		x->last_ms = g->last_ms;
	/* Of those not kept nobody knows. */
	x->outlived &= g->count == g->kept;
	for (const struct sighting *o = g->first; o; o = o->next) {
		drafts_add_sighting(x, o);
		x->innermost |= o->innermost;
		x->in_terminal |= o->in_terminal && !o->outlived;
		x->outlived &= o->outlived;
		if (o->depth > x->depth_max)
			x->depth_max = o->depth;
	}
}

static int compare_sightings(const void *a, const void *b)
{
	const struct sighting *x = *(const struct sighting *const *)a;
	const struct sighting *y = *(const struct sighting *const *)b;
	int order;

	/* Lines without a time of their own stand behind those that have one. */
	if (x->timed != y->timed)
		return x->timed ? -1 : 1;
	if (x->time_ms != y->time_ms)
		return x->time_ms < y->time_ms ? -1 : 1;
	order = str_compare(x->stream->name, y->stream->name);
	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return str_compare(x->stream->path, y->stream->path);
}

static void add_place(struct drafts *d, struct str_list *list, struct str value)
{
	if (!value.len || list->count >= LIMIT_PLACES)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->items[i], value))
			return;
	/* Grown in steps of a power of two inside the arena: the old copies are small. */
	if (!(list->count & (list->count - 1))) {
		struct str *grown =
			arena_alloc(d->arena, (list->count ? list->count * 2 : 1) * sizeof(*grown));

		if (!grown)
			return;
		if (list->count)
			memcpy(grown, list->items, list->count * sizeof(*grown));
		list->items = grown;
	}
	list->items[list->count++] = value;
}

static struct str stage_name(struct drafts *d, const struct sighting *o)
{
	struct str stage = o->places[PLACE_STAGE], attempt = o->places[PLACE_STAGE_ATTEMPT];
	char *joined;

	if (!stage.len || !attempt.len || memchr(stage.ptr, '.', stage.len))
		return stage;
	joined = arena_alloc(d->arena, stage.len + 1 + attempt.len);
	if (!joined)
		return stage;
	memcpy(joined, stage.ptr, stage.len);
	joined[stage.len] = '.';
	memcpy(joined + stage.len + 1, attempt.ptr, attempt.len);
	return (struct str){ joined, stage.len + 1 + attempt.len };
}

static void collect_places(struct drafts *d, struct draft *x)
{
	for (size_t i = 0; i < x->sighting_count; i++) {
		const struct sighting *o = x->sightings[i];
		bool own = o->stream->process == PROCESS_EXECUTOR;

		add_place(d, &x->executors,
			  o->places[PLACE_EXECUTOR].len ? o->places[PLACE_EXECUTOR]
			  : own				? o->stream->executor
							: STR(""));
		add_place(d, &x->hosts,
			  o->places[PLACE_HOST].len ? o->places[PLACE_HOST]
			  : own			    ? o->stream->host
						    : STR(""));
		add_place(d, &x->stages, stage_name(d, o));
		add_place(d, &x->tasks, o->places[PLACE_TASK]);
	}
}

/* What a later line took back: an application that waits, and then runs. */
static bool is_refuted(const struct draft *x, struct stream_log *const *streams, size_t count,
		       const struct runs *runs)
{
	for (size_t i = 0; i < count && x->pattern->refuter_count; i++) {
		if (runs_of_stream(runs, streams[i]) != x->run)
			continue;
		for (size_t g = 0; g < streams[i]->group_count; g++) {
			const struct sighting_group *group = streams[i]->groups[g];

			for (size_t k = 0; k < x->pattern->refuter_count; k++)
				if (str_eq(group->pattern->id, x->pattern->refuters[k]) &&
				    group->last_ms != TIME_NONE && group->last_ms >= x->last_ms)
					return true;
		}
	}
	return false;
}

void drafts_group(struct drafts *d, struct stream_log *const *streams, size_t count,
		  const struct runs *runs, struct arena *arena)
{
	*d = (struct drafts){ .arena = arena };
	for (size_t i = 0; i < count; i++)
		for (size_t g = 0; g < streams[i]->group_count; g++)
			add_group(d, streams[i]->groups[g], i, streams[i], runs);
	for (size_t i = 0; i < d->count; i++) {
		struct draft *x = &d->items[i];

		if (x->sighting_count)
			qsort(x->sightings, x->sighting_count, sizeof(const struct sighting *),
			      compare_sightings);
		collect_places(d, x);
		x->quiet = is_refuted(x, streams, count, runs);
		/* One event, two proofs: an event log repeats what the logs say, or the reverse. */
		if (x->event_count > x->count)
			x->count = x->event_count;
	}
}

void drafts_release(struct drafts *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->items[i].sightings);
		free(d->items[i].causes);
	}
	free(d->items);
}

/* --- quiet ----------------------------------------------------------------------------------- */

static bool is_present(const struct drafts *d, const struct run *run, struct str id)
{
	if (run_knows(run, id))
		return true;
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].run == run && !d->items[i].quiet &&
		    str_eq(d->items[i].pattern->id, id))
			return true;
	return false;
}

/* What ends an application makes its driver stop within moments: here only the order tells. */
static bool comes_before_stop(const struct draft *x)
{
	const struct sighting *stop = x->run->stop;

	if (!stop || x->pattern->outcome == OUTCOME_UNKNOWN)
		return false;
	for (size_t i = 0; i < x->sighting_count; i++)
		if (x->sightings[i]->stream == stop->stream && x->sightings[i]->line < stop->line)
			return true;
	return false;
}

/* Only at or after the application's own stop, or with no driver's log to say when that was. */
static bool belongs_to_stop(const struct draft *x)
{
	if (x->run->stop_ms == TIME_NONE)
		return x->run->about.outcome != OUTCOME_FAILED && !x->run->has_driver;
	return x->first_ms == TIME_NONE || x->first_ms >= x->run->stop_ms - STOP_SLACK_MS;
}

static void drop_sightings(struct draft *x,
			   bool (*goes)(const struct draft *x, const struct sighting *o))
{
	size_t kept = 0, dropped;

	for (size_t i = 0; i < x->sighting_count; i++)
		if (!goes(x, x->sightings[i]))
			x->sightings[kept++] = x->sightings[i];
	dropped = x->sighting_count - kept;
	x->count -= dropped < x->count ? dropped : x->count;
	x->sighting_count = kept;
}

/* Of the stop itself: what is left, if anything, happened before. */
static bool is_of_stop(const struct draft *x, const struct sighting *o)
{
	return x->run->stop_ms != TIME_NONE && o->time_ms != TIME_NONE &&
	       o->time_ms >= x->run->stop_ms - STOP_SLACK_MS;
}

/* What says how the application ended is not said by an exception it survived. */
static bool is_outlived(const struct draft *x, const struct sighting *o)
{
	(void)x;
	return o->outlived;
}

static bool is_explained_away(const struct drafts *d, const struct draft *x)
{
	for (size_t i = 0; i < x->pattern->unless_count; i++)
		if (is_present(d, x->run, x->pattern->unless[i]))
			return true;
	return false;
}

/* Not even harmless lines: they do not mean what the pattern says. */
static void drop_explained_away(struct drafts *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++)
		d->items[i].explained_away = is_explained_away(d, &d->items[i]);
	for (size_t i = 0; i < d->count; i++) {
		if (d->items[i].explained_away)
			free(d->items[i].sightings);
		else
			d->items[kept++] = d->items[i];
	}
	d->count = kept;
}

static bool lacks_company(const struct drafts *d, const struct draft *x)
{
	if (!x->pattern->needs_count)
		return false;
	for (size_t i = 0; i < x->pattern->needs_count; i++)
		if (is_present(d, x->run, x->pattern->needs[i]))
			return false;
	return true;
}

void drafts_quiet(struct drafts *d, struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		outcome_decide(&runs->items[i], d);
	drop_explained_away(d);
	for (size_t i = 0; i < d->count; i++) {
		struct draft *x = &d->items[i];

		/* Caught, and nothing came of it. */
		if (x->outlived && x->run->about.outcome != OUTCOME_FAILED) {
			x->quiet = true;
		} else if (x->pattern->survivable) {
			drop_sightings(x, is_outlived);
			x->quiet = !x->sighting_count;
		}
		if (!x->pattern->noise_after_stop || x->quiet)
			continue;
		if (comes_before_stop(x))
			continue;
		x->quiet = belongs_to_stop(x);
		if (!x->quiet)
			drop_sightings(x, is_of_stop);
	}
	/* What needs company may need something that itself needs company: catalogue depth is 2. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < d->count; i++)
			if (!d->items[i].quiet && lacks_company(d, &d->items[i]))
				d->items[i].quiet = true;
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].quiet)
			d->noise_lines += d->items[i].count;
}

#include "base/base.h"
#include "diagnose/zone.h"

#include "diagnose/history.h"

enum {
	/* Zones reach from UTC-12 to UTC+14. */
	ZONE_MAX_STEPS = 14 * 4,
	/* What host clocks, start-up and detection delays may make of one moment. */
	ZONE_SLACK_MS = 3 * 60 * 1000,
	ANCHORS_MAX = 4096,
};

/* A moment that two logs may tell. */
struct anchor {
	enum anchor_kind {
		ANCHOR_APP_START,
		ANCHOR_APP_END, /* of the event log only: the end of its span */
		ANCHOR_EXECUTOR_ADDED,
		ANCHOR_EXECUTOR_REMOVED,
		ANCHOR_TASK_LOST,
	} kind;
	struct str id; /* of the executor or task */
	int64_t time_ms;
};

struct anchors {
	struct anchor items[ANCHORS_MAX];
	size_t count;
};

static void add(struct anchors *a, enum anchor_kind kind, struct str id, int64_t time_ms)
{
	if (time_ms > 0 && a->count < ANCHORS_MAX)
		a->items[a->count++] = (struct anchor){ kind, id, time_ms };
}

static void anchors_of_history(const struct history *h, struct anchors *a)
{
	add(a, ANCHOR_APP_START, STR(""), h->start_ms);
	add(a, ANCHOR_APP_END, STR(""), history_end_ms(h));
	for (size_t i = 0; i < h->executor_count; i++) {
		add(a, ANCHOR_EXECUTOR_ADDED, h->executors[i].id, h->executors[i].added_ms);
		add(a, ANCHOR_EXECUTOR_REMOVED, h->executors[i].id, h->executors[i].removed_ms);
	}
}

static void anchors_of_facts(const struct stream_log *s, struct anchors *a)
{
	static const struct {
		enum fact fact;
		enum anchor_kind kind;
		enum place_kind place;
	} rows[] = {
		{ FACT_EXECUTOR_ADDED, ANCHOR_EXECUTOR_ADDED, PLACE_EXECUTOR },
		{ FACT_EXECUTOR_LOST, ANCHOR_EXECUTOR_REMOVED, PLACE_EXECUTOR },
		{ FACT_TASK_FAILED, ANCHOR_TASK_LOST, PLACE_TID },
	};

	for (size_t g = 0; g < s->group_count; g++)
		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			if (s->groups[g]->pattern->fact != rows[k].fact)
				continue;
			for (const struct sighting *o = s->groups[g]->first; o; o = o->next)
				if (o->timed && o->places[rows[k].place].len)
					add(a, rows[k].kind, o->places[rows[k].place], o->time_ms);
		}
}

/* A log begins with its process: the driver's with the application, an executor's with itself. */
static void anchors_of_stream(const struct stream_log *s, struct anchors *a)
{
	a->count = 0;
	if (process_is_driver_side(s->process))
		anchors_of_facts(s, a);
	if (s->process == PROCESS_DRIVER)
		add(a, ANCHOR_APP_START, STR(""), s->first_ms);
	if (s->process == PROCESS_EXECUTOR && s->executor.len)
		add(a, ANCHOR_EXECUTOR_ADDED, s->executor, s->first_ms);
}

/* Steps of a quarter of an hour from `reference` to `local`; false when it is no zone. */
static bool steps_between(int64_t reference, int64_t local, int *steps)
{
	int64_t diff = local - reference;
	int64_t n = (diff + (diff < 0 ? -ZONE_STEP_MS / 2 : ZONE_STEP_MS / 2)) / ZONE_STEP_MS;
	int64_t rest = diff - n * ZONE_STEP_MS;

	if (n < -ZONE_MAX_STEPS || n > ZONE_MAX_STEPS || rest < -ZONE_SLACK_MS ||
	    rest > ZONE_SLACK_MS)
		return false;
	*steps = (int)n;
	return true;
}

/*
 * Each moment that both tell is a vote; the zone needs two thirds of them. Retries tell the same
 * thing at several times, so a moment votes for its best partner: the one that needs no zone, else
 * the smallest.
 */
static bool vote(const struct anchors *reference, const struct anchors *local, int *zone)
{
	size_t votes[2 * ZONE_MAX_STEPS + 1] = { 0 }, all = 0, best = ZONE_MAX_STEPS;

	for (size_t i = 0; i < local->count; i++) {
		int nearest = INT32_MAX, steps;

		for (size_t k = 0; k < reference->count; k++)
			if (reference->items[k].kind == local->items[i].kind &&
			    str_eq(reference->items[k].id, local->items[i].id) &&
			    steps_between(reference->items[k].time_ms, local->items[i].time_ms,
					  &steps) &&
			    abs(steps) < abs(nearest))
				nearest = steps;
		if (nearest == INT32_MAX)
			continue;
		votes[nearest + ZONE_MAX_STEPS]++;
		all++;
	}
	for (size_t i = 0; i < ARRAY_LEN(votes); i++)
		if (votes[i] > votes[best])
			best = i;
	*zone = (int)best - ZONE_MAX_STEPS;
	return all && votes[best] * 3 >= all * 2;
}

static void move(int64_t *time_ms, int64_t by_ms)
{
	if (*time_ms != TIME_NONE)
		*time_ms += by_ms;
}

static void shift(struct stream_log *s, int64_t by_ms)
{
	move(&s->first_ms, by_ms);
	move(&s->last_ms, by_ms);
	for (size_t g = 0; g < s->group_count; g++) {
		move(&s->groups[g]->first_ms, by_ms);
		move(&s->groups[g]->last_ms, by_ms);
		for (struct sighting *o = s->groups[g]->first; o; o = o->next)
			move(&o->time_ms, by_ms);
	}
}

static bool is_movable(const struct stream_log *s)
{
	return !s->zoned && s->process != PROCESS_HISTORY;
}

struct span {
	int64_t first_ms, last_ms;
};

/* From first to last anchor, and what starts a little before or ends a little after. */
static struct span span_of(const struct anchors *a)
{
	struct span s = { INT64_MAX, 0 };

	for (size_t i = 0; i < a->count; i++) {
		if (a->items[i].time_ms < s.first_ms)
			s.first_ms = a->items[i].time_ms;
		if (a->items[i].time_ms > s.last_ms)
			s.last_ms = a->items[i].time_ms;
	}
	return s;
}

static bool lies_in(struct span s, int64_t time_ms)
{
	return time_ms + ZONE_STEP_MS / 2 >= s.first_ms && time_ms <= s.last_ms + ZONE_STEP_MS / 2;
}

/* The runs may be built again over fewer streams: then nothing is left to move. */
static void set_zone(struct stream_log *s, int zone)
{
	if (zone)
		shift(s, -(int64_t)zone * ZONE_STEP_MS);
	s->zone += zone;
	s->zone_known = true;
}

/* stdout beside stderr, a rotated log beside the newest: one process has one zone. */
static void share_zones(const struct runs *runs, const struct run *r,
			struct stream_log *const *streams, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct stream_log *s = streams[i];

		if (s->zone_known || s->zoned || s->process == PROCESS_UNKNOWN ||
		    runs_of_stream(runs, s) != r)
			continue;
		for (size_t k = 0; k < count && !s->zone_known; k++)
			if (streams[k]->zone_known && streams[k]->process == s->process &&
			    streams[k]->zone && runs_of_stream(runs, streams[k]) == r &&
			    str_eq(streams[k]->executor, s->executor) &&
			    str_eq(streams[k]->container, s->container))
				set_zone(s, streams[k]->zone);
	}
}

/* The zone of a run's logs when those that are known agree; 0 otherwise. */
static int common_zone(const struct runs *runs, const struct run *r,
		       struct stream_log *const *streams, size_t count)
{
	int zone = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (!streams[i]->zone_known || runs_of_stream(runs, streams[i]) != r)
			continue;
		if (any && streams[i]->zone != zone)
			return 0;
		zone = streams[i]->zone;
		any = true;
	}
	return zone;
}

/*
 * A daemon's, an application master's or a client's log tells little that could be compared. It
 * takes the zone of the others when its first line lies outside the run as it is, and inside once
 * moved.
 */
static void guess_zones(const struct runs *runs, const struct run *r,
			struct stream_log *const *streams, size_t count, struct span span)
{
	int zone = common_zone(runs, r, streams, count);

	for (size_t i = 0; i < count && zone; i++) {
		struct stream_log *s = streams[i];
		int64_t moved_ms = s->first_ms - (int64_t)zone * ZONE_STEP_MS;

		if (s->zone_known || !is_movable(s) || s->first_ms == TIME_NONE ||
		    runs_of_stream(runs, s) != r)
			continue;
		if (!lies_in(span, s->first_ms) && lies_in(span, moved_ms))
			set_zone(s, zone);
	}
}

/* How many logs of a run were moved by how much: said once, for the usual case of one zone. */
struct moved {
	size_t logs;
	int zone;
	bool several;
};

static void say_moved(struct run *r, const struct moved *m, bool to_utc, struct arena *arena)
{
	int minutes = abs(m->zone) * 15;

	if (!m->logs)
		return;
	if (m->several)
		r->clock_note =
			arena_strf(arena,
				   "%zu logs were written in several time zones; their times "
				   "are moved to %s",
				   m->logs, to_utc ? "UTC" : "the driver's clock");
	else
		r->clock_note = arena_strf(
			arena, "%zu log%s %s written %d h %02d min %s of %s; %s times are moved",
			m->logs, m->logs == 1 ? "" : "s", m->logs == 1 ? "was" : "were",
			minutes / 60, minutes % 60, m->zone > 0 ? "ahead" : "behind",
			to_utc ? "UTC" : "the driver's clock", m->logs == 1 ? "its" : "their");
}

static void align_run(struct runs *runs, struct run *r, struct stream_log *const *streams,
		      size_t count, struct anchors *pair)
{
	struct anchors *reference = &pair[0], *local = &pair[1];
	const struct stream_log *driver = NULL;
	struct moved moved = { 0 };
	bool history = false;

	reference->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct stream_log *s = streams[i];

		if (runs_of_stream(runs, s) != r)
			continue;
		if (s->history)
			anchors_of_history(s->history, reference);
		if (s->process == PROCESS_HISTORY)
			anchors_of_facts(s, reference);
		history |= s->process == PROCESS_HISTORY;
		if (s->process == PROCESS_DRIVER && s->by_content && !driver)
			driver = s;
	}
	if (!history && driver)
		anchors_of_facts(driver, reference);
	for (size_t i = 0; i < count; i++) {
		int zone;

		if (!is_movable(streams[i]) || runs_of_stream(runs, streams[i]) != r ||
		    (!history && streams[i] == driver))
			continue;
		anchors_of_stream(streams[i], local);
		if (vote(reference, local, &zone))
			set_zone(streams[i], zone);
	}
	share_zones(runs, r, streams, count);
	guess_zones(runs, r, streams, count, span_of(reference));
	for (size_t i = 0; i < count; i++) {
		if (!streams[i]->zone || runs_of_stream(runs, streams[i]) != r)
			continue;
		moved.several |= moved.logs && moved.zone != streams[i]->zone;
		moved.zone = streams[i]->zone;
		moved.logs++;
	}
	say_moved(r, &moved, history, runs->arena);
}

void zones_align(struct runs *runs, struct stream_log *const *streams, size_t count)
{
	struct anchors *pair = malloc(2 * sizeof(*pair));

	if (!pair)
		die_no_memory();
	for (size_t i = 0; i < runs->count; i++)
		align_run(runs, &runs->items[i], streams, count, pair);
	free(pair);
}

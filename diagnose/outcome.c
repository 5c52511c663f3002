#include "base/base.h"
#include "diagnose/outcome.h"

enum {
	/* Up to this it speaks of a part (a job, a query) that the program may do without. */
	AUTHORITY_PART_MAX = 3,
	/* So few lines behind a traceback may be the rest of its message, or of an exit handler. */
	FEW_LINES = 3,
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

static bool has_fact(const struct stream_log *s, enum fact fact)
{
	for (size_t i = 0; i < s->group_count; i++)
		if (s->groups[i]->pattern->fact == fact)
			return true;
	return false;
}

/*
 * The place of a sign. Only a time the record itself has can be compared with other logs': one
 * taken over from the line before may be minutes old.
 */
struct sign {
	const struct stream_log *stream;
	uint32_t line;
	int64_t time_ms;
	bool timed;
	bool survivable;
	bool orderly; /* the program is known to have stopped its context itself */
};

/* A job that finished after the sign of failure: the application went on. */
static bool job_finished_after(const struct stream_log *s, const struct sign *sign)
{
	for (size_t i = 0; i < s->group_count; i++) {
		const struct sighting_group *g = s->groups[i];

		if (g->pattern->fact != FACT_JOB_FINISHED)
			continue;
		if (s == sign->stream && g->last_line > sign->line)
			return true;
		if ((s == sign->stream || sign->timed) && g->last_ms != TIME_NONE &&
		    sign->time_ms != TIME_NONE && g->last_ms > sign->time_ms)
			return true;
	}
	return false;
}

/* Do Spark's own lines stand in it, beside what the script may have written? */
static bool is_sparks(const struct stream_log *s)
{
	for (size_t i = 0; i < s->group_count; i++)
		if (s->groups[i]->pattern->role == ROLE_FACT)
			return true;
	return false;
}

/* Is there a later traceback that could have ended the program? Only the last of them can have. */
static bool another_follows(const struct sign *sign)
{
	const struct stream_log *s = sign->stream;

	for (size_t i = 0; i < s->group_count; i++)
		if (s->groups[i]->pattern->survivable && s->groups[i]->last_line > sign->line)
			return true;
	return false;
}

/*
 * Python prints the traceback of an exception nobody caught last of all. One that further output
 * follows was printed by the script itself. Lines with heads count where they cannot be Spark's.
 */
static bool printed_after(const struct sign *sign)
{
	const struct stream_log *s = sign->stream;

	if (!sign->survivable)
		return false;
	if (another_follows(sign))
		return true;
	if (s->logged_line > sign->line && !is_sparks(s))
		return true;
	/* Without heads that are known as such, Spark's lines look like printed ones. */
	if (s->printed_line <= sign->line || (!s->headed && is_sparks(s)))
		return false;
	if (!sign->orderly && s->printed_line - sign->line <= FEW_LINES)
		return false;
	/* Output that is held back to the end has none of it before the traceback. */
	return !has_fact(s, FACT_OUTPUT_LATE) ||
	       (s->first_printed_line && s->first_printed_line < sign->line);
}

static bool outlived(const struct runs *runs, struct stream_log *const *streams, size_t count,
		     const struct sign *sign)
{
	const struct run *r = runs_of_stream(runs, sign->stream);

	if (printed_after(sign))
		return true;
	for (size_t i = 0; i < count; i++)
		if (runs_of_stream(runs, streams[i]) == r && job_finished_after(streams[i], sign))
			return true;
	return false;
}

static bool is_sign(const struct pattern *p)
{
	return (p->outcome == OUTCOME_FAILED || p->outcome == OUTCOME_KILLED) &&
	       p->authority <= AUTHORITY_SIGN_MAX;
}

/* Everything in that record was outlived with it. */
static void mark_record(struct stream_log *s, uint64_t record)
{
	for (size_t i = 0; i < s->group_count; i++)
		for (struct sighting *o = s->groups[i]->first; o; o = o->next)
			o->outlived |= o->record == record;
}

/*
 * When another log of the run tells, with a time, what stands in a record without one: the last
 * time it does. TIME_NONE where none does.
 */
static int64_t time_told_elsewhere(const struct runs *runs, struct stream_log *const *streams,
				   size_t count, const struct sighting *o)
{
	const struct stream_log *own = o->stream;
	int64_t last = TIME_NONE;

	for (size_t g = 0; g < own->group_count; g++) {
		const struct sighting_group *told = own->groups[g];
		const struct sighting *same = told->first;

		while (same && same->record != o->record)
			same = same->next;
		if (!same || told->pattern->role != ROLE_ROOT)
			continue;
		for (size_t i = 0; i < count; i++) {
			const struct sighting_group *other;

			if (streams[i] == own ||
			    runs_of_stream(runs, streams[i]) != runs_of_stream(runs, own))
				continue;
			other = stream_log_find(streams[i], told->pattern_index, told->key);
			if (other && other->last_ms != TIME_NONE && other->last_ms > last)
				last = other->last_ms;
		}
	}
	return last;
}

static bool stops_itself(const struct runs *runs, const struct run *r,
			 struct stream_log *const *streams, size_t count)
{
	bool stopped = false;

	for (size_t i = 0; i < count; i++) {
		if (runs_of_stream(runs, streams[i]) != r)
			continue;
		if (has_fact(streams[i], FACT_STOP_HOOK))
			return false;
		stopped |= has_fact(streams[i], FACT_APP_STOP);
	}
	return stopped;
}

static struct sign sign_of(const struct runs *runs, struct stream_log *const *streams, size_t count,
			   const struct sighting *o)
{
	struct sign sign = {
		.stream = o->stream,
		.line = o->line,
		.time_ms = o->time_ms,
		.timed = o->timed,
		.survivable = o->pattern->survivable,
	};

	sign.orderly = sign.survivable &&
		       stops_itself(runs, runs_of_stream(runs, o->stream), streams, count);
	if (sign.survivable && !sign.timed) {
		int64_t told = time_told_elsewhere(runs, streams, count, o);

		if (told != TIME_NONE) {
			sign.time_ms = told;
			sign.timed = true;
		}
	}
	return sign;
}

/* Marks the group's signs that were outlived; true when the last was. */
static bool mark_outlived(const struct runs *runs, struct stream_log *const *streams, size_t count,
			  struct sighting_group *g)
{
	bool is_last = false;

	for (struct sighting *o = g->first; o; o = o->next) {
		struct sign sign = sign_of(runs, streams, count, o);

		/* The last of them all may not be kept: it looks like the last that is. */
		if (!o->next && g->last_line > o->line)
			sign.line = g->last_line;
		is_last = o->outlived || outlived(runs, streams, count, &sign);
		if (is_last && !o->outlived)
			mark_record(o->stream, o->record);
	}
	return is_last;
}

/* What stops one executor is no end of the application; "driver" is local mode's. */
static bool is_of_executor(const struct sighting *o)
{
	struct str executor = o->places[PLACE_EXECUTOR];

	return o->stream->process == PROCESS_EXECUTOR ||
	       (executor.len && !str_eq(executor, STR("driver")));
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

/* A line that means nothing alone, or that another explains away, does not tell the end either. */
static bool has_company(const struct runs *runs, const struct run *r,
			struct stream_log *const *streams, size_t count, const struct pattern *p)
{
	for (size_t i = 0; i < p->unless_count; i++)
		if (run_has(runs, r, streams, count, p->unless[i]))
			return false;
	for (size_t i = 0; i < p->needs_count; i++)
		if (run_has(runs, r, streams, count, p->needs[i]))
			return true;
	return !p->needs_count;
}

/* Did the script catch all that its output tells? Then it got over what failed in Spark as well. */
static bool caught_all(const struct runs *runs, const struct run *r,
		       struct stream_log *const *streams, size_t count)
{
	bool some = false;

	for (size_t i = 0; i < count; i++) {
		if (runs_of_stream(runs, streams[i]) != r)
			continue;
		for (size_t g = 0; g < streams[i]->group_count; g++) {
			struct sighting_group *group = streams[i]->groups[g];

			if (!group->pattern->survivable || !group->first)
				continue;
			if (!mark_outlived(runs, streams, count, group))
				return false;
			some = true;
		}
	}
	return some;
}

/* A sign of failure that what came later refutes. */
static bool is_refuted(const struct runs *runs, const struct run *r,
		       struct stream_log *const *streams, size_t count, struct sighting_group *g)
{
	return is_sign(g->pattern) && (mark_outlived(runs, streams, count, g) ||
				       (g->pattern->authority <= AUTHORITY_PART_MAX &&
					caught_all(runs, r, streams, count)));
}

void outcome_collect(struct runs *runs, struct stream_log *const *streams, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run *r = runs_of_stream(runs, streams[i]);

		for (size_t g = 0; g < streams[i]->group_count; g++) {
			struct sighting_group *group = streams[i]->groups[g];
			const struct sighting *o = last_of(group);

			if (!o || group->pattern->outcome == OUTCOME_UNKNOWN ||
			    pattern_is_misplaced(o->pattern, o->stream->process) ||
			    !has_company(runs, r, streams, count, group->pattern))
				continue;
			if (group->pattern->authority <= AUTHORITY_PART_MAX && is_of_executor(o))
				continue;
			if (is_refuted(runs, r, streams, count, group))
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

		if (x->run == run && x->pattern->terminal && x->sighting_count && !x->outlived) {
			run->about.outcome = OUTCOME_FAILED;
			run->outcome = x->sightings[x->sighting_count - 1];
		}
	}
}

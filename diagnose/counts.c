#include "base/base.h"
#include "diagnose/counts.h"

#include "base/array.h"
#include "base/limits.h"

/* Distinct values of one place over one kind of fact in one run. */
struct tally {
	struct str *values;
	size_t count, capacity;
	uint64_t lines; /* counted lines, kept one by one or not */
	bool spilled;	/* lines were counted that are not kept */
};

static void tally_add(struct tally *t, struct str value)
{
	if (!value.len || t->count >= LIMIT_EXECUTORS)
		return;
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->values[i], value))
			return;
	t->values = array_grow(t->values, t->count, &t->capacity, sizeof(*t->values));
	t->values[t->count++] = value;
}

static int64_t tally_end(struct tally *t)
{
	int64_t n = t->spilled && t->lines > t->count ? (int64_t)t->lines : (int64_t)t->count;

	if (!t->count && !t->lines)
		n = -1;
	free(t->values);
	return n;
}

/* `driver_only`: executors repeat what the driver counts. */
static int64_t tally_fact(const struct runs *runs, const struct run *r,
			  struct stream_log *const *streams, size_t count, enum fact fact,
			  enum place_kind place)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct stream_log *s = streams[i];

		if (!process_is_driver_side(s->process) || runs_of_stream(runs, s) != r)
			continue;
		for (size_t g = 0; g < s->group_count; g++) {
			const struct sighting_group *group = s->groups[g];

			if (group->pattern->fact != fact)
				continue;
			for (const struct sighting *o = group->first; o; o = o->next)
				tally_add(&t, o->places[place]);
			if (group->first && group->first->places[place].len) {
				t.lines += group->count;
				t.spilled |= group->count > group->kept &&
					     group->pattern->role != ROLE_FACT;
			}
		}
	}
	return tally_end(&t);
}

/* A stage that failed and was tried again until it passed is none that failed. */
static int64_t failed_stages(const struct history *h)
{
	int64_t n = 0;

	for (size_t i = 0; i < h->stage_count; i++)
		n += h->stages[i].state == WORK_FAILED;
	return n;
}

static struct run_counts count_history(const struct history *h)
{
	struct run_counts c = {
		.jobs = (int64_t)h->job_count,
		.tasks = h->tasks.succeeded + h->tasks.failed + h->tasks.killed,
		.failed_stages = failed_stages(h),
		.failed_tasks = h->tasks.failed,
		.killed_tasks = h->tasks.killed,
	};

	for (size_t i = 0; i < h->stage_count; i++)
		c.stages +=
			h->stages[i].state != WORK_PENDING && h->stages[i].state != WORK_SKIPPED;
	for (size_t i = 0; i < h->job_count; i++)
		c.failed_jobs += h->jobs[i].state == WORK_FAILED;
	for (size_t i = 0; i < h->executor_count; i++) {
		c.executors += h->executors[i].added_ms >= 0;
		c.lost_executors += h->executors[i].lost;
	}
	return c;
}

void counts_collect(struct runs *runs, struct stream_log *const *streams, size_t count)
{
	static const struct {
		enum fact fact;
		enum place_kind place;
		size_t offset;
	} rows[] = {
		{ FACT_EXECUTOR_ADDED, PLACE_EXECUTOR, offsetof(struct run_counts, executors) },
		{ FACT_EXECUTOR_LOST, PLACE_EXECUTOR, offsetof(struct run_counts, lost_executors) },
		{ FACT_TASK_FAILED, PLACE_TID, offsetof(struct run_counts, failed_tasks) },
		{ FACT_STAGE_FAILED, PLACE_STAGE, offsetof(struct run_counts, failed_stages) },
		{ FACT_JOB_FAILED, PLACE_JOB, offsetof(struct run_counts, failed_jobs) },
	};

	for (size_t i = 0; i < runs->count; i++)
		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			char *counts = (char *)&runs->items[i].about.counts;
			int64_t n = tally_fact(runs, &runs->items[i], streams, count, rows[k].fact,
					       rows[k].place);

			memcpy(counts + rows[k].offset, &n, sizeof(n));
		}
	/* An event log counts everything, text only what is worth a line. */
	for (size_t i = 0; i < count; i++)
		if (streams[i]->history)
			runs_of_stream(runs, streams[i])->about.counts =
				count_history(streams[i]->history);
}

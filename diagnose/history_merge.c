/* Joining the pieces of a rolled event log. */
#include "base/base.h"
#include "diagnose/history.h"

#include "base/array.h"

/* The pieces' arenas go, so their texts are copied. */
static void own(struct history *h, struct str *text)
{
	if (text->len && !arena_str(&h->arena, *text, text)) {
		h->over_limit = true;
		*text = STR("");
	}
}

static void take(struct str *to, struct str from)
{
	if (from.len)
		*to = from;
}

static void take_time(int64_t *to, int64_t from)
{
	if (from >= 0)
		*to = from;
}

static void merge_running(struct history *h, struct history_stage *to, struct history_stage *from)
{
	struct stage_running *r = to->running;

	if (!from->running)
		return;
	if (!r) {
		to->running = from->running;
		from->running = NULL;
		for (size_t i = 0; i < to->running->host_count; i++)
			own(h, &to->running->hosts[i].host);
		return;
	}
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		distribution_merge(&r->of[m], &from->running->of[m]);
	for (size_t i = 0; i < from->running->host_count; i++) {
		const struct stage_host *x = &from->running->hosts[i];
		size_t k = 0;

		while (k < r->host_count && !str_eq(r->hosts[k].host, x->host))
			k++;
		if (k == HISTORY_STAGE_HOSTS_MAX)
			continue;
		if (k == r->host_count) {
			r->hosts[r->host_count++] = (struct stage_host){ .host = x->host };
			own(h, &r->hosts[k].host);
		}
		r->hosts[k].tasks += x->tasks;
		r->hosts[k].ms += x->ms;
	}
}

static void merge_stage(struct history *h, struct history_stage *to, struct history_stage *from)
{
	bool settled = to->submitted && to->complete_ms >= 0;

	if (from->state != WORK_PENDING && !settled)
		to->state = from->state;
	take(&to->name, from->name);
	take(&to->reason, from->reason);
	take_time(&to->task_count, from->task_count);
	take_time(&to->submit_ms, from->submit_ms);
	take_time(&to->complete_ms, from->complete_ms);
	if (to->job < 0)
		to->job = from->job;
	task_counts_add(&to->tasks, &from->tasks);
	to->ended += from->ended;
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		to->total[m] = add_saturated(to->total[m], from->total[m]);
	to->wasted_ms += from->wasted_ms;
	if (from->longest_ms > to->longest_ms) {
		to->longest_ms = from->longest_ms;
		to->longest_records = from->longest_records;
	}
	to->speculative += from->speculative;
	if (from->event) {
		to->event = from->event;
		to->piece = from->piece;
	}
	if (from->submitted && from->complete_ms >= 0 && !from->running) {
		/* All of it is in this piece; only its job was seen before. */
		memcpy(to->quantiles, from->quantiles, sizeof(to->quantiles));
		to->slow_host = from->slow_host;
		to->slow_host_tasks = from->slow_host_tasks;
		to->slow_host_ms = from->slow_host_ms;
		to->other_hosts_ms = from->other_hosts_ms;
	} else if (!settled) {
		merge_running(h, to, from);
	}
	to->submitted |= from->submitted;
}

static void merge_stages(struct history *h, struct history *next, unsigned piece)
{
	h->stages = array_reserve(h->stages, h->stage_count, next->stage_count, &h->stage_capacity,
				  sizeof(*h->stages));
	for (size_t i = 0; i < next->stage_count; i++) {
		struct history_stage *from = &next->stages[i];
		size_t at =
			int_map_find(&h->stage_index, history_stage_key(from->id, from->attempt));

		own(h, &from->name);
		own(h, &from->reason);
		own(h, &from->slow_host);
		from->piece = piece;
		if (at != SIZE_MAX) {
			merge_stage(h, &h->stages[at], from);
			continue;
		}
		int_map_put(&h->stage_index, history_stage_key(from->id, from->attempt),
			    h->stage_count);
		h->stages[h->stage_count++] = *from;
		from->running = NULL;
	}
}

static void merge_job(struct history *h, struct history_job *to, struct history_job *from)
{
	if (from->start_ms >= 0 && to->start_ms < 0) {
		struct history_job end = *to;

		*to = *from;
		from->stages = NULL;
		to->end_ms = end.end_ms;
		to->state = end.state;
		to->event = end.event;
		to->piece = end.piece;
	}
	if (from->end_ms >= 0) {
		to->end_ms = from->end_ms;
		to->state = from->state;
		to->reason = from->reason;
		to->event = from->event;
		to->piece = from->piece;
	}
	own(h, &to->reason);
}

static void merge_jobs(struct history *h, struct history *next, unsigned piece)
{
	h->jobs = array_reserve(h->jobs, h->job_count, next->job_count, &h->job_capacity,
				sizeof(*h->jobs));
	for (size_t i = 0; i < next->job_count; i++) {
		struct history_job *from = &next->jobs[i];
		size_t at = int_map_find(&h->job_index, from->id);

		from->piece = piece;
		own(h, &from->description);
		own(h, &from->call_site);
		if (at != SIZE_MAX) {
			merge_job(h, &h->jobs[at], from);
			continue;
		}
		own(h, &from->reason);
		int_map_put(&h->job_index, from->id, h->job_count);
		h->jobs[h->job_count++] = *from;
		from->stages = NULL;
	}
}

static void merge_use(struct memory_use *to, const struct memory_use *from)
{
	if (from->heap_bytes > to->heap_bytes) {
		to->heap_bytes = from->heap_bytes;
		to->event = from->event;
		to->piece = from->piece;
	}
	if (from->storage_bytes > to->storage_bytes)
		to->storage_bytes = from->storage_bytes;
	to->seen_ms += from->seen_ms;
}

static void merge_executor(struct history *h, struct history_executor *to,
			   struct history_executor *from)
{
	if (!to->host.len)
		take(&to->host, from->host);
	take(&to->reason, from->reason);
	own(h, &to->host);
	own(h, &to->reason);
	if (from->cores > 0)
		to->cores = from->cores;
	take_time(&to->added_ms, from->added_ms);
	take_time(&to->removed_ms, from->removed_ms);
	take_time(&to->memory_bytes, from->memory_bytes);
	take_time(&to->profile, from->profile);
	merge_use(&to->use, &from->use);
	if (from->peak_task_memory > to->peak_task_memory)
		to->peak_task_memory = from->peak_task_memory;
	to->lost |= from->lost;
	to->excluded |= from->excluded;
	task_counts_add(&to->tasks, &from->tasks);
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		to->total[m] = add_saturated(to->total[m], from->total[m]);
	if (from->event) {
		to->event = from->event;
		to->piece = from->piece;
	}
}

static void merge_executors(struct history *h, struct history *next, unsigned piece)
{
	h->executors = array_reserve(h->executors, h->executor_count, next->executor_count,
				     &h->executor_capacity, sizeof(*h->executors));
	for (size_t i = 0; i < next->executor_count; i++) {
		struct history_executor *from = &next->executors[i];
		struct history_executor *to = history_executor(h, from->id);

		from->piece = from->use.piece = piece;
		if (to) {
			merge_executor(h, to, from);
			continue;
		}
		own(h, &from->id);
		own(h, &from->host);
		own(h, &from->reason);
		int_map_put(&h->executor_index, history_executor_key(from->id), h->executor_count);
		h->executors[h->executor_count++] = *from;
	}
}

static void merge_streams(struct history *h, struct history *next)
{
	h->streams = array_reserve(h->streams, h->stream_count, next->stream_count,
				   &h->stream_capacity, sizeof(*h->streams));
	for (size_t i = 0; i < next->stream_count; i++) {
		struct history_stream *from = &next->streams[i], *to = NULL;

		own(h, &from->name);
		own(h, &from->reason);
		for (size_t k = 0; k < h->stream_count && !to; k++)
			if (str_eq(h->streams[k].run_id, from->run_id))
				to = &h->streams[k];
		if (!to) {
			own(h, &from->run_id);
			h->streams[h->stream_count++] = *from;
			from->batch_ms = (struct distribution){ 0 }; /* has a new owner */
			continue;
		}
		take(&to->name, from->name);
		take(&to->reason, from->reason);
		take_time(&to->end_ms, from->end_ms);
		to->batches += from->batches;
		to->rows = add_saturated(to->rows, from->rows);
		distribution_merge(&to->batch_ms, &from->batch_ms);
	}
}

void history_merge(struct history *h, struct history *next, unsigned piece)
{
	struct str *const to[] = { &h->app_id, &h->app_name, &h->attempt };
	const struct str from[] = { next->app_id, next->app_name, next->attempt };

	for (size_t i = 0; i < ARRAY_LEN(to); i++) {
		take(to[i], from[i]);
		if (from[i].len)
			own(h, to[i]);
	}
	take_time(&h->start_ms, next->start_ms);
	take_time(&h->end_ms, next->end_ms);
	take_time(&h->heap_bytes, next->heap_bytes);
	if (next->end_event) {
		h->end_event = next->end_event;
		h->end_piece = piece;
	}
	if (next->last_ms > h->last_ms)
		h->last_ms = next->last_ms;
	merge_executors(h, next, piece);
	merge_stages(h, next, piece);
	merge_jobs(h, next, piece);
	merge_streams(h, next);
	plans_merge(&h->plans, &next->plans, piece);
	task_counts_add(&h->tasks, &next->tasks);
	h->over_limit |= next->over_limit;
	history_free(next);
}

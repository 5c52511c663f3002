#include "base/base.h"
#include "diagnose/history.h"

#include "base/array.h"
#include "parsers/json_pull.h"
#include "parsers/line.h"

#define HISTORY_BYTES_MAX ((size_t)256 << 20)

enum {
	TEXT_RAW_BYTES = 4096, /* of an escaped text looked at */
	STAGE_ATTEMPTS_MAX = 4096,
	JOB_STAGES_MAX = 20000,
	STREAMS_MAX = 1000,
	DEFAULT_PROFILE = 0,
	/* spark.executor.heartbeatInterval: a poll tells of so much time. */
	POLL_MS = 10000,
};

#define METRIC(m) offsetof(struct task_metrics, m)
#define NO_METRIC SIZE_MAX

/* Which of an event's metrics add up to a measure. */
static const size_t measured[MEASURE_COUNT][2] = {
	[MEASURE_DURATION] = { NO_METRIC, NO_METRIC },
	[MEASURE_RUN] = { METRIC(run_ms), NO_METRIC },
	[MEASURE_CPU] = { METRIC(cpu_ns), NO_METRIC },
	[MEASURE_GC] = { METRIC(gc_ms), NO_METRIC },
	[MEASURE_PEAK_MEMORY] = { METRIC(peak_execution_bytes), NO_METRIC },
	[MEASURE_INPUT] = { METRIC(input_bytes), NO_METRIC },
	[MEASURE_INPUT_RECORDS] = { METRIC(input_records), NO_METRIC },
	[MEASURE_OUTPUT] = { METRIC(output_bytes), NO_METRIC },
	[MEASURE_OUTPUT_RECORDS] = { METRIC(output_records), NO_METRIC },
	[MEASURE_SHUFFLE_READ] = { METRIC(shuffle_read_remote_bytes),
				   METRIC(shuffle_read_local_bytes) },
	[MEASURE_SHUFFLE_READ_RECORDS] = { METRIC(shuffle_read_records), NO_METRIC },
	[MEASURE_READ_RECORDS] = { METRIC(input_records), METRIC(shuffle_read_records) },
	[MEASURE_SHUFFLE_WRITE] = { METRIC(shuffle_write_bytes), NO_METRIC },
	[MEASURE_SHUFFLE_WRITE_RECORDS] = { METRIC(shuffle_write_records), NO_METRIC },
	[MEASURE_FETCH_WAIT] = { METRIC(shuffle_fetch_wait_ms), NO_METRIC },
	[MEASURE_MEMORY_SPILLED] = { METRIC(memory_spilled_bytes), NO_METRIC },
	[MEASURE_DISK_SPILLED] = { METRIC(disk_spilled_bytes), NO_METRIC },
};

const char *work_state_name(enum work_state s)
{
	static const char *const names[] = {
		[WORK_PENDING] = "pending",	[WORK_RUNNING] = "running",
		[WORK_SUCCEEDED] = "succeeded", [WORK_FAILED] = "failed",
		[WORK_SKIPPED] = "skipped",
	};

	return names[s];
}

struct history *history_new(void)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		die_no_memory();
	h->arena = (struct arena)ARENA_INIT(HISTORY_BYTES_MAX);
	h->scratch = (struct buf)BUF_INIT((size_t)1 << 16);
	h->start_ms = h->end_ms = h->first_ms = h->last_ms = h->heap_bytes = -1;
	return h;
}

static void running_release(struct stage_running *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < MEASURE_COUNT; i++)
		distribution_release(&r->of[i]);
	free(r);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->stage_count; i++)
		running_release(h->stages[i].running);
	for (size_t i = 0; i < h->job_count; i++)
		free(h->jobs[i].stages);
	free(h->stages);
	free(h->jobs);
	free(h->executors);
	for (size_t i = 0; i < h->stream_count; i++)
		distribution_release(&h->streams[i].batch_ms);
	free(h->streams);
	int_map_release(&h->executor_index);
	int_map_release(&h->stage_index);
	int_map_release(&h->job_index);
	plans_release(&h->plans);
	buf_release(&h->scratch);
	arena_release(&h->arena);
	free(h);
}

/* Unescaped and cut; empty past the arena's ceiling. */
static struct str text(struct history *h, struct str raw)
{
	struct str out = STR("");

	if (!raw.len)
		return out;
	if (raw.len > TEXT_RAW_BYTES)
		raw.len = TEXT_RAW_BYTES;
	buf_clear(&h->scratch);
	if (!json_unescape(raw, &h->scratch))
		return out;
	if (h->scratch.len > HISTORY_TEXT_BYTES)
		h->scratch.len = HISTORY_TEXT_BYTES;
	if (!arena_str(&h->arena, buf_str(&h->scratch), &out))
		h->over_limit = true;
	return out;
}

static void saw_time(struct history *h, int64_t ms)
{
	if (ms > 0 && (h->first_ms < 0 || ms < h->first_ms))
		h->first_ms = ms;
	if (ms > h->last_ms)
		h->last_ms = ms;
}

int64_t history_end_ms(const struct history *h)
{
	return h->end_ms > 0 ? h->end_ms : h->last_ms;
}

/* --- finding things -------------------------------------------------------------------------- */

int64_t history_stage_key(int64_t id, int64_t attempt)
{
	if (attempt < 0)
		attempt = 0;
	if (attempt >= STAGE_ATTEMPTS_MAX)
		attempt = STAGE_ATTEMPTS_MAX - 1;
	return (int64_t)((uint64_t)id * STAGE_ATTEMPTS_MAX) + attempt;
}

/* NULL when there is no such stage. */
static struct history_stage *find_stage(const struct history *h, int64_t id, int64_t attempt)
{
	size_t at = int_map_find(&h->stage_index, history_stage_key(id, attempt));

	return at == SIZE_MAX ? NULL : &h->stages[at];
}

const struct history_stage *history_stage(const struct history *h, int64_t id, int64_t attempt)
{
	return find_stage(h, id, attempt);
}

static struct history_stage *stage_of(struct history *h, int64_t id, int64_t attempt)
{
	struct history_stage *s = find_stage(h, id, attempt);

	if (s || id < 0)
		return s;
	if (h->stage_count == HISTORY_STAGES_MAX) {
		h->over_limit = true;
		return NULL;
	}
	h->stages = array_grow(h->stages, h->stage_count, &h->stage_capacity, sizeof(*s));
	int_map_put(&h->stage_index, history_stage_key(id, attempt), h->stage_count);
	s = &h->stages[h->stage_count++];
	*s = (struct history_stage){ .id = id,
				     .attempt = attempt < 0 ? 0 : attempt,
				     .task_count = -1,
				     .submit_ms = -1,
				     .complete_ms = -1,
				     .job = -1 };
	return s;
}

int64_t history_executor_key(struct str id)
{
	return (int64_t)str_hash(STR_HASH_BASIS, id);
}

/* Looked up twice a task, so by hash alone: a log whose ids were made to collide only muddles its
 * own counts. Ids are not reused within an attempt. */
struct history_executor *history_executor(struct history *h, struct str id)
{
	size_t at = int_map_find(&h->executor_index, history_executor_key(id));

	return at == SIZE_MAX ? NULL : &h->executors[at];
}

static struct history_executor *executor_of(struct history *h, const struct event *e)
{
	struct history_executor *x = history_executor(h, e->executor);

	if (x || !e->executor.len)
		return x;
	if (h->executor_count == HISTORY_EXECUTORS_MAX) {
		h->over_limit = true;
		return NULL;
	}
	h->executors =
		array_grow(h->executors, h->executor_count, &h->executor_capacity, sizeof(*x));
	int_map_put(&h->executor_index, history_executor_key(e->executor), h->executor_count);
	x = &h->executors[h->executor_count++];
	*x = (struct history_executor){ .id = text(h, e->executor),
					.host = text(h, e->host),
					.added_ms = -1,
					.removed_ms = -1,
					.memory_bytes = -1,
					.profile = -1 };
	return x;
}

/* In a later piece of a rolled log a job may end that began in an earlier one. */
static struct history_job *job_of(struct history *h, int64_t id)
{
	size_t at = int_map_find(&h->job_index, id);
	struct history_job *j;

	if (at != SIZE_MAX)
		return &h->jobs[at];
	if (id < 0)
		return NULL;
	if (h->job_count == HISTORY_JOBS_MAX) {
		h->over_limit = true;
		return NULL;
	}
	h->jobs = array_grow(h->jobs, h->job_count, &h->job_capacity, sizeof(*j));
	int_map_put(&h->job_index, id, h->job_count);
	j = &h->jobs[h->job_count++];
	*j = (struct history_job){
		.id = id, .start_ms = -1, .end_ms = -1, .execution = -1, .state = WORK_RUNNING
	};
	return j;
}

/* --- executors ------------------------------------------------------------------------------- */

static void executor_added(struct history *h, const struct event *e, uint32_t number)
{
	struct history_executor *x = executor_of(h, e);

	if (!x)
		return;
	if (!x->host.len)
		x->host = text(h, e->host);
	x->cores = e->cores > 0 ? e->cores : 0;
	x->profile = e->profile;
	x->added_ms = e->time_ms;
	x->event = number;
	saw_time(h, e->time_ms);
}

/* Given back on purpose, or lost? Spark's own words for the first. */
static bool is_planned_removal(struct str reason)
{
	static const char *const planned[] = { "killed by driver", "explicit termination request",
					       "idle timeout", "Driver command", "scale down" };

	for (size_t i = 0; i < ARRAY_LEN(planned); i++)
		if (str_find(reason, str_from(planned[i])) >= 0)
			return true;
	return false;
}

static void executor_removed(struct history *h, const struct event *e, uint32_t number)
{
	/* One that dies while it registers is removed without ever having been added. */
	struct history_executor *x = executor_of(h, e);

	/* Of one given back on purpose the cluster manager reports the end as well. */
	if (!x || (x->removed_ms >= 0 && !x->lost))
		return;
	x->removed_ms = e->time_ms;
	x->lost = !is_planned_removal(e->reason);
	x->reason = text(h, e->reason);
	x->event = number;
	saw_time(h, e->time_ms);
}

static void executor_excluded(struct history *h, const struct event *e, uint32_t number)
{
	struct history_executor *x = history_executor(h, e->executor);

	(void)number;
	if (x)
		x->excluded = true;
}

static void block_manager_added(struct history *h, const struct event *e, uint32_t number)
{
	/* The driver has a block manager too, but is no executor; and executors that die while
	 * they start have one without ever being added. */
	struct history_executor *x = history_executor(h, e->executor);

	(void)number;
	if (x)
		x->memory_bytes = e->memory_bytes;
}

/* Sizes there are MiB. */
static void resource_profile(struct history *h, const struct event *e, uint32_t number)
{
	struct json_pull p = json_pull(e->resources);
	struct str resource, key;

	(void)number;
	if (e->id != DEFAULT_PROFILE)
		return;
	for (pull_object(&p); pull_key(&p, &resource);)
		for (pull_object(&p); pull_key(&p, &key);) {
			int64_t mib;

			if (!str_eq(resource, STR("memory")) || !str_eq(key, STR("Amount"))) {
				pull_skip(&p);
				continue;
			}
			mib = pull_int(&p, -1);
			if (mib > 0 && mib < INT64_MAX >> 20)
				h->heap_bytes = mib << 20;
		}
}

static void saw_memory(struct history_executor *x, const struct event *e, uint32_t number)
{
	if (e->metrics.heap_used_bytes > x->use.heap_bytes) {
		x->use.heap_bytes = e->metrics.heap_used_bytes;
		x->use.event = number;
	}
	if (e->metrics.storage_used_bytes > x->use.storage_bytes)
		x->use.storage_bytes = e->metrics.storage_used_bytes;
}

/* The driver is in no one's list of executors, but has such metrics too. */
static void executor_metrics(struct history *h, const struct event *e, uint32_t number)
{
	struct history_executor *x = history_executor(h, e->executor);

	if (x)
		saw_memory(x, e, number);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static void job_stage(struct history *h, struct history_job *j, const struct event *info)
{
	struct history_stage *s = stage_of(h, info->stage, info->stage_attempt);

	if (!s || j->stage_count == JOB_STAGES_MAX)
		return;
	j->stages = array_grow(j->stages, j->stage_count, &j->stage_capacity, sizeof(*j->stages));
	j->stages[j->stage_count++] = info->stage;
	/* Stages that an earlier job computed are not counted again. */
	if (info->complete_ms < 0 && info->task_count > 0)
		j->task_count += info->task_count;
	if (s->task_count < 0)
		s->task_count = info->task_count;
	if (!s->name.len)
		s->name = text(h, info->stage_name);
}

static void job_start(struct history *h, const struct event *e, uint32_t number)
{
	struct json_pull p = json_pull(e->stage_infos);
	struct history_job *j = job_of(h, e->id);

	saw_time(h, e->time_ms);
	if (!j || j->start_ms >= 0)
		return;
	j->start_ms = e->time_ms;
	j->execution = e->execution_id;
	j->description = text(h, e->description);
	j->call_site = text(h, e->call_site);
	j->event = number;
	for (pull_array(&p); pull_element(&p);) {
		struct event info;

		event_parse_stage_info(pull_raw(&p), &info);
		job_stage(h, j, &info);
	}
}

static void job_end(struct history *h, const struct event *e, uint32_t number)
{
	struct history_job *j = job_of(h, e->id);

	saw_time(h, e->time_ms);
	if (!j)
		return;
	j->end_ms = e->time_ms;
	j->state = e->succeeded ? WORK_SUCCEEDED : WORK_FAILED;
	j->reason = text(h, e->reason);
	j->event = number;
}

/* --- stages ---------------------------------------------------------------------------------- */

static struct stage_running *running_of(struct history_stage *s)
{
	if (!s->running) {
		s->running = calloc(1, sizeof(*s->running));
		if (!s->running)
			die_no_memory();
	}
	return s->running;
}

static void stage_submitted(struct history *h, const struct event *e, uint32_t number)
{
	struct history_stage *s = stage_of(h, e->stage, e->stage_attempt);

	if (!s)
		return;
	s->state = WORK_RUNNING;
	s->submitted = true;
	s->submit_ms = e->submit_ms;
	s->task_count = e->task_count;
	s->event = number;
	if (!s->name.len)
		s->name = text(h, e->stage_name);
	saw_time(h, e->submit_ms);
}

/* The host whose tasks take longest, against all others of the stage, at least 3 tasks. */
static void find_slow_host(struct history_stage *s)
{
	const struct stage_running *r = s->running;
	int64_t tasks = 0, ms = 0;
	const struct stage_host *slow = NULL;

	for (size_t i = 0; i < r->host_count; i++) {
		const struct stage_host *x = &r->hosts[i];

		tasks += x->tasks;
		ms += x->ms;
		if (!slow || x->ms * slow->tasks > slow->ms * x->tasks)
			slow = x;
	}
	if (!slow || tasks - slow->tasks < 3)
		return;
	s->slow_host = slow->host;
	s->slow_host_tasks = slow->tasks;
	s->slow_host_ms = slow->ms / slow->tasks;
	s->other_hosts_ms = (ms - slow->ms) / (tasks - slow->tasks);
}

static void settle_stage(struct history_stage *s)
{
	if (!s->running)
		return;
	for (size_t i = 0; i < MEASURE_COUNT; i++)
		s->quantiles[i] = distribution_quantiles(&s->running->of[i]);
	find_slow_host(s);
	running_release(s->running);
	s->running = NULL;
}

/* Copies of tasks may end after their stage has; tasks of a stage that began in an earlier piece of
 * a rolled log are there. */
static void settle_if_done(struct history_stage *s)
{
	if (s->submitted && s->complete_ms >= 0 && s->ended >= s->tasks.started)
		settle_stage(s);
}

static void stage_completed(struct history *h, const struct event *e, uint32_t number)
{
	struct history_stage *s = stage_of(h, e->stage, e->stage_attempt);

	plans_add_accumulables(&h->plans, e->accumulables, e->stage);
	saw_time(h, e->complete_ms);
	if (!s)
		return;
	s->task_count = e->task_count;
	s->submit_ms = e->submit_ms;
	s->complete_ms = e->complete_ms;
	s->state = e->reason.len ? WORK_FAILED : WORK_SUCCEEDED;
	s->reason = text(h, e->reason);
	s->event = number;
	if (!s->name.len)
		s->name = text(h, e->stage_name);
	settle_if_done(s);
}

/* --- tasks ----------------------------------------------------------------------------------- */

int64_t history_measure(const struct event *e, enum measure m)
{
	int64_t sum = -1;

	if (m == MEASURE_DURATION)
		return e->finish_ms > 0 && e->launch_ms > 0 ? e->finish_ms - e->launch_ms : 0;
	for (size_t i = 0; i < 2 && measured[m][i] != NO_METRIC; i++) {
		int64_t value;

		memcpy(&value, (const char *)&e->metrics + measured[m][i], sizeof(value));
		if (value >= 0)
			sum = add_saturated(sum < 0 ? 0 : sum, value);
	}
	return sum;
}

static void count_task(struct task_counts *c, enum task_reason reason)
{
	if (reason == TASK_SUCCESS)
		c->succeeded++;
	else if (reason == TASK_KILLED || reason == TASK_COMMIT_DENIED)
		c->killed++;
	else
		c->failed++;
}

static void add_measures(int64_t *total, const int64_t *values)
{
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		if (values[m] > 0)
			total[m] = add_saturated(total[m], values[m]);
}

static void host_task(struct history *h, struct stage_running *r, struct str host,
		      const int64_t *values)
{
	struct stage_host *x = NULL;

	for (size_t i = 0; i < r->host_count && !x; i++)
		if (str_eq(r->hosts[i].host, host))
			x = &r->hosts[i];
	if (!x && r->host_count < HISTORY_STAGE_HOSTS_MAX) {
		x = &r->hosts[r->host_count++];
		x->host = text(h, host);
	}
	if (!x)
		return;
	x->tasks++;
	x->ms += values[MEASURE_DURATION];
}

static void stage_task(struct history *h, const struct event *e, const int64_t *values)
{
	struct history_stage *s = stage_of(h, e->stage, e->stage_attempt);

	if (!s)
		return;
	if (s->state == WORK_PENDING)
		s->state = WORK_RUNNING;
	count_task(&s->tasks, e->task_reason);
	s->ended += e->task_reason != TASK_RESUBMITTED;
	add_measures(s->total, values);
	if (e->task_reason != TASK_SUCCESS) {
		if (e->task_reason != TASK_KILLED && values[MEASURE_DURATION] > 0)
			s->wasted_ms += values[MEASURE_DURATION];
		settle_if_done(s);
		return;
	}
	if (values[MEASURE_DURATION] > s->longest_ms) {
		s->longest_ms = values[MEASURE_DURATION];
		s->longest_records = values[MEASURE_READ_RECORDS];
	}
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		distribution_add(&running_of(s)->of[m], values[m]);
	host_task(h, s->running, e->host, values);
	settle_if_done(s);
}

static void task_start(struct history *h, const struct event *e, uint32_t number)
{
	struct history_stage *s = stage_of(h, e->stage, e->stage_attempt);
	struct history_executor *x = executor_of(h, e);

	(void)number;
	h->tasks.started++;
	if (s)
		s->tasks.started++;
	if (x)
		x->tasks.started++;
}

static void task_end(struct history *h, const struct event *e, uint32_t number)
{
	int64_t values[MEASURE_COUNT];
	struct history_executor *x;

	saw_time(h, e->finish_ms);
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		values[m] = history_measure(e, (enum measure)m);
	/* A resubmitted task repeats one that succeeded, with its metrics. */
	if (e->task_reason == TASK_RESUBMITTED)
		memset(values, 0xFF, sizeof(values));
	count_task(&h->tasks, e->task_reason);
	stage_task(h, e, values);
	x = executor_of(h, e);
	if (!x)
		return;
	count_task(&x->tasks, e->task_reason);
	add_measures(x->total, values);
	if (values[MEASURE_PEAK_MEMORY] > x->peak_task_memory)
		x->peak_task_memory = values[MEASURE_PEAK_MEMORY];
	if (e->metrics.heap_used_bytes <= 0)
		return;
	saw_memory(x, e, number);
	x->use.seen_ms += values[MEASURE_DURATION] > POLL_MS ? values[MEASURE_DURATION] : POLL_MS;
}

static void speculative_task(struct history *h, const struct event *e, uint32_t number)
{
	struct history_stage *s = find_stage(h, e->stage, e->stage_attempt);

	(void)number;
	if (s)
		s->speculative++;
}

/* --- the application ------------------------------------------------------------------------- */

static void app_start(struct history *h, const struct event *e, uint32_t number)
{
	(void)number;
	h->start_ms = e->time_ms;
	h->app_id = text(h, e->app_id);
	h->app_name = text(h, e->app_name);
	h->attempt = text(h, e->app_attempt);
	saw_time(h, e->time_ms);
}

static void app_end(struct history *h, const struct event *e, uint32_t number)
{
	h->end_ms = e->time_ms;
	h->end_event = number;
	saw_time(h, e->time_ms);
}

static void sql_event(struct history *h, const struct event *e, uint32_t number)
{
	plans_add(&h->plans, e, number);
	saw_time(h, e->time_ms);
}

static int64_t rows_read(struct str sources)
{
	struct json_pull p = json_pull(sources);
	int64_t rows = 0;
	struct str key;

	for (pull_array(&p); pull_element(&p);)
		for (pull_object(&p); pull_key(&p, &key);) {
			int64_t n = -1;

			if (str_eq(key, STR("numInputRows")))
				n = pull_int(&p, -1);
			else
				pull_skip(&p);
			if (n > 0 && rows < INT64_MAX / 2 && n < INT64_MAX / 2)
				rows += n;
		}
	return rows;
}

static void stream_event(struct history *h, const struct event *e, uint32_t number)
{
	struct history_stream *s = NULL;
	int64_t began = TIME_NONE;

	(void)number;
	if (e->timestamp.len && line_time(e->timestamp, &began))
		saw_time(h, began);
	for (size_t i = 0; i < h->stream_count && !s; i++)
		if (str_eq(h->streams[i].run_id, e->run_id))
			s = &h->streams[i];
	if (!s) {
		if (h->stream_count == STREAMS_MAX) {
			h->over_limit = true;
			return;
		}
		h->streams =
			array_grow(h->streams, h->stream_count, &h->stream_capacity, sizeof(*s));
		s = &h->streams[h->stream_count++];
		*s = (struct history_stream){ .run_id = text(h, e->run_id),
					      .start_ms = began != TIME_NONE ? began : h->last_ms,
					      .end_ms = -1 };
	}
	if (e->stream_name.len)
		s->name = text(h, e->stream_name);
	if (e->kind == EVENT_STREAM_PROGRESS) {
		s->batches++;
		s->rows = add_saturated(s->rows, rows_read(e->sources));
		if (e->batch_ms >= 0)
			distribution_add(&s->batch_ms, e->batch_ms);
		if (began != TIME_NONE && e->batch_ms >= 0)
			saw_time(h, began + e->batch_ms);
	}
	if (e->kind == EVENT_STREAM_TERMINATED) {
		s->end_ms = h->last_ms;
		s->reason = text(h, e->reason);
	}
}

void history_add(struct history *h, const struct event *e, uint32_t number)
{
	static void (*const handlers[EVENT_KIND_COUNT])(struct history *, const struct event *,
							uint32_t) = {
		[EVENT_APP_START] = app_start,
		[EVENT_APP_END] = app_end,
		[EVENT_EXECUTOR_ADDED] = executor_added,
		[EVENT_EXECUTOR_REMOVED] = executor_removed,
		[EVENT_EXECUTOR_EXCLUDED] = executor_excluded,
		[EVENT_BLOCK_MANAGER_ADDED] = block_manager_added,
		[EVENT_EXECUTOR_METRICS] = executor_metrics,
		[EVENT_RESOURCE_PROFILE] = resource_profile,
		[EVENT_JOB_START] = job_start,
		[EVENT_JOB_END] = job_end,
		[EVENT_STAGE_SUBMITTED] = stage_submitted,
		[EVENT_STAGE_COMPLETED] = stage_completed,
		[EVENT_TASK_START] = task_start,
		[EVENT_TASK_END] = task_end,
		[EVENT_SPECULATIVE_TASK] = speculative_task,
		[EVENT_SQL_START] = sql_event,
		[EVENT_SQL_END] = sql_event,
		[EVENT_SQL_PLAN_UPDATE] = sql_event,
		[EVENT_SQL_METRIC_UPDATE] = sql_event,
		[EVENT_STREAM_STARTED] = stream_event,
		[EVENT_STREAM_PROGRESS] = stream_event,
		[EVENT_STREAM_TERMINATED] = stream_event,
	};

	if (handlers[e->kind])
		handlers[e->kind](h, e, number);
}

void task_counts_add(struct task_counts *to, const struct task_counts *from)
{
	to->started += from->started;
	to->succeeded += from->succeeded;
	to->failed += from->failed;
	to->killed += from->killed;
}

/* All attempts of one of a job's stages. A stage runs for one job; others skip it. */
static void count_stage(struct history *h, struct history_job *j, int64_t id)
{
	struct history_stage *s = find_stage(h, id, 0);
	bool succeeded = false;

	for (int64_t attempt = 0; s; s = find_stage(h, id, ++attempt)) {
		if (s->state == WORK_PENDING && j->end_ms >= 0)
			s->state = WORK_SKIPPED;
		if (s->job >= 0)
			continue;
		s->job = j->id;
		task_counts_add(&j->tasks, &s->tasks);
		/* A stage that was computed again is one stage that succeeded. */
		j->stages_succeeded += s->state == WORK_SUCCEEDED && !succeeded;
		succeeded |= s->state == WORK_SUCCEEDED;
		j->stages_failed += s->state == WORK_FAILED;
		j->stages_skipped += s->state == WORK_SKIPPED;
	}
}

void history_finish(struct history *h)
{
	for (size_t i = 0; i < h->stage_count; i++)
		settle_stage(&h->stages[i]);
	for (size_t i = 0; i < h->job_count; i++)
		for (size_t k = 0; k < h->jobs[i].stage_count; k++)
			count_stage(h, &h->jobs[i], h->jobs[i].stages[k]);
	for (size_t i = 0; i < h->stream_count; i++)
		h->streams[i].batch_quantiles = distribution_quantiles(&h->streams[i].batch_ms);
	plans_finish(&h->plans);
}

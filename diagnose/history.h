/*
 * history.h - one application attempt as its event log tells it: jobs, stages, executors, SQL.
 *
 * history_add() takes one event after the other. Memory is O(stages + executors + SQL nodes): of
 * tasks only sums are kept, and the distributions of the stages that are running. The pieces of a
 * rolled event log are read each by itself and joined with history_merge(), in order.
 *
 * Counting follows Spark's AppStatusListener, so the numbers are those of the Spark UI and of the
 * History Server's REST interface. Times are epoch ms, -1 where unknown; sizes bytes. Texts live in
 * the history's own arena, unescaped and cut to HISTORY_TEXT_BYTES.
 */
#ifndef SPARKDX_DIAGNOSE_HISTORY_H
#define SPARKDX_DIAGNOSE_HISTORY_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/int_map.h"
#include "diagnose/distribution.h"
#include "diagnose/plan.h"
#include "parsers/event.h"

enum {
	HISTORY_TEXT_BYTES = 400,
	/* Stages a history keeps; Spark's own UI keeps 1,000. */
	HISTORY_STAGES_MAX = 100000,
	HISTORY_JOBS_MAX = 100000,
	HISTORY_EXECUTORS_MAX = 100000,
	/* Hosts told apart within one stage, to find a slow one. */
	HISTORY_STAGE_HOSTS_MAX = 64,
};

/* What is measured of each task: ms, bytes or records, unless it says otherwise. */
enum measure {
	MEASURE_DURATION, /* launch to finish */
	MEASURE_RUN,
	MEASURE_CPU, /* ns */
	MEASURE_GC,
	MEASURE_PEAK_MEMORY,
	MEASURE_INPUT,
	MEASURE_INPUT_RECORDS,
	MEASURE_OUTPUT,
	MEASURE_OUTPUT_RECORDS,
	MEASURE_SHUFFLE_READ,
	MEASURE_SHUFFLE_READ_RECORDS,
	MEASURE_READ_RECORDS, /* of input and shuffle together */
	MEASURE_SHUFFLE_WRITE,
	MEASURE_SHUFFLE_WRITE_RECORDS,
	MEASURE_FETCH_WAIT,
	MEASURE_MEMORY_SPILLED,
	MEASURE_DISK_SPILLED,
	MEASURE_COUNT,
};

enum work_state { WORK_PENDING, WORK_RUNNING, WORK_SUCCEEDED, WORK_FAILED, WORK_SKIPPED };

const char *work_state_name(enum work_state s); /* "running" */

struct task_counts {
	int64_t started, succeeded, failed, killed;
};

void task_counts_add(struct task_counts *to, const struct task_counts *from);

struct stage_host {
	struct str host;
	int64_t tasks, ms;
};

/* What is needed only while a stage runs. */
struct stage_running {
	struct distribution of[MEASURE_COUNT]; /* successful tasks */
	struct stage_host hosts[HISTORY_STAGE_HOSTS_MAX];
	size_t host_count;
};

struct history_stage {
	int64_t id, attempt, task_count, submit_ms, complete_ms;
	int64_t job; /* the one it ran for, after history_finish(); -1 */
	enum work_state state;
	struct str name, reason;
	struct task_counts tasks;
	int64_t ended; /* of those started; resubmitted ones end twice */
	int64_t total[MEASURE_COUNT];
	struct quantiles quantiles[MEASURE_COUNT]; /* of successful tasks, once complete */
	int64_t wasted_ms;			   /* of task attempts that failed or were killed */
	int64_t longest_ms, longest_records;	   /* of the longest successful task */
	/* The slowest host against the mean of the others, per task; 0 when not comparable. */
	struct str slow_host;
	int64_t slow_host_tasks, slow_host_ms, other_hosts_ms;
	int64_t speculative;
	uint32_t event;		       /* number of its completion, else of its first event */
	unsigned piece;		       /* of the rolled log, that holds this event; from 0 */
	bool submitted;		       /* its beginning was seen */
	struct stage_running *running; /* NULL once complete */
};

struct history_job {
	int64_t id, start_ms, end_ms, execution; /* SQL execution, -1 */
	enum work_state state;
	struct str description, call_site, reason;
	int64_t *stages; /* ids, as the job listed them */
	size_t stage_count, stage_capacity;
	int64_t task_count;
	struct task_counts tasks; /* these after history_finish() */
	int64_t stages_succeeded, stages_failed, stages_skipped;
	uint32_t event; /* number of its end, else of its start */
	unsigned piece; /* of the rolled log, that holds this event */
};

/* How much memory an executor was seen to use, by the tasks that a poll fell into. */
struct memory_use {
	int64_t heap_bytes, storage_bytes; /* the most */
	int64_t seen_ms;		   /* duration of those tasks */
	uint32_t event;			   /* with the largest heap */
	unsigned piece;
};

struct history_executor {
	struct str id, host, reason;
	int64_t cores, added_ms, removed_ms, memory_bytes;
	int64_t profile;	  /* resource profile, -1 before Spark 3.1 */
	int64_t peak_task_memory; /* most execution memory of one task */
	struct memory_use use;
	bool lost;     /* removed, and not given back on purpose */
	bool excluded; /* was, at some time */
	struct task_counts tasks;
	int64_t total[MEASURE_COUNT];
	uint32_t event; /* number of its removal, else of its registration */
	unsigned piece; /* of the rolled log, that holds this event */
};

struct history_stream { /* a structured streaming query */
	struct str name, run_id, reason;
	int64_t start_ms, end_ms, batches, rows;
	struct distribution batch_ms;	  /* of the batches that say how long they took */
	struct quantiles batch_quantiles; /* of these, after history_finish() */
};

struct history {
	struct arena arena;
	struct buf scratch;
	struct str app_id, app_name, attempt;
	int64_t start_ms, end_ms;  /* of the application */
	int64_t first_ms, last_ms; /* of all events */
	int64_t heap_bytes;	   /* asked for an executor of the default resource profile */
	uint32_t end_event;	   /* number of the application's end; 0: missing */
	unsigned end_piece;
	struct history_executor *executors;
	size_t executor_count, executor_capacity;
	struct int_map executor_index; /* history_executor_key() */
	struct history_stage *stages;
	size_t stage_count, stage_capacity;
	struct int_map stage_index; /* history_stage_key() */
	struct history_job *jobs;
	size_t job_count, job_capacity;
	struct int_map job_index;
	struct history_stream *streams;
	size_t stream_count, stream_capacity;
	struct plans plans;
	struct task_counts tasks;
	bool over_limit; /* more stages, jobs or executors than are kept */
};

/* What the end of a task reports; -1: nothing (ms, bytes or records, see enum measure). */
int64_t history_measure(const struct event *task, enum measure m);

struct history *history_new(void);
void history_free(struct history *h);
/* `number` of the event in its log, from 1. */
void history_add(struct history *h, const struct event *e, uint32_t number);
/* Append what the next piece of the same log tells, number `piece` of it, from 0. Both must be
 * unfinished; `next` is freed. */
void history_merge(struct history *h, struct history *next, unsigned piece);
/* After the last event: quantiles of stages that were cut off, what belongs to which job. */
void history_finish(struct history *h);

/* The key of an executor in executor_index. */
int64_t history_executor_key(struct str id);
/* NULL when it was never heard of. */
struct history_executor *history_executor(struct history *h, struct str id);
/* The key of a stage attempt in stage_index. */
int64_t history_stage_key(int64_t id, int64_t attempt);
/* NULL when there is no such stage. */
const struct history_stage *history_stage(const struct history *h, int64_t id, int64_t attempt);
/* The end, or the last thing that happened where the end is missing. */
int64_t history_end_ms(const struct history *h);

#endif

/*
 * detect.h - a run in numbers, from its events, and what wasted time in it.
 *
 * docs/detectors.md gives formula, threshold and source of each detector. Each says what it costs
 * and stays silent under a floor: skew on a 39 ms median is nothing.
 */
#ifndef SPARKDX_DIAGNOSE_DETECT_H
#define SPARKDX_DIAGNOSE_DETECT_H

#include "base/arena.h"
#include "base/base.h"
#include "diagnose/diagnosis.h"
#include "parsers/event.h"

enum {
	DETECTIONS_MAX = 32,
	STAGE_TASKS_MAX = 20000,
	EVENT_STAGES_MAX = 100000,
};

struct event_executor {
	struct str id, host;
	int64_t cores, added_ms, removed_ms; /* removed_ms -1: never */
	bool lost;
};

struct event_task {
	int64_t ms, records;
};

struct event_stage {
	int64_t id, attempt, task_count, submit_ms, complete_ms;
	int64_t succeeded, failed, killed;
	int64_t run_ms, gc_ms, disk_spilled_bytes, memory_spilled_bytes;
	int64_t shuffle_read_bytes, shuffle_write_bytes, input_bytes;
	int64_t wasted_ms; /* of task attempts that failed or were killed */
	int64_t longest_ms;
	int64_t longest_records;  /* that the longest task read */
	struct event_task *tasks; /* succeeded ones, while the stage runs; then NULL */
	size_t kept, capacity;
	int64_t median_ms, median_records; /* once complete */
	uint32_t event;			   /* number of its completion */
	bool done;
};

struct event_job {
	int64_t id, start_ms, end_ms;
	bool failed;
};

struct event_run {
	int64_t start_ms, end_ms, last_ms;
	struct event_executor *executors;
	size_t executor_count, executor_capacity;
	struct event_stage *stages;
	size_t stage_count, stage_capacity;
	struct event_job *jobs;
	size_t job_count, job_capacity;
	int64_t tasks_started, tasks_ended, tasks_failed, tasks_killed;
};

void event_run_init(struct event_run *r);
void event_run_release(struct event_run *r);
/* NULL when it was never added. */
struct event_executor *event_run_executor(struct event_run *r, struct str id);
void event_run_add_executor(struct event_run *r, const struct event *e, struct arena *arena);
void event_run_job_start(struct event_run *r, const struct event *e);
void event_run_job_end(struct event_run *r, const struct event *e);
void event_run_task_end(struct event_run *r, const struct event *e);
void event_run_stage_end(struct event_run *r, const struct event *e, uint32_t number);
struct run_counts event_run_counts(const struct event_run *r);

/* One waste, worded for patterns/catalogue/performance.yaml. */
struct detection {
	uint32_t event; /* that proves it; 0: the log as a whole */
	char text[320];
};

/* Fills at most DETECTIONS_MAX and returns how many. */
size_t detect_waste(struct event_run *r, struct detection *found);

#endif

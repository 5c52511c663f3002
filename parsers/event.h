/*
 * event.h - one line of a Spark event log as a flat struct.
 *
 * event_parse() reads the fields sparkdx uses and skips the rest; it allocates nothing. Field names
 * and units are those of Spark's JsonProtocol (core) and of the SQL listener events; times are
 * epoch ms, durations ms unless the name says ns, sizes bytes. Numbers that are absent are -1.
 * Texts are slices of the line as written there (JSON escapes included: json_unescape()); absent is
 * empty.
 *
 * Spark 1.5 to 4.3: fields that a version lacks are simply absent. An unknown event is EVENT_OTHER.
 */
#ifndef SPARKDX_PARSERS_EVENT_H
#define SPARKDX_PARSERS_EVENT_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/json_pull.h"

enum event_kind {
	EVENT_BAD, /* no JSON object, or a broken one */
	EVENT_OTHER,
	EVENT_LOG_START,
	EVENT_APP_START,
	EVENT_APP_END,
	EVENT_ENVIRONMENT,
	EVENT_EXECUTOR_ADDED,
	EVENT_EXECUTOR_REMOVED,
	EVENT_EXECUTOR_EXCLUDED,
	EVENT_BLOCK_MANAGER_ADDED,
	EVENT_EXECUTOR_METRICS, /* of a stage on an executor, where they are logged */
	EVENT_JOB_START,
	EVENT_JOB_END,
	EVENT_STAGE_SUBMITTED,
	EVENT_STAGE_COMPLETED,
	EVENT_TASK_START,
	EVENT_TASK_END,
	EVENT_SPECULATIVE_TASK,
	EVENT_SQL_START,
	EVENT_SQL_END,
	EVENT_SQL_PLAN_UPDATE,	 /* adaptive execution replaced the plan */
	EVENT_SQL_METRIC_UPDATE, /* driver-side accumulators */
	EVENT_RESOURCE_PROFILE,
	EVENT_STREAM_STARTED,
	EVENT_STREAM_PROGRESS,
	EVENT_STREAM_TERMINATED,
	EVENT_KIND_COUNT,
};

enum task_reason {
	TASK_SUCCESS,
	TASK_RESUBMITTED,
	TASK_RESULT_LOST,
	TASK_FETCH_FAILED,
	TASK_EXCEPTION,
	TASK_KILLED,
	TASK_COMMIT_DENIED,
	TASK_EXECUTOR_LOST,
	TASK_UNKNOWN_REASON,
};

/* Task Metrics; -1 where absent (lost executors report none). */
struct task_metrics {
	int64_t deserialize_ms, deserialize_cpu_ns, run_ms, cpu_ns, result_bytes, gc_ms;
	int64_t result_serialize_ms, memory_spilled_bytes, disk_spilled_bytes, peak_execution_bytes;
	int64_t input_bytes, input_records, output_bytes, output_records;
	int64_t shuffle_read_remote_bytes, shuffle_read_local_bytes, shuffle_read_records;
	int64_t shuffle_fetch_wait_ms;
	int64_t shuffle_write_bytes, shuffle_write_records, shuffle_write_ns;
	/* Highest of the executor's process while the task ran, at the polls (each heartbeat,
	 * every 10 s) that fell into it; 0 where none did. */
	int64_t heap_used_bytes, storage_used_bytes;
};

struct event {
	enum event_kind kind;
	struct str name; /* value of "Event" */
	int64_t time_ms; /* of whatever happened, by kind */
	int64_t id;	 /* job, stage, task or SQL execution id, by kind */
	/* application, executors */
	struct str app_id, app_name, app_attempt, user, version;
	struct str executor, host,
		reason; /* reason also: stage failure, job exception, SQL error */
	int64_t cores, memory_bytes, profile;
	/* stages and tasks */
	int64_t stage, stage_attempt, task_count, submit_ms, complete_ms, execution_id;
	struct str stage_name, details;
	struct str stage_infos;	 /* JSON array of a job's Stage Infos */
	struct str stage_ids;	 /* JSON array of a job's stages */
	struct str parents;	 /* JSON array of a stage's parents */
	struct str rdd_infos;	 /* JSON array */
	struct str accumulables; /* JSON array of a stage's accumulables */
	bool succeeded;		 /* job */
	struct str description, call_site;
	int64_t index, attempt, launch_ms, finish_ms, getting_result_ms;
	bool speculative, failed, killed;
	struct str locality, task_type;
	enum task_reason task_reason;
	struct str exception_class, exception_message, stack; /* stack: the full text */
	struct task_metrics metrics;
	/* objects to walk with json_pull */
	struct str properties; /* Spark Properties, or a job's properties */
	struct str jvm;	       /* JVM Information */
	struct str plan_text;  /* physicalPlanDescription */
	struct str plan;       /* sparkPlanInfo */
	struct str updates;    /* accumUpdates, sqlPlanMetrics */
	struct str system;     /* System Properties */
	struct str resources;  /* Executor Resource Requests */
	struct str task_resources;
	/* structured streaming */
	struct str run_id, stream_name;
	struct str sources;   /* JSON array of a progress */
	struct str timestamp; /* ISO 8601: when the query, or the batch of a progress, began */
	int64_t batch_ms;     /* how long that batch took */
};

/* `line` without its newline. */
void event_parse(struct str line, struct event *e);
/* One `Stage Info` object (as in stage_infos) into the stage fields of `e`. */
void event_parse_stage_info(struct str object, struct event *e);

const char *task_reason_name(enum task_reason r);

#endif

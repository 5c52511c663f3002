#include "base/base.h"
#include "parsers/event.h"

/* How a field of an event is read into `struct event`. */
enum field_type {
	FIELD_INT,
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_RAW,    /* keep the JSON text */
	FIELD_NESTED, /* descend with another table */
	FIELD_REASON,
	FIELD_UNUSED, /* skipped: a row of its own makes it expected, see walk() */
};

struct field {
	struct str member; /* as Spark writes it: `"Stage ID":` */
	enum field_type type;
	size_t offset;
	const struct field *nested;
};

#define FIELD(k, type, offset, nested)                                \
	{                                                             \
		{ "\"" k "\":", sizeof(k) + 2 }, type, offset, nested \
	}
#define INT_FIELD(k, m)	 FIELD(k, FIELD_INT, offsetof(struct event, m), NULL)
#define TEXT_FIELD(k, m) FIELD(k, FIELD_TEXT, offsetof(struct event, m), NULL)
#define BOOL_FIELD(k, m) FIELD(k, FIELD_BOOL, offsetof(struct event, m), NULL)
#define RAW_FIELD(k, m)	 FIELD(k, FIELD_RAW, offsetof(struct event, m), NULL)
#define NESTED(k, table) FIELD(k, FIELD_NESTED, 0, table)
#define UNUSED_FIELD(k)	 FIELD(k, FIELD_UNUSED, 0, NULL)
#define END_FIELDS                                 \
	{                                          \
		{ NULL, 0 }, FIELD_UNUSED, 0, NULL \
	}

/* Each table lists its fields in the order Spark writes them. */

static const struct field log_start[] = { TEXT_FIELD("Spark Version", version), END_FIELDS };

static const struct field app_start[] = {
	TEXT_FIELD("App Name", app_name),	   TEXT_FIELD("App ID", app_id),
	INT_FIELD("Timestamp", time_ms),	   TEXT_FIELD("User", user),
	TEXT_FIELD("App Attempt ID", app_attempt), END_FIELDS,
};

static const struct field timestamp_only[] = { INT_FIELD("Timestamp", time_ms), END_FIELDS };

static const struct field environment[] = {
	RAW_FIELD("Spark Properties", properties),
	RAW_FIELD("JVM Information", jvm),
	RAW_FIELD("System Properties", system),
	END_FIELDS,
};

static const struct field executor_info[] = {
	TEXT_FIELD("Host", host),
	INT_FIELD("Total Cores", cores),
	INT_FIELD("Resource Profile Id", profile),
	END_FIELDS,
};
static const struct field executor_added[] = {
	INT_FIELD("Timestamp", time_ms),
	TEXT_FIELD("Executor ID", executor),
	NESTED("Executor Info", executor_info),
	END_FIELDS,
};
static const struct field executor_removed[] = {
	INT_FIELD("Timestamp", time_ms),
	TEXT_FIELD("Executor ID", executor),
	TEXT_FIELD("Removed Reason", reason),
	END_FIELDS,
};
static const struct field executor_excluded[] = {
	INT_FIELD("time", time_ms),
	TEXT_FIELD("executorId", executor),
	INT_FIELD("stageId", stage),
	INT_FIELD("stageAttemptId", stage_attempt),
	END_FIELDS,
};

static const struct field block_manager_id[] = {
	TEXT_FIELD("Executor ID", executor),
	TEXT_FIELD("Host", host),
	END_FIELDS,
};
static const struct field block_manager_added[] = {
	NESTED("Block Manager ID", block_manager_id),
	INT_FIELD("Maximum Memory", memory_bytes),
	INT_FIELD("Timestamp", time_ms),
	END_FIELDS,
};

static const struct field job_properties[] = {
	INT_FIELD("spark.sql.execution.id", execution_id),
	TEXT_FIELD("spark.job.description", description),
	TEXT_FIELD("callSite.short", call_site),
	END_FIELDS,
};
static const struct field job_start[] = {
	INT_FIELD("Job ID", id),
	INT_FIELD("Submission Time", time_ms),
	RAW_FIELD("Stage Infos", stage_infos),
	RAW_FIELD("Stage IDs", stage_ids),
	NESTED("Properties", job_properties),
	END_FIELDS,
};

static const struct field job_exception[] = { TEXT_FIELD("Message", reason), END_FIELDS };
static const struct field job_result[] = {
	TEXT_FIELD("Result", description),
	NESTED("Exception", job_exception),
	END_FIELDS,
};
static const struct field job_end[] = {
	INT_FIELD("Job ID", id),
	INT_FIELD("Completion Time", time_ms),
	NESTED("Job Result", job_result),
	END_FIELDS,
};

static const struct field stage_info[] = {
	INT_FIELD("Stage ID", stage),
	INT_FIELD("Stage Attempt ID", stage_attempt),
	TEXT_FIELD("Stage Name", stage_name),
	INT_FIELD("Number of Tasks", task_count),
	RAW_FIELD("RDD Info", rdd_infos),
	RAW_FIELD("Parent IDs", parents),
	TEXT_FIELD("Details", details),
	INT_FIELD("Submission Time", submit_ms),
	INT_FIELD("Completion Time", complete_ms),
	TEXT_FIELD("Failure Reason", reason),
	RAW_FIELD("Accumulables", accumulables),
	END_FIELDS,
};
static const struct field stage_event[] = {
	NESTED("Stage Info", stage_info),
	NESTED("Properties", job_properties),
	END_FIELDS,
};

static const struct field task_info[] = {
	INT_FIELD("Task ID", id),
	INT_FIELD("Index", index),
	INT_FIELD("Attempt", attempt),
	UNUSED_FIELD("Partition ID"),
	INT_FIELD("Launch Time", launch_ms),
	TEXT_FIELD("Executor ID", executor),
	TEXT_FIELD("Host", host),
	TEXT_FIELD("Locality", locality),
	BOOL_FIELD("Speculative", speculative),
	INT_FIELD("Getting Result Time", getting_result_ms),
	INT_FIELD("Finish Time", finish_ms),
	BOOL_FIELD("Failed", failed),
	BOOL_FIELD("Killed", killed),
	END_FIELDS,
};
static const struct field task_start[] = {
	INT_FIELD("Stage ID", stage),
	INT_FIELD("Stage Attempt ID", stage_attempt),
	NESTED("Task Info", task_info),
	END_FIELDS,
};

static const struct field shuffle_read[] = {
	UNUSED_FIELD("Remote Blocks Fetched"),
	UNUSED_FIELD("Local Blocks Fetched"),
	INT_FIELD("Fetch Wait Time", metrics.shuffle_fetch_wait_ms),
	INT_FIELD("Remote Bytes Read", metrics.shuffle_read_remote_bytes),
	UNUSED_FIELD("Remote Bytes Read To Disk"),
	INT_FIELD("Local Bytes Read", metrics.shuffle_read_local_bytes),
	INT_FIELD("Total Records Read", metrics.shuffle_read_records),
	END_FIELDS,
};
static const struct field shuffle_write[] = {
	INT_FIELD("Shuffle Bytes Written", metrics.shuffle_write_bytes),
	INT_FIELD("Shuffle Write Time", metrics.shuffle_write_ns),
	INT_FIELD("Shuffle Records Written", metrics.shuffle_write_records),
	END_FIELDS,
};
static const struct field input_metrics[] = {
	INT_FIELD("Bytes Read", metrics.input_bytes),
	INT_FIELD("Records Read", metrics.input_records),
	END_FIELDS,
};
static const struct field output_metrics[] = {
	INT_FIELD("Bytes Written", metrics.output_bytes),
	INT_FIELD("Records Written", metrics.output_records),
	END_FIELDS,
};
static const struct field task_metrics[] = {
	INT_FIELD("Executor Deserialize Time", metrics.deserialize_ms),
	INT_FIELD("Executor Deserialize CPU Time", metrics.deserialize_cpu_ns),
	INT_FIELD("Executor Run Time", metrics.run_ms),
	INT_FIELD("Executor CPU Time", metrics.cpu_ns),
	INT_FIELD("Peak Execution Memory", metrics.peak_execution_bytes),
	INT_FIELD("Result Size", metrics.result_bytes),
	INT_FIELD("JVM GC Time", metrics.gc_ms),
	INT_FIELD("Result Serialization Time", metrics.result_serialize_ms),
	INT_FIELD("Memory Bytes Spilled", metrics.memory_spilled_bytes),
	INT_FIELD("Disk Bytes Spilled", metrics.disk_spilled_bytes),
	NESTED("Shuffle Read Metrics", shuffle_read),
	NESTED("Shuffle Write Metrics", shuffle_write),
	NESTED("Input Metrics", input_metrics),
	NESTED("Output Metrics", output_metrics),
	END_FIELDS,
};
static const struct field executor_metrics[] = {
	INT_FIELD("JVMHeapMemory", metrics.heap_used_bytes),
	UNUSED_FIELD("JVMOffHeapMemory"),
	UNUSED_FIELD("OnHeapExecutionMemory"),
	UNUSED_FIELD("OffHeapExecutionMemory"),
	INT_FIELD("OnHeapStorageMemory", metrics.storage_used_bytes),
	END_FIELDS,
};
static const struct field stage_executor_metrics[] = {
	TEXT_FIELD("Executor ID", executor),
	INT_FIELD("Stage ID", stage),
	INT_FIELD("Stage Attempt ID", stage_attempt),
	NESTED("Executor Metrics", executor_metrics),
	END_FIELDS,
};
static const struct field task_end_reason[] = {
	FIELD("Reason", FIELD_REASON, 0, NULL),
	TEXT_FIELD("Class Name", exception_class),
	TEXT_FIELD("Description", exception_message),
	TEXT_FIELD("Full Stack Trace", stack),
	TEXT_FIELD("Message", exception_message),
	TEXT_FIELD("Kill Reason", reason),
	TEXT_FIELD("Loss Reason", reason),
	END_FIELDS,
};
static const struct field task_end[] = {
	INT_FIELD("Stage ID", stage),	      INT_FIELD("Stage Attempt ID", stage_attempt),
	TEXT_FIELD("Task Type", task_type),   NESTED("Task End Reason", task_end_reason),
	NESTED("Task Info", task_info),	      NESTED("Task Executor Metrics", executor_metrics),
	NESTED("Task Metrics", task_metrics), END_FIELDS,
};

static const struct field speculative_task[] = {
	INT_FIELD("stageId", stage),
	INT_FIELD("stageAttemptId", stage_attempt),
	END_FIELDS,
};

static const struct field sql_event[] = {
	INT_FIELD("executionId", id),	      TEXT_FIELD("description", description),
	TEXT_FIELD("details", details),	      TEXT_FIELD("physicalPlanDescription", plan_text),
	RAW_FIELD("sparkPlanInfo", plan),     INT_FIELD("time", time_ms),
	TEXT_FIELD("errorMessage", reason),   RAW_FIELD("accumUpdates", updates),
	RAW_FIELD("sqlPlanMetrics", updates), END_FIELDS,
};

static const struct field resource_profile[] = {
	INT_FIELD("Resource Profile Id", id),
	RAW_FIELD("Executor Resource Requests", resources),
	RAW_FIELD("Task Resource Requests", task_resources),
	END_FIELDS,
};

static const struct field batch_duration[] = {
	INT_FIELD("triggerExecution", batch_ms),
	END_FIELDS,
};
static const struct field stream_progress[] = {
	TEXT_FIELD("runId", run_id),	    TEXT_FIELD("name", stream_name),
	TEXT_FIELD("timestamp", timestamp), NESTED("durationMs", batch_duration),
	RAW_FIELD("sources", sources),	    END_FIELDS,
};
static const struct field stream_event[] = {
	TEXT_FIELD("runId", run_id),	     TEXT_FIELD("name", stream_name),
	TEXT_FIELD("timestamp", timestamp),  TEXT_FIELD("exception", reason),
	NESTED("progress", stream_progress), END_FIELDS,
};

#define STREAM "org.apache.spark.sql.streaming.StreamingQueryListener$Query"
#define SQL_UI "org.apache.spark.sql.execution.ui.SparkListener"
#define CORE   "org.apache.spark.scheduler.SparkListener"

static const struct event_type {
	const char *name;
	enum event_kind kind;
	const struct field *fields;
} event_types[] = {
	/* By frequency: the first rows are nearly all of a log. */
	{ "SparkListenerTaskEnd", EVENT_TASK_END, task_end },
	{ "SparkListenerTaskStart", EVENT_TASK_START, task_start },
	{ "SparkListenerStageSubmitted", EVENT_STAGE_SUBMITTED, stage_event },
	{ "SparkListenerStageCompleted", EVENT_STAGE_COMPLETED, stage_event },
	{ "SparkListenerJobStart", EVENT_JOB_START, job_start },
	{ "SparkListenerJobEnd", EVENT_JOB_END, job_end },
	{ "SparkListenerExecutorAdded", EVENT_EXECUTOR_ADDED, executor_added },
	{ "SparkListenerExecutorRemoved", EVENT_EXECUTOR_REMOVED, executor_removed },
	{ "SparkListenerBlockManagerAdded", EVENT_BLOCK_MANAGER_ADDED, block_manager_added },
	{ "SparkListenerStageExecutorMetrics", EVENT_EXECUTOR_METRICS, stage_executor_metrics },
	{ SQL_UI "SQLExecutionStart", EVENT_SQL_START, sql_event },
	{ SQL_UI "SQLExecutionEnd", EVENT_SQL_END, sql_event },
	{ SQL_UI "SQLAdaptiveExecutionUpdate", EVENT_SQL_PLAN_UPDATE, sql_event },
	{ SQL_UI "SQLAdaptiveSQLMetricUpdates", EVENT_OTHER, sql_event },
	{ SQL_UI "DriverAccumUpdates", EVENT_SQL_METRIC_UPDATE, sql_event },
	{ "SparkListenerApplicationStart", EVENT_APP_START, app_start },
	{ "SparkListenerApplicationEnd", EVENT_APP_END, timestamp_only },
	{ "SparkListenerEnvironmentUpdate", EVENT_ENVIRONMENT, environment },
	{ "SparkListenerLogStart", EVENT_LOG_START, log_start },
	{ "DBCEventLoggingListenerMetadata", EVENT_LOG_START, log_start },
	{ "SparkListenerResourceProfileAdded", EVENT_RESOURCE_PROFILE, resource_profile },
	{ STREAM "StartedEvent", EVENT_STREAM_STARTED, stream_event },
	{ STREAM "ProgressEvent", EVENT_STREAM_PROGRESS, stream_event },
	{ STREAM "TerminatedEvent", EVENT_STREAM_TERMINATED, stream_event },
	{ CORE "SpeculativeTaskSubmitted", EVENT_SPECULATIVE_TASK, speculative_task },
	{ CORE "ExecutorExcluded", EVENT_EXECUTOR_EXCLUDED, executor_excluded },
	{ CORE "ExecutorExcludedForStage", EVENT_EXECUTOR_EXCLUDED, executor_excluded },
	{ CORE "ExecutorBlacklisted", EVENT_EXECUTOR_EXCLUDED, executor_excluded },
	{ CORE "ExecutorBlacklistedForStage", EVENT_EXECUTOR_EXCLUDED, executor_excluded },
};

static const struct {
	const char *name;
	enum task_reason reason;
} task_reasons[] = {
	{ "Success", TASK_SUCCESS },
	{ "Resubmitted", TASK_RESUBMITTED },
	{ "TaskResultLost", TASK_RESULT_LOST },
	{ "FetchFailed", TASK_FETCH_FAILED },
	{ "ExceptionFailure", TASK_EXCEPTION },
	{ "TaskKilled", TASK_KILLED },
	{ "TaskCommitDenied", TASK_COMMIT_DENIED },
	{ "ExecutorLostFailure", TASK_EXECUTOR_LOST },
	{ "UnknownReason", TASK_UNKNOWN_REASON },
};

const char *task_reason_name(enum task_reason r)
{
	for (size_t i = 0; i < ARRAY_LEN(task_reasons); i++)
		if (task_reasons[i].reason == r)
			return task_reasons[i].name;
	return "UnknownReason";
}

static enum task_reason task_reason_from(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(task_reasons); i++)
		if (str_eq(name, str_from(task_reasons[i].name)))
			return task_reasons[i].reason;
	return TASK_UNKNOWN_REASON;
}

/* An object that is being read. */
struct level {
	const struct field *fields;
	const struct field *next; /* the row behind the one met last: expected next */
	bool complete;		  /* all wanted rows before `next` were met */
};

static bool is_key(const struct field *f, struct str key)
{
	return f->member.len == key.len + 3 && !memcmp(f->member.ptr + 1, key.ptr, key.len);
}

/* The row of a key that was not the expected one; NULL when nobody wants it. */
static const struct field *find_field(struct level *l, struct str key)
{
	bool complete = l->complete;

	for (const struct field *f = l->next; f->member.len; f++) {
		if (is_key(f, key)) {
			l->next = f + 1;
			l->complete = complete;
			return f;
		}
		complete &= f->type == FIELD_UNUSED;
	}
	for (const struct field *f = l->fields; f < l->next; f++)
		if (is_key(f, key))
			return f;
	return NULL;
}

static void read_value(struct json_pull *p, const struct field *f, struct event *e)
{
	char *at = (char *)e + f->offset;
	int64_t number;
	struct str text;
	bool flag;

	switch (f->type) {
	case FIELD_INT:
		number = pull_int(p, -1);
		memcpy(at, &number, sizeof(number));
		break;
	case FIELD_TEXT:
		text = pull_string(p);
		memcpy(at, &text, sizeof(text));
		break;
	case FIELD_RAW:
		text = pull_raw(p);
		memcpy(at, &text, sizeof(text));
		break;
	case FIELD_BOOL:
		flag = pull_bool(p);
		memcpy(at, &flag, sizeof(flag));
		break;
	case FIELD_REASON:
		e->task_reason = task_reason_from(pull_string(p));
		break;
	case FIELD_UNUSED:
		pull_skip(p);
		break;
	case FIELD_NESTED:
		break; /* walk() descends */
	}
}

/*
 * Read the object that was entered, by its table. The tables nest at most four deep, so a small
 * stack replaces recursion.
 *
 * Spark writes its fields in one order, so the next row of the table is compared first and mostly
 * right. When all rows were met in that order, what is left of the object is skipped at once; in
 * any other order it is read to its end.
 */
static void walk(struct json_pull *p, const struct field *fields, struct event *e)
{
	struct level stack[4] = { { fields, fields, true } };
	struct level *l = stack;
	struct str key;

	for (;;) {
		const struct field *f = l->next;
		bool ended = false;

		if (f->member.len && pull_member(p, f->member)) {
			l->next++;
		} else if (!f->member.len && l->complete) {
			pull_rest(p);
			ended = true;
		} else if (pull_key(p, &key)) {
			f = find_field(l, key);
		} else {
			ended = true;
		}
		if (ended) {
			if (p->bad || l == stack)
				return;
			l--;
		} else if (!f) {
			pull_skip(p);
		} else if (f->type != FIELD_NESTED) {
			read_value(p, f, e);
		} else if (pull_object(p)) {
			BUG_ON(l == &stack[ARRAY_LEN(stack) - 1]);
			*++l = (struct level){ f->nested, f->nested, true };
		}
	}
}

static void clear(struct event *e)
{
	static const struct event empty = {
		.time_ms = -1,
		.id = -1,
		.cores = -1,
		.memory_bytes = -1,
		.profile = -1,
		.stage = -1,
		.stage_attempt = -1,
		.task_count = -1,
		.submit_ms = -1,
		.complete_ms = -1,
		.execution_id = -1,
		.batch_ms = -1,
		.index = -1,
		.attempt = -1,
		.launch_ms = -1,
		.finish_ms = -1,
		.getting_result_ms = -1,
	};

	*e = empty;
	memset(&e->metrics, 0xFF, sizeof(e->metrics));
}

void event_parse(struct str line, struct event *e)
{
	struct json_pull p = json_pull(line);
	struct str key;

	clear(e);
	e->kind = EVENT_BAD;
	if (!pull_object(&p) || !pull_key(&p, &key) || !str_eq(key, STR("Event")))
		return;
	e->name = pull_string(&p);
	e->kind = EVENT_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(event_types); i++) {
		if (!str_eq(e->name, str_from(event_types[i].name)))
			continue;
		e->kind = event_types[i].kind;
		walk(&p, event_types[i].fields, e);
		if (!pull_at_end(&p))
			e->kind = EVENT_BAD;
		break;
	}
	/* Other events are not read at all, but a line cut in the middle is still bad. */
	if (e->kind == EVENT_OTHER && (!line.len || line.ptr[line.len - 1] != '}'))
		e->kind = EVENT_BAD;
	e->succeeded = e->kind == EVENT_JOB_END && str_eq(e->description, STR("JobSucceeded"));
}

void event_parse_stage_info(struct str object, struct event *e)
{
	struct json_pull p = json_pull(object);

	clear(e);
	if (pull_object(&p))
		walk(&p, stage_info, e);
}

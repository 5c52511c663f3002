#include "base/base.h"
#include "patterns/pattern.h"

const char *const pattern_process_names[] = {
	"driver",	   "am",     "client", "executor", "nodemanager",
	"resourcemanager", "master", "worker", "history",  NULL,
};

const char *const pattern_level_names[] = {
	"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", NULL,
};

const char *const severity_names[] = {
	[SEVERITY_NONE] = "none",	  [SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",	  [SEVERITY_ERROR] = "error",
	[SEVERITY_CRITICAL] = "critical", NULL,
};

const char *const role_names[] = {
	[ROLE_FACT] = "fact",
	[ROLE_NOISE] = "noise",
	[ROLE_PERFORMANCE] = "performance",
	[ROLE_SYMPTOM] = "symptom",
	[ROLE_CONSEQUENCE] = "consequence",
	[ROLE_ROOT] = "root",
	NULL,
};

const char *const capture_type_names[] = {
	[CAPTURE_TEXT] = "text",   [CAPTURE_INT] = "int",
	[CAPTURE_BYTES] = "bytes", [CAPTURE_MIB] = "mib",
	[CAPTURE_MS] = "ms",	   [CAPTURE_SEC] = "sec",
	[CAPTURE_FLOAT] = "float", NULL,
};

const char *const place_names[] = {
	[PLACE_NONE] = "",
	[PLACE_EXECUTOR] = "executor",
	[PLACE_HOST] = "host",
	[PLACE_STAGE] = "stage",
	[PLACE_STAGE_ATTEMPT] = "stage_attempt",
	[PLACE_TASK] = "task",
	[PLACE_TID] = "tid",
	[PLACE_APP] = "app",
	[PLACE_ATTEMPT] = "attempt",
	[PLACE_CONTAINER] = "container",
	[PLACE_JOB] = "job",
	[PLACE_QUERY] = "query",
	[PLACE_COUNT] = NULL,
};

const char *const fact_names[] = {
	[FACT_NONE] = "",
	[FACT_APP_START] = "app-start",
	[FACT_APP_NAME] = "app-name",
	[FACT_SPARK_VERSION] = "spark-version",
	[FACT_MASTER_URL] = "master-url",
	[FACT_CONF] = "conf",
	[FACT_APP_STOP] = "app-stop",
	[FACT_APP_END] = "app-end",
	[FACT_EXECUTOR_ADDED] = "executor-added",
	[FACT_EXECUTOR_CONTAINER] = "executor-container",
	[FACT_EXECUTOR_LOST] = "executor-lost",
	[FACT_EXECUTOR_REMOVED] = "executor-removed",
	[FACT_STAGE_FAILED] = "stage-failed",
	[FACT_TASK_FAILED] = "task-failed",
	[FACT_JOB_FAILED] = "job-failed",
	[FACT_JOB_FINISHED] = "job-finished",
	[FACT_JOB_STARTED] = "job-started",
	[FACT_SQL_USED] = "sql-used",
	[FACT_OUTPUT_LATE] = "output-late",
	[FACT_STOP_HOOK] = "stop-hook",
	[FACT_CONTAINER_SIZE] = "container-size",
	[FACT_CONTAINER_MAX] = "container-max",
	[FACT_HEAP_SIZE] = "heap-size",
	[FACT_STORAGE_MEMORY] = "storage-memory",
	[FACT_COUNT] = NULL,
};

const char *const outcome_names[] = {
	[OUTCOME_UNKNOWN] = "unknown",
	[OUTCOME_SUCCEEDED] = "succeeded",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_KILLED] = "killed",
	NULL,
};

const char *const fix_kind_names[] = {
	[FIX_CONF] = "conf",
	[FIX_CODE] = "code",
	[FIX_DATA] = "data",
	[FIX_CLUSTER] = "cluster",
	NULL,
};

const char *const same_names[] = {
	[SAME_APP] = "app",
	[SAME_EXECUTOR] = "executor",
	[SAME_HOST] = "host",
	[SAME_STAGE] = "stage",
	NULL,
};

const char *severity_name(enum severity s)
{
	return severity_names[s];
}

const char *role_name(enum role r)
{
	return role_names[r];
}

const char *outcome_name(enum outcome o)
{
	return outcome_names[o];
}

const char *fix_kind_name(enum fix_kind k)
{
	return fix_kind_names[k];
}

/*
 * line.h - what the beginning of one log line says.
 *
 * line_peel() takes off what a collector put around the line (JSON of any shipper, CRI, kubectl,
 * Airflow, Livy, CloudWatch, compose, syslog, CI servers), as often as there is something to take
 * off.
 * line_head() recognises the head of a log record: date, time, level, logger, thread, in any of
 * the layouts of Spark, Hadoop, Databricks, Glue, Python logging and Spark 4 JSON.
 *
 * Example: `[2024-07-08T04:03:25.646+0900] {spark_submit.py:573} INFO - 24/07/08 04:03:25 WARN
 * TaskSetManager: Lost task 0.0` peels to `24/07/08 04:03:25 WARN TaskSetManager: Lost task 0.0`,
 * whose head is {time, WARN, "TaskSetManager", message at "Lost"}.
 */
#ifndef SPARKDX_PARSERS_LINE_H
#define SPARKDX_PARSERS_LINE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum level {
	LEVEL_NONE,
	LEVEL_TRACE,
	LEVEL_DEBUG,
	LEVEL_INFO,
	LEVEL_WARN,
	LEVEL_ERROR,
	LEVEL_FATAL,
	LEVEL_COUNT,
};

const char *level_name(enum level level); /* "WARN"; "" for none */
/* Also WARNING, CRITICAL, SEVERE, in any case; LEVEL_NONE when unknown. */
enum level level_from_name(struct str name);

#define TIME_NONE INT64_MIN

struct line_head {
	int64_t time_ms; /* epoch ms read as UTC unless the line names a zone; TIME_NONE */
	bool zoned;	 /* the line named its zone (Z, +0900): time_ms is true UTC */
	bool time_only;	 /* no date: time_ms is ms of the day */
	enum level level;
	struct str logger; /* as written: `TaskSetManager`, `o.a.s.scheduler.TaskSetManager` */
	struct str thread;
	struct str message; /* the rest of the line */
};

struct line_peeled {
	struct str text;   /* inside the wrappers; points into the line or into `scratch` */
	struct str source; /* whose line it is in a merged log (a pod's name), as written there */
	int64_t time_ms;   /* innermost wrapper's time, true UTC if it said so; TIME_NONE */
	bool wrapped;
	bool partial; /* CRI `P` or docker without trailing newline: goes on in the next line */
	bool escaped; /* text was unescaped from JSON into scratch */
	bool dropped; /* a line of a document that holds no log line (wrapper_json.h) */
};

/* `line` without its newline. `scratch` is cleared and reused. */
struct line_peeled line_peel(struct str line, struct buf *scratch);

/*
 * True when `line` (peeled, or structured JSON of Spark 4 and of the PySpark logger) starts a
 * record. Fast: a line that is none is refused on its first bytes.
 */
bool line_head(struct str line, struct line_head *head);

/* A moment as people type it, "2026-11-23 14:02:50" or ISO 8601, with or without a fraction; a date
 * alone is its midnight. False when `text` is none. */
bool line_time(struct str text, int64_t *epoch_ms);

/* Is this a structured-logging line ({"ts":"…","level":…)? */
bool line_is_structured(struct str line);
/*
 * Rewrite a structured line as the text layout would have had it: `yy/MM/dd HH:mm:ss LEVEL
 * logger: msg`, then class, message and frames of its exception. False (out untouched) when it is
 * no such line. The context's executor_id, stage_id … are appended to the message only as
 * ` [executor_id=1 …]` when they are place-bearing.
 */
bool line_from_structured(struct str line, struct buf *out) MUST_USE;

#endif

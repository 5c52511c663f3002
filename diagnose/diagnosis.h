/*
 * diagnosis.h - the answer: what every face (text, JSON, markdown, REPL) renders.
 *
 * Plain data, built once by diagnose() in an arena and never changed afterwards; all slices point
 * into that arena or into the catalogue. Findings are ranked: findings[0] is the root cause.
 * Missing numbers are absent: TIME_NONE for times, has_ flags for values, empty slices for text.
 */
#ifndef SPARKDX_DIAGNOSE_DIAGNOSIS_H
#define SPARKDX_DIAGNOSE_DIAGNOSIS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "base/str.h"
#include "diagnose/log_index.h"
#include "parsers/line.h"
#include "parsers/place.h"
#include "parsers/source.h"
#include "parsers/spool.h"
#include "patterns/pattern.h"

#include <signal.h>

struct matcher;

struct str_list {
	struct str *items;
	size_t count;
};

/* The proof of a finding: a line the user can open. */
struct evidence {
	struct str source; /* provenance, `logs.tar.gz!app/stderr` */
	uint32_t line;	   /* 1-based; for event logs the event's number */
	struct str text;   /* the line, at most LIMIT_EVIDENCE_BYTES; raw bytes: escape to show */
	size_t telling_at; /* offset in `text` of what matters, for faces that must shorten */
	int64_t time_ms;
	enum process process;
	struct str executor;
	bool innermost; /* part of the evidence that names the innermost cause */
};

/* A value a finding states: capture or detector's figure. */
struct figure {
	struct str name; /* `used_bytes`, `limit_bytes`, `class`; units last */
	struct str text;
	int64_t number;
	double real;
	enum { FIGURE_TEXT, FIGURE_INT, FIGURE_REAL } kind;
};

struct fix {
	enum fix_kind kind;
	struct str text;
	struct fix_setting *set; /* ready for spark-submit --conf */
	size_t set_count;
	bool instead;		  /* of the settings of the fixes before it */
	struct str computed_from; /* "5.6 GB used of 5.5 GB; heap 4 GB", empty for fixed advice */
	struct str now;		  /* the current value, "384m (default)", empty when unknown */
};

struct place {
	struct str app, attempt;
	struct str_list executors, hosts, stages, tasks;
};

struct finding {
	struct str id, title, category, why, see_in_ui, disproof;
	enum severity severity; /* after the outcome was weighed: survived is a warning */
	enum role role;
	double confidence; /* 0 to 1 */
	uint64_t count;
	int64_t first_ms, last_ms;
	struct place where;
	size_t application;    /* index into diagnosis.applications */
	struct str user_frame; /* "job.py:42 in enrich", empty when none */
	struct evidence *evidence;
	size_t evidence_count;
	struct figure *figures;
	size_t figure_count;
	size_t *because; /* indexes into diagnosis.findings, direct causes */
	size_t because_count;
	size_t *explains; /* the other direction */
	size_t explains_count;
	struct fix *fixes;
	size_t fix_count;
	bool tied_to_outcome; /* a chain of causes leads from it to the application's end */
};

struct run_counts {
	/* -1: not known from these logs */
	int64_t jobs, failed_jobs, stages, failed_stages, tasks, failed_tasks, killed_tasks;
	int64_t executors, lost_executors;
};

struct application {
	struct str id, name, attempt, spark_version, master, deploy_mode;
	enum outcome outcome;
	int64_t start_ms, end_ms; /* TIME_NONE */
	struct run_counts counts;
	struct fix_setting *settings; /* in force, as far as the logs show */
	size_t setting_count;
	struct str clock_note; /* how the logs' times were moved to one zone; empty: not at all */
	struct evidence outcome_evidence; /* line 0: none */
};

struct input_status {
	struct str path;
	struct str kind;
	enum grade grade;
	struct str note;
	uint64_t bytes;
	enum process process;
	struct str app, executor, host;
};

struct history;

/* What one event log told, see history.h. */
struct application_history {
	struct history *history;
	struct str source;  /* the log, or the first piece of it */
	size_t application; /* index into diagnosis.applications */
};

struct diagnosis {
	struct arena arena;
	enum outcome verdict; /* the worst of the applications */
	struct application *applications;
	size_t application_count;
	struct application_history *histories; /* owned; one per event log, sorted by source */
	size_t history_count;
	struct finding *findings; /* ranked; noise last */
	size_t finding_count;
	uint64_t noise_lines; /* lines recognised as harmless */
	struct input_status *inputs;
	size_t input_count;
	struct log_stream *logs; /* owned; sorted by name and line; with options.index only */
	size_t log_count;
	struct str *absent; /* what was not in the input and would help, one sentence each */
	size_t absent_count;
	uint64_t bytes_read, lines_read, warn_lines, error_lines;
	bool input_trouble; /* something could not be read: exit status 2 */
};

/* How far the reading is. */
struct diagnose_progress {
	uint64_t read_bytes, total_bytes; /* of files, as they lie on disk; total 0: not known */
	/* The first thing seen so far that can end a run; NULL. Reasoning may find it harmless. */
	const struct pattern *seen;
};

struct diagnose_options {
	const struct str *paths;
	size_t path_count;
	const struct str *pattern_dirs;
	size_t pattern_dir_count;
	struct str app;		    /* only this application; empty: all */
	int64_t since_ms, until_ms; /* TIME_NONE: no bound */
	unsigned jobs;		    /* threads; at least 1 */
	bool index;		    /* fill diagnosis.logs, to read records again */
	enum spool_place spool;	    /* what comes by pipe is kept for that there */
	/* Set by a signal handler: stop reading; the diagnosis is then of what was read. */
	const volatile sig_atomic_t *cancel;
	/* Called for each piece that is read, by one thread at a time; may be NULL. */
	void (*progress)(void *context, const struct diagnose_progress *p);
	void *progress_context;
};

/* Read and reason. Never NULL; free with diagnosis_free(). Trouble with inputs goes to `diags`. */
struct diagnosis *diagnose(const struct diagnose_options *options, struct diag_sink *diags);
/* The same with a catalogue that is there already; `pattern_dirs` is not looked at. */
struct diagnosis *diagnose_with(const struct matcher *matcher,
				const struct diagnose_options *options, struct diag_sink *diags);
/* Of text in memory, as if it were the log `name`. */
struct diagnosis *diagnose_text(const struct matcher *matcher, struct str name, struct str text,
				struct diag_sink *diags);
void diagnosis_free(struct diagnosis *d);

/* The first finding that is not noise, or NULL. */
const struct finding *diagnosis_root(const struct diagnosis *d);

#endif

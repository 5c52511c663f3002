/*
 * pattern.h - one known signature and the catalogue that holds them all.
 *
 * docs/patterns.md describes the YAML these come from. The built-in catalogue is const data made
 * at build time; packs of users are loaded at run time into an arena and appended. Nothing here
 * changes after loading, so a catalogue may be shared by threads.
 */
#ifndef SPARKDX_PATTERNS_PATTERN_H
#define SPARKDX_PATTERNS_PATTERN_H

#include "base/base.h"
#include "base/str.h"

enum severity { SEVERITY_NONE, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL };

enum role {
	ROLE_FACT,
	ROLE_NOISE,
	ROLE_PERFORMANCE,
	ROLE_SYMPTOM,
	ROLE_CONSEQUENCE,
	ROLE_ROOT,
};

enum capture_type {
	CAPTURE_TEXT,
	CAPTURE_INT,
	CAPTURE_BYTES,
	CAPTURE_MIB,
	CAPTURE_MS,
	CAPTURE_SEC,
	CAPTURE_FLOAT,
};

/* Captures that say where; always text. */
enum place_kind {
	PLACE_NONE,
	PLACE_EXECUTOR,
	PLACE_HOST,
	PLACE_STAGE,
	PLACE_STAGE_ATTEMPT,
	PLACE_TASK,
	PLACE_TID,
	PLACE_APP,
	PLACE_ATTEMPT,
	PLACE_CONTAINER,
	PLACE_JOB,
	PLACE_QUERY,
	PLACE_COUNT,
};

enum fact {
	FACT_NONE,
	FACT_APP_START,
	FACT_APP_NAME,
	FACT_SPARK_VERSION,
	FACT_MASTER_URL,
	FACT_CONF,
	FACT_APP_STOP,
	FACT_APP_END,
	FACT_EXECUTOR_ADDED,
	FACT_EXECUTOR_CONTAINER,
	FACT_EXECUTOR_LOST,
	FACT_EXECUTOR_REMOVED,
	FACT_STAGE_FAILED,
	FACT_TASK_FAILED,
	FACT_JOB_FAILED,
	FACT_JOB_FINISHED,
	FACT_JOB_STARTED,
	FACT_SQL_USED,
	FACT_OUTPUT_LATE,
	FACT_STOP_HOOK,
	FACT_CONTAINER_SIZE,
	FACT_CONTAINER_MAX,
	FACT_HEAP_SIZE,
	FACT_STORAGE_MEMORY,
	FACT_COUNT,
};

enum outcome { OUTCOME_UNKNOWN, OUTCOME_SUCCEEDED, OUTCOME_FAILED, OUTCOME_KILLED };

enum fix_kind { FIX_CONF, FIX_CODE, FIX_DATA, FIX_CLUSTER };

/* Which place must agree for an explains edge to hold. */
enum same { SAME_APP, SAME_EXECUTOR, SAME_HOST, SAME_STAGE };

struct capture_spec {
	struct str name;
	enum capture_type type;
	enum place_kind place;
};

struct fix_setting {
	struct str key, value;
};

struct fix_spec {
	enum fix_kind kind;
	struct str text; /* advice; or, when computed, the name of the computed fix */
	bool computed;
	bool instead; /* of the settings before it: one or the other, not both */
	const struct fix_setting *set;
	size_t set_count;
};

struct explains_edge {
	struct str id;
	enum same same;
};

struct pattern_example {
	struct str text;
	const struct fix_setting *captures; /* expected value as decimal or text */
	size_t capture_count;
	const struct str *also;
	size_t also_count;
};

struct pattern {
	struct str id, title, category, why, see_in_ui, versions;
	struct str match;
	enum severity severity;
	enum role role;
	enum fact fact;
	enum outcome outcome;
	uint8_t authority; /* 0 without outcome */
	uint32_t where;	   /* bit per process name, see pattern_process_names */
	uint32_t only_in;  /* 0: anywhere */
	uint32_t levels;   /* bit per level in the order TRACE..FATAL; 0: any */
	uint8_t binds;	   /* index into pattern_process_names + 1; 0: none */
	bool terminal;
	bool noise_after_stop;
	bool survivable; /* the program may have caught it and gone on */
	bool unproven;
	const struct str *literals;
	size_t literal_count;
	const uint8_t *windows; /* where in each literal the bytes to scan for begin */
	const struct capture_spec *captures;
	size_t capture_count;
	const struct str *group_by;
	size_t group_by_count;
	const struct explains_edge *explains;
	size_t explains_count;
	const struct str *needs;
	size_t needs_count;
	const struct str *unless;
	size_t unless_count;
	const struct str *refuters;
	size_t refuter_count;
	const struct fix_spec *fixes;
	size_t fix_count;
	const struct pattern_example *hits;
	size_t hit_count;
	const struct str *misses;
	size_t miss_count;
	struct str file; /* where it was read, for messages */
	uint32_t line;
};

/* Names of processes and levels, in the order of the bits above; NULL-terminated. The order is
 * that of enum process (parsers/place.h) and enum level (parsers/line.h), checked in tests. */
extern const char *const pattern_process_names[];
extern const char *const pattern_level_names[];

/* Names of the enums above, indexed by them and NULL-terminated; index 0 is "" where the enum's
 * first value means none. */
extern const char *const severity_names[];
extern const char *const role_names[];
extern const char *const capture_type_names[];
extern const char *const place_names[];
extern const char *const fact_names[];
extern const char *const outcome_names[];
extern const char *const fix_kind_names[];
extern const char *const same_names[];

const char *severity_name(enum severity s);
const char *role_name(enum role r);
const char *outcome_name(enum outcome o);
const char *fix_kind_name(enum fix_kind k);

#endif

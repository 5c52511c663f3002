/*
 * lint_conf.h - between the parts of the configuration lint: what a file sets, and where.
 *
 * The readers (properties, command lines, programs, YAML, JSON) turn a file into settings; the
 * rules judge each and then each group, what one application would get together. Everything lives
 * in the scan's arena. Places are byte offsets into the file, so a string that was unescaped, in a
 * notebook for one, still leads back to the bytes that were written.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_CONF_H
#define SPARKDX_DIAGNOSE_LINT_CONF_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"
#include "diagnose/config_key.h"
#include "diagnose/lint.h"

enum conf_origin {
	CONF_FROM_FILE,	    /* spark-defaults.conf */
	CONF_FROM_COMMAND,  /* spark-submit's arguments */
	CONF_FROM_CODE,	    /* SparkConf().set(), builder.config() */
	CONF_FROM_SESSION,  /* spark.conf.set(), SQL's SET */
	CONF_FROM_MANIFEST, /* YAML and JSON of the Kubernetes operator, EMR, Databricks; mappings
			     * in programs, which mostly end in one of these */
};

/* Index into lint_conf_rules. */
enum conf_rule {
	CONF_UNKNOWN_KEY,
	CONF_IGNORED_KEY,
	CONF_MISSING_EQUALS,
	CONF_WRONG_VALUE,
	CONF_WRONG_UNIT,
	CONF_QUOTED_VALUE,
	CONF_COMMENT_IN_VALUE,
	CONF_DEPRECATED_KEY,
	CONF_REMOVED_KEY,
	CONF_DUPLICATE_KEY,
	CONF_NOT_AT_RUNTIME,
	CONF_DRIVER_OPTION_TOO_LATE,
	CONF_DRIVER_MEMORY_UNIT,
	CONF_HEAP_IN_JAVA_OPTIONS,
	CONF_SETTING_IN_JAVA_OPTIONS,
	CONF_REMOVED_JVM_FLAG,
	CONF_DYNAMIC_WITHOUT_SHUFFLE,
	CONF_MIN_ABOVE_MAX,
	CONF_INITIAL_OUTSIDE,
	CONF_INSTANCES_WITH_DYNAMIC,
	CONF_MEMORY_ABOVE_CONTAINER,
	CONF_TASK_CPUS_ABOVE_CORES,
	CONF_EXECUTOR_CORES,
	CONF_OFF_HEAP_WITHOUT_SIZE,
	CONF_HEARTBEAT_ABOVE_TIMEOUT,
	CONF_MEMORY_FRACTION,
	CONF_BUFFER_ABOVE_LIMIT,
	CONF_NO_TASK_RETRY,
	CONF_BROADCAST_THRESHOLD,
	CONF_RESULT_SIZE_UNLIMITED,
	CONF_SPECULATION_COMMITTER,
	CONF_EVENT_LOG_OFF,
	CONF_SECRET_IN_PLAIN_TEXT,
};

/* Bytes of the file. */
struct conf_place {
	uint32_t start, end;
};

/*
 * Keys that begin with '@' are no settings but what the file says about where they will run:
 * "@node" (an EMR instance type), "@container" (YARN's largest container, in MiB), "@version"
 * (Spark's), or a text that may hold a secret, "@text" and "@password".
 */
struct conf_setting {
	struct str key, value;
	struct conf_place key_at, value_at;
	const struct config_key *info; /* NULL: not known */
	uint32_t group;
	uint8_t origin; /* enum conf_origin */
	bool known;	/* the value is all there: no variable, no expression */
};

/* Text of the file, or decoded from it: byte I of `text` stands at map[I], without a map at
 * base + I. */
struct conf_text {
	struct str text;
	const uint32_t *map;
	uint32_t base;
};

struct conf_scan {
	const struct lint_file *file;
	struct lint_report *report;
	struct arena arena;
	struct conf_setting *settings;
	size_t count, capacity;
	uint32_t groups;
	unsigned reports;
	char *scratch; /* one word, LIMIT_CONF_WORD_BYTES */
	uint32_t *scratch_map;
	unsigned searches; /* for similar names, still allowed */
	/* Of the last place shown: reports mostly go forwards. */
	uint32_t line, line_start;
};

/* One word of a command, unquoted. */
struct conf_word {
	struct conf_text text;
	struct conf_place at; /* with its quotes */
	bool known;
};

struct conf_words {
	struct conf_word *items;
	size_t count, capacity;
};

/* --- lint_conf.c: shared by readers and rules --- */
uint32_t conf_offset(const struct conf_text *t, size_t index);
/* `t` from `start` to `end`. */
struct conf_text conf_part(const struct conf_text *t, size_t start, size_t end);
struct conf_place conf_place_of(const struct conf_text *t);
uint32_t conf_group(struct conf_scan *s);
void conf_add(struct conf_scan *s, enum conf_origin origin, uint32_t group,
	      const struct conf_setting *setting);
/* Key and value as they stand in texts. */
void conf_add_texts(struct conf_scan *s, enum conf_origin origin, uint32_t group,
		    const struct conf_text *key, const struct conf_text *value);
/* "spark." and something behind it, of the letters a key has. */
bool conf_is_key(struct str s);
void conf_words_add(struct conf_scan *s, struct conf_words *w, const struct conf_word *word);
PRINTF_LIKE(4, 5)
void conf_report(struct conf_scan *s, enum conf_rule rule, struct conf_place at, const char *fmt,
		 ...);
void conf_edit(struct conf_scan *s, struct conf_place at, struct str replacement);

/* --- the readers --- */
void conf_read_properties(struct conf_scan *s, const struct conf_text *t, bool only_keys);
/* Command lines anywhere in a text. */
void conf_read_commands(struct conf_scan *s, const struct conf_text *t);
/* Arguments behind `spark-submit` in a text; stops at `quote`, if it is not 0. */
void conf_read_arguments(struct conf_scan *s, const struct conf_text *t, char quote);
void conf_take_arguments(struct conf_scan *s, const struct conf_words *words, size_t first);
/* A list of texts that may be a command: ["spark-submit", "--conf", …]. False: it is none. */
bool conf_take_list(struct conf_scan *s, const struct conf_words *words);
/* `jvm`: Scala or Java; else Python. */
void conf_read_code(struct conf_scan *s, const struct conf_text *t, bool jvm);
void conf_read_notebook(struct conf_scan *s);
void conf_read_yaml(struct conf_scan *s, const struct conf_text *t);
void conf_read_json(struct conf_scan *s);
void conf_read_exec_forms(struct conf_scan *s);
/* Decode a JSON or Python string's inside; false past the arena's ceiling. */
bool conf_unescape(struct conf_scan *s, const struct conf_text *raw, struct conf_text *out);

/* --- the rules: lint_conf_setting.c, lint_conf_group.c; their texts: lint_conf_rules.c --- */
void conf_judge_settings(struct conf_scan *s);
void conf_judge_groups(struct conf_scan *s);

#endif

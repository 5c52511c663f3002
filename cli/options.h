/*
 * options.h - the one table of options: parsing, --help, the man page and shell completions.
 *
 * Parsing fills a plain struct and does nothing else; opening files comes after.
 */
#ifndef SPARKDX_CLI_OPTIONS_H
#define SPARKDX_CLI_OPTIONS_H

#include "base/base.h"
#include "base/str.h"
#include "patterns/pattern.h"

enum { PATTERN_DIRS_MAX = 16 };

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct options {
	struct str format;  /* name of a renderer */
	const char *output; /* NULL: standard output */
	struct str app;
	int64_t since_ms, until_ms; /* TIME_NONE */
	enum severity fail_on;	    /* SEVERITY_NONE: never */
	struct str pattern_dirs[PATTERN_DIRS_MAX];
	size_t pattern_dir_count;
	const char *spark_home; /* NULL: where one usually is */
	unsigned jobs;		/* 0: as many as there are processors */
	enum when color, progress;
	/* of lint */
	struct str select, ignore, baseline, write_baseline;
	bool fix, diff, list_rules;
	/* of verbs */
	struct str sort, limit;
	/* of repl */
	const char *commands, *script;
	bool safe, private;
	bool all, help, version;
	unsigned verbose;
	/* What is left: the command and its arguments, in argv. */
	char **words;
	size_t word_count;
};

enum option_type {
	OPTION_FLAG,
	OPTION_COUNT, /* may be repeated */
	OPTION_CHOICE,
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_DIRECTORY,
	OPTION_TIME,
	OPTION_NUMBER,
};

struct option_spec {
	const char *name; /* long form, without dashes */
	char letter;	  /* short form, or '\0' */
	enum option_type type;
	const char *value;	    /* shown in help, "FILE"; NULL for flags */
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE */
	const char *summary;	    /* one line, lower case, no full stop */
	/* False with a message in `why` (256 bytes): the value is not usable. */
	bool (*set)(struct options *o, const char *value, char *why);
};

extern const struct option_spec option_table[];
extern const size_t option_count;

/* False with a message in `why` (256 bytes): usage error. Reorders argv. */
bool options_parse(struct options *o, int argc, char **argv, char *why);

#endif

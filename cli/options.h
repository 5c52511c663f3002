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

/* Of an option that may be repeated. */
struct option_directories {
	struct str items[PATTERN_DIRS_MAX];
	size_t count;
};

/* Texts are arguments as they were given, NUL-terminated; empty (ptr NULL): not given. */
struct options {
	struct str format; /* name of a renderer */
	struct str output; /* empty: standard output */
	struct str app;
	int64_t since_ms, until_ms; /* TIME_NONE */
	enum severity fail_on;	    /* SEVERITY_NONE: never */
	struct option_directories pattern_dirs;
	struct str spark_home; /* empty: where one usually is */
	unsigned jobs;	       /* 0: as many as there are processors */
	enum when color, progress;
	/* of lint */
	struct str select, ignore, baseline, write_baseline;
	bool fix, diff, list_rules;
	/* of verbs */
	struct str sort, limit;
	/* of repl */
	struct str commands, script;
	bool safe, private;
	bool all, help, version;
	unsigned verbose;
	/* What is left: the command and its arguments, in argv. */
	char **words;
	size_t word_count;
};

/* What a value is, and so what the member of struct options is. */
enum option_type {
	OPTION_FLAG,	    /* bool */
	OPTION_COUNT,	    /* unsigned; may be repeated */
	OPTION_CHOICE,	    /* an enum, in the order of the choices */
	OPTION_NAME,	    /* struct str, one of the choices */
	OPTION_TEXT,	    /* struct str */
	OPTION_PATH,	    /* struct str */
	OPTION_DIRECTORY,   /* struct str */
	OPTION_DIRECTORIES, /* struct option_directories; may be repeated */
	OPTION_TIME,	    /* int64_t, epoch ms */
	OPTION_THREADS,	    /* unsigned */
};

struct option_spec {
	const char *name; /* long form, without dashes */
	char letter;	  /* short form, or '\0' */
	enum option_type type;
	const char *value;	    /* shown in help, "FILE"; NULL for flags */
	const char *const *choices; /* NULL-terminated, for OPTION_CHOICE and OPTION_NAME */
	size_t offset;		    /* of the member of struct options that takes it */
	const char *summary;	    /* one line, lower case, no full stop */
};

extern const struct option_spec option_table[];
extern const size_t option_count;

/* False with a message in `why` (256 bytes): usage error. Reorders argv. */
bool options_parse(struct options *o, int argc, char **argv, char *why);

#endif

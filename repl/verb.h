/*
 * verb.h - the one table of what can be asked in a session.
 *
 * A row drives dispatch, help and completion. Its examples are run by the tests.
 */
#ifndef SPARKDX_REPL_VERB_H
#define SPARKDX_REPL_VERB_H

#include "base/base.h"
#include "base/str.h"
#include "repl/session.h"

enum { VERB_ARGUMENTS_MAX = 3 };

/* What an argument is: how it is completed and checked. */
enum argument_type {
	ARGUMENT_NONE,
	ARGUMENT_PATH,
	ARGUMENT_FINDING, /* number or id */
	ARGUMENT_LOG,	  /* number or part of a name */
	ARGUMENT_APP,
	ARGUMENT_STAGE, /* "3", "3.1" */
	ARGUMENT_NUMBER,
	ARGUMENT_TIME,
	ARGUMENT_REGEX,
	ARGUMENT_CHOICE, /* one of the verb's choices */
	ARGUMENT_SETTING,
	ARGUMENT_EXPLAINED,
	ARGUMENT_VERB,
	ARGUMENT_VALUE, /* depends on the choice before it */
	ARGUMENT_TEXT,
	ARGUMENT_MARK,
	ARGUMENT_OPTION, /* of the session, see `set` */
	ARGUMENT_COLUMN, /* of the verb's table */
	ARGUMENT_TYPE_COUNT,
};

struct argument {
	const char *name; /* "FINDING" */
	enum argument_type type;
	bool optional;
	bool rest; /* all that follows, as one text with single blanks (or as several words) */
};

enum verb_flag {
	FLAG_SORT = 1,	    /* --sort COLUMN, a dash in front: descending */
	FLAG_LIMIT = 2,	    /* --limit N */
	FLAG_VERBOSE = 4,   /* -v */
	FLAG_NEEDS_RUN = 8, /* something must be open */
	FLAG_EVENTS = 16,   /* it must hold an event log */
	FLAG_UNSAFE = 32,   /* runs or writes something: off with --safe */
	FLAG_SAVE = 64,	    /* --save FILE */
	FLAG_COMMAND = 128, /* also a command of the command line: sparkdx VERB ARGUMENTS PATH... */
	FLAG_LOGS = 256,    /* looks at the logs, or reads them again */
};

struct flag {
	const char *name;
	unsigned bit;		  /* enum verb_flag: of the verbs that have it */
	enum argument_type value; /* ARGUMENT_NONE: it has none */
	const char *usage, *summary;
};

/* The flags a person can type. */
extern const struct flag flags[];
extern const size_t flag_count;
/* NULL: the word is no flag. */
const struct flag *flag_find(struct str name);

struct call {
	const struct verb *verb;
	const struct str *words; /* arguments, without flags */
	size_t count;
	struct str sort; /* empty: not given */
	struct str save; /* file that takes the answer; empty: not given */
	size_t limit;	 /* of the flag, else the session's */
	bool verbose;
};

enum verb_result { VERB_OK, VERB_NOTHING, VERB_TROUBLE };

struct verb {
	const char *name, *alias; /* alias: NULL, or a short name that is no prefix */
	const char *group;	  /* heading in help */
	const char *summary;	  /* one line, lower case, no full stop */
	const char *details;
	const char *const *examples; /* NULL-terminated; NULL: none */
	struct argument arguments[VERB_ARGUMENTS_MAX];
	const char *const *choices; /* of ARGUMENT_CHOICE, NULL-terminated */
	unsigned flags;
	enum verb_result (*run)(struct session *s, const struct call *c);
};

extern const struct verb verbs[];
extern const size_t verb_count;

/* By name, alias or unique prefix. NULL: *candidates (may be NULL) says how many begin so. */
const struct verb *verb_find(struct str name, size_t *candidates);
/* The name most like `name`, or NULL. */
const struct verb *verb_nearest(struct str name);
/* "grep REGEX", "why [FINDING]" */
void verb_usage(const struct verb *v, struct buf *out);
/* How many arguments it needs at least, and takes at most (SIZE_MAX: any number). */
size_t verb_arguments(const struct verb *v, size_t *most);

/* Run one command given as words; what is wrong with it goes to the session's diagnostics. */
enum verb_result verb_run(struct session *s, const struct str *words, size_t count);
/* Run all commands of a text; the result of the last that failed. */
enum verb_result verb_run_text(struct session *s, struct str text);

/* Names of what `set` sets, for completion; NULL behind the last. */
const char *session_setting_name(size_t i);
/* Show a table as the flags of the call want it sorted and cut. */
bool call_show(struct session *s, const struct call *c, struct table *t);
/* Argument `i` of the call, or the empty slice. */
struct str call_word(const struct call *c, size_t i);
/* All words from `i` on with single blanks, in the arena. */
struct str call_rest(const struct call *c, size_t i, struct arena *arena);
/* A number of 1 to `most`; false and a message when it is none. */
bool call_number(struct session *s, struct str word, uint64_t most, size_t *number);

#endif

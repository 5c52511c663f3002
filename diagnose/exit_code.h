/*
 * exit_code.h - what the exit status of a process of a Spark run says, and which log settles it.
 *
 * One constant table. A status may have several rows, one for each kind of process that uses it
 * with a meaning of its own; rows of one status stand together. Above 128 a status is 128 plus the
 * number of a signal; negative ones are YARN's own and never those of a process.
 */
#ifndef SPARKDX_DIAGNOSE_EXIT_CODE_H
#define SPARKDX_DIAGNOSE_EXIT_CODE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

struct exit_code {
	int code;
	const char *who;     /* the process: "executor", "YARN container" */
	const char *meaning; /* what it says, no full stop */
	const char *cause;   /* what usually is behind it */
	const char *log;     /* where the reason stands */
	const char *id;	     /* the finding that tells it, or NULL */
};

extern const struct exit_code exit_code_table[];
extern const size_t exit_code_count;

/*
 * Read "143", "-100", "exit 52", "exit code 137", "status: 1", "SIGKILL", "signal 9"; a signal is
 * the status 128 + its number. False when the text is none of these.
 */
bool exit_code_parse(struct str text, int *code);

/* Append all that is known about a status; any number has an answer. False past the ceiling. */
bool exit_code_explain(int code, struct buf *out) MUST_USE;

#endif

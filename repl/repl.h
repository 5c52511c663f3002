/*
 * repl.h - a session with a person, a script or a pipe.
 */
#ifndef SPARKDX_REPL_REPL_H
#define SPARKDX_REPL_REPL_H

#include "repl/session.h"
#include "repl/verb.h"

struct repl_options {
	struct session_options session; /* its diagnose.cancel is set here */
	enum show_format format;
	struct render_options render;
	const struct str *paths; /* to open first */
	size_t path_count;
	const char *commands; /* to run instead of asking for some; NULL */
	const char *script;   /* file of commands; NULL */
	/* One command as words, its name first, instead of all that; shows everything. */
	const struct str *words;
	size_t word_count;
	FILE *out;
};

/* The result of the last command that did not succeed. Asks for commands when standard input and
 * `out` are a terminal, else reads them from standard input. */
enum verb_result repl_run(const struct repl_options *o, struct diag_sink *diags);

#endif

/*
 * repl.h - the command `repl`.
 */
#ifndef SPARKDX_CLI_REPL_H
#define SPARKDX_CLI_REPL_H

#include "cli/commands.h"

/* A verb of a session, once: its arguments, then what to read. */
enum exit_status run_verb(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags);
enum exit_status run_repl(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags);

#endif

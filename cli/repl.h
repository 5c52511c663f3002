/*
 * repl.h - the command `repl`.
 */
#ifndef SPARKDX_CLI_REPL_H
#define SPARKDX_CLI_REPL_H

#include "cli/commands.h"

enum exit_status run_repl(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags);

#endif

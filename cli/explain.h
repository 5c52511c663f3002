/*
 * explain.h - the command `explain`.
 */
#ifndef SPARKDX_CLI_EXPLAIN_H
#define SPARKDX_CLI_EXPLAIN_H

#include "base/diag.h"
#include "cli/commands.h"
#include "patterns/matcher.h"

enum exit_status run_explain(const struct options *o, char **words, size_t count, FILE *out,
			     struct diag_sink *diags);

/* Say that there is no `word`, and what is nearest. */
void cli_unknown(const struct matcher *m, const char *word, struct diag_sink *diags);

#endif

/*
 * lint.h - the front of diagnose/lint_run.h.
 */
#ifndef SPARKDX_CLI_LINT_H
#define SPARKDX_CLI_LINT_H

#include "cli/commands.h"

enum exit_status run_lint(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags);

#endif

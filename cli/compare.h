/*
 * compare.h - the command that says what changed between two runs.
 */
#ifndef SPARKDX_CLI_COMPARE_H
#define SPARKDX_CLI_COMPARE_H

#include "cli/commands.h"

enum exit_status run_compare(const struct options *o, char **words, size_t count, FILE *out,
			     struct diag_sink *diags);

#endif

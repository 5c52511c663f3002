/*
 * diagnose.h - the commands that read a run: `diagnose` and the views.
 */
#ifndef SPARKDX_CLI_DIAGNOSE_H
#define SPARKDX_CLI_DIAGNOSE_H

#include "base/buf.h"
#include "cli/commands.h"
#include "diagnose/diagnosis.h"
#include "diagnose/render.h"
#include "diagnose/table.h"

#include <time.h>

#define CLI_OUTPUT_BYTES_MAX ((size_t)1 << 30)

/* Words of the command line as the paths of a diagnosis; free them. */
struct str *cli_paths(char **words, size_t count);
/* What the options say of reading; without paths. `progress` is zeroed. */
struct cli_progress;
struct diagnose_options cli_diagnose_options(const struct options *o,
					     struct cli_progress *progress);
/* Read and reason with progress on standard error; NULL (and a diagnostic) without a path. */
struct diagnosis *cli_diagnose(const struct options *o, char **words, size_t count,
			       struct diag_sink *diags);
/* Progress on standard error. */
struct cli_progress {
	int64_t next_ms; /* when to show it again, CLOCK_MONOTONIC; 0: not begun */
	bool shown;
};
/* Clears it. */
void cli_end_progress(void *context);
struct render_options cli_render_options(const struct options *o, FILE *out);
/* False: main() says why when it closes the stream. */
bool cli_write(FILE *out, const struct buf *text);
/* Text, JSON or CSV: is it one of them? */
bool cli_has_table_format(const struct options *o, const char *what, struct diag_sink *diags);
/* Print a table and, in text, `remark` (NULL: none). */
enum exit_status cli_show_table(const struct table *t, const char *remark, const struct options *o,
				FILE *out, struct diag_sink *diags);

enum exit_status run_diagnose(const struct options *o, char **words, size_t count, FILE *out,
			      struct diag_sink *diags);

#endif

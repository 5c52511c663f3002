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

/* Read and reason with progress on standard error; NULL (and a diagnostic) without a path. */
struct diagnosis *cli_diagnose(const struct options *o, char **words, size_t count,
			       struct diag_sink *diags);
/* Progress on standard error; `context` is a struct cli_progress, zeroed before. */
struct cli_progress {
	struct timespec began;
	bool shown;
};
void cli_show_progress(void *context, uint64_t bytes_read, uint64_t bytes_total);
/* Clears it. */
void cli_end_progress(void *context);
bool cli_wants_progress(const struct options *o);
struct render_options cli_render_options(const struct options *o, FILE *out);
/* False: main() says why when it closes the stream. */
bool cli_write(FILE *out, const struct buf *text);
/* Text, JSON or CSV: is it one of them, and append the table as it; false past the ceiling. */
bool cli_has_table_format(const struct options *o, const char *what, struct diag_sink *diags);
bool cli_table(const struct table *t, const struct options *o, FILE *out,
	       struct buf *text) MUST_USE;

enum exit_status run_diagnose(const struct options *o, char **words, size_t count, FILE *out,
			      struct diag_sink *diags);
/* One command per view of diagnose/view.h, of the same name. */
enum exit_status run_view(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags);

#endif

#include "base/base.h"
#include "cli/repl.h"

#include "cli/diagnose.h"
#include "repl/repl.h"

enum exit_status run_repl(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags)
{
	static const enum exit_status statuses[] = { [VERB_OK] = EXIT_NOTHING,
						     [VERB_NOTHING] = EXIT_SOMETHING,
						     [VERB_TROUBLE] = EXIT_TROUBLE };
	struct cli_progress progress = { .shown = false };
	struct str *paths = cli_paths(words, count);
	struct repl_options r = {
		.session = { .diagnose = cli_diagnose_options(o, &progress),
			     .spark_home = o->spark_home,
			     .safe = o->safe,
			     .private = o->private,
			     .progress_end = cli_end_progress },
		.render = cli_render_options(o, out),
		.paths = paths,
		.path_count = count,
		.commands = o->commands,
		.script = o->script,
		.out = out,
	};
	enum exit_status status = EXIT_TROUBLE;

	if (show_format_find(o->format, &r.format))
		status = statuses[repl_run(&r, diags)];
	else
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "a session has no format " STR_FMT, STR_ARG(o->format));
	free(paths);
	return status;
}

#include "base/base.h"
#include "cli/repl.h"

#include "cli/diagnose.h"
#include "repl/repl.h"

#include <unistd.h>

static bool find_format(const struct options *o, enum show_format *format)
{
	static const char *const names[] = {
		[SHOW_TEXT] = "text", [SHOW_JSON] = "json", [SHOW_CSV] = "csv"
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(o->format, str_from(names[i]))) {
			*format = (enum show_format)i;
			return true;
		}
	return false;
}

enum exit_status run_repl(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags)
{
	static const enum exit_status statuses[] = { [VERB_OK] = EXIT_NOTHING,
						     [VERB_NOTHING] = EXIT_SOMETHING,
						     [VERB_TROUBLE] = EXIT_TROUBLE };
	struct cli_progress progress = { .shown = false };
	struct str *paths = calloc(count + 1, sizeof(*paths));
	struct repl_options r = {
		.session = { .pattern_dirs = o->pattern_dirs,
			     .pattern_dir_count = o->pattern_dir_count,
			     .spark_home = o->spark_home,
			     .app = o->app,
			     .since_ms = o->since_ms,
			     .until_ms = o->until_ms,
			     .jobs = o->jobs ? o->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
			     .safe = o->safe,
			     .private = o->private,
			     .progress = cli_wants_progress(o) ? cli_show_progress : NULL,
			     .progress_end = cli_end_progress,
			     .progress_context = &progress },
		.render = cli_render_options(o, out),
		.paths = paths,
		.path_count = count,
		.commands = o->commands,
		.script = o->script,
		.out = out,
	};
	enum exit_status status = EXIT_TROUBLE;

	if (!paths)
		die_no_memory();
	for (size_t i = 0; i < count; i++)
		paths[i] = str_from(words[i]);
	if (find_format(o, &r.format))
		status = statuses[repl_run(&r, diags)];
	else
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "a session has no format " STR_FMT, STR_ARG(o->format));
	free(paths);
	return status;
}

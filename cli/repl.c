#include "base/base.h"
#include "cli/repl.h"

#include "base/limits.h"
#include "cli/diagnose.h"
#include "repl/repl.h"

#include <glob.h>
#include <unistd.h>

static enum exit_status run(const struct options *o, struct repl_options *r, char **paths,
			    size_t path_count, FILE *out, struct diag_sink *diags)
{
	static const enum exit_status statuses[] = { [VERB_OK] = EXIT_NOTHING,
						     [VERB_NOTHING] = EXIT_SOMETHING,
						     [VERB_TROUBLE] = EXIT_TROUBLE };
	struct cli_progress progress = { .shown = false };
	struct str *names = cli_paths(paths, path_count);
	enum exit_status status = EXIT_TROUBLE;

	r->session = (struct session_options){ .diagnose = cli_diagnose_options(o, &progress),
					       .spark_home = o->spark_home.ptr,
					       .safe = o->safe,
					       .private = o->private,
					       .progress_end = cli_end_progress };
	r->render = cli_render_options(o, out);
	/* A verb is told itself. */
	if (r->word_count && o->verbose)
		r->render.verbose--;
	r->paths = names;
	r->path_count = path_count;
	r->out = out;
	if (show_format_find(o->format, &r->format))
		status = statuses[repl_run(r, diags)];
	else
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "%s has no format " STR_FMT ", but text, json, csv", o->words[0],
			    STR_ARG(o->format));
	free(names);
	return status;
}

enum exit_status run_repl(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags)
{
	struct repl_options r = { .commands = o->commands.ptr, .script = o->script.ptr };

	return run(o, &r, words, count, out, diags);
}

/* --- one verb -------------------------------------------------------------------------------- */

static bool is_path(const char *word)
{
	glob_t found;
	bool is = !strcmp(word, "-") || !access(word, F_OK);

	if (!is && !glob(word, GLOB_NOSORT, NULL, &found)) {
		is = true;
		globfree(&found);
	}
	return is;
}

/* What the verb needs comes first; of what it may have, all before the first word that is a path.
 */
static size_t count_arguments(const struct verb *v, char **words, size_t count)
{
	size_t most, n = verb_arguments(v, &most);

	while (n < count && n < most && !is_path(words[n]))
		n++;
	return n;
}

static void add_flag(struct repl_options *r, struct str *words, struct buf *text, const char *name,
		     struct str value)
{
	size_t from = text->len;

	if (value.len && buf_addf(text, "%s=" STR_FMT, name, STR_ARG(value)))
		words[r->word_count++] = str_skip(buf_str(text), from);
}

enum exit_status run_verb(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags)
{
	const struct verb *v = verb_find(str_from(o->words[0]), NULL);
	size_t given = count_arguments(v, words, count);
	struct str all[LIMIT_COMMAND_WORDS] = { str_from(v->name) };
	struct repl_options r = { .words = all, .word_count = 1 };
	struct buf text = BUF_INIT(2 * LIMIT_COMMAND_BYTES);
	enum exit_status status = EXIT_TROUBLE;

	if (given >= count) {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    count ? "%s: what should it read? There is no %.200s"
				  : "%s: what should it read?%.0s",
			    v->name, count ? words[count - 1] : "");
	} else if (given + 5 > LIMIT_COMMAND_WORDS ||
		   !buf_reserve(&text, o->sort.len + o->limit.len + 64)) {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "too many words for %s",
			    v->name);
	} else {
		add_flag(&r, all, &text, "--sort", o->sort);
		add_flag(&r, all, &text, "--limit", o->limit);
		if (o->verbose && v->flags & FLAG_VERBOSE)
			all[r.word_count++] = STR("-v");
		all[r.word_count++] = STR("--");
		for (size_t i = 0; i < given; i++)
			all[r.word_count++] = str_from(words[i]);
		status = run(o, &r, words + given, count - given, out, diags);
	}
	buf_release(&text);
	return status;
}

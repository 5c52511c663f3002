/* sparkdx lint: the thin front of diagnose/lint_run.h. */
#include "base/base.h"
#include "cli/lint.h"

#include "base/buf.h"
#include "cli/diagnose.h"
#include "diagnose/lint_run.h"

#include <unistd.h>

static void list_rules(FILE *out)
{
	for (size_t i = 0; i < lint_rule_count(); i++) {
		const struct lint_rule *rule = lint_rule_at(i);

		fprintf(out, "%s\t%s\t%s%s\t%s\n", rule->id, rule->family,
			severity_name(rule->severity), rule->off ? " (off)" : "", rule->title);
	}
}

/* 1 when something at or above --fail-on is left. */
static enum exit_status status_of(const struct options *o, const struct lint_result *r,
				  const struct diag_sink *diags)
{
	if (r->trouble || diags->count[DIAG_ERROR])
		return EXIT_TROUBLE;
	for (size_t i = 0; i < r->count; i++)
		if (o->fail_on != SEVERITY_NONE && r->items[i].rule->severity >= o->fail_on)
			return EXIT_SOMETHING;
	return EXIT_NOTHING;
}

/* Show what the safe edits change; with --fix, change it. Returns false when that is all. */
static bool fix(const struct options *o, const struct lint_result *r, FILE *out,
		struct diag_sink *diags)
{
	struct buf diff = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	/* The report stays alone on standard output. */
	FILE *to = o->fix ? stderr : out;
	size_t cured;

	if (!lint_fix_diff(r, &diff, diags))
		diag_report(diags, DIAG_ERROR, "limit-output", STR(""), 0,
			    "the diff is not complete");
	(void)cli_write(to, &diff);
	fflush(to);
	if (o->fix && diff.len) {
		cured = lint_fix_apply(r, diags);
		fprintf(stderr, "sparkdx: %zu report%s cured\n", cured, cured == 1 ? "" : "s");
	}
	buf_release(&diff);
	return o->fix;
}

static enum exit_status show(const struct options *o, const struct lint_result *r, FILE *out,
			     struct diag_sink *diags)
{
	const struct lint_renderer *renderer = lint_renderer_find(o->format);
	struct buf text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	enum exit_status status = status_of(o, r, diags);

	if (!renderer->render(r, &text)) {
		diag_report(diags, DIAG_ERROR, "limit-output", STR(""), 0,
			    "the answer is too large to print");
		status = EXIT_TROUBLE;
	}
	if (!cli_write(out, &text))
		status = EXIT_TROUBLE; /* main() says why when it closes the stream */
	buf_release(&text);
	return status;
}

/* --diff exits as the formatters do: 1 when it would change something. */
static enum exit_status status_of_diff(const struct lint_result *r, const struct diag_sink *diags)
{
	if (r->trouble || diags->count[DIAG_ERROR])
		return EXIT_TROUBLE;
	return r->fixable ? EXIT_SOMETHING : EXIT_NOTHING;
}

static enum exit_status lint(const struct options *o, const struct lint_options *options, FILE *out,
			     struct diag_sink *diags)
{
	struct lint_result *r = lint_run(options, diags);
	enum exit_status status;

	if (o->write_baseline.len) {
		status = lint_baseline_write(r, o->write_baseline, diags) && !r->trouble
				 ? EXIT_NOTHING
				 : EXIT_TROUBLE;
		if (status == EXIT_NOTHING)
			fprintf(stderr, "sparkdx: %zu reports written to " STR_FMT "\n", r->count,
				STR_ARG(o->write_baseline));
		lint_result_free(r);
		return status;
	}
	if (o->fix || o->diff) {
		if (!fix(o, r, out, diags)) {
			status = status_of_diff(r, diags);
			lint_result_free(r);
			return status;
		}
		/* What is reported is what is true of the files as they are now. */
		if (r->fixable) {
			lint_result_free(r);
			r = lint_run(options, diags);
		}
	}
	status = show(o, r, out, diags);
	lint_result_free(r);
	return status;
}

static bool usable(const struct options *o, size_t count, struct diag_sink *diags)
{
	const char *why = NULL;

	if (!lint_renderer_find(o->format))
		why = "lint prints text, json, sarif, junit or github";
	else if (o->fix && o->diff)
		why = "--fix changes files, --diff only shows it: choose one";
	else if (!count)
		why = "nothing to lint: name files or directories";
	if (why)
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "%s", why);
	return !why;
}

enum exit_status run_lint(const struct options *o, char **words, size_t count, FILE *out,
			  struct diag_sink *diags)
{
	struct str *paths = calloc(count ? count : 1, sizeof(*paths));
	struct lint_options options = {
		.paths = paths,
		.path_count = count,
		.select = o->select,
		.ignore = o->ignore,
		.baseline = o->baseline,
		.pattern_dirs = o->pattern_dirs.items,
		.pattern_dir_count = o->pattern_dirs.count,
		.jobs = o->jobs ? o->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
	};
	enum exit_status status = EXIT_TROUBLE;

	if (!paths)
		die_no_memory();
	for (size_t i = 0; i < count; i++)
		paths[i] = str_from(words[i]);
	if (o->list_rules) {
		list_rules(out);
		status = EXIT_NOTHING;
	} else if (usable(o, count, diags)) {
		status = lint(o, &options, out, diags);
	}
	free(paths);
	return status;
}

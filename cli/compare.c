#include "base/base.h"
#include "cli/compare.h"

#include "cli/diagnose.h"
#include "diagnose/compare.h"

static enum exit_status write_comparison(const struct diagnosis *before,
					 const struct diagnosis *after, const struct options *o,
					 FILE *out, struct diag_sink *diags)
{
	enum exit_status status;
	struct table t;

	compare_table(before, after, &t);
	status = cli_show_table(&t, compare_differs(&t) ? NULL : "no differences", o, out, diags);
	table_release(&t);
	return status;
}

/* With nothing on one side, everything would look like a difference. */
static bool has_something(const struct diagnosis *d, const char *word, struct diag_sink *diags)
{
	if (d->bytes_read)
		return true;
	if (!diags->count[DIAG_ERROR])
		diag_report(diags, DIAG_ERROR, "no-logs", str_from(word), 0,
			    "there is nothing in it to compare with");
	return false;
}

enum exit_status run_compare(const struct options *o, char **words, size_t count, FILE *out,
			     struct diag_sink *diags)
{
	struct diagnosis *before, *after;
	enum exit_status status = EXIT_TROUBLE;

	if (count != 2) {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "compare takes two inputs: the run before and the run after");
		return EXIT_TROUBLE;
	}
	if (!cli_has_table_format(o, "a comparison", diags))
		return EXIT_TROUBLE;
	before = cli_diagnose(o, words, 1, diags);
	after = cli_diagnose(o, words + 1, 1, diags);
	if (before && after && has_something(before, words[0], diags) &&
	    has_something(after, words[1], diags)) {
		status = write_comparison(before, after, o, out, diags);
		if (before->input_trouble || after->input_trouble || diags->count[DIAG_ERROR])
			status = EXIT_TROUBLE;
	}
	diagnosis_free(before);
	diagnosis_free(after);
	return status;
}

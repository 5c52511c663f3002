#include "base/base.h"
#include "cli/explain.h"

#include "base/buf.h"
#include "base/limits.h"
#include "cli/diagnose.h"
#include "diagnose/explain.h"

void cli_unknown(const struct matcher *m, const char *word, struct diag_sink *diags)
{
	struct str near = explain_nearest(m, str_from(word));

	if (near.len)
		diag_report(diags, DIAG_ERROR, "unknown-id", STR(""), 0,
			    "nothing is called %.60s; nearest is " STR_FMT, word, STR_ARG(near));
	else
		diag_report(diags, DIAG_ERROR, "unknown-id", STR(""), 0,
			    "nothing is known of %.60s; `sparkdx explain` says what can be asked",
			    word);
}

/* What follows the ceiling is not read. */
static bool read_all(FILE *in, struct buf *text)
{
	for (;;) {
		size_t room = text->bytes_max - text->len, n;
		char *into;

		if (room > 4096)
			room = 4096;
		into = room ? buf_reserve(text, room) : NULL;
		n = into ? fread(into, 1, room, in) : 0;
		text->len += n;
		if (!n)
			return !ferror(in);
	}
}

/* The words as one text, or what standard input says. */
static bool collect(char **words, size_t count, struct buf *text)
{
	if (count == 1 && !strcmp(words[0], "-"))
		return read_all(stdin, text);
	for (size_t i = 0; i < count; i++)
		if ((i && !buf_add_char(text, ' ')) || !buf_add(text, str_from(words[i])))
			return false;
	return true;
}

enum exit_status run_explain(const struct options *o, char **words, size_t count, FILE *out,
			     struct diag_sink *diags)
{
	struct buf what = BUF_INIT(LIMIT_PASTE_BYTES), text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	struct matcher *m = matcher_new(o->pattern_dirs.items, o->pattern_dirs.count, diags);
	enum exit_status status = EXIT_TROUBLE;
	bool found = false;

	if (!collect(words, count, &what)) {
		diag_report(diags, DIAG_ERROR, "input-failed", STR(""), 0,
			    "the text to explain cannot be read, or is too long");
	} else {
		found = count ? explain(m, buf_str(&what), o->spark_home.ptr, &text, diags)
			      : explain_list(m, &text);
		if (!found)
			cli_unknown(m, count == 1 ? words[0] : "this text", diags);
	}
	if (found && cli_write(out, &text))
		status = EXIT_NOTHING;
	matcher_free(m);
	buf_release(&what);
	buf_release(&text);
	return status;
}

/* --format markdown: for tickets and chats. Evidence stands in code blocks, so it stays as it is.
 */
#include "base/base.h"
#include "diagnose/render_formats.h"

enum { EVIDENCE_SHOWN = 3, ALSO_SHOWN = 8 };

/* Markdown's own signs in text from a log mean nothing. */
static bool add_inline(struct buf *out, struct str s)
{
	struct buf safe = BUF_INIT((size_t)1 << 20);
	struct str line, rest = s;
	bool ok = true, more = true;

	/* Catalogue texts are wrapped where they were written. */
	while (ok && more) {
		more = str_cut(rest, '\n', &line, &rest);
		ok = render_safe(&safe, line) && (!more || !rest.len || buf_add_char(&safe, ' '));
	}
	for (size_t i = 0; ok && i < safe.len; i++) {
		char c = safe.ptr[i];

		if (strchr("\\`*_{}[]<>#|~", c))
			ok = buf_add_char(out, '\\');
		ok = ok && buf_add_char(out, c);
	}
	buf_release(&safe);
	return ok;
}

/* A fence longer than any run of backticks inside. */
static bool add_code(struct buf *out, const struct evidence *e)
{
	struct buf safe = BUF_INIT((size_t)1 << 20);
	bool ok = render_safe(&safe, e->text);
	size_t run = 0, longest = 2;

	for (size_t i = 0; i < safe.len; i++) {
		run = safe.ptr[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	ok = ok && buf_add(out, STR("`")) && render_safe(out, e->source) &&
	     buf_addf(out, ":%" PRIu32 "`\n\n", e->line);
	for (size_t i = 0; ok && i <= longest; i++)
		ok = buf_add_char(out, '`');
	ok = ok && buf_add_char(out, '\n') && buf_add(out, buf_str(&safe)) &&
	     buf_add_char(out, '\n');
	for (size_t i = 0; ok && i <= longest; i++)
		ok = buf_add_char(out, '`');
	buf_release(&safe);
	return ok && buf_add(out, STR("\n\n"));
}

static bool add_fix(struct buf *out, const struct fix *x)
{
	bool ok = buf_add(out, STR("- ")) && add_inline(out, x->text);

	for (size_t i = 0; ok && i < x->set_count; i++)
		ok = buf_add(out, STR(" `--conf ")) && render_safe(out, x->set[i].key) &&
		     buf_add_char(out, '=') && render_safe(out, x->set[i].value) &&
		     buf_add_char(out, '`');
	if (ok && x->now.len)
		ok = buf_add(out, STR(" (now ")) && add_inline(out, x->now) &&
		     buf_add_char(out, ')');
	if (ok && x->computed_from.len)
		ok = buf_add(out, STR(". From: ")) && add_inline(out, x->computed_from);
	return ok && buf_add_char(out, '\n');
}

static bool add_main(struct buf *out, const struct diagnosis *d, size_t i)
{
	const struct finding *f = &d->findings[i];
	bool ok = buf_addf(out, "## %s: ", render_headline(d, f)) && add_inline(out, f->title) &&
		  buf_addf(out, "\n\n`" STR_FMT "`, confidence %.2f, seen %" PRIu64 "x\n\n",
			   STR_ARG(f->id), f->confidence, f->count);

	if (ok && f->why.len)
		ok = add_inline(out, f->why) && buf_add(out, STR("\n\n"));
	if (ok && f->user_frame.len)
		ok = buf_add(out, STR("Your code: ")) && add_inline(out, f->user_frame) &&
		     buf_add(out, STR("\n\n"));
	ok = ok && buf_add(out, STR("### Proof\n\n"));
	for (size_t k = 0; ok && k < f->evidence_count && k < EVIDENCE_SHOWN; k++)
		ok = add_code(out, &f->evidence[k]);
	if (ok && f->fix_count)
		ok = buf_add(out, STR("### Fix\n\n"));
	for (size_t k = 0; ok && k < f->fix_count; k++)
		ok = add_fix(out, &f->fixes[k]);
	if (ok && f->explains_count)
		ok = buf_add(out, STR("\n### Chain\n\n`")) && render_chain(out, d, i) &&
		     buf_add(out, STR("`\n"));
	return ok;
}

static bool add_also(struct buf *out, const struct diagnosis *d, const struct finding *root)
{
	bool ok = true;
	size_t shown = 0;

	for (size_t i = 0; ok && i < d->finding_count && shown < ALSO_SHOWN; i++) {
		const struct finding *f = &d->findings[i];

		if (f == root || f->role == ROLE_NOISE)
			continue;
		if (!shown++)
			ok = buf_add(out, STR("\n## Also\n\n"));
		ok = ok && buf_add(out, STR("- ")) && add_inline(out, f->title) &&
		     buf_addf(out, " (`" STR_FMT "`, %" PRIu64 "x)\n", STR_ARG(f->id), f->count);
	}
	return ok;
}

bool render_markdown(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	const struct finding *root = diagnosis_root(d);
	bool ok = true;

	(void)o;
	for (size_t i = 0; ok && d->lines_read && i < d->application_count; i++) {
		struct buf line = BUF_INIT((size_t)1 << 16);

		ok = render_identity(&line, &d->applications[i]) && buf_add(out, STR("# ")) &&
		     add_inline(out, buf_str(&line)) &&
		     buf_addf(out, ": %s\n\n", outcome_name(d->applications[i].outcome));
		buf_release(&line);
	}
	if (ok && root)
		ok = add_main(out, d, (size_t)(root - d->findings)) && add_also(out, d, root);
	else if (ok)
		ok = buf_add(out, d->lines_read ? STR("Nothing to report.\n")
						: STR("Nothing was recognised as a log.\n"));
	for (size_t i = 0; ok && i < d->absent_count; i++)
		ok = buf_add(out, i ? STR("- ") : STR("\n## Not here\n\n- ")) &&
		     add_inline(out, d->absent[i]) && buf_add_char(out, '\n');
	return ok;
}

/* --format markdown: for tickets and chats. Evidence stands in code blocks, so it stays as it is.
 */
#include "base/base.h"
#include "diagnose/render_formats.h"

enum { EVIDENCE_SHOWN = 3, ALSO_SHOWN = 8 };

/* What would begin a list, a heading or a rule at the start of a block. */
static bool begins_block(struct str s, size_t i)
{
	bool ends_word = i + 1 == s.len || s.ptr[i + 1] == ' ';
	size_t digits = 0;

	if (!i && strchr("-+=", s.ptr[0]))
		return true;
	while (digits < i && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	return i && digits == i && ends_word && (s.ptr[i] == '.' || s.ptr[i] == ')');
}

/* What is taken for an address without any sign around it, up to the character that makes it one.
 */
static bool begins_link(struct str s, size_t i)
{
	static const char *const heads[] = { "http", "https", "ftp", "www" };
	struct str before = { s.ptr, i };

	for (size_t k = 0; k < ARRAY_LEN(heads); k++) {
		size_t len = strlen(heads[k]);

		if (before.len >= len &&
		    str_eq_any_case(str_skip(before, i - len), str_from(heads[k])))
			return s.ptr[i] == '.' || str_starts_with(str_skip(s, i), STR("://"));
	}
	return false;
}

/* Markdown's own signs in text from a log mean nothing, nor do its entities and bare addresses. */
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

		if (strchr("\\`*_{}[]<>#|~&", c) || begins_block(buf_str(&safe), i) ||
		    begins_link(buf_str(&safe), i))
			ok = buf_add_char(out, '\\');
		ok = ok && buf_add_char(out, c);
	}
	buf_release(&safe);
	return ok;
}

/* More backticks than any run of them inside, at least `least`. */
static bool add_fence(struct buf *out, struct str inside, size_t least)
{
	size_t run = 0, longest = least - 1;
	bool ok = true;

	for (size_t i = 0; i < inside.len; i++) {
		run = inside.ptr[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	for (size_t i = 0; ok && i <= longest; i++)
		ok = buf_add_char(out, '`');
	return ok;
}

/* `text` as code in a line; it is safe already. */
static bool add_span(struct buf *out, struct str text)
{
	/* One blank at either end is not shown, and keeps a backtick away from the fence. */
	struct str gap = str_count(text, '`') ? STR(" ") : STR("");

	return add_fence(out, text, 1) && buf_add(out, gap) && buf_add(out, text) &&
	       buf_add(out, gap) && add_fence(out, text, 1);
}

static bool add_code(struct buf *out, const struct evidence *e)
{
	struct buf text = BUF_INIT((size_t)1 << 20), source = BUF_INIT((size_t)1 << 20);
	bool ok = render_safe(&source, e->source) && buf_addf(&source, ":%" PRIu32, e->line) &&
		  add_span(out, buf_str(&source)) && buf_add(out, STR("\n\n")) &&
		  render_safe(&text, e->text) && add_fence(out, buf_str(&text), 3) &&
		  buf_add_char(out, '\n') && buf_add(out, buf_str(&text)) &&
		  buf_add_char(out, '\n') && add_fence(out, buf_str(&text), 3) &&
		  buf_add(out, STR("\n\n"));

	buf_release(&text);
	buf_release(&source);
	return ok;
}

static bool add_setting(struct buf *out, const struct fix_setting *s)
{
	struct buf text = BUF_INIT((size_t)1 << 20);
	bool ok = buf_add(&text, STR("--conf ")) && render_safe(&text, s->key) &&
		  buf_add_char(&text, '=') && render_safe(&text, s->value) &&
		  buf_add_char(out, ' ') && add_span(out, buf_str(&text));

	buf_release(&text);
	return ok;
}

static bool add_fix(struct buf *out, const struct fix *x)
{
	bool ok = buf_add(out, STR("- ")) && add_inline(out, x->text);

	for (size_t i = 0; ok && i < x->set_count; i++)
		ok = add_setting(out, &x->set[i]);
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

/*
 * --format conf: the settings of the first finding's fixes, ready to paste behind spark-submit, and
 * as comments in the form of spark-defaults.conf. Empty when no setting cures it.
 */
#include "base/base.h"
#include "diagnose/render_formats.h"

/* A word the shell takes as it is, else in single quotes. */
static bool put_word(struct buf *out, struct str value)
{
	bool plain = value.len > 0, ok;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			 (c >= '0' && c <= '9') || (c && strchr("_-./:=,+@%", c));
	}
	if (plain)
		return render_safe(out, value);
	ok = buf_add_char(out, '\'');
	for (size_t i = 0; ok && i < value.len; i++)
		ok = value.ptr[i] == '\'' ? buf_add(out, STR("'\\''"))
					  : render_safe(out, (struct str){ value.ptr + i, 1 });
	return ok && buf_add_char(out, '\'');
}

static bool put_setting(struct buf *out, const struct fix_setting *s, bool in_file, bool first)
{
	if (in_file)
		return buf_add(out, STR("# ")) && render_safe(out, s->key) &&
		       buf_add_char(out, ' ') && render_safe(out, s->value) &&
		       buf_add_char(out, '\n');
	return buf_add(out, first ? STR("--conf ") : STR(" \\\n--conf ")) &&
	       render_safe(out, s->key) && buf_add_char(out, '=') && put_word(out, s->value);
}

bool render_settings(struct buf *out, const struct finding *f, bool in_file, bool *any)
{
	bool ok = true;

	*any = false;
	for (size_t i = 0; ok && i < f->fix_count; i++) {
		const struct fix *x = &f->fixes[i];

		/* One of several ways is enough: the first, which is the best. */
		for (size_t k = 0; ok && k < x->set_count && (!x->instead || !*any || k); k++) {
			ok = put_setting(out, &x->set[k], in_file, !*any);
			*any = true;
		}
	}
	return ok;
}

bool render_conf(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	const struct finding *f = diagnosis_root(d);
	bool any = false;
	bool ok = !f || render_settings(out, f, false, &any);

	(void)o;
	if (ok && any)
		return buf_add(out, STR("\n\n# the same for spark-defaults.conf:\n")) &&
		       render_settings(out, f, true, &any);
	if (ok)
		ok = f ? buf_add(out, STR("# ")) && buf_add(out, f->id) &&
				     buf_add(out,
					     STR(": no setting cures this; see --format text\n"))
		       : buf_add(out, STR("# nothing to change\n"));
	return ok;
}

/*
 * --format conf: the settings of the first finding's fixes, ready to paste behind spark-submit, and
 * as comments in the form of spark-defaults.conf. Empty when no setting cures it.
 */
#include "base/base.h"
#include "diagnose/render_formats.h"

bool render_conf(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	const struct finding *f = diagnosis_root(d);
	bool ok = true, any = false;

	(void)o;
	for (int pass = 0; f && pass < 2; pass++) {
		for (size_t i = 0; ok && i < f->fix_count; i++)
			for (size_t k = 0; ok && k < f->fixes[i].set_count; k++) {
				const struct fix_setting *s = &f->fixes[i].set[k];

				ok = buf_add(out, pass	? STR("# ")
						  : any ? STR(" \\\n--conf ")
							: STR("--conf ")) &&
				     render_safe(out, s->key) &&
				     buf_add(out, pass ? STR(" ") : STR("=")) &&
				     render_safe(out, s->value) &&
				     (!pass || buf_add_char(out, '\n'));
				any = true;
			}
		if (ok && !pass && any)
			ok = buf_add(out, STR("\n\n# the same for spark-defaults.conf:\n"));
		if (!any)
			break;
	}
	if (ok && !any)
		ok = f ? buf_add(out, STR("# ")) && buf_add(out, f->id) &&
				     buf_add(out,
					     STR(": no setting cures this; see --format text\n"))
		       : buf_add(out, STR("# nothing to change\n"));
	return ok;
}

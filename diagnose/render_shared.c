#include "base/base.h"
#include "diagnose/render_formats.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "diagnose/mask.h"

bool render_safe(struct buf *out, struct str s)
{
	struct buf masked = BUF_INIT((size_t)1 << 20);
	bool ok = mask_secrets(&masked, s) && utf8_escape(out, buf_str(&masked));

	buf_release(&masked);
	return ok;
}

void render_json_str(struct json_writer *w, struct str s)
{
	struct buf masked = BUF_INIT((size_t)1 << 20);

	if (!mask_secrets(&masked, s))
		w->failed = true;
	json_str(w, buf_str(&masked));
	buf_release(&masked);
}

bool render_identity(struct buf *out, const struct application *a)
{
	const struct str parts[] = { a->name, a->id, a->master };
	bool ok = true, any = false;

	for (size_t i = 0; ok && i < ARRAY_LEN(parts); i++) {
		if (!parts[i].len)
			continue;
		ok = (!any || buf_add(out, STR("  "))) && render_safe(out, parts[i]);
		any = true;
		if (ok && i == 1 && a->spark_version.len)
			ok = buf_add(out, STR("  Spark ")) && render_safe(out, a->spark_version);
	}
	if (ok && !a->id.len && a->spark_version.len)
		ok = (!any || buf_add(out, STR("  "))) && buf_add(out, STR("Spark ")) &&
		     render_safe(out, a->spark_version);
	else if (ok && !any)
		ok = buf_add(out, STR("Spark application"));
	return ok;
}

const char *render_headline(const struct diagnosis *d, const struct finding *f)
{
	static const struct {
		enum role role;
		enum severity least;
		bool tied;
		const char *text;
	} rows[] = {
		{ ROLE_PERFORMANCE, SEVERITY_NONE, false, "COSTS TIME" },
		{ ROLE_ROOT, SEVERITY_ERROR, true, "ROOT CAUSE" },
		{ ROLE_CONSEQUENCE, SEVERITY_ERROR, true, "LEADS TO" },
		{ ROLE_ROOT, SEVERITY_ERROR, false, "LIKELY CAUSE" },
		{ ROLE_SYMPTOM, SEVERITY_ERROR, false, "SYMPTOM" },
	};

	enum outcome outcome = d->verdict;

	if (f->application < d->application_count)
		outcome = d->applications[f->application].outcome;
	if (outcome == OUTCOME_SUCCEEDED && f->role != ROLE_PERFORMANCE)
		return f->severity >= SEVERITY_WARNING ? "SURVIVED" : "NOTE";
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (f->role == rows[i].role && f->severity >= rows[i].least &&
		    (f->tied_to_outcome || !rows[i].tied))
			return rows[i].text;
	return f->severity >= SEVERITY_ERROR ? "FAILURE" : "WARNING";
}

/* The heaviest consequence of `i`: the one that leads on to the end. */
static ptrdiff_t next_in_chain(const struct diagnosis *d, size_t i)
{
	const struct finding *f = &d->findings[i];
	ptrdiff_t best = -1;

	for (size_t k = 0; k < f->explains_count; k++) {
		const struct finding *c = &d->findings[f->explains[k]];

		if (c->role == ROLE_NOISE)
			continue;
		/* What causes more itself leads further. */
		if (best < 0 || c->explains_count > d->findings[best].explains_count)
			best = (ptrdiff_t)f->explains[k];
	}
	return best;
}

bool render_chain(struct buf *out, const struct diagnosis *d, size_t i)
{
	ptrdiff_t at = (ptrdiff_t)i;
	bool ok = true;

	/* The graph has no circles; eight steps are more than any real cascade shows. */
	for (size_t step = 0; ok && at >= 0 && step < 8; step++) {
		const struct finding *f = &d->findings[at];

		ok = (!step || buf_add(out, STR(" > "))) && buf_add(out, f->id);
		if (ok && f->count > 1)
			ok = buf_addf(out, " (%" PRIu64 "x)", f->count);
		at = next_in_chain(d, (size_t)at);
	}
	return ok;
}

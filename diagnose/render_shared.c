#include "base/base.h"
#include "diagnose/render_formats.h"

#include "base/json_writer.h"
#include "base/quantity.h"
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

size_t render_chain_steps(const struct diagnosis *d, size_t i, size_t steps[RENDER_CHAIN_STEPS])
{
	size_t count = 0;

	for (ptrdiff_t at = (ptrdiff_t)i; at >= 0 && count < RENDER_CHAIN_STEPS;
	     at = next_in_chain(d, steps[count - 1]))
		steps[count++] = (size_t)at;
	return count;
}

bool render_chain(struct buf *out, const struct diagnosis *d, size_t i)
{
	size_t steps[RENDER_CHAIN_STEPS], count = render_chain_steps(d, i, steps);
	bool ok = true;

	for (size_t step = 0; ok && step < count; step++) {
		const struct finding *f = &d->findings[steps[step]];

		ok = (!step || buf_add(out, STR(" > "))) && buf_add(out, f->id);
		if (ok && f->count > 1)
			ok = buf_addf(out, " (%" PRIu64 "x)", f->count);
	}
	return ok;
}

/* Is finding `i` part of the chain that the first one explains? */
static bool in_chain_of(const struct diagnosis *d, size_t root, size_t i, size_t depth)
{
	const struct finding *f = &d->findings[i];

	if (i == root)
		return true;
	for (size_t k = 0; depth < 16 && k < f->because_count; k++)
		if (in_chain_of(d, root, f->because[k], depth + 1))
			return true;
	return false;
}

bool render_in_chain(const struct diagnosis *d, size_t root, size_t i)
{
	return in_chain_of(d, root, i, 0);
}

bool render_same_proof(const struct evidence *a, const struct evidence *b)
{
	return str_eq(str_trim(a->text), str_trim(b->text)) ||
	       (str_eq(a->source, b->source) && a->line == b->line);
}

size_t render_common_prefix(const struct diagnosis *d)
{
	struct str first = d->input_count ? d->inputs[0].path : STR("");
	size_t len = first.len, cut = 0;

	for (size_t i = 1; i < d->input_count; i++) {
		size_t n = 0;

		while (n < len && n < d->inputs[i].path.len &&
		       d->inputs[i].path.ptr[n] == first.ptr[n])
			n++;
		len = n;
	}
	for (size_t i = 0; i < len; i++)
		if (first.ptr[i] == '!' || first.ptr[i] == '/')
			cut = i + 1;
	return cut;
}

ptrdiff_t render_root_of(const struct diagnosis *d, size_t application)
{
	for (size_t i = 0; i < d->finding_count; i++)
		if (d->findings[i].role != ROLE_NOISE && d->findings[i].application == application)
			return (ptrdiff_t)i;
	return -1;
}

const char *render_nothing(enum outcome outcome)
{
	static const char *const words[] = {
		[OUTCOME_UNKNOWN] = "No known failure. How the run ended is not in these logs.",
		[OUTCOME_SUCCEEDED] = "Healthy: the run succeeded, nothing to report.",
		[OUTCOME_FAILED] = "It failed, but no line here is a failure we know.",
		[OUTCOME_KILLED] = "It was killed; no line here says why.",
	};

	return words[outcome];
}

static bool add_count(struct buf *out, const char *before, uint64_t n, const char *what)
{
	return buf_addf(out, "%s%" PRIu64 " %s%s", before, n, what, n == 1 ? "" : "s");
}

bool render_read(struct buf *out, const struct diagnosis *d, size_t common)
{
	uint64_t logs = 0, skipped = 0;
	bool ok;

	for (size_t i = 0; i < d->input_count; i++) {
		logs += d->inputs[i].grade <= GRADE_PARTIAL && d->inputs[i].bytes > 0;
		skipped += d->inputs[i].grade >= GRADE_SKIPPED;
	}
	ok = add_count(out, "", logs, "log") &&
	     buf_addf(out, ", %" PRIu64 " lines, ", d->lines_read);
	quantity_show_bytes(out, (int64_t)d->bytes_read);
	if (ok && skipped)
		ok = add_count(out, "; ", skipped, "other file") && buf_add(out, STR(" left out"));
	if (ok && d->noise_lines)
		ok = add_count(out, "; ", d->noise_lines, "harmless line") &&
		     buf_add(out, STR(" not shown (--all)"));
	if (ok && common)
		ok = buf_add(out, STR("; in ")) &&
		     render_safe(out, (struct str){ d->inputs[0].path.ptr, common - 1 });
	return ok;
}

/* What was found. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "diagnose/explain.h"

static const struct column finding_columns[] = {
	{ "number", "#", COLUMN_NUMBER, false },
	{ "severity", "Severity", COLUMN_TEXT, false },
	{ "role", NULL, COLUMN_TEXT, false },
	{ "count", "Count", COLUMN_NUMBER, false },
	{ "first_ms", NULL, COLUMN_TIME, false },
	{ "id", "Finding", COLUMN_TEXT, false },
	{ "title", "Title", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },
	{ "line", NULL, COLUMN_NUMBER, false },
	{ "confidence_percent", NULL, COLUMN_NUMBER, false },
};

enum verb_result verb_findings(struct session *s, const struct call *c)
{
	const struct diagnosis *d = s->diagnosis;
	struct table t;
	bool ok;

	table_init(&t, "findings", finding_columns, ARRAY_LEN(finding_columns));
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];
		const struct evidence *e = f->evidence_count ? f->evidence : NULL;
		struct row *r = f->role == ROLE_NOISE && !c->verbose ? NULL : table_add(&t, 0);
		size_t k = 0;

		if (!r)
			continue;
		r->cells[k++] = cell_number((int64_t)i + 1);
		r->cells[k++] = cell_text(str_from(severity_name(f->severity)));
		r->cells[k++] = cell_text(str_from(role_name(f->role)));
		r->cells[k++] = cell_number((int64_t)f->count);
		r->cells[k++] = cell_number(f->first_ms == TIME_NONE ? -1 : f->first_ms);
		r->cells[k++] = cell_text(f->id);
		r->cells[k++] = cell_text(f->title);
		r->cells[k++] = cell_text(e ? e->source : STR(""));
		r->cells[k++] = cell_number(e ? (int64_t)e->line : -1);
		r->cells[k++] = cell_number((int64_t)(f->confidence * 100 + 0.5));
	}
	ok = call_show(s, c, &t);
	table_release(&t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

/* A number, an id, or nothing: the one asked about last. */
static bool find_finding(struct session *s, struct str word, size_t *index)
{
	const struct diagnosis *d = s->diagnosis;

	if (!diagnosis_root(d)) {
		session_say(s, "nothing was found");
		return false;
	}
	if (!word.len) {
		*index = s->finding;
		return true;
	}
	for (size_t i = 0; i < d->finding_count; i++)
		if (str_eq(d->findings[i].id, word)) {
			*index = i;
			return true;
		}
	if (word.ptr[0] < '0' || word.ptr[0] > '9') {
		session_error(s, "no finding is called " STR_FMT ": see findings", STR_ARG(word));
		return false;
	}
	if (!call_number(s, word, d->finding_count, index))
		return false;
	--*index;
	return true;
}

enum verb_result verb_show_finding(struct session *s, const struct call *c)
{
	/* Which parts of a finding each verb shows, and how much of them. */
	static const struct {
		const char *verb;
		unsigned parts, verbose;
	} shown[] = {
		{ "why", FINDING_ALL, 1 },
		{ "evidence", FINDING_PROOF | FINDING_WHERE, 2 },
		{ "chain", FINDING_CHAIN | FINDING_CONFIDENCE, 1 },
		{ "fix", FINDING_FIX, 1 },
	};
	struct render_options o = s->render;
	unsigned parts = FINDING_ALL;
	size_t index;
	bool ok;

	if (!find_finding(s, call_word(c, 0), &index))
		return diagnosis_root(s->diagnosis) ? VERB_TROUBLE : VERB_NOTHING;
	s->finding = index;
	/* `next`, `context` and `at` go on where it shows. */
	session_stand_at(s, &s->diagnosis->findings[index]);
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		if (!strcmp(shown[i].verb, c->verb->name)) {
			parts = shown[i].parts;
			o.verbose = shown[i].verbose + c->verbose;
		}
	ok = s->format == SHOW_JSON ? render_finding_json(s->diagnosis, index, &s->out)
				    : render_finding(s->diagnosis, index, &o, parts, &s->out);
	return ok ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_explain(struct session *s, const struct call *c)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct buf text = BUF_INIT((size_t)16 << 20);
	struct str what = call_rest(c, 0, &arena);
	enum verb_result result = VERB_OK;
	bool found = what.len ? explain(s->matcher, what, s->options.spark_home, &text, s->diags)
			      : explain_list(s->matcher, &text);

	if (!found) {
		struct str near = explain_nearest(s->matcher, what);

		session_error(s,
			      near.len ? "nothing is known of '%.60s': did you mean %.60s?"
				       : "nothing is known of '%.60s'%.60s",
			      what.ptr, near.len ? near.ptr : "");
		result = VERB_NOTHING;
	} else if (!session_show_text(s, buf_str(&text))) {
		result = VERB_TROUBLE;
	}
	buf_release(&text);
	arena_release(&arena);
	return result;
}

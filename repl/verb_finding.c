/* What was found. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "diagnose/explain.h"
#include "diagnose/view.h"

enum verb_result verb_findings(struct session *s, const struct call *c)
{
	struct table t;
	bool ok;

	finding_table(s->diagnosis, c->verbose, &t);
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

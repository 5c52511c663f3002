/* Which records are looked at: a stack of terms. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "repl/record.h"

enum { WHY_BYTES = 256 };

static enum verb_result list_terms(struct session *s)
{
	struct buf text = BUF_INIT((size_t)1 << 20);
	enum verb_result result = VERB_OK;
	bool fits = true;

	for (size_t i = 0; fits && i < log_filter_count(s->filter); i++) {
		log_filter_show(s->filter, i, &text);
		fits = buf_add_char(&text, '\n');
	}
	if (!text.len)
		fits = buf_add(&text, STR("no filter\n"));
	if (!fits || !session_show_text(s, buf_str(&text)))
		result = VERB_TROUBLE;
	buf_release(&text);
	return result;
}

static enum verb_result push(struct session *s, enum log_term_kind kind, struct str value)
{
	char why[WHY_BYTES];

	if (!log_filter_push(s->filter, kind, value, why)) {
		session_error(s, "%s", why);
		return VERB_TROUBLE;
	}
	return s->format == SHOW_TEXT ? list_terms(s) : VERB_OK;
}

enum verb_result verb_filter(struct session *s, const struct call *c)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	enum verb_result result;
	enum log_term_kind kind;

	if (!c->count)
		return list_terms(s);
	if (str_eq(c->words[0], STR("clear"))) {
		while (log_filter_pop(s->filter))
			continue;
		return VERB_OK;
	}
	kind = log_term_find(c->words[0]);
	if (kind == LOG_TERM_COUNT) {
		session_error(s,
			      "a filter is in, out, since, until, level, executor, stage, task, "
			      "log or template, not '%.40s'",
			      c->words[0].ptr);
		return VERB_TROUBLE;
	}
	result = push(s, kind, call_rest(c, 1, &arena));
	arena_release(&arena);
	return result;
}

enum verb_result verb_undo(struct session *s, const struct call *c)
{
	(void)c;
	if (!log_filter_pop(s->filter)) {
		session_say(s, "no filter");
		return VERB_NOTHING;
	}
	return s->format == SHOW_TEXT ? list_terms(s) : VERB_OK;
}

/* --- follow ---------------------------------------------------------------------------------- */

struct follow {
	enum log_term_kind kind;
	struct buf value;
};

static bool take_value(void *context, const struct log_record *r)
{
	struct follow *f = context;

	log_term_of(f->kind, r, &f->value);
	return false;
}

enum verb_result verb_follow(struct session *s, const struct call *c)
{
	struct follow f = { .kind = log_term_find(c->words[0]),
			    .value = BUF_INIT((size_t)1 << 20) };
	enum verb_result result = VERB_TROUBLE;

	if (f.kind != LOG_TERM_EXECUTOR && f.kind != LOG_TERM_STAGE && f.kind != LOG_TERM_TASK &&
	    f.kind != LOG_TERM_TEMPLATE) {
		session_error(s, "follow executor, stage, task or template");
		return VERB_TROUBLE;
	}
	if (record_at_cursor(s, take_value, &f)) {
		if (f.value.len)
			result = push(s, f.kind, buf_str(&f.value));
		else
			session_error(s, "the record names no %s", log_term_name(f.kind));
	}
	buf_release(&f.value);
	return result;
}

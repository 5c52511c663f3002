/* What is open. */
#include "base/base.h"
#include "repl/verb_run.h"

enum verb_result verb_open(struct session *s, const struct call *c)
{
	if (!session_open(s, c->words, c->count))
		return VERB_TROUBLE;
	if (s->format != SHOW_TEXT)
		return VERB_OK;
	return render_greeting(s->diagnosis, &s->render, &s->out) ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_close(struct session *s, const struct call *c)
{
	(void)c;
	session_close(s);
	return VERB_OK;
}

static const struct column input_columns[] = {
	{ "number", "#", COLUMN_NUMBER, false },
	{ "process", "Process", COLUMN_TEXT, false },
	{ "executor", "Executor", COLUMN_TEXT, false },
	{ "host", NULL, COLUMN_TEXT, false },
	{ "lines", "Lines", COLUMN_NUMBER, false },
	{ "bytes", NULL, COLUMN_BYTES, false },
	{ "first_ms", "From", COLUMN_TIME, false },
	{ "last_ms", NULL, COLUMN_TIME, false },
	{ "log", "Log", COLUMN_TEXT, false },
	{ "source", NULL, COLUMN_TEXT, false },
	{ "app", NULL, COLUMN_TEXT, false },
};

enum verb_result verb_inputs(struct session *s, const struct call *c)
{
	struct table t;
	bool ok;

	table_init(&t, "inputs", input_columns, ARRAY_LEN(input_columns));
	t.keep_column = table_column(&t, STR("log"));
	for (size_t i = 0; i < s->diagnosis->log_count; i++) {
		const struct log_stream *l = &s->diagnosis->logs[i];
		struct row *r = table_add(&t, 0);
		size_t k = 0;

		if (!r)
			break;
		r->cells[k++] = cell_number((int64_t)i + 1);
		r->cells[k++] =
			cell_text(str_from(l->events ? "event log" : process_name(l->process)));
		r->cells[k++] = cell_text(l->executor);
		r->cells[k++] = cell_text(l->host);
		r->cells[k++] = cell_number((int64_t)l->lines);
		r->cells[k++] = cell_number((int64_t)l->bytes);
		r->cells[k++] = cell_number(l->first_ms == TIME_NONE ? -1 : l->first_ms);
		r->cells[k++] = cell_number(l->last_ms == TIME_NONE ? -1 : l->last_ms);
		r->cells[k++] = cell_text(session_short_name(s, l));
		r->cells[k++] = cell_text(l->name);
		r->cells[k++] = cell_text(l->app);
	}
	ok = call_show(s, c, &t);
	table_release(&t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_use(struct session *s, const struct call *c)
{
	struct str wanted = call_word(c, 0);
	const struct diagnosis *d = s->diagnosis;

	if (wanted.len) {
		bool known = false;

		for (size_t i = 0; i < d->application_count; i++)
			known |= str_eq(d->applications[i].id, wanted);
		if (!known && !s->app.len) {
			session_error(s, "no application has the id " STR_FMT ": see runs",
				      STR_ARG(wanted));
			return VERB_TROUBLE;
		}
	}
	if (!session_use(s, wanted))
		return VERB_TROUBLE;
	if (s->format != SHOW_TEXT)
		return VERB_OK;
	return render_greeting(s->diagnosis, &s->render, &s->out) ? VERB_OK : VERB_TROUBLE;
}

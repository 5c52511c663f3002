/* What the run did, as tables. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "diagnose/compare.h"
#include "diagnose/config_key.h"
#include "diagnose/event_view.h"
#include "diagnose/lanes.h"
#include "diagnose/mask.h"
#include "diagnose/view.h"
#include "diagnose/whatif.h"

enum verb_result verb_view(struct session *s, const struct call *c)
{
	/* The verb is called as the view. */
	const struct view *v = view_find(str_from(c->verb->name));
	struct table t;
	bool ok;

	BUG_ON(!v);
	view_table(v, s->diagnosis, &t);
	ok = call_show(s, c, &t);
	table_release(&t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

/* For people a drawing stands above the list. */
enum verb_result verb_timeline(struct session *s, const struct call *c)
{
	struct render_options o = s->render;

	o.verbose += c->verbose;
	if (s->format == SHOW_TEXT &&
	    (!lanes_text(s->diagnosis, &o, &s->out) || !buf_add_char(&s->out, '\n')))
		return VERB_TROUBLE;
	return verb_view(s, c);
}

enum { PLAN_BYTES_MAX = 64 << 20 };

/* Text of a log, line by line, safe for a terminal. */
static bool show_lines(struct session *s, struct str text)
{
	struct buf safe = BUF_INIT(PLAN_BYTES_MAX);
	struct str line;
	bool ok = true;

	while (ok && text.len) {
		(void)str_cut(text, '\n', &line, &text);
		ok = render_safe(&safe, line) && buf_add_char(&safe, '\n');
	}
	ok = ok && session_show_text(s, buf_str(&safe));
	buf_release(&safe);
	return ok;
}

/* The plan of the execution that is called so; without a name the first: failed ones stand first.
 */
enum verb_result verb_plan(struct session *s, const struct call *c)
{
	const struct view *v = view_find(STR("sql"));
	enum verb_result result = VERB_NOTHING;
	uint64_t wanted = 0;
	struct table t;
	size_t id, plan;

	if (c->count && !str_to_u64(c->words[0], &wanted)) {
		session_error(s, "'" STR_FMT "' is no SQL execution: see sql",
			      STR_ARG(c->words[0]));
		return VERB_TROUBLE;
	}
	view_table(v, s->diagnosis, &t);
	id = table_column(&t, STR("execution"));
	plan = table_column(&t, STR("plan"));
	for (size_t i = 0; i < t.row_count && result == VERB_NOTHING; i++) {
		const struct cell *cells = t.rows[i].cells;

		if ((c->count && (uint64_t)cells[id].number != wanted) ||
		    cells[plan].kind != CELL_TEXT)
			continue;
		session_say(s, "SQL execution %" PRId64, cells[id].number);
		result = show_lines(s, cells[plan].text) ? VERB_OK : VERB_TROUBLE;
	}
	if (result == VERB_NOTHING)
		session_say(s, "no plan");
	table_release(&t);
	return result;
}

/* Show a table that was read from the event logs again, unless that was cancelled. */
static enum verb_result show_reread(struct session *s, const struct call *c, struct table *t)
{
	bool ok = !session_cancelled(s) && call_show(s, c, t);

	table_release(t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_tasks(struct session *s, const struct call *c)
{
	struct task_choice which = { -1, -1 };
	struct str stage = call_word(c, 0);
	struct table t;

	if (stage.len && !task_choice_read(stage, &which)) {
		session_error(s, "'" STR_FMT "' is no stage: 3, or 3.1 for an attempt of it",
			      STR_ARG(stage));
		return VERB_TROUBLE;
	}
	task_table(s->diagnosis, which, s->options.diagnose.cancel, s->diags, &t);
	return show_reread(s, c, &t);
}

enum verb_result verb_environment(struct session *s, const struct call *c)
{
	struct table t;

	environment_table(s->diagnosis, call_word(c, 0), s->options.diagnose.cancel, s->diags, &t);
	return show_reread(s, c, &t);
}

/* "executors=40" */
static bool read_wish(struct session *s, struct str word, struct whatif *asked)
{
	static const struct {
		struct str name;
		size_t offset;
		uint64_t most;
	} wishes[] = {
		{ { "executors", 9 }, offsetof(struct whatif, executors), WHATIF_EXECUTORS_MAX },
		{ { "cores", 5 }, offsetof(struct whatif, cores), WHATIF_CORES_MAX },
	};
	struct str name, value;
	size_t number;

	(void)str_cut(word, '=', &name, &value);
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		int64_t wished;

		if (!str_eq(name, wishes[i].name))
			continue;
		if (!call_number(s, value, wishes[i].most, &number))
			return false;
		wished = (int64_t)number;
		memcpy((char *)asked + wishes[i].offset, &wished, sizeof(wished));
		return true;
	}
	if (str_eq(name, STR("memory")))
		session_error(s, "how long a task takes with other memory is not known: "
				 "executors=N and cores=N are replayed");
	else
		session_error(s, "'" STR_FMT "' is neither executors=N nor cores=N", STR_ARG(word));
	return false;
}

enum verb_result verb_whatif(struct session *s, const struct call *c)
{
	struct whatif asked = { 0, 0 };
	struct table t;

	for (size_t i = 0; i < c->count; i++)
		if (!read_wish(s, c->words[i], &asked))
			return VERB_TROUBLE;
	whatif_table(s->diagnosis, asked, s->options.diagnose.cancel, s->diags, &t);
	return show_reread(s, c, &t);
}

static const struct column conf_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false },
	{ "key", "Setting", COLUMN_TEXT, false },
	{ "value", "Value", COLUMN_TEXT, false },
	{ "default", "Default", COLUMN_TEXT, false },
};

static struct str masked(struct arena *a, const struct fix_setting *set)
{
	struct buf safe = BUF_INIT((size_t)1 << 18);
	struct str shown;

	if (!mask_setting(&safe, set->key, set->value) || !arena_str(a, buf_str(&safe), &shown))
		shown = STR("***");
	buf_release(&safe);
	return shown;
}

enum verb_result verb_conf(struct session *s, const struct call *c)
{
	const struct diagnosis *d = s->diagnosis;
	struct str part = call_word(c, 0);
	struct table t;
	bool ok;

	table_init(&t, "conf", conf_columns, ARRAY_LEN(conf_columns));
	t.same_column = d->application_count == 1 ? 0 : SIZE_MAX;
	for (size_t i = 0; i < d->application_count; i++)
		for (size_t k = 0; k < d->applications[i].setting_count; k++) {
			const struct application *a = &d->applications[i];
			const struct fix_setting *set = &a->settings[k];
			const struct config_key *known = config_key_find(set->key);
			struct row *r = str_find(set->key, part) < 0 ? NULL : table_add(&t, 0);
			const char *usual =
				known ? config_key_default(known, a->spark_version) : NULL;

			if (!r)
				continue;
			r->cells[0] = cell_text(a->id);
			r->cells[1] = cell_text(set->key);
			r->cells[2] = cell_text(masked(&t.arena, set));
			r->cells[3] = cell_text(str_from(usual ? usual : ""));
		}
	table_sort(&t, 1, false);
	ok = call_show(s, c, &t);
	table_release(&t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_compare(struct session *s, const struct call *c)
{
	struct diagnosis *before = session_read(s, c->words, 1);
	struct table t;
	bool ok;

	if (!before || session_cancelled(s)) {
		diagnosis_free(before);
		return VERB_TROUBLE;
	}
	compare_table(before, s->diagnosis, &t);
	ok = call_show(s, c, &t);
	if (ok && !compare_differs(&t))
		session_say(s, "no differences");
	table_release(&t);
	diagnosis_free(before);
	return ok ? VERB_OK : VERB_TROUBLE;
}

#include "base/base.h"
#include "repl/complete.h"

#include "base/array.h"
#include "base/limits.h"
#include "diagnose/event_view.h"
#include "diagnose/explain.h"
#include "diagnose/history.h"
#include "diagnose/view.h"
#include "repl/command_line.h"
#include "repl/verb_run.h"

#include <glob.h>

enum { COMPLETION_BYTES_MAX = 4 << 20 };

struct want {
	const struct session *s;
	const struct verb *verb;
	struct str begin; /* of the word */
	struct completions *out;
};

static void offer(struct want *w, struct str text)
{
	struct completions *c = w->out;
	struct str copy;

	if (!text.len || !str_starts_with(text, w->begin) || c->count == LIMIT_COMPLETIONS)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->items[i], text))
			return;
	if (!arena_str(&c->arena, text, &copy))
		return;
	c->items = array_grow(c->items, c->count, &c->capacity, sizeof(*c->items));
	c->items[c->count++] = copy;
}

static void offer_words(struct want *w, const char *const *words)
{
	for (; words && *words; words++)
		offer(w, str_from(*words));
}

/* --- by type --------------------------------------------------------------------------------- */

static void offer_paths(struct want *w)
{
	struct buf pattern = BUF_INIT(8192);
	glob_t found;

	/* What a glob takes for its own is not completed. */
	for (size_t i = 0; i < w->begin.len; i++)
		if (strchr("*?[\\", w->begin.ptr[i]))
			return;
	if (buf_add(&pattern, w->begin) && buf_add(&pattern, (struct str){ "*", 2 }) &&
	    !glob(pattern.ptr, GLOB_MARK | GLOB_TILDE, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			offer(w, str_from(found.gl_pathv[i]));
		globfree(&found);
	}
	buf_release(&pattern);
}

static void offer_findings(struct want *w)
{
	const struct diagnosis *d = w->s->diagnosis;

	for (size_t i = 0; d && i < d->finding_count; i++)
		if (d->findings[i].role != ROLE_NOISE)
			offer(w, d->findings[i].id);
}

static void offer_logs(struct want *w)
{
	const struct diagnosis *d = w->s->diagnosis;

	for (size_t i = 0; d && i < d->log_count; i++)
		offer(w, d->logs[i].name);
}

static void offer_apps(struct want *w)
{
	const struct diagnosis *d = w->s->diagnosis;

	for (size_t i = 0; d && i < d->application_count; i++)
		offer(w, d->applications[i].id);
}

static void offer_stages(struct want *w)
{
	const struct diagnosis *d = w->s->diagnosis;
	char id[32];

	for (size_t k = 0; d && k < d->history_count; k++)
		for (size_t i = 0; i < d->histories[k].history->stage_count; i++) {
			(void)snprintf(id, sizeof(id), "%" PRId64,
				       d->histories[k].history->stages[i].id);
			offer(w, str_from(id));
		}
}

static void offer_choices(struct want *w)
{
	offer_words(w, w->verb->choices);
}

static void offer_settings(struct want *w)
{
	const struct diagnosis *d = w->s->diagnosis;

	for (size_t i = 0; d && i < d->application_count; i++)
		for (size_t k = 0; k < d->applications[i].setting_count; k++)
			offer(w, d->applications[i].settings[k].key);
}

static void offer_explained(struct want *w)
{
	offer_findings(w);
	for (size_t i = 0; i < matcher_pattern_count(w->s->matcher); i++)
		offer(w, matcher_pattern(w->s->matcher, i)->id);
}

static void offer_verbs(struct want *w)
{
	for (size_t i = 0; i < verb_count; i++)
		offer(w, str_from(verbs[i].name));
}

static void offer_marks(struct want *w)
{
	for (size_t i = 0; i < w->s->note_count; i++)
		offer(w, w->s->notes[i].name);
}

static void offer_options(struct want *w)
{
	for (size_t i = 0; session_setting_name(i); i++)
		offer(w, str_from(session_setting_name(i)));
}

static void offer_levels(struct want *w)
{
	static const char *const levels[] = { "error", "warn", "info", NULL };

	offer_words(w, levels);
}

static void offer_columns(struct want *w)
{
	const struct view *v = view_find(str_from(w->verb->name));
	const struct column *columns = v ? v->columns : NULL;
	size_t count = v ? v->column_count : 0;

	if (w->verb->run == verb_tasks) {
		columns = task_columns;
		count = task_column_count;
	} else if (w->verb->run == verb_findings) {
		columns = finding_columns;
		count = finding_column_count;
	}
	for (size_t i = 0; i < count; i++)
		offer(w, str_from(columns[i].name));
}

static void (*const by_type[ARGUMENT_TYPE_COUNT])(struct want *w) = {
	[ARGUMENT_PATH] = offer_paths,	     [ARGUMENT_FINDING] = offer_findings,
	[ARGUMENT_LOG] = offer_logs,	     [ARGUMENT_APP] = offer_apps,
	[ARGUMENT_STAGE] = offer_stages,     [ARGUMENT_CHOICE] = offer_choices,
	[ARGUMENT_SETTING] = offer_settings, [ARGUMENT_EXPLAINED] = offer_explained,
	[ARGUMENT_VERB] = offer_verbs,	     [ARGUMENT_MARK] = offer_marks,
	[ARGUMENT_OPTION] = offer_options,   [ARGUMENT_VALUE] = offer_levels,
	[ARGUMENT_COLUMN] = offer_columns,
};

/* --- flags ----------------------------------------------------------------------------------- */

static void offer_flags(struct want *w)
{
	for (size_t i = 0; i < flag_count; i++)
		if (w->verb->flags & flags[i].bit)
			offer(w, str_from(flags[i].name));
}

/* --- the line -------------------------------------------------------------------------------- */

/* The argument that comes behind `given` others; NULL: there is none. */
static const struct argument *argument_at(const struct verb *v, size_t given)
{
	for (size_t i = 0; i < VERB_ARGUMENTS_MAX && v->arguments[i].name; i++)
		if (i == given || v->arguments[i].rest)
			return &v->arguments[i];
	return NULL;
}

/* How many of the words behind the verb are arguments, the last `open` one left out. */
static size_t count_given(const struct command_line *line)
{
	size_t end = line->count - line->open, given = 0;

	for (size_t i = 1; i < end; i++) {
		const struct flag *flag = flag_find(line->words[i]);

		given += !flag;
		i += flag && flag->value;
	}
	return given;
}

/* The last command of `text`; what it is made of lives in the arena. */
static bool last_command(struct str text, struct arena *arena, struct command_line *line)
{
	size_t at = 0;

	for (;;) {
		struct command_line next;
		enum command_line_result result = command_line_next(text, &at, arena, &next);

		if (result == COMMAND_LINE_LIMIT)
			return false;
		*line = next;
		if (result != COMMAND_LINE_OK || next.open)
			return true;
		/* A blank behind the last word, or the end of a command? */
		if (at >= text.len && text.len && text.ptr[text.len - 1] != ';' &&
		    text.ptr[text.len - 1] != '\n')
			return true;
	}
}

static void complete_argument(struct want *w, const struct command_line *line)
{
	size_t before = line->count - line->open;
	const struct argument *a = argument_at(w->verb, count_given(line));
	const struct flag *flag = before > 1 ? flag_find(line->words[before - 1]) : NULL;
	enum argument_type type = flag && flag->value ? flag->value : a ? a->type : ARGUMENT_NONE;

	if (!(flag && flag->value) && str_starts_with(w->begin, STR("-")))
		offer_flags(w);
	else if (by_type[type])
		by_type[type](w);
}

void complete_line(const struct session *s, struct str text, struct completions *out)
{
	struct arena arena = ARENA_INIT((size_t)64 << 20);
	struct command_line line = { 0 };
	struct want w = { .s = s, .out = out, .begin = STR("") };

	*out = (struct completions){ .at = text.len, .arena = ARENA_INIT(COMPLETION_BYTES_MAX) };
	if (last_command(text, &arena, &line)) {
		if (line.open) {
			w.begin = line.words[line.count - 1];
			out->at = line.last_at;
		}
		if (line.count == line.open) {
			offer_verbs(&w);
		} else {
			w.verb = verb_find(line.words[0], NULL);
			if (w.verb)
				complete_argument(&w, &line);
		}
	}
	arena_release(&arena);
}

void completions_release(struct completions *c)
{
	free(c->items);
	arena_release(&c->arena);
}

void complete_hint(struct str text, struct buf *out)
{
	struct arena arena = ARENA_INIT((size_t)64 << 20);
	struct command_line line = { 0 };
	const struct verb *v = NULL;
	bool fits = true;

	if (last_command(text, &arena, &line) && line.count > line.open)
		v = verb_find(line.words[0], NULL);
	for (size_t i = v ? count_given(&line) + line.open : 0;
	     v && fits && i < VERB_ARGUMENTS_MAX && v->arguments[i].name; i++)
		fits = buf_addf(out, v->arguments[i].optional ? "%s[%s%s]" : "%s%s%s",
				out->len ? " " : "", v->arguments[i].name,
				v->arguments[i].rest ? "..." : "");
	arena_release(&arena);
}

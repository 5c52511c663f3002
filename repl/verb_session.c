/* The session itself: help, settings, what was typed. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "base/quantity.h"

#include <sys/wait.h>

/* --- help ------------------------------------------------------------------------------------ */

static bool help_row(struct buf *out, const struct verb *v)
{
	struct buf usage = BUF_INIT(512);
	bool ok;

	verb_usage(v, &usage);
	ok = buf_addf(out, "  %-30.*s %s\n", STR_ARG(buf_str(&usage)), v->summary);
	buf_release(&usage);
	return ok;
}

static bool help_all(struct buf *out)
{
	const char *group = "";
	bool ok = true;

	for (size_t i = 0; ok && i < verb_count; i++) {
		if (strcmp(group, verbs[i].group) != 0)
			ok = buf_addf(out, "%s%s\n", *group ? "\n" : "", verbs[i].group);
		group = verbs[i].group;
		ok = ok && help_row(out, &verbs[i]);
	}
	return ok && buf_add(out, STR("\nhelp COMMAND says all about one, help WORD searches. Any "
				      "unique beginning of a name will do.\n"));
}

static bool help_flags(struct buf *out, const struct verb *v)
{
	bool ok = true, any = false;

	for (size_t i = 0; ok && i < flag_count; i++)
		if (v->flags & flags[i].bit) {
			ok = buf_addf(out, "%s  %-15s %s\n", any ? "" : "\n", flags[i].usage,
				      flags[i].summary);
			any = true;
		}
	return ok;
}

static bool help_one(struct buf *out, const struct verb *v)
{
	struct buf usage = BUF_INIT(512);
	bool ok;

	verb_usage(v, &usage);
	ok = buf_addf(out, STR_FMT " - %s\n", STR_ARG(buf_str(&usage)), v->summary) &&
	     (!v->alias || buf_addf(out, "also: %s\n", v->alias)) &&
	     (!v->details || buf_addf(out, "\n%s\n", v->details));
	ok = ok && help_flags(out, v);
	if (ok && v->examples)
		ok = buf_add(out, STR("\n"));
	for (size_t i = 0; ok && v->examples && v->examples[i]; i++)
		ok = buf_addf(out, "  %s\n", v->examples[i]);
	buf_release(&usage);
	return ok;
}

static bool help_search(struct buf *out, struct str word, size_t *hits)
{
	bool ok = true;

	for (size_t i = 0; ok && i < verb_count; i++) {
		const struct verb *v = &verbs[i];

		if (str_find(str_from(v->name), word) < 0 &&
		    str_find(str_from(v->summary), word) < 0 &&
		    (!v->details || str_find(str_from(v->details), word) < 0))
			continue;
		++*hits;
		ok = help_row(out, v);
	}
	return ok;
}

enum verb_result verb_help(struct session *s, const struct call *c)
{
	struct buf text = BUF_INIT((size_t)1 << 20);
	enum verb_result result = VERB_OK;
	struct str word = call_word(c, 0);
	const struct verb *v = word.len ? verb_find(word, NULL) : NULL;
	size_t hits = 0;
	bool ok = v ? help_one(&text, v)
		    : (word.len ? help_search(&text, word, &hits) : help_all(&text));

	if (ok && word.len && !v && !hits) {
		session_error(s, "no command has to do with '%.60s'", word.ptr);
		result = VERB_NOTHING;
	} else if (!ok || !session_show_text(s, buf_str(&text))) {
		result = VERB_TROUBLE;
	}
	buf_release(&text);
	return result;
}

/* --- set ------------------------------------------------------------------------------------- */

static bool set_format(struct session *s, struct str value)
{
	if (show_format_find(value, &s->format))
		return true;
	session_error(s, "a format is text, json or csv");
	return false;
}

static bool to_switch(struct session *s, struct str value, bool *to)
{
	if (!str_eq(value, STR("on")) && !str_eq(value, STR("off"))) {
		session_error(s, "on or off");
		return false;
	}
	*to = str_eq(value, STR("on"));
	return true;
}

static bool to_size(struct session *s, struct str value, size_t *to)
{
	uint64_t n;

	if (!str_to_u64(value, &n) || n > UINT32_MAX) {
		session_error(s, "'%.40s' is no number", value.ptr);
		return false;
	}
	*to = (size_t)n;
	return true;
}

static bool set_color(struct session *s, struct str value)
{
	return to_switch(s, value, &s->render.color);
}

static bool set_pager(struct session *s, struct str value)
{
	return to_switch(s, value, &s->pager);
}

static bool set_echo(struct session *s, struct str value)
{
	return to_switch(s, value, &s->echo);
}

static bool set_limit(struct session *s, struct str value)
{
	return to_size(s, value, &s->limit);
}

static bool set_lines(struct session *s, struct str value)
{
	return to_size(s, value, &s->lines);
}

static bool set_context(struct session *s, struct str value)
{
	return call_number(s, value, 100000, &s->context);
}

static bool set_window(struct session *s, struct str value)
{
	if (quantity_ms(value, 1000, &s->window_ms) && s->window_ms > 0 &&
	    s->window_ms < INT64_C(86400000))
		return true;
	session_error(s, "'%.40s' is no time below a day: 5s, 2min", value.ptr);
	return false;
}

static bool show_size(struct buf *out, size_t n)
{
	return buf_addf(out, "%zu", n);
}

static bool show_switch(struct buf *out, bool on)
{
	return buf_addf(out, "%s", on ? "on" : "off");
}

static bool show_format(const struct session *s, struct buf *out)
{
	return buf_addf(out, "%s", show_format_name(s->format));
}

static bool show_color(const struct session *s, struct buf *out)
{
	return show_switch(out, s->render.color);
}

static bool show_pager(const struct session *s, struct buf *out)
{
	return show_switch(out, s->pager);
}

static bool show_echo(const struct session *s, struct buf *out)
{
	return show_switch(out, s->echo);
}

static bool show_limit(const struct session *s, struct buf *out)
{
	return show_size(out, s->limit);
}

static bool show_lines(const struct session *s, struct buf *out)
{
	return show_size(out, s->lines);
}

static bool show_context(const struct session *s, struct buf *out)
{
	return show_size(out, s->context);
}

static bool show_window(const struct session *s, struct buf *out)
{
	quantity_show_ms(out, s->window_ms);
	return true;
}

static const struct setting {
	const char *name, *summary;
	bool (*set)(struct session *s, struct str value);
	bool (*show)(const struct session *s, struct buf *out);
} settings[] = {
	{ "format", "text, json or csv", set_format, show_format },
	{ "limit", "rows or records shown at most; 0: all", set_limit, show_limit },
	{ "lines", "lines of one record that are shown; 0: all", set_lines, show_lines },
	{ "context", "records around a line", set_context, show_context },
	{ "window", "how far around a moment `at` looks", set_window, show_window },
	{ "echo", "on or off: each command before its answer", set_echo, show_echo },
	{ "color", "on or off", set_color, show_color },
	{ "pager", "on or off: what is longer than the screen goes through $PAGER", set_pager,
	  show_pager },
};

const char *session_setting_name(size_t i)
{
	return i < ARRAY_LEN(settings) ? settings[i].name : NULL;
}

static enum verb_result list_settings(struct session *s)
{
	struct buf text = BUF_INIT(8192), value = BUF_INIT(256);
	enum verb_result result = VERB_OK;
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_LEN(settings); i++) {
		buf_clear(&value);
		ok = settings[i].show(s, &value) &&
		     buf_addf(&text, "%-8s %-6.*s %s\n", settings[i].name, STR_ARG(buf_str(&value)),
			      settings[i].summary);
	}
	if (!ok || !session_show_text(s, buf_str(&text)))
		result = VERB_TROUBLE;
	buf_release(&text);
	buf_release(&value);
	return result;
}

enum verb_result verb_set(struct session *s, const struct call *c)
{
	if (!c->count)
		return list_settings(s);
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (str_eq(c->words[0], str_from(settings[i].name))) {
			if (c->count == 2)
				return settings[i].set(s, c->words[1]) ? VERB_OK : VERB_TROUBLE;
			session_error(s, "set %s to what? %s", settings[i].name,
				      settings[i].summary);
			return VERB_TROUBLE;
		}
	session_error(s, "there is no setting '%.40s': see set", c->words[0].ptr);
	return VERB_TROUBLE;
}

/* --- the rest -------------------------------------------------------------------------------- */

enum verb_result verb_history(struct session *s, const struct call *c)
{
	struct buf text = BUF_INIT((size_t)64 << 20);
	size_t skip = c->limit && c->limit < s->past_count ? s->past_count - c->limit : 0;
	enum verb_result result = VERB_OK;
	bool ok = true;

	for (size_t i = skip; ok && i < s->past_count; i++)
		ok = buf_addf(&text, "%5zu  ", i + 1) && buf_add(&text, s->past[i]) &&
		     buf_add_char(&text, '\n');
	if (!ok || !session_show_text(s, buf_str(&text)))
		result = VERB_TROUBLE;
	buf_release(&text);
	return result;
}

enum verb_result verb_shell(struct session *s, const struct call *c)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct str words = call_rest(c, 0, &arena);
	char *command = strndup(words.ptr, words.len);
	int status;

	if (!command)
		die_no_memory();
	arena_release(&arena);
	(void)session_flush(s);
	status = system(command);
	free(command);
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		session_error(s, "the command failed");
		return VERB_TROUBLE;
	}
	return VERB_OK;
}

enum verb_result verb_quit(struct session *s, const struct call *c)
{
	(void)c;
	s->quit = true;
	return VERB_OK;
}

#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>

#include "base/limits.h"

uint32_t conf_offset(const struct conf_text *t, size_t index)
{
	if (!t->map)
		return t->base + (uint32_t)index;
	/* Behind the last byte: one further than it. */
	return index < t->text.len ? t->map[index]
	       : t->text.len	   ? t->map[t->text.len - 1] + 1
				   : t->base;
}

struct conf_text conf_part(const struct conf_text *t, size_t start, size_t end)
{
	return (struct conf_text){ { t->text.ptr + start, end - start },
				   t->map ? t->map + start : NULL,
				   conf_offset(t, start) };
}

struct conf_place conf_place_of(const struct conf_text *t)
{
	return (struct conf_place){ conf_offset(t, 0), conf_offset(t, t->text.len) };
}

uint32_t conf_group(struct conf_scan *s)
{
	return s->groups++;
}

/* What templates and programs put in place of values: $X, ${x}, {{ x }}, %s, <value>. */
static bool has_placeholder(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i], next = i + 1 < value.len ? value.ptr[i + 1] : 0;

		if (c == '$' || c == '`' || (c == '{' && next) || (c == '<' && isalpha(next)))
			return true;
		if (c == '%' && (next == 's' || next == 'd' || next == '(' || next == '{'))
			return true;
	}
	return false;
}

bool conf_is_key(struct str s)
{
	if (!str_starts_with(s, STR("spark.")) || s.len < sizeof("spark.x") - 1)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!isalnum((unsigned char)s.ptr[i]) && !strchr("._-", s.ptr[i]))
			return false;
	return s.ptr[s.len - 1] != '.';
}

/* Room for one more of `size` bytes; the old items are moved. Past the arena's ceiling NULL. */
static void *grow(struct conf_scan *s, void *items, size_t count, size_t *capacity, size_t size)
{
	void *more;

	if (count < *capacity)
		return items;
	more = arena_alloc(&s->arena, 2 * (count + 8) * size);
	if (!more)
		return NULL;
	if (count)
		memcpy(more, items, count * size);
	*capacity = 2 * (count + 8);
	return more;
}

void conf_add(struct conf_scan *s, enum conf_origin origin, uint32_t group,
	      const struct conf_setting *setting)
{
	struct conf_setting *more, *added;

	if (s->count >= LIMIT_CONF_SETTINGS || has_placeholder(setting->key) || !setting->key.len)
		return;
	more = grow(s, s->settings, s->count, &s->capacity, sizeof(*more));
	if (!more)
		return;
	s->settings = more;
	added = &more[s->count];
	*added = *setting;
	added->origin = (uint8_t)origin;
	added->group = group;
	added->info = config_key_find(added->key);
	if (!arena_str(&s->arena, setting->key, &added->key) ||
	    !arena_str(&s->arena, setting->value, &added->value))
		return;
	if (has_placeholder(added->value))
		added->known = false;
	s->count++;
}

void conf_add_texts(struct conf_scan *s, enum conf_origin origin, uint32_t group,
		    const struct conf_text *key, const struct conf_text *value)
{
	conf_add(s, origin, group,
		 &(struct conf_setting){ .key = key->text,
					 .value = value->text,
					 .key_at = conf_place_of(key),
					 .value_at = conf_place_of(value),
					 .known = true });
}

void conf_words_add(struct conf_scan *s, struct conf_words *w, const struct conf_word *word)
{
	struct conf_word *more;

	if (w->count >= LIMIT_CONF_WORDS)
		return;
	more = grow(s, w->items, w->count, &w->capacity, sizeof(*more));
	if (!more)
		return;
	w->items = more;
	w->items[w->count++] = *word;
}

/* --- reporting ---------------------------------------------------------------------------------
 */

/* Line and column, 1-based, of an offset; remembers where it was. */
static void locate(struct conf_scan *s, uint32_t offset, uint32_t *line, uint32_t *col)
{
	struct str text = s->file->text;

	if (offset > text.len)
		offset = (uint32_t)text.len;
	if (!s->line || offset < s->line_start) {
		s->line = 1;
		s->line_start = 0;
	}
	for (;;) {
		const char *from = text.ptr + s->line_start;
		const char *nl = memchr(from, '\n', offset - s->line_start);

		if (!nl)
			break;
		s->line++;
		s->line_start += (uint32_t)(nl - from) + 1;
	}
	*line = s->line;
	*col = offset - s->line_start + 1;
}

void conf_report(struct conf_scan *s, enum conf_rule rule, struct conf_place at, const char *fmt,
		 ...)
{
	uint32_t line, col, end_line, end_col;
	char message[LIMIT_LINT_MESSAGE_BYTES];
	va_list args;

	if (s->reports++ > LIMIT_CONF_REPORTS)
		return;
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	locate(s, at.start, &line, &col);
	locate(s, at.end, &end_line, &end_col);
	lint_report_add(s->report, &lint_conf_rules[rule], line, col,
			end_line == line && end_col > col ? end_col : 0, "%s", message);
}

void conf_edit(struct conf_scan *s, struct conf_place at, struct str replacement)
{
	uint32_t line, col, end_line, end_col;

	if (s->reports > LIMIT_CONF_REPORTS)
		return;
	locate(s, at.start, &line, &col);
	locate(s, at.end, &end_line, &end_col);
	/* A value that a map brought together from several places is not edited. */
	if (line == end_line && at.end > at.start)
		lint_report_edit(s->report, line, col, end_col, replacement);
}

/* --- a file ------------------------------------------------------------------------------------
 */

static bool is_jvm_program(struct str path)
{
	return str_ends_with(path, STR(".scala")) || str_ends_with(path, STR(".java")) ||
	       str_ends_with(path, STR(".sc")) || str_ends_with(path, STR(".kt"));
}

static void read_script(struct conf_scan *s, const struct conf_text *t)
{
	conf_read_commands(s, t);
	/* What a here-document writes into spark-defaults.conf. */
	conf_read_properties(s, t, true);
}

static void read_file(struct conf_scan *s, const struct conf_text *t)
{
	switch (s->file->kind) {
	case LINT_CONF:
		conf_read_properties(s, t, false);
		break;
	case LINT_SHELL:
		read_script(s, t);
		break;
	case LINT_DOCKERFILE:
		read_script(s, t);
		conf_read_exec_forms(s);
		break;
	case LINT_MAKEFILE:
		conf_read_commands(s, t);
		break;
	case LINT_PYTHON:
		conf_read_code(s, t, is_jvm_program(s->file->path));
		break;
	case LINT_NOTEBOOK:
		conf_read_notebook(s);
		break;
	case LINT_YAML:
		conf_read_yaml(s, t);
		break;
	case LINT_JSON:
		conf_read_json(s);
		break;
	case LINT_OTHER:
	case LINT_LOG:
	case LINT_LOGGING:
	case LINT_PATTERNS:
	case LINT_KIND_COUNT:
		break;
	}
}

static bool concerns_spark(const struct lint_file *f)
{
	struct str text = f->text;

	return f->kind == LINT_CONF || str_find(text, STR("spark")) >= 0 ||
	       str_find(text, STR("Spark")) >= 0 || str_find(text, STR("SPARK")) >= 0;
}

void lint_conf(const struct lint_file *f, struct lint_report *r)
{
	struct conf_scan s = { .file = f,
			       .report = r,
			       .arena = ARENA_INIT(LIMIT_CONF_SCAN_BYTES),
			       .searches = LIMIT_CONF_SEARCHES };
	struct conf_text all = { .text = f->text };

	if (!concerns_spark(f) || f->text.len > UINT32_MAX)
		return;
	read_file(&s, &all);
	conf_judge_settings(&s);
	conf_judge_groups(&s);
	arena_release(&s.arena);
}

/* spark-defaults.conf: Java's properties, of which Spark reads those that begin with "spark.". */
#include "base/base.h"
#include "diagnose/lint_conf.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f' || c == '\r';
}

/* Cut blanks off both ends. */
static void trim(const char *text, size_t *start, size_t *end)
{
	while (*start < *end && is_blank(text[*start]))
		(*start)++;
	while (*end > *start && is_blank(text[*end - 1]))
		(*end)--;
}

/* The key ends at a blank, '=' or ':' that no backslash precedes. */
static size_t key_end(const char *text, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (text[at] == '\\')
			at++;
		else if (is_blank(text[at]) || text[at] == '=' || text[at] == ':')
			break;
	}
	return at < end ? at : end;
}

/* A line ending in an odd number of backslashes goes on in the next. */
static bool goes_on(const char *text, size_t start, size_t end)
{
	size_t slashes = 0;

	while (end > start && text[end - 1] == '\r')
		end--;
	while (end > start && text[end - 1] == '\\') {
		slashes++;
		end--;
	}
	return slashes % 2;
}

static size_t line_end(const struct conf_text *t, size_t at)
{
	const char *nl = memchr(t->text.ptr + at, '\n', t->text.len - at);

	return nl ? (size_t)(nl - t->text.ptr) : t->text.len;
}

static void read_line(struct conf_scan *s, const struct conf_text *t, size_t start, size_t end,
		      uint32_t group)
{
	const char *text = t->text.ptr;
	size_t middle = key_end(text, start, end), from = middle;
	struct conf_text key = conf_part(t, start, middle), value;
	bool continued = goes_on(text, start, end);
	struct conf_setting setting;

	while (from < end && is_blank(text[from]))
		from++;
	if (from < end && (text[from] == '=' || text[from] == ':'))
		from++;
	trim(text, &from, &end);
	value = conf_part(t, from, end);
	setting = (struct conf_setting){ .key = key.text,
					 .value = value.text,
					 .key_at = conf_place_of(&key),
					 .value_at = conf_place_of(&value),
					 .known = !continued };
	conf_add(s, CONF_FROM_FILE, group, &setting);
}

void conf_read_properties(struct conf_scan *s, const struct conf_text *t, bool only_keys)
{
	const char *text = t->text.ptr;
	uint32_t group = conf_group(s);
	bool continuation = false;

	for (size_t at = 0, end; at < t->text.len; at = end + 1) {
		size_t start = at, stop;

		end = stop = line_end(t, at);
		trim(text, &start, &stop);
		/* The second half of a value is not looked into. */
		if (!continuation && start < stop && text[start] != '#' && text[start] != '!') {
			size_t middle = key_end(text, start, stop);
			struct str key = { text + start, middle - start };

			if (!only_keys || (conf_is_key(key) && middle < stop && at == start))
				read_line(s, t, start, stop, group);
		}
		continuation = start < stop && goes_on(text, at, end) &&
			       (continuation || (text[start] != '#' && text[start] != '!'));
	}
}

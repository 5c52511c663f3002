#include "base/base.h"
#include "parsers/line.h"

#include "base/clock.h"

enum {
	/* A level stands within this many words of the time, or the line has none. */
	WORDS_BEFORE_LEVEL = 8,
	HEAD_BYTES_MAX = 400,
};

static const struct {
	const char *name;
	enum level level;
} level_names[] = {
	{ "INFO", LEVEL_INFO },	   { "WARN", LEVEL_WARN },	{ "ERROR", LEVEL_ERROR },
	{ "DEBUG", LEVEL_DEBUG },  { "TRACE", LEVEL_TRACE },	{ "FATAL", LEVEL_FATAL },
	{ "WARNING", LEVEL_WARN }, { "CRITICAL", LEVEL_FATAL }, { "SEVERE", LEVEL_ERROR },
};

const char *level_name(enum level level)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
		if (level_names[i].level == level)
			return level_names[i].name;
	return "";
}

enum level level_from_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		size_t k = 0, len = strlen(level_names[i].name);

		while (k < len && k < name.len && (name.ptr[k] & ~0x20) == level_names[i].name[k])
			k++;
		if (k == len && k == name.len)
			return level_names[i].level;
	}
	return LEVEL_NONE;
}

/* --- time ------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `count` digits at the front of *s. */
static bool take_digits(struct str *s, size_t count, unsigned *value)
{
	*value = 0;
	if (s->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(s->ptr[i]))
			return false;
		*value = *value * 10 + (unsigned)(s->ptr[i] - '0');
	}
	*s = str_skip(*s, count);
	return true;
}

static bool take_char(struct str *s, const char *any)
{
	if (!s->len || !s->ptr[0] || !strchr(any, s->ptr[0]))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* `HH:mm:ss` with an optional fraction of any length, of which milliseconds are kept. */
static bool take_time(struct str *s, int64_t *ms)
{
	unsigned hour, minute, second, milli = 0, scale = 100;

	if (!take_digits(s, 2, &hour) || !take_char(s, ":") || !take_digits(s, 2, &minute) ||
	    !take_char(s, ":") || !take_digits(s, 2, &second) || hour > 24 || minute > 59 ||
	    second > 60)
		return false;
	if (s->len > 1 && (s->ptr[0] == '.' || s->ptr[0] == ',') && is_digit(s->ptr[1])) {
		*s = str_skip(*s, 1);
		for (; s->len && is_digit(s->ptr[0]); *s = str_skip(*s, 1), scale /= 10)
			milli += (unsigned)(s->ptr[0] - '0') * scale;
	}
	*ms = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + milli;
	return true;
}

/* `Z`, `+09:00`, `+0900`, ` +0000`, ` UTC`: minutes to subtract; zoned tells whether it was there.
 */
static void take_zone(struct str *s, int64_t *offset_ms, bool *zoned)
{
	struct str t = *s;
	unsigned hour, minute;
	bool minus;

	*offset_ms = 0;
	*zoned = false;
	if (take_char(&t, "Z")) {
		*s = t;
		*zoned = true;
		return;
	}
	(void)take_char(&t, " ");
	if (str_starts_with(t, STR("UTC"))) {
		*s = str_skip(t, 3);
		*zoned = true;
		return;
	}
	if (!t.len || (t.ptr[0] != '+' && t.ptr[0] != '-'))
		return;
	minus = t.ptr[0] == '-';
	t = str_skip(t, 1);
	if (!take_digits(&t, 2, &hour))
		return;
	(void)take_char(&t, ":");
	if (!take_digits(&t, 2, &minute) || hour > 15)
		return;
	*offset_ms = ((int64_t)hour * 60 + minute) * 60000 * (minus ? -1 : 1);
	*zoned = true;
	*s = t;
}

static bool take_date(struct str *s, int64_t *days)
{
	struct str t = *s;
	unsigned year, month, day;
	char sep;

	if (t.len > 4 && is_digit(t.ptr[2])) { /* yyyy-MM-dd, yyyy/MM/dd */
		if (!take_digits(&t, 4, &year))
			return false;
	} else {
		if (!take_digits(&t, 2, &year)) /* yy/MM/dd */
			return false;
		year += 2000;
	}
	sep = t.len ? t.ptr[0] : '\0';
	if ((sep != '-' && sep != '/') || !take_char(&t, "-/") || !take_digits(&t, 2, &month) ||
	    !t.len || t.ptr[0] != sep || !take_char(&t, "-/") || !take_digits(&t, 2, &day))
		return false;
	if (!month || month > 12 || !day || day > 31 || !take_char(&t, " T"))
		return false;
	*days = clock_days(year, month, day);
	*s = t;
	return true;
}

/* Date and time in any of the layouts, or a time alone. */
static bool take_stamp(struct str *s, struct line_head *head)
{
	struct str t = *s;
	int64_t days = 0, ms, offset;
	bool dated = take_date(&t, &days);

	if (!take_time(&t, &ms))
		return false;
	take_zone(&t, &offset, &head->zoned);
	/* A bare time is a head only with a fraction: `12:30:00 lunch` is text. */
	if (!dated && !memchr(s->ptr, '.', (size_t)(t.ptr - s->ptr)) &&
	    !memchr(s->ptr, ',', (size_t)(t.ptr - s->ptr)))
		return false;
	head->time_only = !dated;
	head->time_ms = days * MS_PER_DAY + ms - offset;
	*s = t;
	return true;
}

/* --- what follows the time ------------------------------------------------------------------- */

static struct str take_word(struct str *s)
{
	size_t n = 0;
	struct str word;

	while (n < s->len && s->ptr[n] != ' ' && s->ptr[n] != '\t')
		n++;
	word = (struct str){ s->ptr, n };
	*s = str_skip(*s, n);
	while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t'))
		*s = str_skip(*s, 1);
	return word;
}

/* `[inside] rest`; nested brackets of thread names are balanced. */
static bool take_brackets(struct str *s, char open, char close, struct str *inside)
{
	size_t depth = 0;

	if (!s->len || s->ptr[0] != open)
		return false;
	for (size_t i = 0; i < s->len && i < HEAD_BYTES_MAX; i++) {
		depth += s->ptr[i] == open;
		if (s->ptr[i] != close || --depth)
			continue;
		*inside = (struct str){ s->ptr + 1, i - 1 };
		*s = str_skip(*s, i + 1);
		while (s->len && s->ptr[0] == ' ')
			*s = str_skip(*s, 1);
		return true;
	}
	return false;
}

/* Words and brackets up to the level: thread, MDC, or Python's `- name -`. */
static bool take_level(struct str *s, struct line_head *head)
{
	struct str t = *s, inside, word, plain = STR("");

	for (size_t i = 0; i < WORDS_BEFORE_LEVEL && t.len; i++) {
		if (take_brackets(&t, '[', ']', &inside)) {
			head->level = level_from_name(inside);
			if (head->level == LEVEL_NONE && !head->thread.len)
				head->thread = inside;
		} else {
			word = take_word(&t);
			if (word.len > 1 && word.ptr[word.len - 1] == ':')
				word.len--;
			head->level = level_from_name(word);
			/* A thread's name may hold blanks: it reaches from its first word to here.
			 */
			if (head->level == LEVEL_NONE && !str_eq(word, STR("-")))
				plain = plain.len ? (struct str){ plain.ptr,
								  (size_t)(word.ptr + word.len -
									   plain.ptr) }
						  : word;
		}
		if (head->level != LEVEL_NONE) {
			if (!head->thread.len)
				head->thread = plain;
			*s = t;
			return true;
		}
	}
	head->thread = STR("");
	return false;
}

static bool is_logger(struct str s)
{
	if (!s.len || s.len > 200)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '.' &&
		    c != '$' && c != '_' && c != '-' && c != '/' && c != '@')
			return false;
	}
	return true;
}

/* `Logger: msg`, `Logger [thread]: msg`, `logger (File:method(line)) - msg`, `- msg`. */
static void take_logger(struct str s, struct line_head *head)
{
	struct str t = s, inside, word;

	if (take_brackets(&t, '[', ']', &inside) && !head->thread.len)
		head->thread = inside;
	s = t;
	head->message = s;
	word = take_word(&t);
	if (str_eq(word, STR("-"))) {
		head->message = t;
		return;
	}
	if (word.len > 1 && word.ptr[word.len - 1] == ':') {
		word.len--;
		if (is_logger(word)) {
			head->logger = word;
			head->message = t;
		}
		return;
	}
	if (!is_logger(word))
		return;
	if (take_brackets(&t, '(', ')', &inside) || take_brackets(&t, '[', ']', &inside)) {
		/* between logger and message */
	}
	if (take_char(&t, ":") || str_starts_with(t, STR("- "))) {
		if (t.len && t.ptr[0] == '-')
			t = str_skip(t, 1);
		head->logger = word;
		head->message = str_trim(t);
	}
}

/* `WARNING:root:msg` */
static bool python_default(struct str line, struct line_head *head)
{
	struct str level, rest, name;

	if (!line.len || line.ptr[0] < 'A' || line.ptr[0] > 'Z' ||
	    !str_cut(line, ':', &level, &rest))
		return false;
	head->level = level_from_name(level);
	if (head->level == LEVEL_NONE || level.ptr[0] > 'Z' || level.ptr[level.len - 1] > 'Z' ||
	    !str_cut(rest, ':', &name, &rest) || !is_logger(name))
		return false;
	head->logger = name;
	head->message = rest;
	return true;
}

bool line_head(struct str line, struct line_head *head)
{
	struct str s = line;
	bool bracketed;
	char c = line.len ? line.ptr[0] : '\0';

	*head = (struct line_head){ .time_ms = TIME_NONE };
	if (c >= 'A' && c <= 'Z')
		return python_default(line, head);
	if (c == '{')
		return line_is_structured(line);
	bracketed = take_char(&s, "[");
	if (!s.len || !is_digit(s.ptr[0]) || !take_stamp(&s, head))
		return false;
	if (bracketed && !take_char(&s, "]"))
		return false;
	if (s.len && s.ptr[0] != ' ' && s.ptr[0] != '\t' && s.ptr[0] != '[' && s.ptr[0] != ':')
		return false;
	(void)take_char(&s, ":");
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	head->message = s;
	if (take_level(&s, head)) {
		take_logger(s, head);
		return true;
	}
	/* YARN puts `[2026-11-23 14:33:38.192]Container exited` inside a diagnostic: that is no
	 * head. A date alone begins a line of its own, a time alone does not. */
	return !bracketed && !head->time_only;
}

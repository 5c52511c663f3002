#include "base/base.h"
#include "parsers/line.h"

#include "base/clock.h"

enum {
	/* A level stands within this many words of the time, or the line has none: the thread is
	 * `Executor task launch worker for task 0.0 in stage 0.0 (TID 0)` at the longest. */
	WORDS_BEFORE_LEVEL = 14,
	LEVEL_BYTES_MAX = 8,
	LOGGER_BYTES_MAX = 200,
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

static bool ends_word(struct str rest)
{
	char c = rest.len ? rest.ptr[0] : ' ';

	return !is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '-' && c != '.';
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
	if (str_starts_with(t, STR("UTC")) && ends_word(str_skip(t, 3))) {
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
	if (!take_digits(&t, 2, &minute) || hour > 15 || minute > 59 || !ends_word(t))
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
	if (!month || month > 12 || !day || day > 31)
		return false;
	if (str_starts_with(t, STR(", "))) /* Airflow */
		t = str_skip(t, 1);
	if (!take_char(&t, " T"))
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

static bool is_logger(struct str s)
{
	if (!s.len || s.len > LOGGER_BYTES_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '.' &&
		    c != '$' && c != '_' && c != '-' && c != '/' && c != '@')
			return false;
	}
	return true;
}

static bool is_upper(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 'A' || s.ptr[i] > 'Z')
			return false;
	return s.len > 0;
}

/* What stands before the level. */
struct before_level {
	struct str thread; /* from the first plain word to the last one */
	struct str words[3];
	size_t count;
};

/* A word that is no level. Plain words are text as well as names, `error` more often text. */
static enum level read_word(struct str word, struct before_level *b)
{
	enum level level;

	if (word.len > 1 && word.ptr[word.len - 1] == ':')
		word.len--;
	level = is_upper(word) ? level_from_name(word) : LEVEL_NONE;
	if (level != LEVEL_NONE)
		return level;
	if (b->count < ARRAY_LEN(b->words))
		b->words[b->count] = word;
	b->count++;
	if (!str_eq(word, STR("-")))
		b->thread = b->thread.len
				    ? (struct str){ b->thread.ptr,
						    (size_t)(word.ptr + word.len - b->thread.ptr) }
				    : word;
	return LEVEL_NONE;
}

/* Words and brackets up to the level: thread, MDC, or Python's `- name -`. */
static bool take_level(struct str *s, struct line_head *head)
{
	struct before_level before = { .count = 0 };
	struct str t = *s, inside, bracketed = STR("");

	for (size_t i = 0; i < WORDS_BEFORE_LEVEL && t.len && head->level == LEVEL_NONE; i++) {
		if (!take_brackets(&t, '[', ']', &inside)) {
			head->level = read_word(take_word(&t), &before);
			continue;
		}
		head->level = level_from_name(str_trim(inside));
		if (head->level != LEVEL_NONE)
			break;
		if (before.thread.len) /* `stream execution thread for x [id = …]` */
			before.thread.len =
				(size_t)(inside.ptr + inside.len + 1 - before.thread.ptr);
		else if (!bracketed.len)
			bracketed = inside;
	}
	if (head->level == LEVEL_NONE)
		return false;
	*s = t;
	/* `2024-05-01 10:00:00,123 - name - INFO - msg` */
	if (before.count == 3 && str_eq(before.words[0], STR("-")) &&
	    str_eq(before.words[2], STR("-")) && is_logger(before.words[1]))
		head->logger = before.words[1];
	else
		head->thread = before.thread.len ? before.thread : bracketed;
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
		struct str name = take_word(&t);

		/* `- INFO - name - msg` */
		head->message = (struct str){ name.ptr, (size_t)(s.ptr + s.len - name.ptr) };
		if (!head->logger.len && is_logger(name) && str_starts_with(t, STR("- "))) {
			head->logger = name;
			head->message = str_skip(t, 2);
		}
		return;
	}
	if (head->logger.len)
		return;
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
	/* `(File.scala:method(12))` or `[thread]` may stand between logger and message. */
	if (take_brackets(&t, '[', ']', &inside) && !head->thread.len)
		head->thread = inside;
	(void)take_brackets(&t, '(', ')', &inside);
	if (take_char(&t, ":") || str_starts_with(t, STR("- "))) {
		if (t.len && t.ptr[0] == '-')
			t = str_skip(t, 1);
		head->logger = word;
		head->message = str_trim(t);
	}
}

/* `WARNING:root:msg`, `INFO 2024-05-01 10:00:00,123 msg` */
static bool level_first(struct str line, struct line_head *head)
{
	struct str name, rest;
	size_t n = 0;

	while (n < line.len && n <= LEVEL_BYTES_MAX && line.ptr[n] >= 'A' && line.ptr[n] <= 'Z')
		n++;
	if (n < 4 || n + 1 >= line.len || (line.ptr[n] != ':' && line.ptr[n] != ' '))
		return false;
	head->level = level_from_name((struct str){ line.ptr, n });
	if (head->level == LEVEL_NONE)
		return false;
	rest = str_skip(line, n + 1);
	if (line.ptr[n] == ' ') {
		if (!is_digit(rest.ptr[0]) || !take_stamp(&rest, head) || head->time_only)
			return false;
		take_logger(str_trim(rest), head);
		return true;
	}
	if (!str_cut((struct str){ rest.ptr,
				   rest.len < LOGGER_BYTES_MAX ? rest.len : LOGGER_BYTES_MAX },
		     ':', &name, &(struct str){ 0 }) ||
	    !is_logger(name))
		return false;
	head->logger = name;
	head->message = str_skip(rest, name.len + 1);
	return true;
}

bool line_head(struct str line, struct line_head *head)
{
	struct str s = line;
	bool bracketed;
	char c = line.len ? line.ptr[0] : '\0';

	*head = (struct line_head){ .time_ms = TIME_NONE };
	if (c >= 'A' && c <= 'Z')
		return level_first(line, head);
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

bool line_time(struct str text, int64_t *epoch_ms)
{
	char line[80];
	struct line_head head;
	int len = snprintf(line, sizeof(line),
			   text.len <= 10 ? STR_FMT " 00:00:00 -" : STR_FMT " -", STR_ARG(text));

	if (len < 0 || (size_t)len >= sizeof(line) ||
	    !line_head((struct str){ line, (size_t)len }, &head) || head.time_only)
		return false;
	*epoch_ms = head.time_ms;
	return true;
}

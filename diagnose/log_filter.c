#include "base/base.h"
#include "diagnose/log_filter.h"

#include "base/clock.h"
#include "base/limits.h"
#include "patterns/regex.h"

#include <ctype.h>

enum {
	WHY_BYTES = 256,
	TEMPLATE_BYTES = 240,
	/* Logs of one process go back in time by less: threads race for the appender. */
	DISORDER_MS = 60000,
};

struct log_term {
	enum log_term_kind kind;
	struct str value; /* owned */
	struct regex *regex;
	int64_t ms;
	enum level level;
};

struct log_filter {
	struct log_term terms[LIMIT_LOG_TERMS];
	size_t count;
	struct regex_scratch *scratch;
	struct buf template;
};

static const char *const names[LOG_TERM_COUNT] = {
	[LOG_TERM_IN] = "in",	    [LOG_TERM_OUT] = "out",
	[LOG_TERM_SINCE] = "since", [LOG_TERM_UNTIL] = "until",
	[LOG_TERM_LEVEL] = "level", [LOG_TERM_EXECUTOR] = "executor",
	[LOG_TERM_STAGE] = "stage", [LOG_TERM_TASK] = "task",
	[LOG_TERM_LOG] = "log",	    [LOG_TERM_TEMPLATE] = "template",
};

struct log_filter *log_filter_new(void)
{
	struct log_filter *f = calloc(1, sizeof(*f));

	if (!f)
		die_no_memory();
	f->scratch = regex_scratch_new();
	f->template = (struct buf)BUF_INIT((size_t)LIMIT_RECORD_BYTES);
	return f;
}

static void release(struct log_term *t)
{
	free((char *)(uintptr_t)t->value.ptr);
	regex_free(t->regex);
}

void log_filter_free(struct log_filter *f)
{
	if (!f)
		return;
	while (log_filter_pop(f))
		continue;
	regex_scratch_free(f->scratch);
	buf_release(&f->template);
	free(f);
}

const char *log_term_name(enum log_term_kind kind)
{
	return names[kind];
}

enum log_term_kind log_term_find(struct str name)
{
	size_t i = 0;

	while (i < LOG_TERM_COUNT && !str_eq(name, str_from(names[i])))
		i++;
	return (enum log_term_kind)i;
}

static bool make_regex(struct log_term *t, char *why)
{
	struct regex_error error;

	t->regex = regex_new(t->value, &error);
	if (t->regex) {
		/* Without machine code it is slower, not wrong. */
		(void)regex_optimise(t->regex);
		return true;
	}
	(void)snprintf(why, WHY_BYTES, "the regex is wrong at byte %zu: %s", error.offset,
		       error.message);
	return false;
}

static bool make_time(struct log_term *t, char *why)
{
	if (line_time(t->value, &t->ms))
		return true;
	(void)snprintf(why, WHY_BYTES, "'%.40s' is no time; write 2026-11-23 14:02:50",
		       t->value.ptr);
	return false;
}

static bool make_level(struct log_term *t, char *why)
{
	t->level = level_from_name(t->value);
	if (t->level != LEVEL_NONE)
		return true;
	(void)snprintf(why, WHY_BYTES, "'%.40s' is no level: debug, info, warn, error, fatal",
		       t->value.ptr);
	return false;
}

static bool make_nothing(struct log_term *t, char *why)
{
	(void)t;
	(void)why;
	return true;
}

bool log_filter_push(struct log_filter *f, enum log_term_kind kind, struct str value, char *why)
{
	static bool (*const makers[LOG_TERM_COUNT])(struct log_term *, char *) = {
		[LOG_TERM_IN] = make_regex,	 [LOG_TERM_OUT] = make_regex,
		[LOG_TERM_SINCE] = make_time,	 [LOG_TERM_UNTIL] = make_time,
		[LOG_TERM_LEVEL] = make_level,	 [LOG_TERM_EXECUTOR] = make_nothing,
		[LOG_TERM_STAGE] = make_nothing, [LOG_TERM_TASK] = make_nothing,
		[LOG_TERM_LOG] = make_nothing,	 [LOG_TERM_TEMPLATE] = make_nothing,
	};
	struct log_term t = { .kind = kind };
	char *copy;

	if (f->count == LIMIT_LOG_TERMS) {
		(void)snprintf(why, WHY_BYTES, "more than %d filters at once", LIMIT_LOG_TERMS);
		return false;
	}
	if (!value.len) {
		(void)snprintf(why, WHY_BYTES, "%s needs a value", names[kind]);
		return false;
	}
	copy = strndup(value.ptr, value.len);
	if (!copy)
		die_no_memory();
	t.value = (struct str){ copy, strlen(copy) };
	if (!makers[kind](&t, why)) {
		release(&t);
		return false;
	}
	f->terms[f->count++] = t;
	return true;
}

bool log_filter_pop(struct log_filter *f)
{
	if (!f->count)
		return false;
	release(&f->terms[--f->count]);
	return true;
}

size_t log_filter_count(const struct log_filter *f)
{
	return f->count;
}

void log_filter_show(const struct log_filter *f, size_t i, struct buf *out)
{
	const struct log_term *t = &f->terms[i];
	bool fits = buf_addf(out, "%s ", names[t->kind]) && buf_add(out, t->value);

	(void)fits; /* a line for people: past the ceiling it is cut */
}

/* --- one record ------------------------------------------------------------------------------ */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Does `text` hold `word` and then `value`, as a word of its own? A stage's attempt may follow. */
static bool mentions(struct str text, const char *word, struct str value)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len + value.len <= text.len;) {
		ptrdiff_t hit = str_find(str_skip(text, at), str_from(word));
		struct str rest;

		if (hit < 0)
			return false;
		at += (size_t)hit + len;
		rest = str_skip(text, at);
		if (str_starts_with(rest, value) &&
		    (rest.len == value.len || !is_word(rest.ptr[value.len])))
			return true;
	}
	return false;
}

/* How records name what a term is about. */
struct naming {
	const char *words[5];
	size_t numbered; /* of those: behind which always its number stands */
};

static const struct naming namings[LOG_TERM_COUNT] = {
	[LOG_TERM_EXECUTOR] = { { "executor ", "Executor ", "executor_id=", "exec-" }, 4 },
	[LOG_TERM_STAGE] = { { "stage ", "Stage ", "stage_id=", "ResultStage ",
			       "ShuffleMapStage " },
			     5 },
	/* "Task 1 in stage 3.1" is its index there. */
	[LOG_TERM_TASK] = { { "TID ", "task_id=", "Task " }, 2 },
};

static bool mentions_any(struct str text, const struct naming *n, struct str value)
{
	for (size_t i = 0; i < ARRAY_LEN(n->words) && n->words[i]; i++)
		if (mentions(text, n->words[i], value))
			return true;
	return false;
}

/* The number behind `word`, with an attempt behind a point. */
static bool number_behind(struct str text, const char *word, struct buf *out)
{
	ptrdiff_t at = str_find(text, str_from(word));
	struct str rest = at < 0 ? STR("") : str_skip(text, (size_t)at + strlen(word));
	size_t n = 0;

	while (n < rest.len && (isdigit((unsigned char)rest.ptr[n]) || rest.ptr[n] == '.'))
		n++;
	while (n && rest.ptr[n - 1] == '.')
		n--;
	return n && buf_add(out, (struct str){ rest.ptr, n });
}

void log_term_of(enum log_term_kind kind, const struct log_record *r, struct buf *value)
{
	const struct naming *n = &namings[kind];
	bool found = false;

	if (kind == LOG_TERM_TEMPLATE)
		log_template(r, value);
	else if (kind == LOG_TERM_EXECUTOR && r->log->executor.len)
		found = buf_add(value, r->log->executor);
	for (size_t i = 0; i < n->numbered && !found; i++)
		found = number_behind(r->text, n->words[i], value);
}

static bool same_template(struct log_filter *f, const struct log_term *t,
			  const struct log_record *r)
{
	buf_clear(&f->template);
	log_template(r, &f->template);
	return str_eq(buf_str(&f->template), t->value);
}

static bool holds(struct log_filter *f, const struct log_term *t, const struct log_record *r)
{
	switch (t->kind) {
	case LOG_TERM_IN:
	case LOG_TERM_OUT:
		return (regex_search(t->regex, f->scratch, r->text, 0) == REGEX_YES) ==
		       (t->kind == LOG_TERM_IN);
	case LOG_TERM_SINCE:
		return r->time_ms != TIME_NONE && r->time_ms >= t->ms;
	case LOG_TERM_UNTIL:
		return r->time_ms != TIME_NONE && r->time_ms <= t->ms;
	case LOG_TERM_LEVEL:
		return r->level >= t->level;
	case LOG_TERM_EXECUTOR:
		return str_eq(r->log->executor, t->value) ||
		       mentions_any(r->text, &namings[t->kind], t->value);
	case LOG_TERM_STAGE:
	case LOG_TERM_TASK:
		return mentions_any(r->text, &namings[t->kind], t->value);
	case LOG_TERM_LOG:
		return str_find(r->log->name, t->value) >= 0;
	case LOG_TERM_TEMPLATE:
		return same_template(f, t, r);
	case LOG_TERM_COUNT:
		break;
	}
	return true;
}

bool log_filter_accepts(struct log_filter *f, const struct log_record *r)
{
	for (size_t i = 0; i < f->count; i++)
		if (!holds(f, &f->terms[i], r))
			return false;
	return true;
}

/* --- what need not be read ------------------------------------------------------------------- */

bool log_filter_accepts_log(const struct log_filter *f, const struct log_stream *log)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct log_term *t = &f->terms[i];

		if (t->kind == LOG_TERM_LOG && str_find(log->name, t->value) < 0)
			return false;
		if (log->first_ms == TIME_NONE)
			continue;
		if ((t->kind == LOG_TERM_SINCE && log->last_ms + DISORDER_MS < t->ms) ||
		    (t->kind == LOG_TERM_UNTIL && log->first_ms - DISORDER_MS > t->ms))
			return false;
	}
	return true;
}

static int64_t block_ms(const struct log_stream *log, size_t i)
{
	int64_t ms = i < log->index.count ? log->index.blocks[i].time_ms : TIME_NONE;

	return ms == TIME_NONE ? ms : ms + log->shift_ms;
}

bool log_filter_accepts_block(const struct log_filter *f, const struct log_stream *log, size_t i)
{
	int64_t begin = block_ms(log, i), end = block_ms(log, i + 1);

	for (size_t k = 0; k < f->count; k++) {
		const struct log_term *t = &f->terms[k];

		if (t->kind == LOG_TERM_LEVEL && !(log->index.blocks[i].levels >> t->level))
			return false;
		if (t->kind == LOG_TERM_SINCE && end != TIME_NONE && end + DISORDER_MS < t->ms)
			return false;
		if (t->kind == LOG_TERM_UNTIL && begin != TIME_NONE && begin - DISORDER_MS > t->ms)
			return false;
	}
	return true;
}

static const struct log_term *last_regex(const struct log_filter *f)
{
	for (size_t i = f->count; i > 0; i--)
		if (f->terms[i - 1].kind == LOG_TERM_IN)
			return &f->terms[i - 1];
	return NULL;
}

bool log_filter_searches(const struct log_filter *f)
{
	return last_regex(f) != NULL;
}

ptrdiff_t log_filter_search(const struct log_filter *f, struct str text, size_t from)
{
	const struct log_term *t = last_regex(f);
	size_t begin, end;

	if (!t)
		return (ptrdiff_t)from;
	switch (regex_search(t->regex, f->scratch, text, from)) {
	case REGEX_NO:
		return -1;
	case REGEX_LIMIT: /* too many steps over a whole block: record by record, then */
		return (ptrdiff_t)from;
	case REGEX_YES:
		break;
	}
	return regex_group(f->scratch, 0, &begin, &end) ? (ptrdiff_t)begin : (ptrdiff_t)from;
}

/* --- templates ------------------------------------------------------------------------------- */

static bool is_separator(char c)
{
	return isspace((unsigned char)c) || strchr("=,;()[]{}<>\"'|", c) != NULL;
}

/* A word with a digit is a value: a number, an id, an address, a path with a date. */
static bool is_value(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (isdigit((unsigned char)word.ptr[i]))
			return true;
	return false;
}

void log_template(const struct log_record *r, struct buf *out)
{
	struct str rest = r->message;
	bool fits = true;

	if (rest.len > TEMPLATE_BYTES)
		rest.len = TEMPLATE_BYTES;
	if (r->logger.len)
		fits = buf_add(out, r->logger) && buf_add(out, STR(": "));
	while (fits && rest.len) {
		struct str word = rest;
		size_t n = 0;

		while (n < rest.len && !is_separator(rest.ptr[n]))
			n++;
		word.len = n;
		fits = !n || buf_add(out, is_value(word) ? STR("*") : word);
		rest = str_skip(rest, n);
		if (fits && rest.len) {
			fits = buf_add_char(out, rest.ptr[0]);
			rest = str_skip(rest, 1);
		}
	}
}

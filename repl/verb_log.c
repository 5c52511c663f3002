/* Records of the logs, read again. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/limits.h"
#include "patterns/regex.h"
#include "repl/record.h"

enum { WHY_BYTES = 256, MOMENT_BYTES_MAX = 64 << 20, MOMENT_LINES = 5 };

static struct cursor cursor_of(const struct session *s, const struct log_record *r)
{
	return (struct cursor){ true, (size_t)(r->log - s->diagnosis->logs), r->line };
}

static enum verb_result shown(struct session *s, size_t count)
{
	if (!count && !session_cancelled(s))
		session_say(s, log_filter_count(s->filter) ? "no record (filters are on: filter)"
							   : "no record");
	return count ? VERB_OK : VERB_NOTHING;
}

/* --- log ------------------------------------------------------------------------------------- */

struct page {
	struct session *s;
	struct record_screen screen;
	size_t limit;	    /* 0: none */
	struct cursor last; /* where the next page begins */
	bool full;
};

static bool show_page(void *context, const struct log_record *r)
{
	struct page *p = context;

	if (p->limit && p->screen.shown == p->limit) {
		p->last = cursor_of(p->s, r);
		p->full = true;
		return false;
	}
	return record_show(p->s, &p->screen, r, false);
}

enum verb_result verb_log(struct session *s, const struct call *c)
{
	struct page p = { .s = s, .limit = c->limit };
	struct cursor from = s->cursor;
	size_t log = from.log;

	if (c->count) {
		log = session_find_log(s, c->words[0]);
		from = (struct cursor){ true, log, 0 };
	} else if (!from.set) {
		session_error(s, "which log? see inputs");
		return VERB_TROUBLE;
	}
	if (log == SIZE_MAX)
		return VERB_TROUBLE;
	record_walk(s, from, log, show_page, &p);
	if (p.full) {
		s->cursor = p.last;
		session_say(s, "... log goes on from line %" PRIu32, p.last.line);
	}
	return shown(s, p.screen.shown);
}

/* --- grep ------------------------------------------------------------------------------------ */

struct search {
	struct page page;
	struct regex *regex;
	struct regex_scratch *scratch;
	struct cursor first;
	size_t hits;
};

static bool show_hit(void *context, const struct log_record *r)
{
	struct search *g = context;
	struct page *p = &g->page;
	size_t begin = 0, end;

	if (!g->hits++)
		g->first = cursor_of(p->s, r);
	if (p->limit && p->screen.shown == p->limit) {
		p->full = true;
		return true; /* counted, not shown */
	}
	if (regex_search(g->regex, g->scratch, r->text, 0) != REGEX_YES ||
	    !regex_group(g->scratch, 0, &begin, &end))
		begin = 0;
	return record_show_line(p->s, &p->screen, r, begin < r->text.len ? begin : 0);
}

enum verb_result verb_grep(struct session *s, const struct call *c)
{
	struct search g = { .page = { .s = s, .limit = c->limit } };
	struct regex_error error;
	char why[WHY_BYTES];
	size_t only = SIZE_MAX;

	if (c->count > 1) {
		only = session_find_log(s, c->words[1]);
		if (only == SIZE_MAX)
			return VERB_TROUBLE;
	}
	if (!log_filter_push(s->filter, LOG_TERM_IN, c->words[0], why)) {
		session_error(s, "%s", why);
		return VERB_TROUBLE;
	}
	g.regex = regex_new(c->words[0], &error);
	BUG_ON(!g.regex); /* it was accepted just before */
	g.scratch = regex_scratch_new();
	record_walk(s, (struct cursor){ 0 }, only, show_hit, &g);
	(void)log_filter_pop(s->filter);
	regex_scratch_free(g.scratch);
	regex_free(g.regex);
	if (g.first.set)
		s->cursor = g.first;
	if (g.page.full)
		session_say(s, "... %zu more (--limit 0 shows all)", g.hits - g.page.screen.shown);
	return shown(s, g.hits);
}

/* --- next, prev ------------------------------------------------------------------------------ */

struct step {
	struct session *s;
	struct cursor from, found;
};

static bool take_after(void *context, const struct log_record *r)
{
	struct step *step = context;
	struct cursor at = cursor_of(step->s, r);

	if (step->from.set && at.log == step->from.log && at.line <= step->from.line)
		return true;
	step->found = at;
	return false;
}

static void find_next(struct session *s, struct step *step)
{
	record_walk(s, s->cursor, SIZE_MAX, take_after, step);
}

static void find_prev(struct session *s, struct step *step)
{
	size_t i = s->cursor.set ? s->cursor.log + 1 : s->diagnosis->log_count;
	uint32_t before = s->cursor.set ? s->cursor.line : UINT32_MAX;

	for (; i > 0 && !step->found.set && !session_cancelled(s); i--) {
		uint32_t line = log_reader_find_before(&s->diagnosis->logs[i - 1], before,
						       s->filter, s->options.diagnose.cancel);

		if (line)
			step->found = (struct cursor){ true, i - 1, line };
		before = UINT32_MAX;
	}
}

enum verb_result verb_step(struct session *s, const struct call *c)
{
	struct str what = c->count ? c->words[0] : STR("error");
	struct step step = { .s = s, .from = s->cursor };
	bool any = str_eq(what, STR("record"));
	enum log_term_kind kind =
		level_from_name(what) == LEVEL_NONE ? LOG_TERM_IN : LOG_TERM_LEVEL;
	char why[WHY_BYTES];

	if (!any && !log_filter_push(s->filter, kind, what, why)) {
		session_error(s, "%s", why);
		return VERB_TROUBLE;
	}
	if (!strcmp(c->verb->name, "next"))
		find_next(s, &step);
	else
		find_prev(s, &step);
	if (!any)
		(void)log_filter_pop(s->filter);
	if (!step.found.set)
		return shown(s, 0);
	s->cursor = step.found;
	return record_show_here(s) ? VERB_OK : VERB_TROUBLE;
}

/* --- context --------------------------------------------------------------------------------- */

/* Where the record `wanted` records before the cursor begins. */
static uint32_t line_before(struct session *s, size_t wanted)
{
	/* Records of traces are long; this far back there are enough of them, or few matter. */
	uint32_t back = wanted < 10000 ? (uint32_t)wanted * 200 : 2000000;
	uint32_t from = s->cursor.line > back ? s->cursor.line - back : 0;
	/* The first lines of the last records, in a ring. */
	uint32_t *lines = calloc(wanted, sizeof(*lines)), line;
	struct log_reader *reader = log_reader_open(&s->diagnosis->logs[s->cursor.log], from, NULL,
						    s->options.diagnose.cancel);
	struct log_record r;
	size_t count = 0;

	if (!lines)
		die_no_memory();
	while (log_reader_next(reader, &r) && r.line + r.lines <= s->cursor.line)
		lines[count++ % wanted] = r.line;
	line = count ? lines[count < wanted ? 0 : count % wanted] : s->cursor.line;
	log_reader_close(reader);
	free(lines);
	return line;
}

enum verb_result verb_context(struct session *s, const struct call *c)
{
	struct record_screen screen = { 0 };
	struct log_reader *reader;
	struct log_record r;
	size_t around = s->context, after = 0;

	if (c->count && !call_number(s, c->words[0], 100000, &around))
		return VERB_TROUBLE;
	if (!session_stands(s))
		return VERB_TROUBLE;
	reader = log_reader_open(&s->diagnosis->logs[s->cursor.log], line_before(s, around), NULL,
				 s->options.diagnose.cancel);
	while (after <= around && log_reader_next(reader, &r)) {
		bool here = r.line <= s->cursor.line && s->cursor.line < r.line + r.lines;

		after += here || r.line > s->cursor.line;
		if (!record_show(s, &screen, &r, here))
			break;
	}
	if (*log_reader_trouble(reader))
		session_error(s, "%s", log_reader_trouble(reader));
	log_reader_close(reader);
	return shown(s, screen.shown);
}

/* --- at -------------------------------------------------------------------------------------- */

struct moment {
	struct session *s;
	struct arena arena;
	struct log_record *records;
	size_t count, capacity;
	bool full;
};

static bool keep(void *context, const struct log_record *r)
{
	struct moment *m = context;
	struct log_record copy = *r;

	if (m->count == LIMIT_MOMENT_RECORDS || !arena_str(&m->arena, r->text, &copy.text)) {
		m->full = true;
		return false;
	}
	m->records = array_grow(m->records, m->count, &m->capacity, sizeof(*m->records));
	m->records[m->count++] = copy;
	return true;
}

/* By time; at one time by log and line. */
static int compare_records(const void *left, const void *right)
{
	const struct log_record *a = left, *b = right;

	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	if (a->log != b->log)
		return a->log < b->log ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static bool note_time(void *context, const struct log_record *r)
{
	*(int64_t *)context = r->time_ms;
	return false;
}

/* A time alone is of the day the logs begin. */
static bool to_time(struct session *s, struct str word, int64_t *ms)
{
	struct buf text = BUF_INIT(256);
	int64_t first, last;
	bool ok = line_time(word, ms);

	if (!ok && session_span(s, &first, &last)) {
		clock_show(&text, first);
		if (text.len >= 11) {
			text.len = 11;
			ok = buf_add(&text, word) && line_time(buf_str(&text), ms);
		}
	}
	buf_release(&text);
	if (!ok)
		session_error(s, "'%.40s' is no time; write 14:02:50 or 2026-11-23 14:02:50",
			      word.ptr);
	return ok;
}

static bool push_time(struct session *s, enum log_term_kind kind, int64_t ms)
{
	struct buf text = BUF_INIT(64);
	char why[WHY_BYTES];
	bool ok;

	clock_show_iso(&text, ms);
	ok = log_filter_push(s->filter, kind, buf_str(&text), why);
	if (!ok)
		session_error(s, "%s", why);
	buf_release(&text);
	return ok;
}

static void show_moment(struct moment *m, int64_t ms)
{
	struct record_screen screen = { 0 };
	size_t lines = m->s->lines;
	bool marked = false;

	/* Many records side by side: the first lines of each. */
	if (!lines || lines > MOMENT_LINES)
		m->s->lines = MOMENT_LINES;
	qsort(m->records, m->count, sizeof(*m->records), compare_records);
	for (size_t i = 0; i < m->count; i++) {
		bool here = !marked && m->records[i].time_ms >= ms;

		marked |= here;
		if (here)
			m->s->cursor = cursor_of(m->s, &m->records[i]);
		if (!record_show(m->s, &screen, &m->records[i], here))
			break;
	}
	m->s->lines = lines;
	if (m->full)
		session_say(m->s, "... there is more: set window to less, or filter");
}

enum verb_result verb_at(struct session *s, const struct call *c)
{
	struct moment m = { .s = s, .arena = ARENA_INIT(MOMENT_BYTES_MAX) };
	int64_t ms = TIME_NONE;
	size_t pushed = 0, count;
	struct arena arena = ARENA_INIT(4096);
	bool known = c->count ? to_time(s, call_rest(c, 0, &arena), &ms)
			      : record_at_cursor(s, note_time, &ms);

	arena_release(&arena);
	if (!known)
		return VERB_TROUBLE;
	if (ms == TIME_NONE) {
		session_error(s, "the record has no time");
		return VERB_NOTHING;
	}
	pushed += push_time(s, LOG_TERM_SINCE, ms - s->window_ms);
	pushed += pushed && push_time(s, LOG_TERM_UNTIL, ms + s->window_ms);
	if (pushed == 2) {
		record_walk(s, (struct cursor){ 0 }, SIZE_MAX, keep, &m);
		show_moment(&m, ms);
	}
	for (size_t i = 0; i < pushed; i++)
		(void)log_filter_pop(s->filter);
	count = m.count;
	free(m.records);
	arena_release(&m.arena);
	return pushed == 2 ? shown(s, count) : VERB_TROUBLE;
}

#include "base/base.h"
#include "parsers/record.h"

#include "base/limits.h"

enum {
	/* A YARN diagnostic quotes at most 10,000 characters, in two or three parts. */
	QUOTE_BYTES = 24 * 1024,
	/* How far back the first line of a record is looked for. */
	BACK_BYTES = LIMIT_RECORD_BYTES,
	/* Lines of a stream's beginning that decide whether it has heads. */
	BID_LINES = 200,
};

void record_cutter_init(struct record_cutter *c)
{
	*c = (struct record_cutter){
		.text = BUF_INIT((size_t)LIMIT_RECORD_BYTES * 2),
		.peel = BUF_INIT((size_t)LIMIT_RECORD_BYTES * 16),
		.lines = BUF_INIT((size_t)LIMIT_RECORD_BYTES * 16),
	};
}

void record_cutter_release(struct record_cutter *c)
{
	buf_release(&c->text);
	buf_release(&c->peel);
	buf_release(&c->lines);
}

/* --- raw lines ------------------------------------------------------------------------------- */

/* A raw line ends at LF, or at a CR that is not part of CRLF (progress bars). */
struct raw_line {
	size_t begin, end; /* without its terminator */
	size_t next;	   /* first byte of the next line */
	bool counted;	   /* ended by LF: the line number moves on */
};

static struct raw_line line_from(struct str block, size_t begin)
{
	const char *base = block.ptr + begin;
	size_t left = block.len - begin;
	const char *lf = memchr(base, '\n', left);
	size_t end = lf ? (size_t)(lf - base) : left;
	const char *cr = end ? memchr(base, '\r', end) : NULL;
	struct raw_line l = { .begin = begin, .counted = lf != NULL };

	/* `\r\n` and `\r\r\n` end one line. */
	while (cr && (size_t)(cr - base) + 1 < end && cr[1] == '\r')
		cr++;
	if (cr && (size_t)(cr - base) + 1 < end) {
		l.end = begin + (size_t)(cr - base);
		l.next = l.end + 1;
		l.counted = false;
	} else {
		l.end = begin + end;
		l.next = begin + end + (lf != NULL);
	}
	while (l.end > l.begin && block.ptr[l.end - 1] == '\r')
		l.end--;
	return l;
}

/* First byte of the LF-line that holds `at`. */
static size_t line_begin_at(struct str block, size_t at, size_t floor)
{
	const char *lf = at > floor ? memrchr(block.ptr + floor, '\n', at - floor) : NULL;

	return lf ? (size_t)(lf - block.ptr) + 1 : floor;
}

static struct str line_text(struct str block, const struct raw_line *l)
{
	return (struct str){ block.ptr + l->begin, l->end - l->begin };
}

/* --- what a line is -------------------------------------------------------------------------- */

enum line_class {
	LINE_HEAD,	   /* starts a record and has a time or level */
	LINE_START,	   /* starts a record without a head: traceback, exception, JVM message */
	LINE_CONTINUATION, /* indented, empty, Caused by … */
	LINE_CHAIN,	   /* joins what follows to what came before */
	LINE_OTHER,
};

static const char *const starts[] = {
	"Traceback (most recent call last):",
	"Exception in thread \"",
	"Error: ",
	"Error occurred during initialization of VM",
	"# A fatal error has been detected",
	"# There is insufficient memory",
	"# java.lang.OutOfMemoryError",
	"Terminating due to java.lang.OutOfMemoryError",
};

static const char *const continuations[] = {
	"Caused by: ", "Suppressed: ", "... ", "at ", ": ", "^",
};

static const char *const chains[] = {
	"During handling of the above exception, another exception occurred:",
	"The above exception was the direct cause of the following exception:",
	"Driver stacktrace:",
	"JVM stacktrace:",
};

static bool begins_with_any(struct str s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts_with(s, str_from(list[i])))
			return true;
	return false;
}

static bool is_progress_bar(struct str s)
{
	return s.len && s.ptr[0] == '[' && str_starts_with(s, STR("[Stage ")) &&
	       str_find(s, STR(" / ")) > 0 && str_find(s, STR("(")) > 0;
}

/* A head glued behind a print without newline: `result=524/05/01 10:00:00 INFO Executor: …`. */
static size_t glued_head(struct str s, struct line_head *head)
{
	struct str window = { s.ptr, s.len < 512 ? s.len : 512 };
	static const char *const levels[] = { " INFO ", " WARN ", " ERROR " };

	/* A colon of the time, before anything is searched for. */
	if (!memchr(window.ptr, ':', window.len) || !memchr(window.ptr, '/', window.len))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		ptrdiff_t at = str_find(window, str_from(levels[i]));
		struct str tail;

		/* `yy/MM/dd HH:mm:ss` is 17 bytes: Spark's own layout only. */
		if (at < 18)
			continue;
		tail = str_skip(s, (size_t)at - 17);
		if (tail.ptr[2] == '/' && tail.ptr[5] == '/' && tail.ptr[11] == ':' &&
		    line_head(tail, head) && head->level != LEVEL_NONE && head->logger.len)
			return (size_t)at - 17;
	}
	return 0;
}

static enum line_class classify(struct record_cutter *c, struct str raw, struct line_head *head)
{
	struct line_peeled peeled;
	struct str s = raw;
	char first;

	*head = (struct line_head){ .time_ms = TIME_NONE };
	if (!s.len)
		return LINE_CONTINUATION;
	if (s.ptr[0] == ' ' || s.ptr[0] == '\t')
		return LINE_CONTINUATION;
	peeled = line_peel(s, &c->peel);
	s = peeled.text;
	if (!s.len)
		return LINE_CONTINUATION;
	first = s.ptr[0];
	if (line_head(s, head))
		return LINE_HEAD;
	if (first == ' ' || first == '\t' || is_progress_bar(s))
		return LINE_CONTINUATION;
	if (begins_with_any(s, chains, ARRAY_LEN(chains)))
		return LINE_CHAIN;
	if (begins_with_any(s, starts, ARRAY_LEN(starts)))
		return LINE_START;
	if (begins_with_any(s, continuations, ARRAY_LEN(continuations)))
		return LINE_CONTINUATION;
	if (s.len > 40 && glued_head(s, head))
		return LINE_HEAD;
	return LINE_OTHER;
}

/* --- splitting ------------------------------------------------------------------------------- */

/* Walks lines forwards and says where records begin. */
struct splitter_state {
	bool begun;
	bool by_head;	 /* the current record began with a head */
	bool by_start;	 /* … with a traceback or exception */
	bool frames;	 /* a traceback's frames have been seen, not yet its last line */
	bool blank;	 /* an empty line since the exception's line */
	bool joined;	 /* the line before joins what follows */
	bool diagnostic; /* the current record is one that may quote other logs */
	bool quoting;	 /* inside `Last N bytes of …` */
	size_t quote_from;
	int64_t head_ms;
};

static bool opens_quote(struct str raw)
{
	return str_starts_with(raw, STR("Last ")) && str_find(raw, STR(" bytes of ")) > 0;
}

static bool joins_next(struct str s)
{
	return str_ends_with(s, STR("stack trace below.")) ||
	       str_ends_with(s, STR("PythonException:")) ||
	       str_ends_with(s, STR("PythonException: ")) ||
	       str_ends_with(s, STR("Traceback below:")) ||
	       str_ends_with(s, STR("User class threw exception: ")) ||
	       str_ends_with(s, STR("Return Message:"));
}

/* A head inside a quoted log belongs to the record that quotes it. */
static bool is_quoted(const struct splitter_state *s, const struct line_head *head, size_t at)
{
	if (!s->diagnostic || at - s->quote_from > QUOTE_BYTES)
		return false;
	if (s->quoting)
		return true;
	/* YARN cuts the front of long diagnostics, `Last N bytes of` included: older lines behind
	 * the diagnostic's own head are quoted all the same. */
	return head->time_ms != TIME_NONE && s->head_ms != TIME_NONE && head->time_ms < s->head_ms;
}

static void begin_record(struct splitter_state *s, enum line_class class, struct str raw,
			 const struct line_head *head, size_t at)
{
	*s = (struct splitter_state){
		.begun = true,
		.by_head = class == LINE_HEAD,
		.by_start = class == LINE_START,
		.frames = class == LINE_START && str_find(raw, STR("Traceback (most")) >= 0,
		.joined = joins_next(raw),
		.diagnostic = class == LINE_HEAD && str_find(raw, STR("iagnostics")) > 0,
		.quote_from = at,
		.head_ms = head->time_ms,
	};
}

/* Does an exception that began without a head reach to this line of no class? */
static bool exception_goes_on(struct splitter_state *s)
{
	if (s->frames) { /* the line that names the exception */
		s->frames = false;
		s->blank = false;
		return true;
	}
	return !s->blank;
}

/* True when the line begins a new record; updates the state either way. */
static bool split(struct splitter_state *s, enum line_class class, struct str raw,
		  const struct line_head *head, size_t at)
{
	bool fresh = false;

	switch (class) {
	case LINE_HEAD:
		fresh = !s->begun || !is_quoted(s, head, at);
		break;
	case LINE_START:
		fresh = !s->begun || !(s->joined || s->quoting);
		break;
	case LINE_OTHER:
		fresh = !s->begun ||
			(s->by_start ? !s->joined && !exception_goes_on(s) : !s->by_head);
		break;
	case LINE_CHAIN:
	case LINE_CONTINUATION:
		fresh = !s->begun;
		break;
	}
	if (fresh) {
		begin_record(s, class, raw, head, at);
		return true;
	}
	/* The client prints ` diagnostics: …` on a line of its own. */
	if (s->by_head && !s->diagnostic && str_find(raw, STR("iagnostics: ")) > 0)
		s->diagnostic = true;
	if (s->by_head && s->diagnostic && opens_quote(raw)) {
		s->quoting = true;
		s->quote_from = at;
	} else if (s->quoting && str_eq(raw, STR("."))) {
		s->quoting = false;
	}
	if (class == LINE_CHAIN) {
		s->frames = true;
		s->joined = true;
	} else if (raw.len) {
		s->frames |= class == LINE_START;
		s->joined = joins_next(raw);
	} else {
		s->blank = true;
	}
	return false;
}

/* A line from which splitting gives the same result as from the stream's beginning. */
static size_t find_anchor(struct record_cutter *c, struct str block, size_t floor, size_t at)
{
	size_t lowest = at > floor + BACK_BYTES ? at - BACK_BYTES : floor;
	size_t begin = line_begin_at(block, at, floor);
	struct line_head head;
	bool found = false;

	for (;;) {
		struct raw_line l = line_from(block, begin);
		enum line_class class = classify(c, line_text(block, &l), &head);

		if (class == LINE_HEAD) {
			found = true;
			break;
		}
		if (begin <= lowest)
			break;
		begin = line_begin_at(block, begin - 1, floor);
	}
	if (!found || begin == floor || !c->quotes)
		return begin;
	/* The head may be quoted by a diagnostic before it: begin there instead. */
	lowest = begin > floor + QUOTE_BYTES ? begin - QUOTE_BYTES : floor;
	{
		struct str before = { block.ptr + lowest, begin - lowest };
		ptrdiff_t quote = str_find(before, STR("iagnostics"));

		if (quote < 0)
			return begin;
		begin = line_begin_at(block, lowest + (size_t)quote, floor);
	}
	return begin;
}

/* The record that holds `at`, from splitting forwards; returns its begin, *end its end. */
static size_t find_record(struct record_cutter *c, struct str block, size_t floor, size_t at,
			  size_t *end)
{
	size_t begin = find_anchor(c, block, floor, at), pos = begin;
	struct splitter_state state = { 0 };
	struct line_head head;

	while (pos < block.len) {
		struct raw_line l = line_from(block, pos);
		struct str raw = line_text(block, &l);
		enum line_class class = classify(c, raw, &head);

		if (split(&state, class, raw, &head, pos)) {
			if (pos > at)
				break;
			begin = pos;
		}
		if (pos - begin > LIMIT_RECORD_BYTES && pos > at)
			break;
		pos = l.next;
	}
	*end = pos;
	return begin;
}

/* --- cleaning -------------------------------------------------------------------------------- */

static bool needs_scrubbing(struct str s)
{
	return s.len && (memchr(s.ptr, '\x1b', s.len) || memchr(s.ptr, '\0', s.len));
}

/* Drop NULs and terminal escapes: CSI `ESC [ … letter`, OSC `ESC ] … BEL`. */
static bool add_scrubbed(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '\x1b' && i + 1 < s.len && s.ptr[i + 1] == '[') {
			i += 2;
			while (i < s.len && (unsigned char)s.ptr[i] < 0x40)
				i++;
		} else if (c == '\x1b' && i + 1 < s.len && s.ptr[i + 1] == ']') {
			while (i < s.len && s.ptr[i] != '\a')
				i++;
		} else if (c && c != '\x1b' && !buf_add_char(out, c)) {
			return false;
		}
	}
	return true;
}

static bool add_line_start(struct record_cutter *c, uint32_t number)
{
	struct record_line l = { .at = c->text.len, .line = number };

	return buf_add(&c->lines, (struct str){ (const char *)&l, sizeof(l) });
}

/* Rewritten lines may hold several; all of them come from one line of the stream. */
static bool add_clean_text(struct record_cutter *c, struct str s, uint32_t number)
{
	struct str head, rest = s;
	bool more = true;

	while (more) {
		more = str_cut(rest, '\n', &head, &rest);
		if (c->text.len && !buf_add_char(&c->text, '\n'))
			return false;
		if (!add_line_start(c, number))
			return false;
		if (!(needs_scrubbing(head) ? add_scrubbed(&c->text, head)
					    : buf_add(&c->text, head)))
			return false;
	}
	return true;
}

struct cleaning {
	struct record_cutter *c;
	struct record *out;
	int64_t wrapper_ms;
	bool partial; /* the line before goes on in this one */
	bool any;
};

static bool add_raw_line(struct cleaning *k, struct str raw, uint32_t number)
{
	struct record_cutter *c = k->c;
	struct line_peeled peeled = line_peel(raw, &c->peel);
	struct str s = peeled.text;
	bool joins = k->partial;

	k->out->wrapped |= peeled.wrapped;
	k->out->rewritten |= peeled.escaped || joins;
	if (k->wrapper_ms == TIME_NONE)
		k->wrapper_ms = peeled.time_ms;
	k->partial = peeled.wrapped && peeled.partial;
	if (is_progress_bar(s))
		return true;
	if (line_is_structured(s)) {
		struct buf text = BUF_INIT((size_t)LIMIT_RECORD_BYTES);
		bool ok = line_from_structured(s, &text);

		if (ok) {
			k->out->rewritten = true;
			ok = add_clean_text(c, buf_str(&text), number);
			buf_release(&text);
			return ok;
		}
		buf_release(&text);
	}
	if (joins)
		return needs_scrubbing(s) ? add_scrubbed(&c->text, s) : buf_add(&c->text, s);
	return add_clean_text(c, s, number);
}

/* Lines before `at`; records are cut in order, so each byte of a block is counted once. */
static uint32_t lines_before(struct record_cutter *c, struct str block, size_t at)
{
	if (at < c->counted_at)
		record_block_begin(c, block);
	c->counted_lines += (uint32_t)str_count(
		(struct str){ block.ptr + c->counted_at, at - c->counted_at }, '\n');
	c->counted_at = at;
	return c->counted_lines;
}

void record_block_begin(struct record_cutter *c, struct str block)
{
	c->quotes = str_find(block, STR("iagnostics")) >= 0;
	c->counted_at = 0;
	c->counted_lines = 0;
}

static void read_head(struct record *out, int64_t wrapper_ms)
{
	struct str first, rest;
	size_t glued;

	(void)str_cut(out->text, '\n', &first, &rest);
	out->has_head = line_head(first, &out->head);
	if (!out->has_head) {
		glued = first.len > 40 ? glued_head(first, &out->head) : 0;
		out->has_head = glued > 0;
	}
	if (!out->has_head)
		out->head = (struct line_head){ .time_ms = TIME_NONE };
	if (out->head.time_ms == TIME_NONE || out->head.time_only)
		out->head.time_ms = wrapper_ms;
}

/* Text of [begin, end), with the middle left out when it is too long: a trace tells what it is at
 * its beginning and what caused it at its end. */
void record_cut(struct record_cutter *c, struct str block, size_t floor, size_t at,
		struct record *out)
{
	struct cleaning k = { .c = c, .out = out, .wrapper_ms = TIME_NONE };
	size_t end, begin = find_record(c, block, floor, at, &end), pos = begin;
	size_t keep_front = begin + LIMIT_RECORD_BYTES / 2, keep_back = 0;
	uint32_t number = lines_before(c, block, begin);

	*out = (struct record){ .begin = begin, .end = end, .head.time_ms = TIME_NONE };
	if (end - begin > LIMIT_RECORD_BYTES) {
		keep_back = end - LIMIT_RECORD_BYTES / 2;
		out->cut_short = true;
	}
	buf_clear(&c->text);
	buf_clear(&c->lines);
	while (pos < end) {
		struct raw_line l = line_from(block, pos);
		struct str raw = line_text(block, &l);

		if (out->cut_short && pos >= keep_front && l.next < keep_back)
			raw.len = 0; /* in the part left out */
		else if (raw.len > LIMIT_RECORD_BYTES / 2)
			raw.len = LIMIT_RECORD_BYTES / 2;
		if ((raw.len || !out->cut_short) && !add_raw_line(&k, raw, number))
			break;
		number += l.counted;
		pos = l.next;
	}
	out->text = buf_str(&c->text);
	/* Empty lines at the end are the space between records. */
	while (out->text.len && out->text.ptr[out->text.len - 1] == '\n')
		out->text.len--;
	out->lines = (struct record_line *)(void *)c->lines.ptr;
	out->line_count = c->lines.len / sizeof(struct record_line);
	read_head(out, k.wrapper_ms);
}

size_t record_last_begin(const struct record_cutter *c, struct str block)
{
	struct record_cutter scratch;
	const char *lf = block.len ? memrchr(block.ptr, '\n', block.len) : NULL;
	size_t end, begin, limit;

	(void)c;
	if (!lf)
		return 0;
	record_cutter_init(&scratch);
	scratch.quotes = true;
	limit = block.len > 2 * (size_t)LIMIT_RECORD_BYTES
			? line_begin_at(block, block.len - 2 * (size_t)LIMIT_RECORD_BYTES, 0)
			: 0;
	begin = find_record(&scratch, block, limit, (size_t)(lf - block.ptr), &end);
	/* The line behind the last LF is not complete: it may belong to the record before it. */
	record_cutter_release(&scratch);
	return begin;
}

void record_bid(struct record_cutter *c, struct str head)
{
	size_t pos = 0, lines = 0, heads = 0;

	while (pos < head.len && lines < BID_LINES) {
		struct raw_line l = line_from(head, pos);
		struct line_head h;

		lines++;
		heads += classify(c, line_text(head, &l), &h) == LINE_HEAD;
		pos = l.next;
	}
	c->headed = heads > 0;
}

/* --- lines of a record ----------------------------------------------------------------------- */

static const struct record_line *line_holding(const struct record *r, size_t at)
{
	size_t low = 0, high = r->line_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->lines[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return r->line_count ? &r->lines[low] : NULL;
}

uint32_t record_line_at(const struct record *r, size_t at, uint32_t block_first_line)
{
	const struct record_line *l = line_holding(r, at);

	return block_first_line + (l ? l->line : 0);
}

struct str record_line_text(const struct record *r, size_t at)
{
	const struct record_line *l = line_holding(r, at);
	struct str text, rest;

	if (!l || l->at > r->text.len)
		return STR("");
	(void)str_cut(str_skip(r->text, l->at), '\n', &text, &rest);
	return text;
}

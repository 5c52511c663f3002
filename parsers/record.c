#include "base/base.h"
#include "parsers/record.h"

#include "base/limits.h"
#include "parsers/trace.h"
#include "parsers/wrapper_json.h"

enum {
	/* A YARN diagnostic quotes at most 10,000 characters of up to three bytes each. */
	QUOTE_BYTES = 24 * 1024,
	/* A quoted line is older than the diagnostic, but for the difference of two hosts' clocks.
	 */
	QUOTE_AHEAD_MS = 60 * 1000,
	/* How far back the beginning of a record is looked for; past it, splitting starts anywhere.
	 */
	BACK_BYTES = 1024 * 1024,
	/* A record ends with the line that passes this, whatever follows. */
	RAW_BYTES_MAX = LIMIT_RECORD_BYTES * 2,
	/* Of a record that is too long, the text kept at its front and at its end. */
	EDGE_BYTES = LIMIT_RECORD_BYTES / 8 * 3,
	/* A line across the front edge gets what is left, one across the back edge this much. */
	LINE_BYTES_MIN = LIMIT_RECORD_BYTES / 8,
	/* A structured line before it is shortened, and a scrubbed one. */
	REWRITE_BYTES_MAX = LIMIT_RECORD_BYTES * 16,
	/* A glued head is looked for in the first bytes of a line. */
	GLUE_BYTES_MAX = 512,
	BAR_BYTES_MAX = 256,
	/* The end of a stream that tells what the program did last. */
	TAIL_BYTES = 64 * 1024,
	/* Lines of a stream's beginning that decide whether it has heads. */
	BID_LINES = 200,
};

void record_cutter_init(struct record_cutter *c)
{
	*c = (struct record_cutter){
		/* The marks of what was left out come on top. */
		.text = BUF_INIT((size_t)LIMIT_RECORD_BYTES + 64),
		.peel = BUF_INIT((size_t)REWRITE_BYTES_MAX),
		.scrub = BUF_INIT((size_t)REWRITE_BYTES_MAX),
		/* There are at most as many lines as bytes. */
		.lines = BUF_INIT(((size_t)LIMIT_RECORD_BYTES + 65) * sizeof(struct record_line)),
	};
}

void record_cutter_release(struct record_cutter *c)
{
	buf_release(&c->text);
	buf_release(&c->peel);
	buf_release(&c->scrub);
	buf_release(&c->lines);
}

/* --- raw lines ------------------------------------------------------------------------------- */

/* A raw line ends at LF, or at a CR that is not part of CRLF (progress bars). */
struct raw_line {
	size_t begin, end; /* without terminators */
	size_t next;	   /* first byte of the next line */
	bool counted;	   /* ended by LF: the line number moves on */
};

/* The nearest CR or LF. The window grows, so that the cost is the distance: a line of a million CRs
 * must not be searched for its LF a million times. */
static size_t find_line_end(struct str block, size_t at)
{
	size_t window = 512;

	while (at < block.len) {
		size_t n = block.len - at < window ? block.len - at : window;
		const char *p = block.ptr + at;
		const char *lf = memchr(p, '\n', n);
		const char *cr = memchr(p, '\r', lf ? (size_t)(lf - p) : n);

		if (cr || lf)
			return (size_t)((cr ? cr : lf) - block.ptr);
		at += n;
		window *= 4;
	}
	return block.len;
}

static struct raw_line line_from(struct str block, size_t begin)
{
	struct raw_line l;

	while (begin < block.len && block.ptr[begin] == '\r')
		begin++;
	l.begin = begin;
	l.end = find_line_end(block, begin);
	l.next = l.end;
	while (l.next < block.len && block.ptr[l.next] == '\r')
		l.next++;
	l.counted = l.next < block.len && block.ptr[l.next] == '\n';
	l.next += l.counted;
	return l;
}

/* First byte of the LF-line that holds `at`. */
static size_t line_begin_at(struct str block, size_t at, size_t floor)
{
	const char *lf = at > floor ? memrchr(block.ptr + floor, '\n', at - floor) : NULL;

	return lf ? (size_t)(lf - block.ptr) + 1 : floor;
}

/* --- scrubbing ------------------------------------------------------------------------------- */

static bool needs_scrubbing(struct str s)
{
	return s.len &&
	       (memchr(s.ptr, '\x1b', s.len) || memchr(s.ptr, '\0', s.len) || s.ptr[0] == '\xef');
}

/* Behind the terminal escape at s.ptr[i]: CSI `ESC [ … letter`, OSC `ESC ] … BEL`. */
static size_t escape_end(struct str s, size_t i)
{
	char kind = i + 1 < s.len ? s.ptr[i + 1] : '\0';

	if (kind != '[' && kind != ']')
		return i + 1;
	for (i += 2; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (kind == '[' ? c >= 0x40 : c == '\a')
			return i + 1;
	}
	return i;
}

/* `s` without NULs (holes of rotated files), terminal escapes and a byte order mark. */
static struct str scrub(struct record_cutter *c, struct str s)
{
	size_t i = str_starts_with(s, STR("\xef\xbb\xbf")) ? 3 : 0;

	buf_clear(&c->scrub);
	while (i < s.len) {
		size_t from = i;

		while (i < s.len && s.ptr[i] && s.ptr[i] != '\x1b')
			i++;
		/* Past the ceiling the rest of the line is left out. */
		if (!buf_add(&c->scrub, (struct str){ s.ptr + from, i - from }))
			break;
		while (i < s.len && (!s.ptr[i] || s.ptr[i] == '\x1b'))
			i = s.ptr[i] ? escape_end(s, i) : i + 1;
	}
	return c->scrub.len ? buf_str(&c->scrub) : STR("");
}

/* --- pieces: what a line is ------------------------------------------------------------------ */

enum line_class {
	LINE_HEAD,	   /* starts a record and has a time or level */
	LINE_START,	   /* starts a record without a head: traceback, JVM message */
	LINE_EXCEPTION,	   /* names an exception: starts a record unless a head came before */
	LINE_CONTINUATION, /* indented, empty, Caused by … */
	LINE_CHAIN,	   /* joins what follows to what came before */
	LINE_OTHER,
};

/* A raw line, or a part of one, with its wrappers taken off. */
struct piece {
	size_t next;  /* where the next piece begins in the block */
	bool counted; /* a LF was its end */
	bool bar;     /* nothing but a progress bar, or a document's line without text */
	bool scrubbed;
	enum line_class class;
	struct str text; /* points into the block or into the cutter until the next piece */
	struct line_head head;
	struct line_peeled peeled;
};

static const char traceback[] = "Traceback (most recent call last):";

static const char *const starts[] = {
	traceback,
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
};

/* Parts of one exception's text that an empty line precedes. */
static const char *const parts[] = {
	"Driver stacktrace:",
	"JVM stacktrace:",
	"== SQL",
	"== DataFrame ==",
};

static bool begins_with_any(struct str s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_starts_with(s, str_from(list[i])))
			return true;
	return false;
}

/* Bytes of the progress bar at the front: `[Stage 3:=====>  (12 + 8) / 200]`; 0 when there is none.
 */
static size_t bar_bytes(struct str s)
{
	struct str front = { s.ptr, s.len < BAR_BYTES_MAX ? s.len : BAR_BYTES_MAX };
	const char *close;

	if (!str_starts_with(s, STR("[Stage ")))
		return 0;
	close = memchr(front.ptr, ']', front.len);
	if (!close)
		return 0;
	front.len = (size_t)(close - front.ptr) + 1;
	if (str_find(front, STR(" + ")) < 0 || str_find(front, STR(") / ")) < 0)
		return 0;
	while (front.len < s.len && (s.ptr[front.len] == ' ' || s.ptr[front.len] == '\r'))
		front.len++;
	return front.len;
}

/* A head behind a print without newline: `result=524/05/01 10:00:00 INFO Executor: …`. Its offset,
 * which is never 0; 0 when there is none. */
static size_t glued_head(struct str s, struct line_head *head)
{
	static const char *const levels[] = { " INFO ", " WARN ", " ERROR ", " FATAL ", " DEBUG " };
	/* `yy/MM/dd HH:mm:ss` in front of the level: Spark's own layout only. */
	enum { STAMP_BYTES = 17 };
	struct str window = { s.ptr, s.len < GLUE_BYTES_MAX ? s.len : GLUE_BYTES_MAX };
	struct line_head found;
	size_t best = 0;

	/* What the time holds, before anything is searched for. */
	if (!memchr(window.ptr, ':', window.len) || !memchr(window.ptr, '/', window.len))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		ptrdiff_t at = str_find(window, str_from(levels[i]));
		struct str tail;

		if (at <= STAMP_BYTES || (best && (size_t)at - STAMP_BYTES >= best))
			continue;
		tail = str_skip(s, (size_t)at - STAMP_BYTES);
		if (tail.ptr[2] == '/' && tail.ptr[5] == '/' && tail.ptr[11] == ':' &&
		    line_head(tail, &found) && found.level != LEVEL_NONE && found.logger.len) {
			best = (size_t)at - STAMP_BYTES;
			*head = found;
		}
	}
	return best;
}

/* `org.apache.spark.SparkException: …` and the like, at the front of a line. */
static bool names_exception(struct str s)
{
	size_t n = 0, last = 0;
	struct str name;

	while (n < s.len && n < 200 && s.ptr[n] != ' ' && s.ptr[n] != ':' && s.ptr[n] != '(') {
		if (s.ptr[n] == '.' || s.ptr[n] == '$')
			last = n + 1;
		n++;
	}
	if (!last || last >= n || (n < s.len && s.ptr[n] != ':') || s.ptr[last] < 'A' ||
	    s.ptr[last] > 'Z' || s.ptr[0] < 'a' || s.ptr[0] > 'z')
		return false;
	name = (struct str){ s.ptr, n };
	return str_ends_with(name, STR("Exception")) || str_ends_with(name, STR("Error"));
}

static enum line_class classify(struct str s, struct line_head *head)
{
	*head = (struct line_head){ .time_ms = TIME_NONE };
	if (!s.len || s.ptr[0] == ' ' || s.ptr[0] == '\t')
		return LINE_CONTINUATION;
	if (line_head(s, head))
		return LINE_HEAD;
	*head = (struct line_head){ .time_ms = TIME_NONE };
	if (begins_with_any(s, chains, ARRAY_LEN(chains)))
		return LINE_CHAIN;
	if (begins_with_any(s, starts, ARRAY_LEN(starts)))
		return LINE_START;
	if (begins_with_any(s, continuations, ARRAY_LEN(continuations)) ||
	    begins_with_any(s, parts, ARRAY_LEN(parts)))
		return LINE_CONTINUATION;
	return names_exception(s) ? LINE_EXCEPTION : LINE_OTHER;
}

/* End the piece after the first `count` bytes of its text; what follows is the next piece. */
static void split_piece(struct piece *p, struct str block, size_t count)
{
	p->text.len = count;
	p->next = (size_t)(p->text.ptr - block.ptr) + count;
	p->counted = false;
	p->peeled.partial = false;
}

/* A piece that is only a progress bar, with what ends it. A line may hold thousands of them. */
static bool read_bar(struct str block, size_t pos, struct piece *p)
{
	size_t bar;

	while (pos < block.len && block.ptr[pos] == '\r')
		pos++;
	bar = bar_bytes(str_skip(block, pos));
	if (!bar)
		return false;
	*p = (struct piece){ .next = pos + bar,
			     .bar = true,
			     .class = LINE_CONTINUATION,
			     .text = { block.ptr + pos, bar },
			     .head.time_ms = TIME_NONE,
			     .peeled.time_ms = TIME_NONE };
	p->counted = p->next < block.len && block.ptr[p->next] == '\n';
	p->next += p->counted;
	return true;
}

/* Take off wrappers and what terminals and rotation left. True when p->text lies in the block. */
static bool clean_piece(struct record_cutter *c, struct str raw, struct piece *p)
{
	p->scrubbed = needs_scrubbing(raw);
	if (p->scrubbed)
		raw = scrub(c, raw);
	if (c->document)
		wrapper_json_document_peel(raw, &p->peeled, &c->peel);
	else
		p->peeled = line_peel(raw, &c->peel);
	p->text = p->peeled.text;
	if (p->peeled.escaped && needs_scrubbing(p->text)) {
		p->text = scrub(c, p->text);
		p->scrubbed = true;
	}
	return !p->scrubbed && !p->peeled.escaped;
}

/* The piece at `pos` of the block. */
static void read_piece(struct record_cutter *c, struct str block, size_t pos, struct piece *p)
{
	struct raw_line l;
	size_t bar, glue;
	bool in_block;

	if (read_bar(block, pos, p))
		return;
	l = line_from(block, pos);
	p->next = l.next;
	p->counted = l.counted;
	p->bar = false;
	in_block = clean_piece(c, (struct str){ block.ptr + l.begin, l.end - l.begin }, p);
	while (!in_block && p->text.len && p->text.ptr[0] == '\r')
		p->text = str_skip(p->text, 1);
	if (p->peeled.dropped) {
		p->bar = true;
		p->class = LINE_CONTINUATION;
		p->head = (struct line_head){ .time_ms = TIME_NONE };
		return;
	}
	bar = bar_bytes(p->text);
	if (bar && (in_block || bar == p->text.len)) {
		p->bar = true;
		if (bar < p->text.len)
			split_piece(p, block, bar);
		p->class = LINE_CONTINUATION;
		p->head = (struct line_head){ .time_ms = TIME_NONE };
		return;
	}
	p->text = str_skip(p->text, bar);
	p->class = classify(p->text, &p->head);
	if (p->class == LINE_HEAD || p->class == LINE_CONTINUATION)
		return;
	glue = glued_head(p->text, &p->head);
	if (glue && in_block) {
		split_piece(p, block, glue);
		p->class = classify(p->text, &p->head);
	} else if (glue) {
		p->class = LINE_HEAD;
	}
}

/* --- splitting ------------------------------------------------------------------------------- */

/* Walks lines forwards and says where records begin. */
struct splitter_state {
	bool begun;
	bool by_head;	 /* the current record began with a head */
	bool by_start;	 /* … with a traceback or exception */
	bool frames;	 /* inside a Python traceback, its exception not yet named */
	bool flush;	 /* behind a frame that lost its indentation: its code follows */
	bool java;	 /* Java frames since the exception's line */
	bool blank;	 /* an empty line since the exception's line */
	bool joined;	 /* the line before joins what follows */
	bool partial;	 /* the line before goes on in this one */
	bool diagnostic; /* the current record is one that may quote other logs */
	bool quoting;	 /* inside `Last N bytes of …` */
	bool closed;	 /* a quote has ended */
	size_t quote_from;
	int64_t head_ms;
	struct str source; /* whose record it is; empty: not said */
};

/* A frame of Python at the margin: Airflow takes the indentation off. */
static bool is_flush_frame(struct str s)
{
	return str_starts_with(s, STR("File \"")) && str_find(s, STR("\", line ")) > 0;
}

static bool opens_quote(struct str s)
{
	return str_starts_with(s, STR("Last ")) && str_find(s, STR(" bytes of ")) > 0;
}

static bool joins_next(struct str s)
{
	static const char *const endings[] = {
		"stack trace below.",
		"PythonException:",
		"PythonException: ",
		"Traceback below:",
		"User class threw exception: ",
		"Return Message:",
		"An exception was thrown from the Python worker:",
	};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends_with(s, str_from(endings[i])))
			return true;
	return false;
}

/* A head inside a quoted log belongs to the record that quotes it. */
static bool is_quoted(const struct splitter_state *s, const struct line_head *head, size_t at)
{
	bool timed = head->time_ms != TIME_NONE && s->head_ms != TIME_NONE;

	if (!s->diagnostic || at - s->quote_from > QUOTE_BYTES)
		return false;
	if (s->quoting)
		return !timed || head->time_ms <= s->head_ms + QUOTE_AHEAD_MS;
	/* YARN cuts the front of long diagnostics, `Last N bytes of` included: older lines behind
	 * the diagnostic's own head are quoted all the same. */
	return !s->closed && timed && head->time_ms < s->head_ms;
}

static void begin_record(struct splitter_state *s, const struct piece *p, size_t at)
{
	*s = (struct splitter_state){
		.begun = true,
		.by_head = p->class == LINE_HEAD,
		.by_start = p->class == LINE_START || p->class == LINE_EXCEPTION,
		.frames =
			p->class != LINE_CONTINUATION && str_find(p->text, STR("Traceback (")) >= 0,
		.joined = joins_next(p->text),
		.partial = p->peeled.wrapped && p->peeled.partial,
		.diagnostic = p->class == LINE_HEAD && str_find(p->text, STR("iagnostics")) > 0,
		.quote_from = at,
		.head_ms = p->head.time_ms,
		/* Of a scrubbed line the bytes do not last. */
		.source = p->scrubbed ? STR("") : p->peeled.source,
	};
}

/* Does an exception that began without a head reach to this line of no class? */
static bool exception_goes_on(struct splitter_state *s, struct str text)
{
	if (s->joined)
		return true;
	if (s->flush && !trace_begins_class(text)) {
		s->flush = false;
		return true;
	}
	if (s->frames) {
		s->frames = s->blank = s->java = false;
		return true;
	}
	return !s->blank && !s->java;
}

static bool starts_record(struct splitter_state *s, const struct piece *p, size_t at)
{
	if (!s->begun)
		return true;
	/* In a merged log another process's line is never a part of this record. */
	if (s->source.len && p->peeled.source.len && !str_eq(s->source, p->peeled.source))
		return true;
	if (s->partial && p->peeled.wrapped)
		return false;
	switch (p->class) {
	case LINE_HEAD:
		return !is_quoted(s, &p->head, at);
	case LINE_START:
		return !s->joined && !s->quoting;
	case LINE_EXCEPTION:
	case LINE_OTHER:
		if (s->by_head)
			return false;
		return !s->by_start || !exception_goes_on(s, p->text);
	case LINE_CHAIN:
	case LINE_CONTINUATION:
		break;
	}
	return false;
}

/* True when the piece begins a new record; updates the state either way. */
static bool split(struct splitter_state *s, const struct piece *p, size_t at)
{
	if (starts_record(s, p, at)) {
		begin_record(s, p, at);
		return true;
	}
	if (p->bar)
		return false;
	s->partial = p->peeled.wrapped && p->peeled.partial;
	/* The client prints ` diagnostics: …` on a line of its own. */
	if (s->by_head && !s->diagnostic && str_find(p->text, STR("iagnostics: ")) > 0) {
		s->diagnostic = true;
		s->quote_from = at;
	}
	if (s->diagnostic && opens_quote(p->text)) {
		s->quoting = true;
	} else if (s->diagnostic && str_eq(p->text, STR("."))) {
		s->quoting = false;
		s->closed = true;
	}
	if (!p->text.len) {
		s->blank = p->counted || s->blank;
		return false;
	}
	if (p->class == LINE_CHAIN) {
		s->joined = true;
		return false;
	}
	s->joined = joins_next(p->text);
	if (begins_with_any(p->text, parts, ARRAY_LEN(parts)))
		s->blank = s->java = false;
	s->flush = is_flush_frame(p->text);
	s->frames |= s->flush || str_find(p->text, STR("Traceback (")) >= 0;
	s->java |= str_starts_with(str_trim(p->text), STR("at "));
	return false;
}

/* First byte of the earliest line before `begin` that might quote what stands there; `begin` itself
 * when there is none. */
static size_t quoting_line(struct str block, size_t floor, size_t begin)
{
	size_t lowest = begin > floor + QUOTE_BYTES ? begin - QUOTE_BYTES : floor;
	struct str before = { block.ptr + lowest, begin - lowest };
	ptrdiff_t at = str_find(before, STR("iagnostics"));

	return at < 0 ? begin : line_begin_at(block, lowest + (size_t)at, floor);
}

/* Does the line at `from` go on in the one at `to`? */
static bool ends_partial(struct record_cutter *c, struct str block, size_t from, size_t to)
{
	struct piece p = { .peeled.partial = false };

	for (size_t at = from; at < to; at = p.next)
		read_piece(c, block, at, &p);
	return p.peeled.wrapped && p.peeled.partial;
}

/*
 * A line from which splitting gives the same result as from the stream's beginning: a head that no
 * diagnostic before it can be quoting. Every step goes back, and a byte is searched for diagnostics
 * twice at the most, so the cost is the distance.
 */
static size_t find_anchor(struct record_cutter *c, struct str block, size_t floor, size_t at)
{
	size_t lowest = at > floor + BACK_BYTES ? at - BACK_BYTES : floor;
	size_t begin = line_begin_at(block, at, floor);
	struct piece p;

	while (begin > lowest) {
		size_t before = line_begin_at(block, begin - 1, floor);

		read_piece(c, block, begin, &p);
		if (p.class == LINE_HEAD) {
			size_t quoting = c->quotes ? quoting_line(block, floor, begin) : begin;
			bool joined = p.peeled.wrapped && ends_partial(c, block, before, begin);

			if (quoting == begin && !joined)
				return begin;
			if (quoting < before) {
				begin = quoting;
				continue;
			}
		}
		begin = before;
	}
	return begin;
}

/* The record that holds `at`, from splitting forwards; returns its begin, *end its end. */
static size_t find_record(struct record_cutter *c, struct str block, size_t floor, size_t at,
			  size_t *end)
{
	size_t begin = find_anchor(c, block, floor, at), pos = begin;
	struct splitter_state state = { 0 };
	struct piece p;

	while (pos < block.len) {
		read_piece(c, block, pos, &p);
		/* An endless record is cut where it would be cut in any other block. */
		if (pos - begin > RAW_BYTES_MAX)
			state.begun = false;
		if (split(&state, &p, pos)) {
			if (pos > at)
				break;
			begin = pos;
		}
		pos = p.next;
	}
	*end = pos;
	return begin;
}

/* --- cleaning -------------------------------------------------------------------------------- */

/* A line that is too long keeps its front and its end. */
static bool add_shortened(struct buf *out, struct str s, size_t most)
{
	size_t front = most / 4 * 3;

	if (s.len <= most)
		return buf_add(out, s);
	return buf_add(out, (struct str){ s.ptr, front }) && buf_add(out, STR(" ... ")) &&
	       buf_add(out, str_skip(s, s.len - (most - front)));
}

struct cleaning {
	struct record_cutter *c;
	struct record *out;
	int64_t wrapper_ms;
	size_t line_most; /* bytes a line may keep */
	bool partial;	  /* the line before goes on in this one */
	bool flush;	  /* the line before was a frame that lost its indentation */
	bool code;	  /* … was such a frame's code */
};

/* Give a traceback at the margin its indentation back: patterns tell its parts by it. */
static struct str lost_indentation(struct cleaning *k, struct str s)
{
	bool code = s.len && s.ptr[0] != ' ' &&
		    ((k->flush && !trace_begins_class(s)) ||
		     (k->code && (s.ptr[0] == '^' || s.ptr[0] == '~')));

	k->flush = is_flush_frame(s);
	k->code = code && !k->flush;
	if (k->flush)
		return STR("  ");
	return k->code ? STR("    ") : STR("");
}

/* Unescaped and rewritten lines may hold several; all of them come from one line of the stream. */
static bool add_clean_text(struct cleaning *k, struct str s, uint32_t number, bool joins)
{
	struct record_cutter *c = k->c;

	while (s.len || !joins) {
		struct record_line l = { .line = number };
		size_t n = find_line_end(s, 0);

		if (!joins && c->lines.len && !buf_add_char(&c->text, '\n'))
			return false;
		l.at = c->text.len;
		if (!joins && !buf_add(&c->lines, (struct str){ (const char *)&l, sizeof(l) }))
			return false;
		if (!joins && !buf_add(&c->text, lost_indentation(k, (struct str){ s.ptr, n })))
			return false;
		if (!add_shortened(&c->text, (struct str){ s.ptr, n }, k->line_most))
			return false;
		while (n < s.len && s.ptr[n] == '\r')
			n++;
		if (n < s.len && s.ptr[n] == '\n')
			n++;
		else if (n == s.len)
			break;
		s = str_skip(s, n);
		joins = false;
	}
	return true;
}

static bool add_piece(struct cleaning *k, const struct piece *p, uint32_t number)
{
	bool joins = k->partial && p->peeled.wrapped && k->c->lines.len, ok;

	k->out->wrapped |= p->peeled.wrapped;
	if (!k->out->source.len && !p->scrubbed)
		k->out->source = p->peeled.source;
	k->out->rewritten |= p->peeled.escaped || p->scrubbed || joins;
	if (k->wrapper_ms == TIME_NONE)
		k->wrapper_ms = p->peeled.time_ms;
	if (p->bar)
		return true;
	k->partial = p->peeled.wrapped && p->peeled.partial;
	if (p->class == LINE_HEAD && line_is_structured(p->text)) {
		struct buf text = BUF_INIT((size_t)REWRITE_BYTES_MAX);

		ok = line_from_structured(p->text, &text);
		if (ok) {
			k->out->rewritten = true;
			ok = add_clean_text(k, buf_str(&text), number, joins);
			buf_release(&text);
			return ok;
		}
		buf_release(&text);
	}
	return add_clean_text(k, p->text, number, joins);
}

/* Lines before `at`; records are cut in order, so each byte of a block is counted once. */
static uint32_t lines_before(struct record_cutter *c, struct str block, size_t at)
{
	if (at < c->counted_at) {
		c->counted_at = 0;
		c->counted_lines = 0;
	}
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

	(void)str_cut(out->text, '\n', &first, &rest);
	out->has_head =
		first.len && (line_head(first, &out->head) || glued_head(first, &out->head));
	if (!out->has_head)
		out->head = (struct line_head){ .time_ms = TIME_NONE };
	if (out->head.time_ms == TIME_NONE || out->head.time_only)
		out->head.time_ms = wrapper_ms;
}

/* May the piece [begin, end) of a record be kept, and how much of it? What lies between the edges
 * is left out: a trace tells what it is at its beginning and what caused it at its end. */
static bool keep_piece(struct cleaning *k, size_t begin, size_t end)
{
	size_t front = k->out->begin + EDGE_BYTES, back = k->out->end - EDGE_BYTES;
	size_t left = LIMIT_RECORD_BYTES - EDGE_BYTES - LINE_BYTES_MIN;

	k->line_most = SIZE_MAX;
	if (!k->out->cut_short)
		return true;
	if (begin < front && end > front)
		k->line_most = k->c->text.len < left ? left - k->c->text.len : LINE_BYTES_MIN;
	else if (begin < back && end > back)
		k->line_most = LINE_BYTES_MIN;
	return begin < front || end > back;
}

void record_cut(struct record_cutter *c, struct str block, size_t floor, size_t at,
		struct record *out)
{
	struct cleaning k = { .c = c, .out = out, .wrapper_ms = TIME_NONE };
	size_t end, begin = find_record(c, block, floor, at, &end);
	uint32_t number = lines_before(c, block, begin);
	struct piece p;

	*out = (struct record){
		.begin = begin, .end = end, .source = STR(""), .head.time_ms = TIME_NONE
	};
	out->cut_short = end - begin > LIMIT_RECORD_BYTES;
	buf_clear(&c->text);
	buf_clear(&c->lines);
	for (size_t pos = begin; pos < end; pos = p.next) {
		read_piece(c, block, pos, &p);
		if (!keep_piece(&k, pos, p.next)) {
			k.partial = false;
		} else if (!add_piece(&k, &p, number)) {
			out->cut_short = true;
			break;
		}
		number += p.counted;
	}
	out->text = c->text.len ? buf_str(&c->text) : STR("");
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
	size_t end, begin;

	if (!lf)
		return 0;
	/* The line behind the last LF is not complete: it may belong to the record before it. */
	block.len = (size_t)(lf - block.ptr) + 1;
	record_cutter_init(&scratch);
	scratch.quotes = true;
	scratch.document = c->document;
	begin = find_record(&scratch, block, 0, block.len - 1, &end);
	record_cutter_release(&scratch);
	return begin;
}

/* What the text behind an exception's line may still be. */
enum tail_text {
	TAIL_PRINTED,	/* no part of a trace */
	TAIL_FRAMES,	/* of a Python traceback, its exception not yet named */
	TAIL_STACK,	/* the server's frames, the last part of what Spark Connect raises */
	TAIL_PARAGRAPH, /* the exception's message, up to an empty line */
	TAIL_PLAN,	/* … up to an empty line behind a query plan */
	TAIL_MESSAGE,	/* the exception's message, and nobody knows where it ends */
};

struct tail_state {
	enum tail_text text;
	bool nested; /* the traceback is part of another exception's message */
	bool first;  /* the line before was the exception's */
	bool plan;   /* it was one of a query plan */
};

/*
 * How far the message of an exception reaches that a traceback ends with. Python names its own and
 * the script's exceptions without a module, or as __main__'s: mostly one line. Spark's analysis
 * errors mostly end with the plan. What carries a JVM's trace has empty lines anywhere.
 */
static enum tail_text message_of(struct str s, bool nested)
{
	size_t n = 0;
	struct str name;

	while (n < s.len && s.ptr[n] != ':' && s.ptr[n] != ' ')
		n++;
	name = (struct str){ s.ptr, n };
	if (str_starts_with(name, STR("__main__.")) || !memchr(name.ptr, '.', name.len))
		return nested ? TAIL_PARAGRAPH : TAIL_PRINTED;
	return str_ends_with(name, STR(".AnalysisException")) ? TAIL_PLAN : TAIL_MESSAGE;
}

static bool is_plan_line(struct str s)
{
	return str_starts_with(s, STR("'")) || str_find(s, STR("+- ")) >= 0;
}

static bool ends_message(const struct tail_state *t, bool after_plan)
{
	return t->text == TAIL_PARAGRAPH || (t->text == TAIL_PLAN && after_plan);
}

/* Does this line belong to no trace? */
static bool is_printed(struct tail_state *t, const struct piece *p)
{
	bool first = t->first, after_plan = t->plan;
	ptrdiff_t at;

	t->first = false;
	t->plan = is_plan_line(p->text);
	at = str_find(p->text, str_from(traceback));
	if (at >= 0) {
		*t = (struct tail_state){ .text = TAIL_FRAMES,
					  .nested = at > 0 || t->text > TAIL_FRAMES };
		return false;
	}
	if (str_starts_with(p->text, STR("JVM stacktrace:"))) {
		t->text = TAIL_STACK;
		return false;
	}
	switch (p->class) {
	case LINE_HEAD:
	case LINE_CHAIN:
		*t = (struct tail_state){ .text = TAIL_PRINTED };
		return false;
	case LINE_START:
		*t = (struct tail_state){ .text = TAIL_MESSAGE };
		return false;
	case LINE_CONTINUATION:
		/* An empty line right behind `AssertionError: …` opens the rest of its message. */
		if (t->text == TAIL_STACK)
			return false;
		if ((!p->text.len && first) || str_starts_with(str_trim(p->text), STR("at ")))
			t->text = TAIL_MESSAGE;
		else if (!p->text.len && ends_message(t, after_plan))
			t->text = TAIL_PRINTED;
		return false;
	case LINE_EXCEPTION:
	case LINE_OTHER:
		break;
	}
	if (t->text == TAIL_FRAMES) {
		t->text = message_of(p->text, t->nested);
		t->first = t->text == TAIL_PRINTED;
		return false;
	}
	if (p->class == LINE_EXCEPTION)
		t->text = t->text == TAIL_STACK ? TAIL_STACK : TAIL_MESSAGE;
	else if (t->text == TAIL_STACK)
		t->text = TAIL_PRINTED;
	else if (t->text == TAIL_PARAGRAPH) /* the outer message goes on */
		t->text = TAIL_MESSAGE;
	return t->text == TAIL_PRINTED;
}

/* What Py4J logs when the interpreter ends, whyever it does. */
static bool is_farewell(const struct piece *p)
{
	return str_starts_with(p->head.logger, STR("py4j")) ||
	       str_find(p->text, STR("clientserver connection")) >= 0;
}

/* The script's own output begins behind what a starting context prints; warnings are no output. */
static void note_first(struct record_tail *out, const struct piece *p, uint32_t number)
{
	if (str_starts_with(p->text, STR("Setting default log level to ")) ||
	    str_starts_with(p->text, STR("To adjust logging level use ")))
		out->first_printed = RECORD_TAIL_NONE;
	else if (out->first_printed == RECORD_TAIL_NONE && str_find(p->text, STR("Warning: ")) < 0)
		out->first_printed = number;
}

void record_tail(struct record_cutter *c, struct str block, struct record_tail *out)
{
	size_t pos = block.len > TAIL_BYTES ? line_begin_at(block, block.len - TAIL_BYTES, 0) : 0;
	uint32_t number = lines_before(c, block, pos);
	struct tail_state state = { 0 };
	struct piece p;

	*out = (struct record_tail){ RECORD_TAIL_NONE, RECORD_TAIL_NONE, RECORD_TAIL_NONE, { 0 } };
	buf_clear(&c->text);
	for (; pos < block.len; pos = p.next) {
		read_piece(c, block, pos, &p);
		if (is_printed(&state, &p)) {
			note_first(out, &p, number);
			out->printed = number;
			buf_clear(&c->text);
			if (!buf_add(&c->text, p.text))
				buf_clear(&c->text);
		} else if (p.class == LINE_HEAD && !is_farewell(&p)) {
			out->logged = number;
		}
		number += p.counted;
	}
	out->text = buf_str(&c->text);
}

void record_bid(struct record_cutter *c, struct str head)
{
	size_t pos = 0, lines = 0, heads = 0;
	struct piece p;

	c->document = wrapper_json_is_document(head);
	for (; pos < head.len && lines < BID_LINES; pos = p.next, lines++) {
		read_piece(c, head, pos, &p);
		heads += p.class == LINE_HEAD;
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

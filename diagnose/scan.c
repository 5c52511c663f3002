#include "base/base.h"
#include "diagnose/scan.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "parsers/record.h"
#include "parsers/trace.h"

enum {
	BLOCK_BYTES = 1 << 20,
	/* Matches of one fact pattern inside one record (settings on a command line). */
	MATCHES_PER_RECORD = 64,
	/* Distinct patterns whose literals fall into one record. */
	CANDIDATES_PER_RECORD = 256,
};

/* A match of the current record, before it becomes a sighting. */
struct found {
	uint32_t pattern_index;
	const struct pattern *pattern;
	struct match match;
	uint32_t depth;
	bool innermost;
};

struct scanner {
	const struct matcher *matcher;
	struct matcher_scratch *block_scratch; /* candidates of the block */
	struct matcher_scratch
		*record_scratch; /* candidates of a rewritten record, regex matches */
	struct record_cutter cutter;
	struct buf block;
	struct buf key;
	struct trace trace;
	/* The record at hand. */
	uint32_t wanted[CANDIDATES_PER_RECORD];
	size_t wanted_count;
	uint64_t *seen; /* bit per pattern: in `wanted` already */
	struct found *found;
	size_t found_count, found_capacity;
	/* The stream at hand. */
	struct stream_log *log;
	struct scan_span span;
	uint32_t block_line;
	uint32_t event_number; /* of the event the block was made from; 0: it is text */
	int64_t last_ms;
	void (*seen_new)(void *context, const struct pattern *p); /* NULL: nobody asks */
	void *seen_context;
};

struct scanner *scanner_new(const struct matcher *matcher)
{
	struct scanner *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->matcher = matcher;
	s->block_scratch = matcher_scratch_new(matcher);
	s->record_scratch = matcher_scratch_new(matcher);
	record_cutter_init(&s->cutter);
	s->block = (struct buf)BUF_INIT((size_t)BLOCK_BYTES * 4);
	s->key = (struct buf)BUF_INIT((size_t)64 << 10);
	s->seen = calloc(matcher_pattern_count(matcher) / 64 + 1, sizeof(*s->seen));
	if (!s->seen)
		die_no_memory();
	return s;
}

void scanner_free(struct scanner *s)
{
	if (!s)
		return;
	matcher_scratch_free(s->block_scratch);
	matcher_scratch_free(s->record_scratch);
	record_cutter_release(&s->cutter);
	buf_release(&s->block);
	buf_release(&s->key);
	free(s->seen);
	free(s->found);
	free(s);
}

void scanner_on_new(struct scanner *s, void (*seen)(void *context, const struct pattern *p),
		    void *context)
{
	s->seen_new = seen;
	s->seen_context = context;
}

/* --- candidates ------------------------------------------------------------------------------ */

static void want(struct scanner *s, uint32_t pattern)
{
	uint64_t bit = UINT64_C(1) << (pattern % 64);

	if (s->seen[pattern / 64] & bit || s->wanted_count == CANDIDATES_PER_RECORD)
		return;
	s->seen[pattern / 64] |= bit;
	s->wanted[s->wanted_count++] = pattern;
}

static void want_none(struct scanner *s)
{
	for (size_t i = 0; i < s->wanted_count; i++)
		s->seen[s->wanted[i] / 64] = 0;
	s->wanted_count = 0;
}

/* --- matches of one record ------------------------------------------------------------------- */

static struct found *add_found(struct scanner *s)
{
	s->found = array_grow(s->found, s->found_count, &s->found_capacity, sizeof(*s->found));
	return &s->found[s->found_count++];
}

static bool level_wanted(const struct pattern *p, enum level level)
{
	return !p->levels || level == LEVEL_NONE || p->levels & (1u << (level - LEVEL_TRACE));
}

/* Behind the first line of a diagnostic stand lines of another process's log: they prove what
 * happened there, but say nothing about who wrote this log. */
static size_t quoted_from(const struct record *r)
{
	struct str first, rest;

	(void)str_cut(r->text, '\n', &first, &rest);
	return r->has_head && str_find(first, STR("iagnostics")) > 0 ? first.len : SIZE_MAX;
}

static void match_pattern(struct scanner *s, uint32_t index, const struct record *r)
{
	const struct pattern *p = matcher_pattern(s->matcher, index);
	size_t most = p->role == ROLE_FACT ? MATCHES_PER_RECORD : 1;
	size_t from = 0;

	if (!level_wanted(p, r->head.level))
		return;
	for (size_t i = 0; i < most && from <= r->text.len; i++) {
		struct found *f = add_found(s);
		enum match_result result = matcher_match(s->matcher, s->record_scratch, index,
							 r->text, from, &f->match);

		if (result != MATCH_YES)
			s->found_count--;
		if (result == MATCH_LIMIT)
			diag_report(&s->log->diags.sink, DIAG_WARNING, "limit-match", s->log->name,
				    record_line_at(r, from, s->block_line),
				    "pattern " STR_FMT " gave up on a record: too many steps",
				    STR_ARG(p->id));
		if (result != MATCH_YES)
			return;
		f->pattern_index = index;
		f->pattern = p;
		f->depth = 0;
		f->innermost = false;
		if (p->role == ROLE_FACT && f->match.begin > quoted_from(r))
			s->found_count--;
		from = f->match.end > f->match.begin ? f->match.end : f->match.end + 1;
	}
}

/* The cause whose text holds offset `at`: the last that begins at or before it. */
static const struct trace_cause *cause_at(const struct trace *t, size_t at, size_t end)
{
	const struct trace_cause *best = NULL;

	for (size_t i = 0; i < t->count; i++) {
		const struct trace_cause *c = &t->causes[i];

		/* A pattern may begin before the class name: the match overlaps the cause. */
		if (c->at < end && at < c->end && (!best || c->at >= best->at))
			best = c;
	}
	return best;
}

static void place_in_trace(struct scanner *s)
{
	const struct trace *t = &s->trace;
	const struct trace_cause *inner = t->count ? &t->causes[t->innermost] : NULL;

	for (size_t i = 0; i < s->found_count; i++) {
		struct found *f = &s->found[i];
		const struct trace_cause *c = cause_at(t, f->match.begin, f->match.end);

		f->depth = c ? c->depth + 1 : 0;
		/* The same exception is often stated twice (job abort, then Caused by). */
		f->innermost = inner && c &&
			       (c == inner || (str_eq(c->name, inner->name) &&
					       str_eq(c->message, inner->message)));
	}
}

/* --- sightings ------------------------------------------------------------------------------- */

static struct str file_name_of(struct str path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\')
			return str_skip(path, i);
	return path;
}

static struct str user_frame(struct scanner *s, const struct trace_cause *c)
{
	struct str file;

	if (!c)
		return STR("");
	if (!c->file.len)
		return c->frame.len ? stream_log_copy(s->log, c->frame) : STR("");
	file = file_name_of(c->file);
	buf_clear(&s->key);
	if (!buf_addf(&s->key, STR_FMT ":%" PRIu32, STR_ARG(file), c->line))
		return STR("");
	if (c->function.len && !buf_addf(&s->key, " in " STR_FMT, STR_ARG(c->function)))
		return STR("");
	return stream_log_copy(s->log, buf_str(&s->key));
}

/* Innermost cause first, then outwards: the first that names a frame of the user. */
static struct str user_frame_of_record(struct scanner *s)
{
	const struct trace *t = &s->trace;
	const struct trace_cause *java = NULL;

	if (!t->count)
		return STR("");
	if (t->causes[t->innermost].file.len)
		return user_frame(s, &t->causes[t->innermost]);
	for (size_t i = t->count; i > 0; i--)
		if (t->causes[i - 1].file.len)
			return user_frame(s, &t->causes[i - 1]);
	for (size_t i = t->count; i > 0 && !java; i--)
		if (t->causes[i - 1].frame.len)
			java = &t->causes[i - 1];
	return user_frame(s, java);
}

static struct figure figure_from_capture(struct scanner *s, const struct capture *c)
{
	static const char *const unit[] = {
		[CAPTURE_TEXT] = "",	  [CAPTURE_INT] = "",	[CAPTURE_BYTES] = "_bytes",
		[CAPTURE_MIB] = "_bytes", [CAPTURE_MS] = "_ms", [CAPTURE_SEC] = "_ms",
		[CAPTURE_FLOAT] = "",
	};
	struct figure f = { .text = stream_log_copy(s->log, c->text), .number = c->number };

	buf_clear(&s->key);
	if (buf_add(&s->key, c->spec->name) &&
	    !str_ends_with(c->spec->name, str_from(unit[c->spec->type])) &&
	    !buf_add(&s->key, str_from(unit[c->spec->type])))
		buf_clear(&s->key);
	f.name = stream_log_copy(s->log, buf_str(&s->key));
	f.real = c->real;
	if (c->has_number)
		f.kind = c->spec->type == CAPTURE_FLOAT ? FIGURE_REAL : FIGURE_INT;
	return f;
}

static struct str shorten(struct str text)
{
	if (text.len > LIMIT_EVIDENCE_BYTES)
		text.len = LIMIT_EVIDENCE_BYTES;
	return text;
}

/* Where in the record the telling words stand: a capture that is the message, else the match. */
static size_t evidence_at(const struct found *f, const struct record *r)
{
	static const char *const telling[] = { "evidence", "message", "class" };

	for (size_t i = 0; i < ARRAY_LEN(telling); i++) {
		const struct capture *c = match_capture(&f->match, str_from(telling[i]));

		if (c && c->text.len && c->text.ptr >= r->text.ptr &&
		    c->text.ptr < r->text.ptr + r->text.len)
			return (size_t)(c->text.ptr - r->text.ptr);
	}
	return f->match.begin < r->text.len ? f->match.begin : 0;
}

static struct str group_key(struct scanner *s, const struct found *f)
{
	const struct pattern *p = f->pattern;

	buf_clear(&s->key);
	/* A fact is what its captures say; anything else is told apart by `group_by` alone. */
	if (p->role == ROLE_FACT) {
		for (size_t i = 0; i < f->match.capture_count; i++)
			if (!buf_add(&s->key, shorten(f->match.captures[i].text)) ||
			    !buf_add_char(&s->key, '\n'))
				break;
		return buf_str(&s->key);
	}
	for (size_t i = 0; i < p->group_by_count; i++) {
		const struct capture *c = match_capture(&f->match, p->group_by[i]);

		if ((c && !buf_add(&s->key, shorten(c->text))) || !buf_add_char(&s->key, '\n'))
			break;
	}
	return buf_str(&s->key);
}

static bool brings_new_executor(const struct sighting_group *g, struct str executor)
{
	if (!executor.len || g->kept >= LIMIT_PLACES)
		return false;
	for (const struct sighting *o = g->first; o; o = o->next)
		if (str_eq(o->places[PLACE_EXECUTOR], executor))
			return false;
	return true;
}

static void fill_sighting(struct scanner *s, struct sighting *o, const struct found *f,
			  const struct record *r)
{
	const struct trace *t = &s->trace;
	size_t at = evidence_at(f, r);
	struct str line;

	o->pattern = f->pattern;
	o->stream = s->log;
	o->record = s->log->records;
	o->line = s->event_number ? s->event_number : record_line_at(r, at, s->block_line);
	o->level = r->head.level;
	line = record_line_text(r, at);
	o->text = stream_log_copy(s->log, shorten(line));
	if (line.ptr && r->text.ptr + at < line.ptr + o->text.len)
		o->telling_at = (uint32_t)(r->text.ptr + at - line.ptr);
	o->depth = f->depth;
	o->innermost = f->innermost;
	if (t->count) {
		const struct trace_cause *c = &t->causes[t->innermost];

		o->cause_name = stream_log_copy(s->log, shorten(c->name));
		if (record_line_at(r, c->at, s->block_line) !=
		    record_line_at(r, at, s->block_line)) {
			o->cause_line = s->event_number ? s->event_number
							: record_line_at(r, c->at, s->block_line);
			o->cause_text =
				stream_log_copy(s->log, shorten(record_line_text(r, c->at)));
		}
	}
	o->figures =
		f->match.capture_count
			? arena_alloc(&s->log->arena, f->match.capture_count * sizeof(*o->figures))
			: NULL;
	for (size_t i = 0; i < f->match.capture_count; i++) {
		const struct capture *c = &f->match.captures[i];

		if (c->spec->place != PLACE_NONE)
			o->places[c->spec->place] = stream_log_copy(s->log, shorten(c->text));
		else if (o->figures)
			o->figures[o->figure_count++] = figure_from_capture(s, c);
	}
}

/* What one line of the record says about where counts for its neighbours too. */
static void share_places(struct sighting *const *made, size_t count)
{
	for (size_t place = PLACE_NONE + 1; place < PLACE_COUNT; place++) {
		struct str known = STR("");

		for (size_t i = 0; i < count && !known.len; i++)
			known = made[i]->places[place];
		for (size_t i = 0; known.len && i < count; i++)
			if (!made[i]->places[place].len)
				made[i]->places[place] = known;
	}
}

/* In a merged log the collector says whose line it is: `etl-5f3c-exec-3`. */
static void place_by_source(struct scanner *s, struct sighting *o, struct str source)
{
	struct stream_place place;

	if (!source.len || o->places[PLACE_EXECUTOR].len)
		return;
	place = stream_place_from_path(source);
	if (place.process == PROCESS_EXECUTOR)
		o->places[PLACE_EXECUTOR] = stream_log_copy(s->log, place.executor);
}

static struct sighting *make_sighting(struct scanner *s, const struct found *f,
				      const struct record *r)
{
	struct sighting_group *g =
		stream_log_group(s->log, f->pattern_index, f->pattern, group_key(s, f));
	const struct capture *executor = match_capture(&f->match, STR("executor"));
	struct sighting *o;

	if (!g)
		return NULL;
	if (!g->count && s->seen_new)
		s->seen_new(s->seen_context, f->pattern);
	g->count++;
	g->last_line = s->event_number ? s->event_number
				       : record_line_at(r, evidence_at(f, r), s->block_line);
	if (s->last_ms != TIME_NONE) {
		g->first_ms = g->first_ms == TIME_NONE ? s->last_ms : g->first_ms;
		g->last_ms = s->last_ms;
	}
	if (f->pattern->role == ROLE_FACT
		    ? g->kept > 0
		    : g->kept >= LIMIT_SIGHTINGS &&
			      !(executor && brings_new_executor(g, executor->text)))
		return NULL;
	o = arena_new(&s->log->arena, struct sighting);
	if (!o) {
		s->log->over_limit = true;
		return NULL;
	}
	fill_sighting(s, o, f, r);
	o->time_ms = s->last_ms;
	o->timed = r->head.time_ms != TIME_NONE;
	*g->tail = o;
	g->tail = &o->next;
	g->kept++;
	return o;
}

static void keep_record(struct scanner *s, const struct record *r)
{
	struct sighting *made[CANDIDATES_PER_RECORD];
	size_t count = 0;
	struct str frame = STR("");
	bool terminal = false, placed = false;

	s->trace.count = 0;
	for (size_t i = 0; i < s->found_count; i++) {
		terminal |= s->found[i].pattern->terminal;
		placed |= s->found[i].pattern->role != ROLE_FACT;
	}
	if (placed) {
		trace_parse(r->text, &s->trace);
		place_in_trace(s);
		frame = user_frame_of_record(s);
	}
	for (size_t i = 0; i < s->found_count && count < ARRAY_LEN(made); i++) {
		struct sighting *o = make_sighting(s, &s->found[i], r);

		if (!o)
			continue;
		o->in_terminal = terminal;
		o->user_frame = frame;
		made[count++] = o;
	}
	share_places(made, count);
	for (size_t i = 0; i < count; i++)
		place_by_source(s, made[i], r->source);
}

static bool in_span(const struct scanner *s)
{
	return s->last_ms == TIME_NONE ||
	       ((s->span.since_ms == TIME_NONE || s->last_ms >= s->span.since_ms) &&
		(s->span.until_ms == TIME_NONE || s->last_ms <= s->span.until_ms));
}

static void scan_record(struct scanner *s, const struct record *r)
{
	struct stream_log *log = s->log;

	log->records++;
	if (r->head.time_ms != TIME_NONE) {
		s->last_ms = r->head.time_ms;
		s->log->zoned |= r->head.zoned;
		if (log->first_ms == TIME_NONE || s->last_ms < log->first_ms)
			log->first_ms = s->last_ms;
		if (log->last_ms == TIME_NONE || s->last_ms > log->last_ms)
			log->last_ms = s->last_ms;
	}
	if (!in_span(s))
		return;
	if (r->rewritten) {
		size_t count;
		const struct candidate *c =
			matcher_scan(s->matcher, s->record_scratch, r->text, &count);

		for (size_t i = 0; i < count; i++)
			want(s, c[i].pattern);
	}
	s->found_count = 0;
	for (size_t i = 0; i < s->wanted_count; i++)
		match_pattern(s, s->wanted[i], r);
	if (s->found_count)
		keep_record(s, r);
}

/* --- blocks ---------------------------------------------------------------------------------- */

/* Scan a block that ends where a record ends. */
static void scan_block(struct scanner *s, struct str block)
{
	size_t count, lines, i = 0, floor = 0;
	const struct candidate *c = matcher_scan(s->matcher, s->block_scratch, block, &count);
	struct record r;

	record_block_begin(&s->cutter, block);
	while (i < count) {
		size_t at = c[i].end ? c[i].end - 1 : 0;

		if (at < floor) { /* the literal ends inside a record done already */
			i++;
			continue;
		}
		record_cut(&s->cutter, block, floor, at, &r);
		for (; i < count && c[i].end <= r.end; i++)
			want(s, c[i].pattern);
		BUG_ON(r.end <= at);
		scan_record(s, &r);
		want_none(s);
		floor = r.end;
	}
	lines = str_count(block, '\n');
	s->block_line += (uint32_t)lines;
	s->log->lines += lines;
}

/* The time of the stream's first or last line, when it has one. */
static void note_time(struct scanner *s, struct str block, size_t at)
{
	struct record r;

	if (!block.len)
		return;
	record_block_begin(&s->cutter, block);
	record_cut(&s->cutter, block, 0, at, &r);
	if (r.head.time_ms == TIME_NONE)
		return;
	if (s->log->first_ms == TIME_NONE || r.head.time_ms < s->log->first_ms)
		s->log->first_ms = r.head.time_ms;
	if (s->log->last_ms == TIME_NONE || r.head.time_ms > s->log->last_ms)
		s->log->last_ms = r.head.time_ms;
}

/* `block` is about to be scanned. */
static void index_block(struct scanner *s, struct str block)
{
	struct log_index *x = &s->log->log_index;
	struct record r = { .head.time_ms = TIME_NONE };

	if (!block.len)
		return;
	record_block_begin(&s->cutter, block);
	record_cut(&s->cutter, block, 0, 0, &r);
	if (!x->count) {
		x->headed = s->cutter.headed;
		x->plain = !s->log->is_json && !r.wrapped && !r.rewritten;
	}
	log_index_add(x, s->log->bytes - s->block.len, s->block_line, r.head.time_ms);
	log_index_levels(x, block);
}

static bool may_be_survived(const struct stream_log *log)
{
	for (size_t i = 0; i < log->group_count; i++)
		if (log->groups[i]->pattern->survivable)
			return true;
	return false;
}

/* Words of a program that gives up, or of an interpreter that ends. */
static bool is_last_word(struct str s)
{
	static const char *const words[] = { "fail",	 "error", "exception", "abort",	   "fatal",
					     "warning:", "exit",  "terminat",  "giving up" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_find_any_case(s, str_from(words[i])) >= 0)
			return true;
	return false;
}

/* What the program did last, where that decides whether it survived its own traceback. */
static void note_tail(struct scanner *s, struct str block, uint32_t block_line)
{
	struct record_tail tail;

	record_block_begin(&s->cutter, block);
	record_tail(&s->cutter, block, &tail);
	if (tail.printed != RECORD_TAIL_NONE && !is_last_word(tail.text))
		s->log->printed_line = block_line + tail.printed;
	if (tail.first_printed != RECORD_TAIL_NONE)
		s->log->first_printed_line = block_line + tail.first_printed;
	if (tail.logged != RECORD_TAIL_NONE)
		s->log->logged_line = block_line + tail.logged;
}

static bool fill_block(struct scanner *s, struct str *first, struct source *rest)
{
	char *into = buf_reserve(&s->block, BLOCK_BYTES);
	size_t got = 0;

	BUG_ON(!into);
	while (got < BLOCK_BYTES) {
		size_t n;

		if (first->len) {
			n = first->len < BLOCK_BYTES - got ? first->len : BLOCK_BYTES - got;
			memcpy(into + got, first->ptr, n);
			*first = str_skip(*first, n);
		} else {
			n = rest ? source_read(rest, into + got, BLOCK_BYTES - got) : 0;
		}
		if (!n)
			break;
		got += n;
	}
	s->block.len += got;
	s->log->bytes += got;
	return got == BLOCK_BYTES;
}

void scanner_feed(struct scanner *s, struct stream_log *log, struct str text, uint32_t number)
{
	uint64_t lines = log->lines;

	s->log = log;
	s->span = (struct scan_span){ TIME_NONE, TIME_NONE };
	s->last_ms = TIME_NONE;
	s->event_number = number;
	s->block_line = number;
	scan_block(s, text);
	s->event_number = 0;
	log->lines = lines;
}

void scanner_run(struct scanner *s, struct stream_log *log, struct str first, struct source *rest,
		 uint32_t first_line, struct scan_span span)
{
	bool more, begun = false;

	s->log = log;
	s->span = span;
	s->block_line = first_line;
	s->last_ms = TIME_NONE;
	buf_clear(&s->block);
	do {
		struct str block;
		uint32_t block_line = s->block_line;
		size_t end;

		more = fill_block(s, &first, rest);
		block = buf_str(&s->block);
		if (!begun) {
			record_bid(&s->cutter,
				   (struct str){ block.ptr, block.len < LIMIT_SNIFF_BYTES
								    ? block.len
								    : LIMIT_SNIFF_BYTES });
			log->headed = s->cutter.headed;
			log->is_json = block.len && (block.ptr[0] == '{' || block.ptr[0] == '[');
			note_time(s, block, 0);
			begun = true;
		}
		end = more ? record_last_begin(&s->cutter, block) : block.len;
		/* One endless record: take it as it is rather than grow without bound. */
		if (more && !end)
			end = block.len;
		if (!more)
			note_time(s, block, block.len ? block.len - 1 : 0);
		if (log->log_index.wanted)
			index_block(s, (struct str){ block.ptr, end });
		scan_block(s, (struct str){ block.ptr, end });
		if (!more && may_be_survived(log))
			note_tail(s, block, block_line);
		buf_consume(&s->block, end);
	} while (more);
	if (log->over_limit)
		diag_report(&log->diags.sink, DIAG_WARNING, "limit-stream", log->name, 0,
			    "more distinct findings than are kept for one log: the rest was "
			    "counted or left out");
	if (rest && rest->grade != GRADE_OK) {
		log->grade = rest->grade;
		log->note = stream_log_copy(log, str_from(rest->note));
	}
}

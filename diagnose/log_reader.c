#include "base/base.h"
#include "diagnose/log_reader.h"

#include "parsers/record.h"

enum { BLOCK_BYTES_MAX = 8 << 20 };

struct log_reader {
	const struct log_stream *log;
	struct log_filter *filter;
	const volatile sig_atomic_t *cancel;
	uint32_t from; /* first line wanted */
	struct source *source;
	uint64_t offset; /* of the source in the stream */
	size_t block;	 /* index entry that `offset` lies in or behind */
	struct buf buf;
	struct str text; /* of the block: ends where a record ends */
	size_t floor;	 /* in it: what precedes was read */
	uint32_t line;	 /* of its first line */
	int64_t time_ms; /* of the last record that had one, on the common clock */
	bool ended;	 /* of the stream, or of what can be read */
	bool by_search;	 /* raw text can be searched for the filter's regex */
	struct record_cutter cutter;
	char trouble[200];
};

static size_t block_of_line(const struct log_stream *log, uint32_t line)
{
	size_t low = 0, high = log->index.count;

	/* The last block that begins at or before the line. */
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (log->index.blocks[middle].line <= line)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void stop(struct log_reader *r, const char *why)
{
	r->ended = true;
	if (why && *why)
		(void)snprintf(r->trouble, sizeof(r->trouble), "%s", why);
}

/* Go on at block `i` of the index. */
static void seek(struct log_reader *r, size_t i)
{
	const struct log_block *b = &r->log->index.blocks[i];

	if (!r->source || r->offset != b->offset) {
		source_close(r->source);
		r->source = bookmark_open(r->log->index.bookmark, b->offset);
		buf_clear(&r->buf);
		if (r->source->grade == GRADE_FAILED)
			stop(r, r->source->note);
	}
	r->offset = b->offset;
	r->line = b->line;
	r->text = STR("");
	r->floor = 0;
	r->block = i;
	if (b->time_ms != TIME_NONE)
		r->time_ms = b->time_ms + r->log->shift_ms;
}

/* Skip what the filter cannot accept. */
static bool find_block(struct log_reader *r, size_t i)
{
	while (r->filter && i < r->log->index.count &&
	       !log_filter_accepts_block(r->filter, r->log, i))
		i++;
	if (i >= r->log->index.count) {
		r->ended = true;
		return false;
	}
	seek(r, i);
	return !r->ended;
}

/* Where the block that begins at `offset` ends, as it did when the log was scanned. */
static size_t block_len(const struct log_reader *r)
{
	const struct log_index *x = &r->log->index;
	uint64_t end = r->block + 1 < x->count ? x->blocks[r->block + 1].offset : r->log->bytes;

	return (size_t)(end - x->blocks[r->block].offset);
}

static bool read_block(struct log_reader *r)
{
	size_t len = block_len(r), got = 0;
	char *into;

	buf_clear(&r->buf);
	into = buf_reserve(&r->buf, len);
	if (into)
		got = source_read_full(r->source, into, len);
	r->buf.len = got;
	r->offset += got;
	r->text = buf_str(&r->buf);
	r->floor = 0;
	record_block_begin(&r->cutter, r->text);
	if (got < len)
		stop(r, *r->source->note ? r->source->note : "it ends before it did at first");
	return got > 0;
}

static bool next_block(struct log_reader *r)
{
	size_t lines = str_count(r->text, '\n');
	size_t next = r->block + 1;

	if (r->ended || (r->cancel && *r->cancel))
		return false;
	r->line += (uint32_t)lines;
	return find_block(r, next) && read_block(r);
}

/* --- records --------------------------------------------------------------------------------- */

static void fill(struct log_reader *r, const struct record *cut, struct log_record *out)
{
	struct str first, rest;

	if (cut->head.time_ms != TIME_NONE)
		r->time_ms = cut->head.time_ms + r->log->shift_ms;
	(void)str_cut(cut->text, '\n', &first, &rest);
	*out = (struct log_record){
		.log = r->log,
		.line = record_line_at(cut, 0, r->line),
		.lines = (uint32_t)(cut->line_count ? cut->line_count : 1),
		.time_ms = r->time_ms,
		.level = cut->head.level,
		.logger = cut->head.logger,
		.message = cut->has_head ? cut->head.message : first,
		.text = cut->text,
	};
}

/* The next record of the block, whatever it says; with a search, the next that may be wanted. */
static bool cut_next(struct log_reader *r, struct log_record *out)
{
	struct record cut;

	while (r->floor < r->text.len) {
		size_t at = r->floor;

		if (r->by_search) {
			ptrdiff_t hit = log_filter_search(r->filter, r->text, r->floor);

			if (hit < 0 || (size_t)hit >= r->text.len)
				break;
			at = (size_t)hit;
		}
		record_cut(&r->cutter, r->text, r->floor, at, &cut);
		BUG_ON(cut.end <= r->floor);
		r->floor = cut.end;
		if (!cut.text.len)
			continue;
		fill(r, &cut, out);
		if (out->line + out->lines > r->from)
			return true;
	}
	r->floor = r->text.len;
	return false;
}

bool log_reader_next(struct log_reader *r, struct log_record *out)
{
	for (;;) {
		while (cut_next(r, out)) {
			if (!r->filter || log_filter_accepts(r->filter, out))
				return true;
			if (r->cancel && *r->cancel)
				return false;
		}
		if (!next_block(r))
			return false;
	}
}

struct log_reader *log_reader_open(const struct log_stream *log, uint32_t line,
				   struct log_filter *filter, const volatile sig_atomic_t *cancel)
{
	struct log_reader *r = calloc(1, sizeof(*r));

	if (!r)
		die_no_memory();
	r->log = log;
	r->filter = filter;
	r->cancel = cancel;
	r->from = line;
	r->time_ms = TIME_NONE;
	r->buf = (struct buf)BUF_INIT(BLOCK_BYTES_MAX);
	record_cutter_init(&r->cutter);
	r->cutter.headed = log->index.headed;
	r->by_search = filter && log->index.plain && log_filter_searches(filter);
	if (log->events)
		stop(r, "an event log has events, not lines");
	else if (!log->index.bookmark)
		stop(r, "it came from a pipe and could not be kept");
	else if (filter && !log_filter_accepts_log(filter, log))
		r->ended = true;
	else if (find_block(r, block_of_line(log, line)))
		(void)read_block(r);
	return r;
}

const char *log_reader_trouble(const struct log_reader *r)
{
	return r->trouble;
}

void log_reader_close(struct log_reader *r)
{
	if (!r)
		return;
	source_close(r->source);
	record_cutter_release(&r->cutter);
	buf_release(&r->buf);
	free(r);
}

uint32_t log_reader_find_before(const struct log_stream *log, uint32_t line,
				struct log_filter *filter, const volatile sig_atomic_t *cancel)
{
	uint32_t found = 0;

	if (!log->index.count || line <= log->first_line)
		return 0;
	for (size_t i = block_of_line(log, line - 1) + 1; i > 0 && !found; i--) {
		struct log_reader *r;
		struct log_record record;
		uint32_t end = i < log->index.count ? log->index.blocks[i].line : UINT32_MAX;

		if (filter && !log_filter_accepts_block(filter, log, i - 1))
			continue;
		if (cancel && *cancel)
			return 0;
		r = log_reader_open(log, log->index.blocks[i - 1].line, filter, cancel);
		while (log_reader_next(r, &record) && record.line < line && record.line < end)
			found = record.line;
		log_reader_close(r);
	}
	return found;
}

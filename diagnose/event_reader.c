#include "base/base.h"
#include "diagnose/event_reader.h"

#include "base/limits.h"

/* The kernel copies faster to where a page begins. */
enum { PAGE_BYTES = 4096 };

void event_reader_begin(struct event_reader *r, struct source *source, struct str head)
{
	*r = (struct event_reader){ .source = source,
				    .room = aligned_alloc(PAGE_BYTES, LIMIT_READ_BYTES),
				    .block = head,
				    .line = BUF_INIT(EVENT_BYTES_MAX),
				    .bytes = head.len };
	if (!r->room)
		die_no_memory();
}

void event_reader_end(struct event_reader *r)
{
	free(r->room);
	buf_release(&r->line);
}

/* Up to the next newline, which is taken, or all that is left of the block; false: the latter. */
static bool take_piece(struct event_reader *r, struct str *piece)
{
	const char *lf = r->block.len ? memchr(r->block.ptr, '\n', r->block.len) : NULL;

	*piece = r->block;
	if (lf)
		piece->len = (size_t)(lf - r->block.ptr);
	r->block = str_skip(r->block, piece->len + (lf != NULL));
	return lf != NULL;
}

static void next_block(struct event_reader *r)
{
	r->block = source_lend(r->source, r->room);
	r->bytes += r->block.len;
	r->ended = !r->block.len;
}

/* The next line, or what the last one is without a newline. */
static enum event_read next_line(struct event_reader *r, struct str *line)
{
	bool whole;

	for (buf_clear(&r->line); !r->ended;) {
		whole = take_piece(r, line);
		if (r->skipping) {
			r->skipping = !whole;
		} else if (whole && !r->line.len) {
			return EVENT_READ_OK;
		} else if (!buf_add(&r->line, *line)) {
			buf_clear(&r->line);
			r->skipping = !whole;
			return EVENT_READ_TOO_LONG;
		}
		if (whole && r->line.len)
			break;
		if (!whole)
			next_block(r);
	}
	*line = buf_str(&r->line);
	return line->len ? EVENT_READ_OK : EVENT_READ_END;
}

enum event_read event_reader_next(struct event_reader *r, struct event *e)
{
	enum event_read got;
	struct str line;

	while ((got = next_line(r, &line)) != EVENT_READ_END) {
		r->number++;
		line = str_trim(line);
		if (got == EVENT_READ_OK && line.len) {
			event_parse(line, e);
			return got;
		}
		if (got == EVENT_READ_TOO_LONG)
			return got;
	}
	return got;
}

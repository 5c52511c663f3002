#include "base/base.h"
#include "diagnose/event_reader.h"

#include "base/limits.h"

void event_reader_begin(struct event_reader *r, struct source *source, struct str head)
{
	*r = (struct event_reader){ .source = source,
				    .buf = BUF_INIT((size_t)EVENT_BYTES_MAX + LIMIT_READ_BYTES),
				    .bytes = head.len };
	if (!buf_add(&r->buf, head))
		r->skipping = true;
}

void event_reader_end(struct event_reader *r)
{
	buf_release(&r->buf);
}

static void read_more(struct event_reader *r, char *into)
{
	size_t n = source_read(r->source, into, LIMIT_READ_BYTES);

	r->buf.len += n;
	r->bytes += n;
	r->ended = n == 0;
}

/* False: the event that began at `at` is too long, and what was read of it is gone. */
static bool fill(struct event_reader *r)
{
	char *into;

	buf_consume(&r->buf, r->at);
	r->searched -= r->at;
	r->at = 0;
	into = r->skipping ? NULL : buf_reserve(&r->buf, LIMIT_READ_BYTES);
	if (into) {
		read_more(r, into);
		return true;
	}
	buf_clear(&r->buf);
	r->searched = 0;
	into = buf_reserve(&r->buf, LIMIT_READ_BYTES);
	BUG_ON(!into);
	read_more(r, into);
	return false;
}

/* The next line, or what the last one is without a newline; false: not all of it is there. */
static bool next_line(struct event_reader *r, struct str *line)
{
	const char *lf = NULL;
	size_t end = r->buf.len;

	if (r->searched < end)
		lf = memchr(r->buf.ptr + r->searched, '\n', end - r->searched);
	if (lf)
		end = (size_t)(lf - r->buf.ptr);
	r->searched = end;
	if (!lf && !(r->ended && end > r->at))
		return false;
	*line = (struct str){ r->buf.ptr + r->at, end - r->at };
	r->at = end + (lf != NULL);
	r->searched = r->at;
	return true;
}

enum event_read event_reader_next(struct event_reader *r, struct event *e)
{
	struct str line;

	for (;;) {
		if (next_line(r, &line)) {
			if (r->skipping) {
				r->skipping = false;
				continue;
			}
			r->number++;
			line = str_trim(line);
			if (!line.len)
				continue;
			event_parse(line, e);
			return EVENT_READ_OK;
		}
		if (r->ended)
			return EVENT_READ_END;
		if (!fill(r) && !r->skipping) {
			r->skipping = true;
			r->number++;
			return EVENT_READ_TOO_LONG;
		}
	}
}

#include "base/base.h"
#include "parsers/forward.h"

#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/codec.h"

/* One read: a decoder puts back what it read too much, once for each of many small streams. */
enum { SIP_BYTES = 32 * 1024 };

static size_t forward_next(struct forward *f, char *into, size_t capacity)
{
	size_t n = f->back_len - f->back_at;

	if (n) {
		n = n < capacity ? n : capacity;
		memcpy(into, f->back + f->back_at, n);
		f->back_at += n;
		return n;
	}
	return source_read(f->file, into, capacity);
}

static size_t forward_read(struct source *source, char *into, size_t capacity)
{
	struct forward *f = (struct forward *)source;
	bool again = f->back_at < f->back_len;
	size_t n = forward_next(f, into, capacity < SIP_BYTES ? capacity : SIP_BYTES);

	if (!n) {
		source_degrade(source, f->file->grade, "%s", f->file->note);
	} else if (!again && n >= FORWARD_TAIL_BYTES) {
		memcpy(f->tail, into + n - FORWARD_TAIL_BYTES, FORWARD_TAIL_BYTES);
	} else if (!again) {
		memmove(f->tail, f->tail + n, FORWARD_TAIL_BYTES - n);
		memcpy(f->tail + FORWARD_TAIL_BYTES - n, into, n);
	}
	return n;
}

static void forward_close(struct source *source)
{
	(void)source;
}

static const struct source_ops forward_ops = { .read = forward_read, .close = forward_close };

void forward_init(struct forward *f, struct source *file)
{
	*f = (struct forward){ .source.ops = &forward_ops, .file = file };
	f->back = malloc(LIMIT_READ_BYTES);
	if (!f->back)
		die_no_memory();
	f->source.bookmark = bookmark_of_part(file->bookmark, file->read_bytes);
}

void forward_release(struct forward *f)
{
	bookmark_release(f->source.bookmark);
	free(f->back);
}

void forward_put_back(struct forward *f, const void *bytes, size_t len)
{
	size_t kept = f->back_len - f->back_at;

	BUG_ON(kept + len > LIMIT_READ_BYTES);
	memmove(f->back + len, f->back + f->back_at, kept);
	if (len)
		memcpy(f->back, bytes, len);
	f->back_at = 0;
	f->back_len = kept + len;
	f->source.read_bytes -= len;
}

bool zlib_bid(struct str head)
{
	/* Deflate with a 32 KiB window; the two bytes are a multiple of 31; no dictionary. */
	return head.len >= 2 && head.ptr[0] == 0x78 && !((unsigned char)head.ptr[1] & 0x20) &&
	       (0x7800 + (unsigned char)head.ptr[1]) % 31 == 0;
}

bool forward_zlib_follows(struct forward *f)
{
	char head[2];
	size_t n = source_read_full(&f->source, head, sizeof(head));

	forward_put_back(f, head, n);
	return zlib_bid((struct str){ head, n });
}

struct source *forward_decode(struct forward *f, struct source *(*open)(struct source *inner))
{
	return open(source_slice(&f->source, UINT64_MAX));
}

bool forward_close_decoder(struct forward *f, struct source *decoded)
{
	const struct decoder *d = (const struct decoder *)decoded;
	char scrap[8192];
	bool whole;

	while (source_read(decoded, scrap, sizeof(scrap)))
		continue;
	whole = decoded->grade == GRADE_OK;
	forward_put_back(f, d->in + d->in_at, d->in_len - d->in_at);
	source_close(decoded);
	return whole;
}

/* --- ranges ---------------------------------------------------------------------------------- */

struct range {
	struct source source; /* first member */
	struct source *file;
	uint64_t at, end;
};

static size_t range_read(struct source *source, char *into, size_t capacity)
{
	struct range *r = (struct range *)source;
	size_t n;

	if (capacity > r->end - r->at)
		capacity = (size_t)(r->end - r->at);
	n = capacity ? r->file->ops->read_at(r->file, r->at, into, capacity) : 0;
	if (capacity && !n) {
		source_degrade(source, GRADE_PARTIAL, "the file ends at byte %" PRIu64, r->at);
		r->end = r->at;
	}
	r->at += n;
	return n;
}

static void range_close(struct source *source)
{
	free(source);
}

static const struct source_ops range_ops = { .read = range_read, .close = range_close };

struct source *range_open(struct source *file, uint64_t offset, uint64_t len)
{
	struct range *r = calloc(1, sizeof(*r));

	if (!r)
		die_no_memory();
	BUG_ON(!file->ops->read_at || len > UINT64_MAX - offset);
	r->source.ops = &range_ops;
	r->file = file;
	r->at = offset;
	r->end = offset + len;
	r->source.bookmark = bookmark_of_part(file->bookmark, offset);
	return &r->source;
}

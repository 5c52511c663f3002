/*
 * gzip (RFC 1952) and zlib (RFC 1950) through zlib. Several members may follow each other
 * (CloudWatch, fluentd), zeros may pad the end (tape blocks, sparse copies).
 */
#include "base/base.h"
#include "parsers/codec.h"

#include "base/array.h"
#include "parsers/bookmark.h"

#include <zlib.h>

/* Decoded bytes between restart points: to decode that many takes some 30 ms, and a point takes
 * about 40 KiB. */
#define POINT_SPACING_BYTES ((uint64_t)16 << 20)

/* The decoder's whole state at an offset. */
struct restart_point {
	uint64_t offset, packed_offset;
	z_stream z;
};

struct gzip_bookmark {
	struct bookmark bookmark; /* first member */
	struct bookmark *packed;
	struct restart_point **points; /* ascending; a z_stream must not move */
	size_t count, capacity;
	int window_bits;
	bool one_stream;
};

struct gzip_source {
	struct decoder decoder; /* first member */
	z_stream z;
	bool one_stream; /* zlib: nothing follows */
	bool in_member;
	bool resync; /* looking for the next member behind damage */
};

/* A member's header as encoders write it: chance bytes inside damage rarely look so. */
static bool is_header(const unsigned char *p, size_t have)
{
	return have >= 4 && p[0] == 0x1F && p[1] == 0x8B && p[2] == 8 && !(p[3] & 0xE0);
}

/* Skip zeros, or what is damaged; true when another member begins. */
static bool next_member(struct gzip_source *g)
{
	struct decoder *d = &g->decoder;

	for (;;) {
		size_t have = decoder_fill(d, 4);
		const unsigned char *p = d->in + d->in_at;

		if (!have)
			return false;
		if (is_header(p, have))
			return inflateReset(&g->z) == Z_OK;
		if (p[0] != 0 && !g->resync) {
			decoder_damaged(d, "trailing bytes that are not gzip", 0);
			g->resync = true;
		}
		d->in_at++;
	}
}

/* --- restart points -------------------------------------------------------------------------- */

static struct source *open_with(struct source *inner, int window_bits, bool one_stream);

static struct source *gzip_reopen(const struct bookmark *b, uint64_t offset)
{
	const struct gzip_bookmark *g = (const struct gzip_bookmark *)b;
	struct restart_point *point = NULL;
	struct source *s;

	for (size_t i = 0; i < g->count && g->points[i]->offset <= offset; i++)
		point = g->points[i];
	s = open_with(bookmark_open(g->packed, point ? point->packed_offset : 0), g->window_bits,
		      g->one_stream);
	if (point) {
		struct gzip_source *decoder = (struct gzip_source *)s;

		inflateEnd(&decoder->z);
		if (inflateCopy(&decoder->z, &point->z) != Z_OK)
			die_no_memory();
		decoder->in_member = true;
	}
	source_skip(s, offset - (point ? point->offset : 0));
	return s;
}

static void gzip_bookmark_free(struct bookmark *b)
{
	struct gzip_bookmark *g = (struct gzip_bookmark *)b;

	for (size_t i = 0; i < g->count; i++) {
		inflateEnd(&g->points[i]->z);
		free(g->points[i]);
	}
	free(g->points);
	bookmark_release(g->packed);
	free(g);
}

static void make_bookmark(struct gzip_source *g, int window_bits)
{
	static const struct bookmark_ops ops = { gzip_reopen, gzip_bookmark_free };
	struct gzip_bookmark *b;

	if (!g->decoder.inner->bookmark)
		return;
	b = bookmark_new(sizeof(*b), &ops);
	b->packed = bookmark_keep(g->decoder.inner->bookmark);
	b->window_bits = window_bits;
	b->one_stream = g->one_stream;
	g->decoder.source.bookmark = &b->bookmark;
}

/* Between two reads of a member whose bookmark wants it. */
static void keep_point(struct gzip_source *g)
{
	struct gzip_bookmark *b = (struct gzip_bookmark *)g->decoder.source.bookmark;
	uint64_t offset = g->decoder.source.read_bytes;
	struct restart_point *p;

	if (!b || !g->in_member ||
	    offset < (b->count ? b->points[b->count - 1]->offset : 0) + POINT_SPACING_BYTES)
		return;
	p = calloc(1, sizeof(*p));
	if (!p || inflateCopy(&p->z, &g->z) != Z_OK)
		die_no_memory();
	p->offset = offset;
	p->packed_offset = g->decoder.in_before + g->decoder.in_at;
	b->points = array_grow(b->points, b->count, &b->capacity, sizeof(*b->points));
	b->points[b->count++] = p;
}

/* --------------------------------------------------------------------------------------------- */

static size_t gzip_read(struct source *s, char *into, size_t capacity)
{
	struct gzip_source *g = (struct gzip_source *)s;
	struct decoder *d = &g->decoder;

	keep_point(g);
	while (!d->ended) {
		size_t have, produced;
		int result;

		if (!g->in_member && !next_member(g))
			break;
		g->in_member = true;
		g->resync = false;
		have = decoder_fill(d, 1);
		g->z.next_in = d->in + d->in_at;
		g->z.avail_in = (uInt)have;
		g->z.next_out = (unsigned char *)into;
		g->z.avail_out = capacity > UINT32_MAX ? UINT32_MAX : (uInt)capacity;
		result = inflate(&g->z, Z_NO_FLUSH);
		if (result == Z_MEM_ERROR)
			die_no_memory();
		d->in_at += have - g->z.avail_in;
		produced = (size_t)((char *)g->z.next_out - into);
		if (result == Z_STREAM_END) {
			g->in_member = false;
			d->ended = g->one_stream;
		} else if (result != Z_OK && result != Z_BUF_ERROR) {
			decoder_damaged(d, "damaged", produced);
			g->in_member = false;
			g->resync = true;
			d->ended = g->one_stream;
		} else if (!produced && !have) {
			decoder_damaged(d, "truncated", 0);
			d->ended = true;
		}
		if (produced)
			return produced;
	}
	d->ended = true;
	return 0;
}

static void gzip_close(struct source *s)
{
	struct gzip_source *g = (struct gzip_source *)s;

	inflateEnd(&g->z);
	decoder_release(&g->decoder);
	free(g);
}

static const struct source_ops gzip_ops = { .read = gzip_read, .close = gzip_close };

static struct source *open_with(struct source *inner, int window_bits, bool one_stream)
{
	struct gzip_source *g = calloc(1, sizeof(*g));

	if (!g)
		die_no_memory();
	decoder_init(&g->decoder, &gzip_ops, inner);
	g->one_stream = one_stream;
	g->in_member = one_stream;
	if (inflateInit2(&g->z, window_bits) != Z_OK)
		die_no_memory();
	make_bookmark(g, window_bits);
	return &g->decoder.source;
}

struct source *codec_gzip_open(struct source *inner)
{
	return open_with(inner, 16 + MAX_WBITS, false);
}

struct source *codec_zlib_open(struct source *inner)
{
	return open_with(inner, MAX_WBITS, true);
}

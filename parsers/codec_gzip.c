/*
 * gzip (RFC 1952), zlib (RFC 1950) and bare deflate (RFC 1951) through zlib. Several gzip members
 * may follow each other (CloudWatch, fluentd), zeros may pad the end (tape blocks, sparse copies).
 */
#include "base/base.h"
#include "parsers/codec.h"

#include <zlib.h>

/* Decoded bytes between restart points inside a member: to decode that many takes some 30 ms, and
 * a point takes about 40 KiB. */
#define STATE_SPACING_BYTES ((uint64_t)16 << 20)

struct gzip_source {
	struct decoder decoder; /* first member */
	z_stream z;
	bool one_stream; /* zlib, deflate: nothing follows */
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

/* Between two reads. Inside a member the state of the decoder is needed. */
static void keep_point(struct gzip_source *g)
{
	struct decoder *d = &g->decoder;
	uint64_t offset = d->source.read_bytes;
	z_stream *state;

	if (!g->in_member) {
		decoder_mark(d);
		return;
	}
	if (!bookmark_point_due(d->source.bookmark, offset, STATE_SPACING_BYTES))
		return;
	state = calloc(1, sizeof(*state));
	if (!state || inflateCopy(state, &g->z) != Z_OK)
		die_no_memory();
	bookmark_add_point(d->source.bookmark,
			   (struct restart_point){ offset, d->in_before + d->in_at, state });
}

static void resume(struct source *opened, void *state)
{
	struct gzip_source *g = (struct gzip_source *)opened;

	inflateEnd(&g->z);
	if (inflateCopy(&g->z, state) != Z_OK)
		die_no_memory();
	g->in_member = true;
}

static void free_state(void *state)
{
	inflateEnd(state);
	free(state);
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

static struct source *open_with(struct source *inner, int window_bits,
				const struct bookmark_kind *kind)
{
	struct gzip_source *g = calloc(1, sizeof(*g));

	if (!g)
		die_no_memory();
	decoder_init(&g->decoder, &gzip_ops, inner, kind);
	g->one_stream = window_bits <= MAX_WBITS;
	g->in_member = g->one_stream;
	if (inflateInit2(&g->z, window_bits) != Z_OK)
		die_no_memory();
	return &g->decoder.source;
}

struct source *codec_gzip_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_gzip_open,
						   .resume = resume,
						   .free_state = free_state };

	return open_with(inner, 16 + MAX_WBITS, &kind);
}

struct source *codec_zlib_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_zlib_open,
						   .resume = resume,
						   .free_state = free_state };

	return open_with(inner, MAX_WBITS, &kind);
}

struct source *codec_deflate_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_deflate_open,
						   .resume = resume,
						   .free_state = free_state };

	return open_with(inner, -MAX_WBITS, &kind);
}

uint32_t codec_checksum(uint32_t before, const char *bytes, size_t len)
{
	return (uint32_t)crc32_z(before, (const unsigned char *)bytes, len);
}

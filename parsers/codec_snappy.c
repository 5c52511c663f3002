/*
 * snappy-java's SnappyOutputStream, as Spark writes it:
 *
 * 82 "SNAPPY" 00 | version BE32 | compatible BE32, then chunks: length BE32 | raw snappy block
 *
 * Another header may stand where a chunk's length is expected (streams appended to each other).
 */
#include "base/base.h"
#include "parsers/codec.h"

#include <snappy-c.h>

enum { HEADER_BYTES = 16, CHUNK_BYTES_MAX = 32 << 20 };

static size_t decode_chunk(struct framed *f, size_t len)
{
	size_t raw = 0;

	if (!framed_take(f, len))
		return 0;
	if (snappy_uncompressed_length(f->packed, len, &raw) == SNAPPY_OK &&
	    framed_reserve(f, raw) &&
	    snappy_uncompress(f->packed, len, f->block, &raw) == SNAPPY_OK)
		return raw;
	/* The chunk's length still says where the next one is. */
	decoder_damaged(&f->decoder, "damaged", 0);
	return 0;
}

static size_t next_chunk(struct framed *f)
{
	struct decoder *d = &f->decoder;
	size_t have;

	while ((have = decoder_fill(d, HEADER_BYTES)) > 0) {
		const unsigned char *p = d->in + d->in_at;
		bool header = have >= 8 && !memcmp(p, "\x82SNAPPY", 8);
		size_t len, raw;

		if (have < 4 || (header && have < HEADER_BYTES)) {
			decoder_damaged(d, "truncated", 0);
			return 0;
		}
		if (header) {
			d->in_at += HEADER_BYTES;
			continue;
		}
		len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		if (len > CHUNK_BYTES_MAX) {
			decoder_damaged(d, "damaged", 0);
			return 0;
		}
		d->in_at += 4;
		raw = decode_chunk(f, len);
		if (raw)
			return raw;
	}
	return 0;
}

struct source *codec_snappy_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_snappy_open };

	return framed_open(inner, next_chunk, &kind);
}

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

static size_t bad(struct framed *f, const char *what)
{
	source_degrade(&f->decoder.source, GRADE_PARTIAL, "%s after %" PRIu64 " bytes", what,
		       f->decoder.source.read_bytes);
	return 0;
}

static size_t decode_chunk(struct framed *f, size_t len)
{
	struct decoder *d = &f->decoder;
	char *in = malloc(len ? len : 1);
	size_t got = 0, raw = 0;

	if (!in)
		die_no_memory();
	while (got < len) {
		size_t n = decoder_fill(d, 1);

		if (!n) {
			free(in);
			return bad(f, "truncated");
		}
		if (n > len - got)
			n = len - got;
		memcpy(in + got, d->in + d->in_at, n);
		d->in_at += n;
		got += n;
	}
	if (snappy_uncompressed_length(in, len, &raw) != SNAPPY_OK || !framed_reserve(f, raw) ||
	    snappy_uncompress(in, len, f->block, &raw) != SNAPPY_OK)
		raw = bad(f, "damaged");
	free(in);
	return raw;
}

static size_t next_chunk(struct framed *f)
{
	struct decoder *d = &f->decoder;

	for (;;) {
		size_t have = decoder_fill(d, HEADER_BYTES), len, raw;
		const unsigned char *p = d->in + d->in_at;

		if (!have)
			return 0;
		if (have >= 8 && !memcmp(p, "\x82SNAPPY", 8)) {
			if (have < HEADER_BYTES)
				return bad(f, "truncated");
			d->in_at += HEADER_BYTES;
			continue;
		}
		if (have < 4)
			return bad(f, "truncated");
		len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		if (len > CHUNK_BYTES_MAX)
			return bad(f, "damaged");
		d->in_at += 4;
		raw = decode_chunk(f, len);
		if (raw || d->source.grade != GRADE_OK)
			return raw;
	}
}

struct source *codec_snappy_open(struct source *inner)
{
	return framed_open(inner, next_chunk);
}

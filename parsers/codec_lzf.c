/*
 * LZF chunks of ning-compress, as Spark writes them:
 *
 * "ZV" | 0 | length BE16 | bytes        stored
 * "ZV" | 1 | packed BE16 | raw BE16 | bytes   compressed
 */
#include "base/base.h"
#include "parsers/codec.h"

#include <liblzf/lzf.h>

enum { STORED_HEADER = 5, PACKED_HEADER = 7 };

static size_t bad(struct framed *f, const char *what)
{
	source_degrade(&f->decoder.source, GRADE_PARTIAL, "%s after %" PRIu64 " bytes", what,
		       f->decoder.source.read_bytes);
	return 0;
}

static size_t be16(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static size_t next_chunk(struct framed *f)
{
	struct decoder *d = &f->decoder;
	size_t have = decoder_fill(d, PACKED_HEADER), packed, raw;
	const unsigned char *p = d->in + d->in_at;

	/* A zero byte may pad the end. */
	if (!have || (have == 1 && !p[0]))
		return 0;
	if (have < STORED_HEADER)
		return bad(f, "truncated");
	if (p[0] != 'Z' || p[1] != 'V' || p[2] > 1)
		return bad(f, "damaged");
	packed = be16(p + 3);
	if (p[2] == 0) {
		if (decoder_fill(d, STORED_HEADER + packed) < STORED_HEADER + packed)
			return bad(f, "truncated");
		if (!framed_reserve(f, packed ? packed : 1))
			return 0;
		memcpy(f->block, d->in + d->in_at + STORED_HEADER, packed);
		d->in_at += STORED_HEADER + packed;
		return packed;
	}
	if (have < PACKED_HEADER)
		return bad(f, "truncated");
	raw = be16(p + 5);
	if (decoder_fill(d, PACKED_HEADER + packed) < PACKED_HEADER + packed)
		return bad(f, "truncated");
	if (!framed_reserve(f, raw ? raw : 1))
		return 0;
	if (lzf_decompress(d->in + d->in_at + PACKED_HEADER, (unsigned)packed, f->block,
			   (unsigned)raw) != raw)
		return bad(f, "damaged");
	d->in_at += PACKED_HEADER + packed;
	return raw;
}

struct source *codec_lzf_open(struct source *inner)
{
	return framed_open(inner, next_chunk);
}

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

static size_t be16(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/* The chunk's bytes; 0 when there are none. */
static size_t decode_chunk(struct framed *f, const unsigned char *header)
{
	bool stored = header[2] == 0;
	size_t packed = be16(header + 3), raw = stored ? packed : be16(header + 5);

	f->decoder.in_at += stored ? STORED_HEADER : PACKED_HEADER;
	if (!framed_reserve(f, raw) || !framed_take(f, packed))
		return 0;
	if (stored) {
		memcpy(f->block, f->packed, raw);
	} else if (lzf_decompress(f->packed, (unsigned)packed, f->block, (unsigned)raw) != raw) {
		/* The chunk's length still says where the next one is. */
		decoder_damaged(&f->decoder, "damaged", 0);
		return 0;
	}
	return raw;
}

static size_t next_chunk(struct framed *f)
{
	struct decoder *d = &f->decoder;
	size_t have;

	while ((have = decoder_fill(d, PACKED_HEADER)) > 0) {
		const unsigned char *p = d->in + d->in_at;
		size_t len;

		/* A zero byte may pad the end. */
		if (have == 1 && !p[0])
			return 0;
		if (have < STORED_HEADER) {
			decoder_damaged(d, "truncated", 0);
			return 0;
		}
		if (p[0] != 'Z' || p[1] != 'V' || p[2] > 1) {
			decoder_damaged(d, "damaged", 0);
			return 0;
		}
		if (p[2] == 1 && have < PACKED_HEADER) {
			decoder_damaged(d, "truncated", 0);
			return 0;
		}
		len = decode_chunk(f, p);
		if (len)
			return len;
	}
	return 0;
}

struct source *codec_lzf_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_lzf_open };

	return framed_open(inner, next_chunk, &kind);
}

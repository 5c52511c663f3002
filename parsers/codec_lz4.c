/*
 * LZ4 in two framings: the standard frame, and lz4-java's LZ4BlockOutputStream that Spark uses:
 *
 * "LZ4Block" | token | compressed length LE32 | raw length LE32 | checksum LE32 | data
 *
 * The token's high nibble is 1 for raw and 2 for compressed data; a block of both lengths 0 ends a
 * stream, behind which another may begin. The checksum is not verified: a block that decodes to
 * its stated length is used.
 */
#include "base/base.h"
#include "parsers/codec.h"

#include <lz4.h>
#include <lz4frame.h>

enum { BLOCK_HEADER_BYTES = 21, METHOD_RAW = 0x10, METHOD_LZ4 = 0x20 };

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static size_t bad(struct framed *f, const char *what)
{
	source_degrade(&f->decoder.source, GRADE_PARTIAL, "%s after %" PRIu64 " bytes", what,
		       f->decoder.source.read_bytes);
	return 0;
}

/* Copy `len` bytes of input, of any number, into `to`. */
static bool take(struct decoder *d, char *to, size_t len)
{
	while (len) {
		size_t n = decoder_fill(d, 1);

		if (!n)
			return false;
		if (n > len)
			n = len;
		memcpy(to, d->in + d->in_at, n);
		d->in_at += n;
		to += n;
		len -= n;
	}
	return true;
}

static size_t decode_block(struct framed *f, uint32_t packed, uint32_t raw)
{
	char *in;
	int n;

	if (packed > (uint32_t)LZ4_compressBound((int)(raw < INT32_MAX / 2 ? raw : INT32_MAX / 2)))
		return bad(f, "damaged");
	in = malloc(packed ? packed : 1);
	if (!in)
		die_no_memory();
	if (!take(&f->decoder, in, packed)) {
		free(in);
		return bad(f, "truncated");
	}
	n = LZ4_decompress_safe(in, f->block, (int)packed, (int)raw);
	free(in);
	return n == (int)raw ? raw : bad(f, "damaged");
}

static size_t next_block(struct framed *f)
{
	for (;;) {
		struct decoder *d = &f->decoder;
		size_t have = decoder_fill(d, BLOCK_HEADER_BYTES);
		const unsigned char *p = d->in + d->in_at;
		uint32_t packed, raw;
		unsigned method;

		if (!have)
			return 0;
		if (have < BLOCK_HEADER_BYTES)
			return bad(f, "truncated");
		if (memcmp(p, "LZ4Block", 8) != 0)
			return bad(f, "damaged");
		method = p[8] & 0xF0;
		packed = le32(p + 9);
		raw = le32(p + 13);
		d->in_at += BLOCK_HEADER_BYTES;
		if (!packed && !raw)
			continue; /* end mark */
		if (!framed_reserve(f, raw))
			return 0;
		if (method == METHOD_RAW)
			return packed == raw && take(d, f->block, raw) ? raw : bad(f, "truncated");
		if (method != METHOD_LZ4)
			return bad(f, "damaged");
		return decode_block(f, packed, raw);
	}
}

struct source *codec_lz4_block_open(struct source *inner)
{
	return framed_open(inner, next_block);
}

/* --- the standard frame ---------------------------------------------------------------------- */

struct lz4_source {
	struct decoder decoder; /* first member */
	LZ4F_dctx *z;
	bool in_frame;
};

static size_t lz4_read(struct source *s, char *into, size_t capacity)
{
	struct lz4_source *l = (struct lz4_source *)s;
	struct decoder *d = &l->decoder;

	while (!d->ended) {
		size_t have = decoder_fill(d, 1), used = have, produced = capacity;
		size_t result = LZ4F_decompress(l->z, into, &produced, d->in + d->in_at, &used, NULL);

		d->in_at += used;
		if (LZ4F_isError(result)) {
			source_degrade(s, GRADE_PARTIAL, "damaged after %" PRIu64 " bytes",
				       s->read_bytes);
			d->ended = true;
			return 0;
		}
		l->in_frame = result != 0;
		if (!have && !produced) {
			if (l->in_frame && d->inner->read_bytes)
				source_degrade(s, GRADE_PARTIAL, "truncated after %" PRIu64 " bytes",
					       s->read_bytes);
			d->ended = true;
		}
		if (produced)
			return decoder_is_bomb(d, produced) ? 0 : produced;
	}
	return 0;
}

static void lz4_close(struct source *s)
{
	struct lz4_source *l = (struct lz4_source *)s;

	LZ4F_freeDecompressionContext(l->z);
	decoder_release(&l->decoder);
	free(l);
}

static const struct source_ops lz4_ops = { lz4_read, lz4_close, NULL };

struct source *codec_lz4_frame_open(struct source *inner)
{
	struct lz4_source *l = calloc(1, sizeof(*l));

	if (!l)
		die_no_memory();
	decoder_init(&l->decoder, &lz4_ops, inner);
	if (LZ4F_isError(LZ4F_createDecompressionContext(&l->z, LZ4F_VERSION)))
		die_no_memory();
	return &l->decoder.source;
}

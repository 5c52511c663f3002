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

#include "base/limits.h"

#include <lz4.h>
#include <lz4frame.h>

enum {
	BLOCK_HEADER_BYTES = 21,
	METHOD_RAW = 0x10,
	METHOD_LZ4 = 0x20,
	/* lz4-java's largest block; what claims more is damaged. */
	BLOCK_BYTES_MAX = 32 << 20,
};

struct block_header {
	unsigned method;
	uint32_t packed, raw;
};

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool parse_header(const unsigned char *p, struct block_header *h)
{
	if (memcmp(p, "LZ4Block", 8) != 0)
		return false;
	h->method = p[8] & 0xF0;
	h->packed = le32(p + 9);
	h->raw = le32(p + 13);
	if (h->raw > BLOCK_BYTES_MAX || h->packed > (uint32_t)LZ4_compressBound((int)h->raw))
		return false;
	return h->method == METHOD_LZ4 || (h->method == METHOD_RAW && h->packed == h->raw);
}

/* The block's bytes; 0 when they are damaged, or the input ends. */
static size_t decode_block(struct framed *f, const struct block_header *h)
{
	if (!framed_reserve(f, h->raw) || !framed_take(f, h->packed))
		return 0;
	if (h->method == METHOD_RAW)
		memcpy(f->block, f->packed, h->raw);
	else if (LZ4_decompress_safe(f->packed, f->block, (int)h->packed, (int)h->raw) !=
		 (int)h->raw)
		return 0;
	return h->raw;
}

static size_t next_block(struct framed *f)
{
	struct decoder *d = &f->decoder;

	for (;;) {
		size_t have = decoder_fill(d, BLOCK_HEADER_BYTES), len;
		struct block_header h;

		if (!have && !f->unfinished)
			return 0;
		if (have < BLOCK_HEADER_BYTES) {
			decoder_damaged(d, "truncated", 0);
			return 0;
		}
		if (!parse_header(d->in + d->in_at, &h)) {
			decoder_damaged(d, "damaged", 0);
			d->in_at++;
			if (!decoder_seek(d, STR("LZ4Block")))
				return 0;
			continue;
		}
		d->in_at += BLOCK_HEADER_BYTES;
		/* A killed application leaves whole blocks, but no end mark behind them. */
		f->unfinished = h.packed || h.raw;
		if (!f->unfinished)
			continue;
		len = decode_block(f, &h);
		if (len)
			return len;
		decoder_damaged(d, "damaged", 0);
	}
}

struct source *codec_lz4_block_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_lz4_block_open };

	return framed_open(inner, next_block, &kind);
}

/* --- the standard frame ---------------------------------------------------------------------- */

/* Magic number, descriptor and a checksum: what the library wants of a new frame. */
enum { FRAME_START_BYTES = 7 };

struct lz4_source {
	struct decoder decoder; /* first member */
	LZ4F_dctx *z;
	size_t want; /* exactly a block: what a failing call decoded is lost */
	bool in_frame;
};

static void resync(struct lz4_source *l)
{
	struct decoder *d = &l->decoder;

	LZ4F_resetDecompressionContext(l->z);
	l->in_frame = false;
	l->want = FRAME_START_BYTES;
	d->in_at += d->in_at < d->in_len;
	d->ended = !decoder_seek(d, STR("\x04\x22\x4D\x18"));
}

static size_t lz4_read(struct source *s, char *into, size_t capacity)
{
	struct lz4_source *l = (struct lz4_source *)s;
	struct decoder *d = &l->decoder;

	if (!l->in_frame)
		decoder_mark(d);
	while (!d->ended) {
		size_t have = decoder_fill(d, l->want), produced = capacity, result;
		size_t used = have < l->want ? have : l->want;

		if (!have && !l->in_frame)
			break;
		result = LZ4F_decompress(l->z, into, &produced, d->in + d->in_at, &used, NULL);
		if (LZ4F_isError(result)) {
			decoder_damaged(d, "damaged", 0);
			resync(l);
			continue;
		}
		d->in_at += used;
		l->in_frame = result != 0;
		l->want = result ? result : FRAME_START_BYTES;
		if (l->want > LIMIT_READ_BYTES)
			l->want = LIMIT_READ_BYTES;
		if (produced)
			return produced;
		if (!have) {
			decoder_damaged(d, "truncated", 0);
			break;
		}
	}
	d->ended = true;
	return 0;
}

static void lz4_close(struct source *s)
{
	struct lz4_source *l = (struct lz4_source *)s;

	LZ4F_freeDecompressionContext(l->z);
	decoder_release(&l->decoder);
	free(l);
}

static const struct source_ops lz4_ops = { .read = lz4_read, .close = lz4_close };

struct source *codec_lz4_frame_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_lz4_frame_open };
	struct lz4_source *l = calloc(1, sizeof(*l));

	if (!l)
		die_no_memory();
	decoder_init(&l->decoder, &lz4_ops, inner, &kind);
	l->want = FRAME_START_BYTES;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&l->z, LZ4F_VERSION)))
		die_no_memory();
	return &l->decoder.source;
}

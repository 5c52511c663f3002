#include "base/base.h"
#include "parsers/codec.h"

#include "base/limits.h"

/* One block of a framed codec: Spark's default is 32 KiB, lz4-java allows 32 MiB. */
#define FRAME_BYTES_MAX ((size_t)64 << 20)

static bool has_magic(struct str head, const char *magic, size_t len)
{
	return head.len >= len && !memcmp(head.ptr, magic, len);
}

static bool bid_gzip(struct str head)
{
	/* 1F 8B, method 8 (deflate) */
	return has_magic(head, "\x1f\x8b\x08", 3);
}

static bool bid_zstd(struct str head)
{
	/* a frame, or a skippable frame before one */
	return has_magic(head, "\x28\xb5\x2f\xfd", 4) ||
	       (head.len >= 4 && (head.ptr[0] & 0xF0) == 0x50 && has_magic(str_skip(head, 1), "\x2a\x4d\x18", 3));
}

static bool bid_xz(struct str head)
{
	return has_magic(head, "\xfd"
			       "7zXZ\0",
			 6);
}

static bool bid_bzip2(struct str head)
{
	return head.len > 10 && has_magic(head, "BZh", 3) && head.ptr[3] >= '1' &&
	       head.ptr[3] <= '9' && has_magic(str_skip(head, 4), "\x31\x41\x59\x26\x53\x59", 6);
}

static bool bid_lz4_block(struct str head)
{
	return has_magic(head, "LZ4Block", 8);
}

static bool bid_lz4_frame(struct str head)
{
	return has_magic(head, "\x04\x22\x4d\x18", 4);
}

static bool bid_snappy(struct str head)
{
	return has_magic(head, "\x82SNAPPY\0", 8);
}

static bool bid_lzf(struct str head)
{
	/* "ZV", block type 0 or 1, and a plausible length */
	return head.len > 7 && has_magic(head, "ZV", 2) && (unsigned char)head.ptr[2] <= 1;
}

const struct codec codecs[] = {
	{ "gzip", ".gz", bid_gzip, codec_gzip_open },
	{ "zstd", ".zst", bid_zstd, codec_zstd_open },
	{ "xz", ".xz", bid_xz, codec_xz_open },
	{ "bzip2", ".bz2", bid_bzip2, codec_bzip2_open },
	{ "lz4-block", ".lz4", bid_lz4_block, codec_lz4_block_open },
	{ "lz4", ".lz4", bid_lz4_frame, codec_lz4_frame_open },
	{ "snappy", ".snappy", bid_snappy, codec_snappy_open },
	{ "lzf", ".lzf", bid_lzf, codec_lzf_open },
};
const size_t codec_count = ARRAY_LEN(codecs);

const struct codec *codec_find(struct str head)
{
	for (size_t i = 0; i < codec_count; i++)
		if (codecs[i].bid(head))
			return &codecs[i];
	return NULL;
}

void decoder_init(struct decoder *d, const struct source_ops *ops, struct source *inner)
{
	d->source.ops = ops;
	d->inner = inner;
	d->in = malloc(LIMIT_READ_BYTES);
	if (!d->in)
		die_no_memory();
}

void decoder_release(struct decoder *d)
{
	source_close(d->inner);
	free(d->in);
}

size_t decoder_fill(struct decoder *d, size_t want)
{
	BUG_ON(want > LIMIT_READ_BYTES);
	if (d->in_at && (d->in_at == d->in_len || d->in_len - d->in_at < want)) {
		memmove(d->in, d->in + d->in_at, d->in_len - d->in_at);
		d->in_len -= d->in_at;
		d->in_at = 0;
	}
	while (!d->in_ended && d->in_len - d->in_at < want) {
		size_t n = source_read(d->inner, (char *)d->in + d->in_len,
				       LIMIT_READ_BYTES - d->in_len);

		d->in_len += n;
		if (n)
			continue;
		d->in_ended = true;
		source_degrade(&d->source, d->inner->grade, "%s", d->inner->note);
	}
	return d->in_len - d->in_at;
}

bool decoder_is_bomb(struct decoder *d, size_t produced)
{
	uint64_t out = d->source.read_bytes + produced;

	if (out < LIMIT_EXPANSION_FLOOR_BYTES ||
	    out / LIMIT_EXPANSION_RATIO <= d->inner->read_bytes)
		return false;
	source_degrade(&d->source, GRADE_PARTIAL,
		       "stopped after %" PRIu64 " bytes: expands more than %d times", out,
		       LIMIT_EXPANSION_RATIO);
	d->ended = true;
	return true;
}

/* --- framed codecs --------------------------------------------------------------------------- */

static size_t framed_read(struct source *s, char *into, size_t capacity)
{
	struct framed *f = (struct framed *)s;
	size_t n;

	if (f->block_at == f->block_len) {
		if (f->decoder.ended)
			return 0;
		f->block_at = 0;
		f->block_len = f->next(f);
		if (!f->block_len || decoder_is_bomb(&f->decoder, f->block_len)) {
			f->decoder.ended = true;
			f->block_len = 0;
			return 0;
		}
	}
	n = f->block_len - f->block_at;
	if (n > capacity)
		n = capacity;
	memcpy(into, f->block + f->block_at, n);
	f->block_at += n;
	return n;
}

static void framed_close(struct source *s)
{
	struct framed *f = (struct framed *)s;

	decoder_release(&f->decoder);
	free(f->block);
	free(f);
}

static const struct source_ops framed_ops = { framed_read, framed_close, NULL };

struct source *framed_open(struct source *inner, size_t (*next)(struct framed *f))
{
	struct framed *f = calloc(1, sizeof(*f));

	if (!f)
		die_no_memory();
	decoder_init(&f->decoder, &framed_ops, inner);
	f->next = next;
	return &f->decoder.source;
}

bool framed_reserve(struct framed *f, size_t size)
{
	char *grown;

	if (size <= f->block_capacity)
		return true;
	if (size > FRAME_BYTES_MAX) {
		source_degrade(&f->decoder.source, GRADE_PARTIAL,
			       "damaged after %" PRIu64 " bytes: a block of %zu bytes",
			       f->decoder.source.read_bytes, size);
		return false;
	}
	grown = realloc(f->block, size);
	if (!grown)
		die_no_memory();
	f->block = grown;
	f->block_capacity = size;
	return true;
}

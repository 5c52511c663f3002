#include "base/base.h"
#include "parsers/codec.h"

#include "base/limits.h"

/* Decoded bytes between restart points that need no state. */
#define POINT_SPACING_BYTES ((uint64_t)1 << 20)
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
	       (head.len >= 4 && (head.ptr[0] & 0xF0) == 0x50 &&
		has_magic(str_skip(head, 1), "\x2a\x4d\x18", 3));
}

static bool bid_xz(struct str head)
{
	return has_magic(head,
			 "\xfd"
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
	{ "gzip", { ".gz" }, bid_gzip, codec_gzip_open },
	{ "zstd", { ".zst", ".zstd" }, bid_zstd, codec_zstd_open },
	{ "xz", { ".xz" }, bid_xz, codec_xz_open },
	{ "bzip2", { ".bz2" }, bid_bzip2, codec_bzip2_open },
	{ "lz4-block", { ".lz4" }, bid_lz4_block, codec_lz4_block_open },
	{ "lz4", { ".lz4" }, bid_lz4_frame, codec_lz4_frame_open },
	{ "snappy", { ".snappy" }, bid_snappy, codec_snappy_open },
	{ "lzf", { ".lzf" }, bid_lzf, codec_lzf_open },
};
const size_t codec_count = ARRAY_LEN(codecs);

const struct codec *codec_find(struct str head)
{
	for (size_t i = 0; i < codec_count; i++)
		if (codecs[i].bid(head))
			return &codecs[i];
	return NULL;
}

void decoder_init(struct decoder *d, const struct source_ops *ops, struct source *inner,
		  const struct bookmark_kind *kind)
{
	d->source.ops = ops;
	d->inner = inner;
	d->in = malloc(LIMIT_READ_BYTES);
	if (!d->in)
		die_no_memory();
	d->source.bookmark = bookmark_of_decoder(inner->bookmark, kind);
}

void decoder_mark(struct decoder *d)
{
	uint64_t offset = d->source.read_bytes;

	if (bookmark_point_due(d->source.bookmark, offset, POINT_SPACING_BYTES))
		bookmark_add_point(d->source.bookmark,
				   (struct restart_point){ offset, d->in_before + d->in_at, NULL });
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
		d->in_before += d->in_at;
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

bool decoder_take(struct decoder *d, char *to, size_t len)
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

bool decoder_seek(struct decoder *d, struct str magic)
{
	size_t have;

	while ((have = decoder_fill(d, magic.len)) >= magic.len) {
		ptrdiff_t at = str_find((struct str){ (char *)d->in + d->in_at, have }, magic);

		if (at >= 0) {
			d->in_at += (size_t)at;
			return true;
		}
		/* Its beginning may stand at the end of what is there. */
		d->in_at += have - magic.len + 1;
	}
	d->in_at = d->in_len;
	return false;
}

void decoder_damaged(struct decoder *d, const char *what, size_t produced)
{
	source_degrade(&d->source, GRADE_PARTIAL, "%s after %" PRIu64 " bytes", what,
		       d->source.read_bytes + produced);
}

/* --- framed codecs --------------------------------------------------------------------------- */

static size_t framed_read(struct source *s, char *into, size_t capacity)
{
	struct framed *f = (struct framed *)s;
	size_t n;

	if (f->block_at == f->block_len) {
		if (f->decoder.ended)
			return 0;
		decoder_mark(&f->decoder);
		f->block_at = 0;
		f->block_len = f->next(f);
		if (!f->block_len) {
			f->decoder.ended = true;
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
	free(f->packed);
	free(f);
}

static const struct source_ops framed_ops = { .read = framed_read, .close = framed_close };

struct source *framed_open(struct source *inner, size_t (*next)(struct framed *f),
			   const struct bookmark_kind *kind)
{
	struct framed *f = calloc(1, sizeof(*f));

	if (!f)
		die_no_memory();
	decoder_init(&f->decoder, &framed_ops, inner, kind);
	f->next = next;
	return &f->decoder.source;
}

static bool reserve(struct framed *f, char **bytes, size_t *capacity, size_t size)
{
	char *grown;

	if (size <= *capacity)
		return true;
	if (size > FRAME_BYTES_MAX) {
		decoder_damaged(&f->decoder, "damaged (a block of absurd size)", 0);
		return false;
	}
	grown = realloc(*bytes, size);
	if (!grown)
		die_no_memory();
	*bytes = grown;
	*capacity = size;
	return true;
}

bool framed_reserve(struct framed *f, size_t size)
{
	return reserve(f, &f->block, &f->block_capacity, size ? size : 1);
}

bool framed_take(struct framed *f, size_t len)
{
	if (!reserve(f, &f->packed, &f->packed_capacity, len ? len : 1))
		return false;
	if (decoder_take(&f->decoder, f->packed, len))
		return true;
	decoder_damaged(&f->decoder, "truncated", 0);
	return false;
}

/* bzip2 through libbz2; several streams may follow each other (pbzip2). */
#include "base/base.h"
#include "parsers/codec.h"

#include <bzlib.h>

struct bzip2_source {
	struct decoder decoder; /* first member */
	bz_stream z;
	bool open;
};

static bool open_stream(struct bzip2_source *b)
{
	b->z = (bz_stream){ 0 };
	b->open = BZ2_bzDecompressInit(&b->z, 0, 0) == BZ_OK;
	return b->open;
}

static void close_stream(struct bzip2_source *b)
{
	if (b->open)
		BZ2_bzDecompressEnd(&b->z);
	b->open = false;
}

static size_t bzip2_read(struct source *s, char *into, size_t capacity)
{
	struct bzip2_source *b = (struct bzip2_source *)s;
	struct decoder *d = &b->decoder;

	if (!b->open)
		decoder_mark(d);
	while (!d->ended) {
		size_t have = decoder_fill(d, 1), produced;
		int result;

		if (!b->open && (!have || !open_stream(b)))
			break;
		b->z.next_in = (char *)d->in + d->in_at;
		b->z.avail_in = (unsigned)have;
		b->z.next_out = into;
		b->z.avail_out = capacity > UINT32_MAX ? UINT32_MAX : (unsigned)capacity;
		result = BZ2_bzDecompress(&b->z);
		d->in_at += have - b->z.avail_in;
		produced = (size_t)(b->z.next_out - into);
		if (result == BZ_STREAM_END) {
			close_stream(b);
		} else if (result != BZ_OK || (!have && !produced)) {
			decoder_damaged(d, result != BZ_OK ? "damaged" : "truncated", produced);
			d->ended = true;
		}
		if (produced)
			return produced;
	}
	d->ended = true;
	return 0;
}

static void bzip2_close(struct source *s)
{
	struct bzip2_source *b = (struct bzip2_source *)s;

	close_stream(b);
	decoder_release(&b->decoder);
	free(b);
}

static const struct source_ops bzip2_ops = { .read = bzip2_read, .close = bzip2_close };

struct source *codec_bzip2_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_bzip2_open };
	struct bzip2_source *b = calloc(1, sizeof(*b));

	if (!b)
		die_no_memory();
	decoder_init(&b->decoder, &bzip2_ops, inner, &kind);
	return &b->decoder.source;
}

/* xz streams through liblzma; several streams may follow each other. */
#include "base/base.h"
#include "parsers/codec.h"

#include <lzma.h>

/* The largest preset (-9) needs 65 MiB to decode. */
#define MEMORY_BYTES_MAX (UINT64_C(256) << 20)

struct xz_source {
	struct decoder decoder; /* first member */
	lzma_stream z;
};

static const char *trouble_name(lzma_ret result)
{
	if (result == LZMA_OK || result == LZMA_BUF_ERROR)
		return "truncated";
	if (result == LZMA_MEMLIMIT_ERROR)
		return "needs too much memory to decode";
	return "damaged";
}

static size_t xz_read(struct source *s, char *into, size_t capacity)
{
	struct xz_source *x = (struct xz_source *)s;
	struct decoder *d = &x->decoder;

	while (!d->ended) {
		size_t have = decoder_fill(d, 1), produced;
		lzma_ret result;

		x->z.next_in = d->in + d->in_at;
		x->z.avail_in = have;
		x->z.next_out = (uint8_t *)into;
		x->z.avail_out = capacity;
		result = lzma_code(&x->z, have ? LZMA_RUN : LZMA_FINISH);
		d->in_at += have - x->z.avail_in;
		produced = capacity - x->z.avail_out;
		if (result == LZMA_STREAM_END) {
			d->ended = true;
		} else if (result != LZMA_OK || (!have && !produced)) {
			decoder_damaged(d, trouble_name(result), produced);
			d->ended = true;
		}
		if (produced)
			return produced;
	}
	return 0;
}

static void xz_close(struct source *s)
{
	struct xz_source *x = (struct xz_source *)s;

	lzma_end(&x->z);
	decoder_release(&x->decoder);
	free(x);
}

static const struct source_ops xz_ops = { .read = xz_read, .close = xz_close };

struct source *codec_xz_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_xz_open };
	struct xz_source *x = calloc(1, sizeof(*x));

	if (!x)
		die_no_memory();
	decoder_init(&x->decoder, &xz_ops, inner, &kind);
	x->z = (lzma_stream)LZMA_STREAM_INIT;
	if (lzma_stream_decoder(&x->z, MEMORY_BYTES_MAX, LZMA_CONCATENATED) != LZMA_OK)
		die_no_memory();
	return &x->decoder.source;
}

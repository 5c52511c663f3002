/*
 * Zstandard (RFC 8878) through libzstd: many frames (one per flush in Spark 3), skippable frames.
 *
 * The library says how many bytes it wants next: exactly a block. It gets no more, because in a
 * call that meets damage it drops all that it decoded in that call.
 */
#include "base/base.h"
#include "parsers/codec.h"

#include "base/limits.h"

#include <zstd.h>

enum {
	/* 2^31, the largest window the format has; Spark's own is 2^23. */
	WINDOW_LOG_MAX = 31,
	/* Magic number and frame descriptor: what the library wants of a new frame. */
	FRAME_START_BYTES = 5,
};

struct zstd_source {
	struct decoder decoder; /* first member */
	ZSTD_DStream *z;
	size_t want;
	bool in_frame;
};

/* Behind damage: forward to the next frame. */
static void resync(struct zstd_source *s)
{
	struct decoder *d = &s->decoder;

	ZSTD_DCtx_reset(s->z, ZSTD_reset_session_only);
	s->in_frame = false;
	s->want = FRAME_START_BYTES;
	/* At least one byte on, or the same frame is found again. */
	d->in_at += d->in_at < d->in_len;
	d->ended = !decoder_seek(d, STR("\x28\xB5\x2F\xFD"));
}

static size_t zstd_read(struct source *source, char *into, size_t capacity)
{
	struct zstd_source *s = (struct zstd_source *)source;
	struct decoder *d = &s->decoder;

	if (!s->in_frame)
		decoder_mark(d);
	while (!d->ended) {
		size_t have = decoder_fill(d, s->want);
		ZSTD_inBuffer in = { d->in + d->in_at, have < s->want ? have : s->want, 0 };
		ZSTD_outBuffer out = { into, capacity, 0 };
		size_t result;

		if (!have && !s->in_frame)
			break;
		result = ZSTD_decompressStream(s->z, &out, &in);
		if (ZSTD_isError(result)) {
			decoder_damaged(d, have ? "damaged" : "truncated", 0);
			resync(s);
			continue;
		}
		d->in_at += in.pos;
		s->in_frame = result != 0;
		s->want = result ? result : FRAME_START_BYTES;
		if (s->want > LIMIT_READ_BYTES)
			s->want = LIMIT_READ_BYTES;
		if (out.pos)
			return out.pos;
		if (!have) {
			decoder_damaged(d, "truncated", 0);
			break;
		}
	}
	d->ended = true;
	return 0;
}

static void zstd_close(struct source *source)
{
	struct zstd_source *s = (struct zstd_source *)source;

	ZSTD_freeDStream(s->z);
	decoder_release(&s->decoder);
	free(s);
}

static const struct source_ops zstd_ops = { .read = zstd_read, .close = zstd_close };

struct source *codec_zstd_open(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = codec_zstd_open };
	struct zstd_source *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	decoder_init(&s->decoder, &zstd_ops, inner, &kind);
	s->want = FRAME_START_BYTES;
	s->z = ZSTD_createDStream();
	if (!s->z)
		die_no_memory();
	ZSTD_DCtx_setParameter(s->z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return &s->decoder.source;
}

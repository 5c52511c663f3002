/* Zstandard (RFC 8878) through libzstd: many frames (one per flush in Spark 3), skippable frames. */
#include "base/base.h"
#include "parsers/codec.h"

#include <zstd.h>

enum {
	/* 2^31, the largest window the format has; Spark's own is 2^23. */
	WINDOW_LOG_MAX = 31,
};

struct zstd_source {
	struct decoder decoder; /* first member */
	ZSTD_DStream *z;
	bool in_frame;
};

/* Behind damage: forward to the next frame's magic number. */
static bool find_frame(struct zstd_source *s)
{
	struct decoder *d = &s->decoder;

	ZSTD_DCtx_reset(s->z, ZSTD_reset_session_only);
	while (decoder_fill(d, 4) >= 4) {
		const unsigned char *p = d->in + d->in_at;

		if (p[0] == 0x28 && p[1] == 0xB5 && p[2] == 0x2F && p[3] == 0xFD)
			return true;
		d->in_at++;
	}
	return false;
}

static size_t zstd_read(struct source *source, char *into, size_t capacity)
{
	struct zstd_source *s = (struct zstd_source *)source;
	struct decoder *d = &s->decoder;

	while (!d->ended) {
		size_t have = decoder_fill(d, 1);
		ZSTD_inBuffer in = { d->in + d->in_at, have, 0 };
		ZSTD_outBuffer out = { into, capacity, 0 };
		size_t result = ZSTD_decompressStream(s->z, &out, &in);

		d->in_at += in.pos;
		if (ZSTD_isError(result)) {
			source_degrade(source, GRADE_PARTIAL, "damaged after %" PRIu64 " bytes: %s",
				       source->read_bytes + out.pos, ZSTD_getErrorName(result));
			/* Step over the byte that offends, or the search finds the same frame. */
			d->in_at += d->in_at < d->in_len;
			d->ended = !find_frame(s);
			s->in_frame = false;
		} else {
			s->in_frame = result != 0;
			if (!have && !out.pos) {
				if (s->in_frame && source->read_bytes + d->inner->read_bytes)
					source_degrade(source, GRADE_PARTIAL,
						       "truncated after %" PRIu64 " bytes",
						       source->read_bytes);
				d->ended = true;
			}
		}
		if (!have && !out.pos)
			break;
		if (out.pos)
			return decoder_is_bomb(d, out.pos) ? 0 : out.pos;
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

static const struct source_ops zstd_ops = { zstd_read, zstd_close, NULL };

struct source *codec_zstd_open(struct source *inner)
{
	struct zstd_source *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	decoder_init(&s->decoder, &zstd_ops, inner);
	s->z = ZSTD_createDStream();
	if (!s->z)
		die_no_memory();
	ZSTD_DCtx_setParameter(s->z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return &s->decoder.source;
}

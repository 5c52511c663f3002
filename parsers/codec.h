/*
 * codec.h - decoders: a source over another source.
 *
 * Each is recognised by its first bytes. A decoder owns the source it reads. Truncated or damaged
 * input ends the stream early with GRADE_PARTIAL; everything before the damage is handed out.
 * Behind damage gzip, zstd and both LZ4 framings go on where another member or frame begins, snappy
 * and LZF with the next chunk. How far a stream may expand is not judged here: see meter.h.
 */
#ifndef SPARKDX_PARSERS_CODEC_H
#define SPARKDX_PARSERS_CODEC_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/bookmark.h"
#include "parsers/source.h"

struct codec {
	const char *name;
	const char *suffixes[2]; /* one of them is stripped from a member's name, ".gz" */
	bool (*bid)(struct str head);
	struct source *(*open)(struct source *inner);
};

extern const struct codec codecs[];
extern const size_t codec_count;

/* NULL when the bytes are not encoded in a way we know. */
const struct codec *codec_find(struct str head);

struct source *codec_gzip_open(struct source *inner);
/* One zlib stream (RFC 1950), as in YARN's aggregated logs. */
struct source *codec_zlib_open(struct source *inner);
/* One deflate stream (RFC 1951) without any frame, as in zip. */
struct source *codec_deflate_open(struct source *inner);
/* CRC-32 of what had the checksum `before` (0: of nothing) and the bytes behind it. */
uint32_t codec_checksum(uint32_t before, const char *bytes, size_t len);
struct source *codec_zstd_open(struct source *inner);
struct source *codec_xz_open(struct source *inner);
struct source *codec_bzip2_open(struct source *inner);
struct source *codec_lz4_block_open(struct source *inner); /* LZ4BlockOutputStream of Spark */
struct source *codec_lz4_frame_open(struct source *inner);
struct source *codec_snappy_open(struct source *inner); /* SnappyOutputStream of Spark */
struct source *codec_lzf_open(struct source *inner);

/* What decoders share: input read in blocks. First member of theirs. */
struct decoder {
	struct source source;
	struct source *inner;
	unsigned char *in; /* LIMIT_READ_BYTES */
	size_t in_at, in_len;
	uint64_t in_before; /* bytes of `inner` before in[0] */
	bool in_ended;
	bool ended;
};

/* `kind`: how its bookmark opens it again. */
void decoder_init(struct decoder *d, const struct source_ops *ops, struct source *inner,
		  const struct bookmark_kind *kind);
void decoder_release(struct decoder *d);
/* Nothing that precedes the next byte of input is needed to decode what follows: a restart point.
 */
void decoder_mark(struct decoder *d);
/* Make at least `want` (at most LIMIT_READ_BYTES) input bytes available when there are as many;
 * returns how many are there. */
size_t decoder_fill(struct decoder *d, size_t want);
/* Copy `len` bytes of input, of any number; false when it ends before. */
bool decoder_take(struct decoder *d, char *to, size_t len);
/* Forward to where `magic` stands in the input; false, all consumed, when it does not. */
bool decoder_seek(struct decoder *d, struct str magic);
/* Grade the stream partial. `produced`: bytes of the current read, not counted yet. */
void decoder_damaged(struct decoder *d, const char *what, size_t produced);

/*
 * Framed codecs (LZ4Block, snappy, LZF) decode one block at a time into memory: `next` fills
 * `block` and returns its length; 0 ends the stream.
 */
struct framed {
	struct decoder decoder; /* first member */
	size_t (*next)(struct framed *f);
	char *block, *packed;
	size_t block_capacity, packed_capacity, block_at, block_len;
	bool unfinished; /* the framing has an end mark, and it has not come yet */
};

struct source *framed_open(struct source *inner, size_t (*next)(struct framed *f),
			   const struct bookmark_kind *kind);
/* Room for `size` bytes in block; false (and the stream degraded) when that is absurd. */
bool framed_reserve(struct framed *f, size_t size);
/* Read `len` bytes of input into `packed`; false (and the stream degraded) when it cannot be. */
bool framed_take(struct framed *f, size_t len);

#endif

/*
 * forward.h - a source read in order, into which bytes can be put back, and the streams in it.
 *
 * For what has no index at hand: where one compressed stream ends the next thing begins, and only
 * the decoder knows where that is.
 */
#ifndef SPARKDX_PARSERS_FORWARD_H
#define SPARKDX_PARSERS_FORWARD_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/source.h"

enum { FORWARD_TAIL_BYTES = 16 };

struct forward {
	/* First member; closing it does nothing. Its read_bytes says where it stands in the file.
	 */
	struct source source;
	struct source *file;
	char *back; /* LIMIT_READ_BYTES */
	size_t back_at, back_len;
	char tail[FORWARD_TAIL_BYTES]; /* the last bytes of the file so far */
};

/* `file` must outlive it. */
void forward_init(struct forward *f, struct source *file);
void forward_release(struct forward *f);
/* Up to LIMIT_READ_BYTES that were read, and not more than were read. */
void forward_put_back(struct forward *f, const void *bytes, size_t len);
/* Does a zlib stream come next? */
bool forward_zlib_follows(struct forward *f);
/* Decode the stream that comes next, by codec_zlib_open() or another that knows where its stream
 * ends; forward_close_decoder() reads what is left of it and stands behind it. Nothing else may be
 * read in between. False when the stream is damaged. */
struct source *forward_decode(struct forward *f, struct source *(*open)(struct source *inner));
bool forward_close_decoder(struct forward *f, struct source *decoded);

/* Do these bytes begin a zlib stream as Java writes it? */
bool zlib_bid(struct str head);

/* Bytes [offset, offset + len) of a file that has read_at; does not own it. */
struct source *range_open(struct source *file, uint64_t offset, uint64_t len);

#endif

/*
 * forward.h - a source read in order, into which bytes can be put back, and the zlib streams in it.
 *
 * For aggregated logs without an index at hand: where one zlib stream ends the next thing begins,
 * and only the decoder knows where that is.
 */
#ifndef SPARKDX_PARSERS_FORWARD_H
#define SPARKDX_PARSERS_FORWARD_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/source.h"

enum { FORWARD_TAIL_BYTES = 16 };

struct forward {
	struct source source; /* first member; closing it does nothing */
	struct str head;      /* read from the file before, comes first */
	struct source *file;
	char *back; /* LIMIT_READ_BYTES */
	size_t back_at, back_len;
	char tail[FORWARD_TAIL_BYTES]; /* the last bytes of the file so far */
};

/* `file` and `head` must outlive it. */
void forward_init(struct forward *f, struct str head, struct source *file);
void forward_release(struct forward *f);
/* Up to LIMIT_READ_BYTES that were read, and not more than were read. */
void forward_put_back(struct forward *f, const void *bytes, size_t len);
/* Does a zlib stream come next? */
bool forward_zlib_follows(struct forward *f);
/* Decode the zlib stream that comes next; forward_zlib_close() reads what is left of it and stands
 * behind it. Nothing else may be read in between. False when the stream is damaged. */
struct source *forward_zlib_open(struct forward *f);
bool forward_zlib_close(struct forward *f, struct source *decoded);

/* Do these bytes begin a zlib stream as Java writes it? */
bool zlib_bid(struct str head);

/* Bytes [offset, offset + len) of a file that has read_at; does not own it. */
struct source *range_open(struct source *file, uint64_t offset, uint64_t len);

#endif

/*
 * buf.h - a growable byte buffer with a named ceiling.
 *
 * `struct buf` owns its bytes until buf_release(). Appending past `bytes_max` fails and leaves the
 * buffer as it was; running out of real memory aborts (see die_no_memory()). Start from
 * BUF_INIT(max). The bytes are not NUL-terminated.
 */
#ifndef SPARKDX_BASE_BUF_H
#define SPARKDX_BASE_BUF_H

#include "base/base.h"
#include "base/str.h"

struct buf {
	char *ptr;
	size_t len;
	size_t capacity;
	size_t bytes_max;
};

#define BUF_INIT(max)              \
	{                          \
		.bytes_max = (max) \
	}

/* Make room for `more` bytes behind len and return where they go; NULL past the ceiling. */
char *buf_reserve(struct buf *b, size_t more) MUST_USE;
bool buf_add(struct buf *b, struct str s) MUST_USE;
bool buf_add_char(struct buf *b, char c) MUST_USE;
bool buf_addf(struct buf *b, const char *fmt, ...) MUST_USE PRINTF_LIKE(2, 3);
/* Drop the first `count` bytes. */
void buf_consume(struct buf *b, size_t count);
void buf_clear(struct buf *b);
void buf_release(struct buf *b);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->ptr, b->len };
}

#endif

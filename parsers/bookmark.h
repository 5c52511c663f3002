/*
 * bookmark.h - how to open a stream again, at any offset, after its source was closed.
 *
 * A bookmark stands for all bytes of one source. It is immutable once that source was read, shared
 * by counted reference, and may be used by several threads. Codecs that can do better than decode
 * from the front keep restart points in it while they read.
 *
 * Only sources over a plain file have one, and only when the file was given one (see
 * walk_input.reopen): whoever reads once pays nothing.
 */
#ifndef SPARKDX_PARSERS_BOOKMARK_H
#define SPARKDX_PARSERS_BOOKMARK_H

#include "parsers/source.h"

#include <stdatomic.h>
#include <sys/stat.h>

struct bookmark_ops {
	struct source *(*open)(const struct bookmark *b, uint64_t offset);
	void (*free)(struct bookmark *b);
};

struct bookmark {
	const struct bookmark_ops *ops;
	atomic_uint references;
};

/* A zeroed bookmark of `size` bytes, with one reference, for those who embed one. */
void *bookmark_new(size_t size, const struct bookmark_ops *ops);
/* Another reference; NULL stays NULL. */
struct bookmark *bookmark_keep(struct bookmark *b);
void bookmark_release(struct bookmark *b);

/* Never NULL: what can no longer be opened gives no bytes and is graded GRADE_FAILED. */
struct source *bookmark_open(const struct bookmark *b, uint64_t offset);

/* A file as it was when it was opened: another file of that name, or a shorter one, is refused. */
struct bookmark *bookmark_of_file(const char *path, const struct stat *st);
/* What stands behind `offset` of `whole` (a new reference is taken); NULL when that is NULL. */
struct bookmark *bookmark_of_part(struct bookmark *whole, uint64_t offset);
/* What `open` decodes from `packed`, always from the front; NULL when that is NULL. */
struct bookmark *bookmark_of_decoder(struct bookmark *packed,
				     struct source *(*open)(struct source *inner));

#endif

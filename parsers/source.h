/*
 * source.h - bytes that are pulled: a file, a pipe, a decoder over another source, a slice.
 *
 * source_read() fills up to `capacity` bytes and returns how many; 0 is the end, for good. There is
 * no error return: damage ends the stream early, and `grade` and `note` then say how it ended, so
 * that everything before the damage is used. A source is used by one thread at a time.
 *
 * Ownership: source_close() closes and frees the source and those it was built on.
 */
#ifndef SPARKDX_PARSERS_SOURCE_H
#define SPARKDX_PARSERS_SOURCE_H

#include "base/base.h"
#include "base/str.h"

#include <signal.h>

/* How much of a stream was usable, best first. */
enum grade {
	GRADE_OK,      /* all of it */
	GRADE_PARTIAL, /* truncated or damaged: what was read is valid, `note` says where it ends */
	GRADE_SKIPPED, /* recognised but not decodable, `note` names what it is */
	GRADE_FAILED,  /* could not be read at all */
};

struct source;
struct bookmark;

struct source_ops {
	size_t (*read)(struct source *s, char *into, size_t capacity);
	void (*close)(struct source *s); /* frees s */
	/* Optional, only for plain files and memory: read at an absolute offset, 0 at the end. */
	size_t (*read_at)(struct source *s, uint64_t offset, char *into, size_t capacity);
	/* Optional, where the next bytes are in memory: see source_lend(). */
	struct str (*lend)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	enum grade grade;	   /* final once read returned 0 */
	char note[160];		   /* NUL-terminated, empty when GRADE_OK */
	uint64_t size_bytes;	   /* total when known beforehand, else 0 */
	uint64_t read_bytes;	   /* handed out so far */
	struct bookmark *bookmark; /* to open it again, see bookmark.h; NULL: it cannot be. Owned */
};

size_t source_read(struct source *s, char *into, size_t capacity);
/* Read until `capacity` bytes or the end. */
size_t source_read_full(struct source *s, char *into, size_t capacity);
/* The next bytes, any number, where they already are in memory, else read into `room` of
 * LIMIT_READ_BYTES; empty at the end. They hold until the source is used again. */
struct str source_lend(struct source *s, char *room);
/* Read and drop up to `count` bytes; UINT64_MAX: to the end. */
void source_skip(struct source *s, uint64_t count);
void source_close(struct source *s);
/* Lower the grade (never raises it) and set the note. */
void source_degrade(struct source *s, enum grade grade, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Bytes in memory; not copied, they must outlive the source. */
struct source *source_from_memory(struct str bytes);
/* Bytes in memory that the source owns and frees with free(). */
struct source *source_from_owned(char *bytes, size_t len);
/* A file descriptor, closed by source_close(). `seekable` enables read_at. */
struct source *source_from_fd(int fd, uint64_t size_bytes, bool seekable);
/* A plain file from `offset` on, by offsets, whatever else is read from `fd`. Closes it. */
struct source *source_from_fd_at(int fd, uint64_t offset);
/* Who looks on while a file is read. */
struct source_watch {
	const volatile sig_atomic_t *cancel; /* the source ends, partial, once it is set; NULL */
	/* Called in the thread that reads, with what it just read; NULL. */
	void (*taken)(void *context, uint64_t bytes);
	void *context;
};

/* For a source made by one of the two. */
void source_set_watch(struct source *fd_source, struct source_watch watch);
/* `head` (copied) first, then the rest of `inner`: to put back what was peeked. Owns inner. */
struct source *source_with_head(struct str head, struct source *inner);
/* `len` bytes of `inner`, UINT64_MAX: all the rest; does not own inner, which goes on behind them.
 * When inner ends before, the slice is partial. */
struct source *source_slice(struct source *inner, uint64_t len);
/* A thread of its own reads `inner` ahead by up to 8 * LIMIT_READ_BYTES. Owns inner; closing waits
 * for the read that is under way. */
struct source *source_read_ahead(struct source *inner);

#endif

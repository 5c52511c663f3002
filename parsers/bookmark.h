/*
 * bookmark.h - how to open a stream again, at any offset, after its source was closed.
 *
 * A bookmark is a stack: each says what its stream is made from (`below`) and how, down to a file.
 * It stands for all bytes of one source, is shared by counted reference, immutable once that
 * source was read, and may then be used by several threads.
 *
 * Files and parts of something open at an offset. What is decoded opens at the last restart point
 * before it: decoders keep those while they are read for the first time, each with where it lies
 * below and what state is needed to go on from there. Without any it is decoded from the front.
 * The decoders used last stay open on a shelf (shelf.h), so that steps go on where one stands.
 *
 * A source has a bookmark only when the file below was given one (see walk_input.shelf): whoever
 * reads once pays nothing.
 */
#ifndef SPARKDX_PARSERS_BOOKMARK_H
#define SPARKDX_PARSERS_BOOKMARK_H

#include "parsers/source.h"

#include <stdatomic.h>
#include <sys/stat.h>

struct shelf;

/* How a stream is made from what is below: one of the two. */
struct bookmark_kind {
	/* It opens at an offset. */
	struct source *(*seek)(const struct bookmark *b, uint64_t offset);
	/* What is decoded from `below`, which the source owns, from its first byte ... */
	struct source *(*open)(struct source *below);
	/* ... or where `below` stands at a restart point: put its state into what was opened. */
	void (*resume)(struct source *opened, void *state);
	void (*free_state)(void *state);
	void (*release)(void *context); /* what the context holds; NULL: nothing */
};

struct restart_point {
	uint64_t offset, below; /* in the stream, and in what is below */
	void *state;		/* NULL: open() alone will do */
};

struct bookmark {
	const struct bookmark_kind *kind;
	atomic_uint references;
	struct bookmark *below;	      /* owned; NULL: a file */
	struct shelf *shelf;	      /* a reference; that of the file */
	void *context;		      /* of the kind; owned */
	struct restart_point *points; /* ascending */
	size_t count, capacity;
};

/* Another reference; NULL stays NULL. */
struct bookmark *bookmark_keep(struct bookmark *b);
void bookmark_release(struct bookmark *b);

/* Never NULL: what can no longer be opened gives no bytes and is graded GRADE_FAILED. */
struct source *bookmark_open(struct bookmark *b, uint64_t offset);
/* The restart point to decode from for `offset`; all zero: the front. */
struct restart_point bookmark_point(const struct bookmark *b, uint64_t offset);

/* A file as it was when it was opened: another file of that name, or a shorter one, is refused. */
struct bookmark *bookmark_of_file(const char *path, const struct stat *st, struct shelf *shelf);
/* What a descriptor, which is duplicated, refers to, whatever becomes of its name. */
struct bookmark *bookmark_of_fd(int fd, struct shelf *shelf);
/* What stands behind `offset` of `whole` (a new reference is taken); NULL when that is NULL. */
struct bookmark *bookmark_of_part(struct bookmark *whole, uint64_t offset);
/* What is decoded from `below` (a new reference is taken); NULL when that is NULL. */
struct bookmark *bookmark_of_decoder(struct bookmark *below, const struct bookmark_kind *kind);

/* Is `spacing` through since the last restart point? Never for NULL. */
bool bookmark_point_due(const struct bookmark *b, uint64_t offset, uint64_t spacing);
/* Keep one; `state` is owned from here. */
void bookmark_add_point(struct bookmark *b, struct restart_point point);

#endif

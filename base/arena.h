/*
 * arena.h - bump allocation with one lifetime and a hard ceiling.
 *
 * Everything whose size depends on the input lives in an arena. There is no
 * per-object free. arena_alloc() returns NULL only when `bytes_max` would be
 * exceeded: the caller reports ERR_LIMIT. Running out of real memory aborts.
 */
#ifndef SPARKDX_BASE_ARENA_H
#define SPARKDX_BASE_ARENA_H

#include "base/base.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t bytes_used;
	size_t bytes_max;
};

#define ARENA_INIT(max)            \
	{                          \
		.bytes_max = (max) \
	}

void *arena_alloc(struct arena *a, size_t size) MUST_USE;
bool arena_str(struct arena *a, struct str s, struct str *copy) MUST_USE;
/* Formatted text of at most 1 KiB; the empty slice past the ceiling. */
struct str arena_strf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str arena_vstrf(struct arena *a, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
void arena_release(struct arena *a);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif

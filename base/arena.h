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
void arena_release(struct arena *a);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif

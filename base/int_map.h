/*
 * int_map.h - from an integer to an index: open addressing, grows, no removal.
 *
 * Zero-initialised is empty. Owns its table until int_map_release().
 */
#ifndef SPARKDX_BASE_INT_MAP_H
#define SPARKDX_BASE_INT_MAP_H

#include "base/base.h"

struct int_map {
	struct int_map_slot *slots;
	size_t capacity, count; /* capacity is 0 or a power of two */
};

/* The index kept under `key`, or SIZE_MAX. */
size_t int_map_find(const struct int_map *m, int64_t key);
/* Keep `index` (not SIZE_MAX) under `key`, in place of what was there. */
void int_map_put(struct int_map *m, int64_t key, size_t index);
/* For walking: what slot `i` below capacity holds, SIZE_MAX when it is free. */
size_t int_map_at(const struct int_map *m, size_t i, int64_t *key);
void int_map_release(struct int_map *m);

#endif

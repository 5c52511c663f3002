/*
 * array.h - room at the end of a malloc'ed array.
 *
 *	r->jobs = array_grow(r->jobs, r->job_count, &r->job_capacity, sizeof(*r->jobs));
 *	r->jobs[r->job_count++] = ...;
 */
#ifndef SPARKDX_BASE_ARRAY_H
#define SPARKDX_BASE_ARRAY_H

#include "base/base.h"

/* Room for `more` items behind `count`; capacity at least doubles. Returns where the items are now.
 * Running out of real memory aborts. */
void *array_reserve(void *items, size_t count, size_t more, size_t *capacity,
		    size_t item_bytes) MUST_USE;

/* Room for one more. */
static inline void *array_grow(void *items, size_t count, size_t *capacity, size_t item_bytes)
{
	return count < *capacity ? items : array_reserve(items, count, 1, capacity, item_bytes);
}

#endif

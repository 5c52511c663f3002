/*
 * pairing.h - which thing of one run is which of another.
 *
 * Numbers shift between runs (one more job, one more stage), names repeat (a loop). So equal keys
 * are looked for first. As many of a key on one side as on the other: the first is the first, the
 * second the second. Otherwise nothing says which one is missing, and only those are paired whose
 * number is the same, if that holds for all of the smaller side: the runs went the same way, and
 * one did more. Callers may call again with coarser keys for what is left.
 */
#ifndef SPARKDX_DIAGNOSE_PAIRING_H
#define SPARKDX_DIAGNOSE_PAIRING_H

#include "base/base.h"
#include "base/str.h"

#define PAIRING_NONE SIZE_MAX

struct pairing_item {
	struct str key;
	int64_t id;	/* its number; ascending in the order of things */
	size_t partner; /* index into the other side, PAIRING_NONE */
};

struct pairing_side {
	struct pairing_item *items;
	size_t count;
};

/* Pair what has no partner yet. O(n log n). */
void pairing_run(struct pairing_side before, struct pairing_side after);

/* What is left of one key: `count` indexes into the items of each side, in order of id. */
struct pairing_rest {
	struct str key;
	const size_t *before, *after;
	size_t before_count, after_count;
};

/* `visit` each key of which something is left, in the order of keys. */
void pairing_rest(struct pairing_side before, struct pairing_side after,
		  void (*visit)(void *context, const struct pairing_rest *rest), void *context);

#endif

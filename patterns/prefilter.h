/*
 * prefilter.h - many short literals at once over a block of bytes. The only door to vectorscan.
 *
 * A prefilter is immutable and shared by threads; each thread has its own scratch. The compiled
 * form can be saved as bytes and loaded again on the same kind of machine.
 */
#ifndef SPARKDX_PATTERNS_PREFILTER_H
#define SPARKDX_PATTERNS_PREFILTER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

struct prefilter;
struct prefilter_scratch;

/* `count` distinct literals, none empty, at least one. */
struct prefilter *prefilter_new(const struct str *literals, size_t count);
void prefilter_free(struct prefilter *p);

/* Append the compiled form to `out`; false past its ceiling. */
bool prefilter_save(const struct prefilter *p, struct buf *out) MUST_USE;
/* NULL when the bytes were made for another version or kind of machine. */
struct prefilter *prefilter_load(struct str bytes) MUST_USE;

struct prefilter_scratch *prefilter_scratch_new(const struct prefilter *p);
void prefilter_scratch_free(struct prefilter_scratch *s);

/* Literal `index` ends at `end`. */
struct prefilter_sink {
	void (*found)(struct prefilter_sink *self, uint32_t index, size_t end);
};

/* Every occurrence of every literal in `block` (below 4 GiB), in order of `end`. */
void prefilter_scan(const struct prefilter *p, struct prefilter_scratch *s, struct str block,
		    struct prefilter_sink *sink);

#endif

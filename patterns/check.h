/*
 * check.h - what is wrong with patterns that loaded: their own examples, each other, their cost.
 *
 * Every hit must contain a literal, match, give the captures it states, and be matched by no other
 * pattern that it does not name; no miss may match; references must exist and causes not go in
 * circles; advice must be there; the regex must stay linear on a stress input. Defects that stop a
 * pattern from loading are found by pack.h.
 */
#ifndef SPARKDX_PATTERNS_CHECK_H
#define SPARKDX_PATTERNS_CHECK_H

#include "base/base.h"
#include "base/diag.h"
#include "patterns/matcher.h"

struct check_counts {
	size_t patterns, hits, misses;
};

/* Check the patterns from index `first` on, within all of the matcher's. Defects go to `diags` in
 * order of pattern; a pattern is good when none names its file and line. */
struct check_counts check_patterns(const struct matcher *m, size_t first, struct diag_sink *diags);

#endif

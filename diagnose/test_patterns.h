/*
 * test_patterns.h - `sparkdx patterns test FILE`: which patterns match which records, and why
 * others, whose literal occurred, did not.
 */
#ifndef SPARKDX_DIAGNOSE_TEST_PATTERNS_H
#define SPARKDX_DIAGNOSE_TEST_PATTERNS_H

#include "base/buf.h"
#include "base/diag.h"
#include "patterns/matcher.h"

/* Append one line per record and pattern; false when the file could not be read. */
bool test_patterns(const struct matcher *m, struct str path, struct buf *out,
		   struct diag_sink *diags) MUST_USE;

#endif

/*
 * explain.h - the answer to `sparkdx explain WHAT`: a finding's id, an exit status, a setting, a
 * topic, an error class, or a message or trace as it was printed.
 */
#ifndef SPARKDX_DIAGNOSE_EXPLAIN_H
#define SPARKDX_DIAGNOSE_EXPLAIN_H

#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "patterns/matcher.h"

/* Append what is known of `what`; Spark's own words for an error are looked up in the Spark at
 * `spark_home` (NULL: where one usually is); false when nothing is (or `out` is full). What could
 * not be read of a pasted text goes to `diags`. */
bool explain(const struct matcher *m, struct str what, const char *spark_home, struct buf *out,
	     struct diag_sink *diags) MUST_USE;
/* Append what can be asked for. */
bool explain_list(const struct matcher *m, struct buf *out) MUST_USE;

/* Append what one pattern means and what helps. */
bool explain_pattern(const struct pattern *p, struct buf *out) MUST_USE;

/* The name of a finding or a topic `what` was probably meant to be, or "". */
struct str explain_nearest(const struct matcher *m, struct str what);

#endif

/*
 * compare.h - what changed between two runs: outcome, findings, settings, plans, stages, totals.
 *
 * One row per difference, the most telling first. What is equal, and what one of the two runs does
 * not tell, is left out; only outcome and duration are always there. Applications are paired by
 * name, then by order; of several attempts the last one's event log counts. docs/compare.md says
 * which change is large enough for a row, and why.
 */
#ifndef SPARKDX_DIAGNOSE_COMPARE_H
#define SPARKDX_DIAGNOSE_COMPARE_H

#include "diagnose/diagnosis.h"
#include "diagnose/table.h"

/* A filled table; release it with table_release(). It points into both diagnoses. */
void compare_table(const struct diagnosis *before, const struct diagnosis *after, struct table *t);
/* Does a table of compare_table() say more than how both ended and how long they took? */
bool compare_differs(const struct table *t);

#endif

/*
 * counts.h - how many executors, tasks and stages a run had and lost, as far as text logs tell.
 */
#ifndef SPARKDX_DIAGNOSE_COUNTS_H
#define SPARKDX_DIAGNOSE_COUNTS_H

#include "diagnose/run.h"

/* Fill run->about.counts of every run; a count stays -1 when no line speaks of it. */
void counts_collect(struct runs *runs, struct stream_log *const *streams, size_t count);

#endif

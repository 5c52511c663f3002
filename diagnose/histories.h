/*
 * histories.h - event logs after all inputs were read: pieces of one log joined, waste detected.
 *
 * A rolled log is several files in one directory of which only the oldest names the application;
 * its pieces are joined in order of time. Each application attempt keeps one history.
 */
#ifndef SPARKDX_DIAGNOSE_HISTORIES_H
#define SPARKDX_DIAGNOSE_HISTORIES_H

#include "diagnose/gather.h"
#include "patterns/matcher.h"

/* `g` is sorted. Leaves the joined history with the first stream of each log and feeds what it
 * shows (waste, how it ended) to the streams whose events prove it. */
void histories_join(struct gathered *g, const struct matcher *matcher);

#endif

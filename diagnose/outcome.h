/*
 * outcome.h - how an application ended, from the lines that say so.
 *
 * Patterns with `outcome` state it with an authority (docs/patterns.md). The highest authority
 * wins; among equals the last line. A failed job that a later job outlived is not the end.
 */
#ifndef SPARKDX_DIAGNOSE_OUTCOME_H
#define SPARKDX_DIAGNOSE_OUTCOME_H

#include "diagnose/reason.h"

enum {
	/*
	 * Up to this a line that speaks of an end is a sign, which jobs that finish after it in the
	 * same log refute. A traceback is one: it looks the same when the script caught and printed
	 * it.
	 */
	AUTHORITY_SIGN_MAX = 5,
};

/* Sets run->about.outcome and run->outcome from all sightings of the run. */
void outcome_collect(struct runs *runs, struct stream_log *const *streams, size_t count);
/* Last adjustments that need the drafts (terminal records without an outcome line). */
void outcome_decide(struct run *run, const struct drafts *drafts);

#endif

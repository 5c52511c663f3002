/*
 * event_walk.h - all events of the event logs of a diagnosis, read again.
 *
 * The diagnosis keeps O(stages + executors); what it did not keep is read when it is asked for, at
 * the speed of the first reading. Needs a diagnosis with options.index.
 */
#ifndef SPARKDX_DIAGNOSE_EVENT_WALK_H
#define SPARKDX_DIAGNOSE_EVENT_WALK_H

#include "diagnose/diagnosis.h"
#include "parsers/event.h"

/* Where a walk is. */
struct event_walk {
	const struct log_stream *log;
	struct str app; /* whose log it is; lives with the walk */
	uint32_t number;
};

/* False: that is enough. */
typedef bool event_visit(void *context, const struct event_walk *at, const struct event *e);

/* Logs in the order of diagnosis.logs, of the applications that were diagnosed. What cannot be read
 * again goes to `diags`. Ends early once `*cancel` is set (may be NULL). */
void event_walk(const struct diagnosis *d, event_visit *visit, void *context,
		const volatile sig_atomic_t *cancel, struct diag_sink *diags);

#endif

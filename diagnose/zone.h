/*
 * zone.h - one clock: in which time zone was each text log written?
 *
 * Text logs have local time without a zone, event logs epoch ms. What both tell (an executor
 * registered or was removed, a task was lost, the application began) gives the difference, which
 * is a zone when it is a multiple of 15 minutes, give or take what hosts' clocks and delays make.
 * The log's times are then moved to UTC. Without an event log the executors' logs are moved to the
 * driver's clock. A log that names its zone is right already.
 */
#ifndef SPARKDX_DIAGNOSE_ZONE_H
#define SPARKDX_DIAGNOSE_ZONE_H

#include "diagnose/run.h"
#include "diagnose/stream.h"

/* Zones differ by quarters of an hour. */
enum { ZONE_STEP_MS = 15 * 60 * 1000 };

/* Move the times of `streams`; what was moved is said in the runs' `clock_note`. */
void zones_align(struct runs *runs, struct stream_log *const *streams, size_t count);

#endif

/*
 * events.h - what one event log says: the run in numbers, its failures as records, and what wasted
 * time.
 *
 * Failures (lost tasks, failed stages and jobs, removed executors) are written as the log lines a
 * driver would have printed and go through the same catalogue as text; so do the figures of the
 * detectors, whose meaning and advice stand in patterns/catalogue/performance.yaml. The line number
 * of such a sighting is the number of the event.
 *
 * Memory is O(stages + executors); of a stage at most STAGE_TASKS_MAX task durations are kept, and
 * only while it runs.
 */
#ifndef SPARKDX_DIAGNOSE_EVENTS_H
#define SPARKDX_DIAGNOSE_EVENTS_H

#include "diagnose/scan.h"
#include "diagnose/stream.h"
#include "parsers/source.h"

/* Read all of `source` (an event log) into `log`, whose facts and sightings it fills. */
void events_read(struct scanner *scanner, struct stream_log *log, struct str head,
		 struct source *source);

#endif

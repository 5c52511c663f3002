/*
 * events.h - one file of an event log: its history, and its failures as records.
 *
 * Failures (lost tasks, failed stages and jobs, removed executors) are written as the log lines a
 * driver would have printed and go through the same catalogue as text. The line number of such a
 * sighting is the number of the event.
 */
#ifndef SPARKDX_DIAGNOSE_EVENTS_H
#define SPARKDX_DIAGNOSE_EVENTS_H

#include "diagnose/scan.h"
#include "diagnose/stream.h"
#include "parsers/source.h"

/* Read all of `source` (an event log) into `log`: its facts, sightings and (new) history. */
void events_read(struct scanner *scanner, struct stream_log *log, struct str head,
		 struct source *source);

#endif

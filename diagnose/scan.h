/*
 * scan.h - one stream of text through the matcher into a stream_log.
 *
 * The hot path: blocks of raw bytes go through the prefilter; only around a candidate a record is
 * cut out, cleaned and given to the regexes of the patterns whose literal occurred. A clean line
 * is never parsed. A block always ends where its last record begins; the rest is carried over.
 *
 * A scanner belongs to one thread at a time and is reused from stream to stream.
 */
#ifndef SPARKDX_DIAGNOSE_SCAN_H
#define SPARKDX_DIAGNOSE_SCAN_H

#include "diagnose/stream.h"
#include "parsers/source.h"
#include "patterns/matcher.h"

struct scanner;

struct scanner *scanner_new(const struct matcher *matcher);
void scanner_free(struct scanner *s);
/* Call `seen` whenever a log shows a pattern that it did not show before. */
void scanner_on_new(struct scanner *s, void (*seen)(void *context, const struct pattern *p),
		    void *context);

/*
 * Scan `first`, then all of `rest` (may be NULL), into `log`. `first_line` is the number of the
 * first line. Records outside [since_ms, until_ms] leave no sighting; TIME_NONE: no bound.
 */
struct scan_span {
	int64_t since_ms, until_ms;
};
/* One record made from an event: its text as a driver would have logged it, its number as line. */
void scanner_feed(struct scanner *s, struct stream_log *log, struct str text, uint32_t number);

void scanner_run(struct scanner *s, struct stream_log *log, struct str first, struct source *rest,
		 uint32_t first_line, struct scan_span span);

#endif

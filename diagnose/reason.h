/*
 * reason.h - from sightings to ranked findings: grouping, quieting, linking, ranking.
 *
 *   group   same application, pattern and key over all streams: one draft
 *   quiet   noise, shutdown lines after the application's own stop, lines harmless alone
 *   link    `explains` edges of the catalogue where place and time agree; and inside one record
 *           the innermost root explains the envelopes around it
 *   tie     a draft is tied to the outcome when a chain of causes leads from it to a record that
 *           ended the application
 *   fall back  in a run that failed and that nothing explains, the error that ended it is named
 *   weigh   what a successful run survived is a warning, what cost it nothing is quiet
 *   rank    roots that are tied first, then severity, then time
 *
 * Each step is a function over the same array of drafts; none looks at text again.
 */
#ifndef SPARKDX_DIAGNOSE_REASON_H
#define SPARKDX_DIAGNOSE_REASON_H

#include "diagnose/run.h"
#include "diagnose/stream.h"

struct draft {
	uint32_t pattern_index;
	const struct pattern *pattern;
	struct str key;
	const struct run *run;
	size_t run_index;
	uint64_t count;
	uint64_t event_count; /* told by events: text logs tell the same again */
	int64_t first_ms, last_ms;
	size_t first_stream; /* index of the stream of the first sighting: order without a clock */
	const struct sighting **sightings; /* in order of time, then stream, then line */
	size_t sighting_count, sighting_capacity;
	struct str_list executors, hosts, stages, tasks;
	size_t *causes; /* direct causes, indexes of drafts */
	size_t cause_count, cause_capacity;
	uint32_t depth_max;
	bool innermost;	     /* some sighting is the innermost cause of its record */
	bool in_terminal;    /* some sighting lies in a record that ended an application */
	bool outlived;	     /* all of them lie in records after which the program went on */
	bool quiet;	     /* harmless here: counted only */
	bool explained_away; /* by another (`unless`) */
	bool tied;
	bool unclassified; /* no pattern's: the error a failed run ended with */
	bool survived;	   /* the application succeeded all the same */
	size_t distance;   /* steps from the nearest root, for the order of consequences */
};

struct drafts {
	struct draft *items;
	size_t count, capacity;
	struct arena *arena;
	uint64_t noise_lines;
};

void drafts_group(struct drafts *d, struct stream_log *const *streams, size_t count,
		  const struct runs *runs, struct arena *arena);
/* Also decides each run's outcome, which quieting depends on. */
void drafts_quiet(struct drafts *d, struct runs *runs);
void drafts_link(struct drafts *d);
void drafts_tie(struct drafts *d);
/* `unclassified` words it; NULL: nothing is added. */
void drafts_fallback(struct drafts *d, const struct runs *runs, const struct pattern *unclassified);
/* In a run that succeeded, what cost nothing goes quiet, and the rest is a survived failure. */
void drafts_weigh(struct drafts *d);
/* Reorders the drafts; `causes` keep pointing at the right ones. Quiet drafts come last. */
void drafts_rank(struct drafts *d);
void drafts_release(struct drafts *d);

/* For the steps themselves. A new draft's content is undefined; drafts move when one is added. */
struct draft *drafts_add(struct drafts *d);
void drafts_add_sighting(struct draft *d, const struct sighting *o);
/* Nothing where the edge exists, or would close a circle. */
void drafts_add_cause(struct drafts *d, size_t consequence, size_t cause);

/* Is this the log of another process than the pattern speaks of (`only_in`)? Unknown owners are
 * given the benefit. */
bool pattern_is_misplaced(const struct pattern *p, enum process process);

/* A generic pattern (any exception of the user's) yields to one that knows the exception. */
bool pattern_is_generic(const struct pattern *p);

#endif

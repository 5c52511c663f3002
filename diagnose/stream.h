/*
 * stream.h - what is kept of one stream after it was scanned: who wrote it, and what was sighted.
 *
 * A sighting is one match of one pattern in one record. Sightings of one pattern with one key
 * (the captures of `group_by`) form a group; a group counts all of them and keeps the first
 * LIMIT_SIGHTINGS and any later one that brings an executor not seen in the group before.
 * So memory follows the number of distinct things, not the size of the log.
 *
 * A stream_log is filled by one thread and read-only once scanned, except for the identity, which
 * the run model completes. Everything lives in its own arena.
 */
#ifndef SPARKDX_DIAGNOSE_STREAM_H
#define SPARKDX_DIAGNOSE_STREAM_H

#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "diagnose/diagnosis.h"
#include "diagnose/history.h"
#include "diagnose/log_index.h"
#include "parsers/line.h"
#include "parsers/place.h"
#include "patterns/matcher.h"

struct stream_log;

struct sighting {
	const struct pattern *pattern;
	struct stream_log *stream;
	struct sighting *next; /* in its group */
	uint64_t record;       /* number of the record in the stream: same record, same number */
	uint32_t line;	       /* 1-based */
	int64_t time_ms;       /* of the record, else of the last one before it; TIME_NONE */
	bool timed;	       /* the record itself has a time */
	enum level level;
	struct str text;     /* the line */
	uint32_t telling_at; /* where in it the match begins */
	uint32_t cause_line; /* the innermost cause's line when it is another; else 0 */
	struct str cause_text;
	struct str cause_name; /* class of the innermost exception of the record */
	struct str user_frame; /* "job.py:42 in enrich" */
	struct str
		places[PLACE_COUNT]; /* from this match, then from its neighbours in the record */
	struct figure *figures;
	size_t figure_count;
	uint32_t depth;	  /* how deep in the record's chain of causes the match lies */
	bool innermost;	  /* within the innermost cause */
	bool in_terminal; /* the record is one that ends an application */
	bool outlived;	  /* … but the program went on after it */
};

struct sighting_group {
	uint32_t pattern_index;
	const struct pattern *pattern;
	struct str key;
	uint64_t count;
	int64_t first_ms, last_ms;
	uint32_t last_line; /* of the last match, kept or not */
	struct sighting *first, **tail;
	uint32_t kept;
	struct sighting_group *next_hash;
};

struct stream_log {
	struct arena arena;
	struct str name, path;
	size_t index; /* in the sorted list of streams */
	enum process process;
	bool bound;	 /* process is settled: by content, or by a neighbour's */
	bool by_content; /* its own lines say which process wrote it */
	bool owned;	 /* its application is settled */
	struct str app, attempt, container, executor, host, log_name;
	enum grade grade;
	struct str note;
	uint64_t bytes, lines, records;
	int64_t first_ms, last_ms; /* of records that were cut */
	bool headed;		   /* its lines begin with a time or a level */
	bool is_json;		   /* it begins with { or [ */
	bool zoned;		   /* its lines name their zone */
	int zone;		   /* quarters of an hour its times were moved by, see zone.h */
	bool zone_known;
	struct sighting_group **table;
	size_t table_size;		/* power of two */
	struct sighting_group **groups; /* in order of first sighting */
	size_t group_count, group_capacity;
	bool over_limit;
	uint32_t first_line; /* in `name` */
	/* Of the last line the program printed, of the last it logged, and of the first it printed;
	 * 0: none, or not looked for. */
	uint32_t printed_line, logged_line, first_printed_line;
	bool events; /* an event log */
	struct log_index log_index;
	struct history *history; /* of an event log, with its first piece; owned */
	bool joined;		 /* that history is complete */
	struct diag_recorder diags;
};

struct stream_log *stream_log_new(struct str name, struct str path);
void stream_log_free(struct stream_log *s);

/* Find or make the group of (pattern, key); NULL past LIMIT_FINDINGS_PER_STREAM (reported). */
struct sighting_group *stream_log_group(struct stream_log *s, uint32_t pattern_index,
					const struct pattern *pattern, struct str key);

/* The group of (pattern, key); NULL when nothing was sighted. */
const struct sighting_group *stream_log_find(const struct stream_log *s, uint32_t pattern_index,
					     struct str key);

/* Copy into the stream's arena; the empty slice past its ceiling. */
struct str stream_log_copy(struct stream_log *s, struct str text);

#endif

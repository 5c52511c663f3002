/*
 * log_index.h - how to come back to a place in a log: one entry per block of about 1 MiB.
 *
 * Made while a log is scanned, when diagnose_options.index asks for it. A block begins where a
 * record begins. With the bookmark of the stream any block can be read again without reading what
 * precedes it, so nothing of a log is kept in memory.
 */
#ifndef SPARKDX_DIAGNOSE_LOG_INDEX_H
#define SPARKDX_DIAGNOSE_LOG_INDEX_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/bookmark.h"
#include "parsers/line.h"
#include "parsers/place.h"

struct log_block {
	uint64_t offset; /* in the decoded stream */
	int64_t time_ms; /* of the first record that has one, as written; TIME_NONE */
	uint32_t line;	 /* number of the first line */
	uint32_t levels; /* bit per enum level that may occur; other levels do not */
};

struct log_index {
	bool wanted;
	bool headed; /* its records begin with a head, see record_bid() */
	bool plain;  /* lines stand in the file as they are shown: no wrapper, no JSON */
	struct log_block *blocks;
	size_t count, capacity;
	struct bookmark *bookmark; /* owned; NULL: cannot be read again */
};

/* Begin a block; what is in it follows with log_index_levels(). */
void log_index_add(struct log_index *x, uint64_t offset, uint32_t line, int64_t time_ms);
/* Note which levels the lines of `block` may have. */
void log_index_levels(struct log_index *x, struct str block);
void log_index_release(struct log_index *x);

/* A log of the input, as the faces name and read it. Slices live with the diagnosis. */
struct log_stream {
	struct str name; /* provenance: what a user opens */
	struct str app, executor, host, log_name;
	enum process process;
	bool events;	     /* an event log: its lines are events */
	uint32_t first_line; /* in `name` */
	uint64_t bytes, lines;
	int64_t first_ms, last_ms; /* on the common clock; TIME_NONE */
	int64_t shift_ms;	   /* to be added to the times its lines show */
	struct log_index index;	   /* owned */
};

#endif

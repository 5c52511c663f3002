/*
 * record.h - cutting one log entry, with its continuation lines, out of a block of text.
 *
 * A clean line is never parsed: the matcher finds candidates in raw blocks, and only around a
 * candidate record_cut() looks for the record's first line (backwards) and its end (forwards).
 * The record's text is peeled of wrappers, carriage returns, terminal escapes and NULs, structured
 * JSON is rewritten as text, and every line of it knows its line number in the stream.
 *
 * Continuation: whatever does not start a record of its own. In streams without heads (Python's
 * stdout) a traceback or Java trace is one record, from `Traceback (most recent call last)` or the
 * exception's line through the exception's last line, chained parts included; any other line is a
 * record by itself.
 *
 * Quoted logs: a YARN diagnostic holds the tail of a dead container's log (`Last 4096 bytes of
 * stderr :` up to a line `.`). Those lines have heads of their own, but belong to the record that
 * quotes them.
 */
#ifndef SPARKDX_PARSERS_RECORD_H
#define SPARKDX_PARSERS_RECORD_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "parsers/line.h"

struct record_line {
	size_t at;     /* offset of the line in record.text */
	uint32_t line; /* 0-based line number relative to the block's first line */
};

struct record {
	size_t begin, end;     /* raw range in the block; end is behind its last newline */
	struct str source;     /* whose it is in a merged log (line.h); points into the block */
	struct str text;       /* cleaned; lines joined with '\n', no newline at the end */
	struct line_head head; /* all empty when the record has none */
	struct record_line *lines;
	size_t line_count;
	bool has_head;
	bool rewritten; /* text was unescaped or rewritten: literals may hide in the raw bytes */
	bool cut_short; /* longer than LIMIT_RECORD_BYTES: the middle was left out */
	bool wrapped;
};

/* Scratch of one scanning thread; cutter_init() allocates nothing. */
struct record_cutter {
	struct buf text;
	struct buf peel;
	struct buf scrub;
	struct buf lines;
	bool headed;	   /* the stream's lines have heads (from record_bid) */
	bool document;	   /* the stream is one pretty-printed JSON document (from record_bid) */
	size_t counted_at; /* lines of the block are counted up to here */
	bool quotes;	   /* the block may hold records that quote other logs */
	uint32_t counted_lines;
};

void record_cutter_init(struct record_cutter *c);
void record_cutter_release(struct record_cutter *c);

/* Look at the first lines of a stream and decide whether its records have heads. */
void record_bid(struct record_cutter *c, struct str head);

/* A new block begins: line numbers of its records count from its first byte. */
void record_block_begin(struct record_cutter *c, struct str block);

/*
 * Cut the record around offset `at` of `block`. `floor` is the end of the previous record: the
 * record never begins before it. Line numbers are relative to the block.
 * The result points into the cutter until the next call.
 */
void record_cut(struct record_cutter *c, struct str block, size_t floor, size_t at,
		struct record *out);

/*
 * Where the last record of `block`, which may go on behind its end, begins: everything before it
 * is complete. At most twice LIMIT_RECORD_BYTES, or one longer line, before the last newline.
 */
size_t record_last_begin(const struct record_cutter *c, struct str block);

/* What a stream ends with, outside of traces: lines 0-based from the block's first, or none. */
struct record_tail {
	uint32_t printed, logged; /* the last line without a head, and with one */
	uint32_t first_printed;	  /* by the program, behind what starts the context */
	struct str text;	  /* the printed one, until the cutter's next call */
};

#define RECORD_TAIL_NONE UINT32_MAX

/* Looks at the end of `block` only. */
void record_tail(struct record_cutter *c, struct str block, struct record_tail *out);

/* 1-based line of the offset `at` in record->text, given the line of the block's first byte. */
uint32_t record_line_at(const struct record *r, size_t at, uint32_t block_first_line);
/* The line of record->text that holds offset `at`. */
struct str record_line_text(const struct record *r, size_t at);

#endif

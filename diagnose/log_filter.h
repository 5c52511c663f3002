/*
 * log_filter.h - which records of a log are wanted: a stack of terms that all must hold.
 *
 * Owns its regexes. Times are epoch ms on the common clock.
 */
#ifndef SPARKDX_DIAGNOSE_LOG_FILTER_H
#define SPARKDX_DIAGNOSE_LOG_FILTER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "diagnose/log_index.h"
#include "parsers/line.h"

enum log_term_kind {
	LOG_TERM_IN,	/* text matches a regex */
	LOG_TERM_OUT,	/* it does not */
	LOG_TERM_SINCE, /* time */
	LOG_TERM_UNTIL,
	LOG_TERM_LEVEL,	   /* at least */
	LOG_TERM_EXECUTOR, /* its own log, or it is named in the text */
	LOG_TERM_STAGE,	   /* "3" or "3.1", named in the text */
	LOG_TERM_TASK,	   /* TID, named in the text */
	LOG_TERM_LOG,	   /* part of the log's name */
	LOG_TERM_TEMPLATE, /* records that say the same with other values */
	LOG_TERM_COUNT,
};

struct log_filter;

/* One record of a log. Slices are valid until the next one is read. */
struct log_record {
	const struct log_stream *log;
	uint32_t line;	  /* 1-based, in log->name */
	uint32_t lines;	  /* how many */
	int64_t time_ms;  /* its own, else that of the last one that had any; TIME_NONE */
	enum level level; /* LEVEL_NONE: it has none of its own */
	struct str logger;
	struct str message; /* of the first line, without its head */
	struct str text;    /* all of it */
};

struct log_filter *log_filter_new(void);
void log_filter_free(struct log_filter *f);

/* Push a term; `why` (256 bytes) says what is wrong with `value`. */
bool log_filter_push(struct log_filter *f, enum log_term_kind kind, struct str value, char *why);
/* Drop the last term; false when there is none. */
bool log_filter_pop(struct log_filter *f);
size_t log_filter_count(const struct log_filter *f);
/* "level error", as it would be typed. */
void log_filter_show(const struct log_filter *f, size_t i, struct buf *out);
const char *log_term_name(enum log_term_kind kind);
/* LOG_TERM_COUNT when unknown. */
enum log_term_kind log_term_find(struct str name);

/* Not for two threads at once. */
bool log_filter_accepts(struct log_filter *f, const struct log_record *r);
/* False when no record of this log can be accepted. */
bool log_filter_accepts_log(const struct log_filter *f, const struct log_stream *log);
/* The same for block `i` of the log. */
bool log_filter_accepts_block(const struct log_filter *f, const struct log_stream *log, size_t i);
/* Offset of a place in raw text at or behind `from` that the last regex term may accept, or -1;
 * `from` itself when there is no such term. */
ptrdiff_t log_filter_search(const struct log_filter *f, struct str text, size_t from);
/* Has it a regex that log_filter_search() can look for? */
bool log_filter_searches(const struct log_filter *f);

/* Append what the term would have to hold for this record: its executor, stage, task or template.
 * Nothing when the record names none. */
void log_term_of(enum log_term_kind kind, const struct log_record *r, struct buf *value);

/* What a record says without its values: numbers, ids, addresses and quoted texts become `*`. */
void log_template(const struct log_record *r, struct buf *out);

#endif

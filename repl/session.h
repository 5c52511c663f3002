/*
 * session.h - the state that verbs work on: what is open, where one stands in it, how to show it.
 *
 * One session per process, used by one thread. Verbs append to `out` and let session_flush() hand
 * it on when it has grown; they never print. The diagnosis, and every slice a verb got from it,
 * dies when something else is opened.
 */
#ifndef SPARKDX_REPL_SESSION_H
#define SPARKDX_REPL_SESSION_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "diagnose/diagnosis.h"
#include "diagnose/log_filter.h"
#include "diagnose/render.h"
#include "diagnose/table.h"
#include "patterns/matcher.h"

enum show_format { SHOW_TEXT, SHOW_JSON, SHOW_CSV, SHOW_COUNT };

struct session_options {
	/* How to read; paths and index are the session's, `cancel` also ends a running verb. */
	struct diagnose_options diagnose;
	const char *spark_home;		     /* NULL: where one usually is */
	bool safe;			     /* no shell, no file is written */
	bool private;			     /* nothing is remembered on disk */
	bool unindexed;			     /* no log is read again: the diagnosis is all */
	void (*progress_end)(void *context); /* with diagnose.progress */
};

/* A place in a log. */
struct cursor {
	bool set;
	size_t log; /* index into diagnosis.logs */
	uint32_t line;
};

/* What the user wrote down. */
struct note {
	struct str name; /* of a mark; empty: a remark */
	struct str text;
	struct str source; /* of the line it stands at; empty: none */
	uint32_t line;
};

struct session {
	struct session_options options;
	struct diag_sink *diags;
	struct matcher *matcher;
	struct diagnosis *diagnosis; /* NULL: nothing is open */
	struct str *paths;	     /* what is open, as the user named it; owned */
	size_t path_count;
	struct str app; /* only this application; owned */
	struct log_filter *filter;
	size_t common; /* bytes that the names of all logs begin with, up to a / or ! */
	struct cursor cursor;
	size_t finding; /* that was asked about last; index */
	struct arena notes_arena;
	struct note *notes;
	size_t note_count, note_capacity;
	struct str *past; /* commands given; owned */
	size_t past_count, past_capacity;
	/* How to show things; see `set`. */
	enum show_format format;
	struct render_options render;
	bool pager;
	bool echo;	   /* each command before its answer */
	size_t limit;	   /* rows or records shown at most; 0: all */
	size_t context;	   /* records around a line */
	size_t lines;	   /* of one record that are shown; 0: all */
	int64_t window_ms; /* around a moment */
	bool quit;
	struct buf out;
	/* Takes what was appended; false: nobody reads on, the verb may stop. */
	bool (*write)(void *context, struct str text);
	void *write_context;
};

const char *show_format_name(enum show_format format);
bool show_format_find(struct str name, enum show_format *format);
/* As a file's name ends: .json, .csv, else text. */
enum show_format show_format_of(struct str path);

void session_init(struct session *s, const struct session_options *o, struct diag_sink *diags);
void session_release(struct session *s);

/* Read and diagnose; what was open before is closed, unless nothing can be opened. When cancelled,
 * what was read till then is open. */
bool session_open(struct session *s, const struct str *paths, size_t count);
/* Look at one application only; empty: at all. */
bool session_use(struct session *s, struct str app);
void session_close(struct session *s);
/* Read and diagnose something else beside it, as far as it is not cancelled; NULL and a message: it
 * cannot be. */
struct diagnosis *session_read(struct session *s, const struct str *paths, size_t count);

bool session_cancelled(const struct session *s);
/* Hand on what is in `out`; false when nobody reads it. */
bool session_flush(struct session *s);
/* Append a table, a text (in JSON: {"text": …}) or nothing, as the format wants it. */
bool session_show_table(struct session *s, struct table *t);
bool session_show_text(struct session *s, struct str text);
/* A new file for an answer, unless the session is safe; NULL and a message: it cannot be made. */
FILE *session_create(struct session *s, struct str path);
/* Close it; false and a message: not all of it was written. */
bool session_created(struct session *s, struct str path, FILE *file);
/* A message of the verb that runs. */
void session_error(struct session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void session_say(struct session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The log that `name` means: a number of `inputs`, or a part of the name that only one has; the
 * first when several do and `any`. SIZE_MAX and a message: none. */
size_t session_find_log(struct session *s, struct str name);
/* The log and line of a piece of evidence; false, and `to` as it was: it cannot be
 * read again. */
bool session_find_line(const struct session *s, struct str source, uint32_t line,
		       struct cursor *to);
/* Go to the first line of a finding's evidence that can be read again, if there is one. */
void session_stand_at(struct session *s, const struct finding *f);
/* Is a line looked at? If not, a message. */
bool session_stands(struct session *s);
/* What all text logs span together; false: none has a time. */
bool session_span(const struct session *s, int64_t *from_ms, int64_t *to_ms);
/* A log's name without what all names have in common, for people. */
struct str session_short_name(const struct session *s, const struct log_stream *log);
/* Keep a note; texts are copied. False past LIMIT_NOTES. */
bool session_note(struct session *s, struct note n);
void session_past(struct session *s, struct str command);

#endif

/*
 * record.h - log records on the session's screen, and walks over them.
 */
#ifndef SPARKDX_REPL_RECORD_H
#define SPARKDX_REPL_RECORD_H

#include "diagnose/log_reader.h"
#include "repl/session.h"

/* What a series of shown records remembers; begin with zeroes. */
struct record_screen {
	const struct log_stream *log; /* of the last one: its name is shown when it changes */
	size_t shown;
};

/* Append a record: its lines, numbered; `here` marks it. In JSON one object a line. */
bool record_show(struct session *s, struct record_screen *screen, const struct log_record *r,
		 bool here);
/* Append only the line of the record that holds byte `at` of its text. */
bool record_show_line(struct session *s, struct record_screen *screen, const struct log_record *r,
		      size_t at);

/*
 * Visit what the session's filter accepts in the logs, from `from` on (unset: from the front of the
 * first), until `visit` returns false. `only`: index of the one log, SIZE_MAX: all. Says which logs
 * cannot be read again.
 */
void record_walk(struct session *s, struct cursor from, size_t only,
		 bool (*visit)(void *context, const struct log_record *r), void *context);
/* The record at the cursor, for the time of `visit`; false and a message when there is none. */
bool record_at_cursor(struct session *s, bool (*visit)(void *context, const struct log_record *r),
		      void *context);
/* Show it, marked. */
bool record_show_here(struct session *s);

#endif

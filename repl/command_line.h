/*
 * command_line.h - what a person or a script typed, as commands of words.
 *
 * Blanks separate words; `;` and a newline end a command; `#` at the front of a word begins a
 * comment up to the end of the line. '…' keeps everything, "…" everything but \" and \\. Outside
 * quotes a backslash takes a blank, a quote, `;` or `#` literally; any other backslash stays, so
 * that `grep \d+` needs no quotes.
 */
#ifndef SPARKDX_REPL_COMMAND_LINE_H
#define SPARKDX_REPL_COMMAND_LINE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

struct command_line {
	struct str *words; /* in the arena */
	size_t count;
	size_t last_at; /* offset in the text where the last word begins, its quote included */
	bool open;	/* the last word may go on: nothing follows it, or a quote is open */
};

enum command_line_result {
	COMMAND_LINE_END, /* nothing is left */
	COMMAND_LINE_OK,
	COMMAND_LINE_UNBALANCED, /* a quote is not closed; the words so far are there */
	COMMAND_LINE_LIMIT,	 /* more than LIMIT_COMMAND_WORDS or LIMIT_COMMAND_BYTES */
};

/* The next command of `text` from *at on, which moves behind it. Empty commands are passed over. */
enum command_line_result command_line_next(struct str text, size_t *at, struct arena *arena,
					   struct command_line *out);

#endif

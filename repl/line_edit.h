/*
 * line_edit.h - one line from a person: keys, history, completion.
 *
 * Three ways to make it, chosen when building (LINE=readline, libedit or plain): the first two in
 * line_edit_readline.c, the last without any library in line_edit_plain.c. One per process.
 */
#ifndef SPARKDX_REPL_LINE_EDIT_H
#define SPARKDX_REPL_LINE_EDIT_H

#include "base/str.h"
#include "repl/complete.h"

#include <signal.h>

enum line_edit_result {
	LINE_EDIT_OK,
	LINE_EDIT_END,	   /* of the input */
	LINE_EDIT_CLEARED, /* Ctrl-C: what was typed is dropped */
};

struct line_edit_options {
	const struct session *session; /* for completion */
	const char *history;	       /* file; NULL: nothing is kept */
	volatile sig_atomic_t *cancel; /* set by the handler of SIGINT */
};

void line_edit_begin(const struct line_edit_options *o);
/* *line is to be freed; set for LINE_EDIT_OK only. */
enum line_edit_result line_edit_read(const char *prompt, char **line);
/* Keep the line in the history. */
void line_edit_remember(const char *line);
/* Writes the history file, for its user only. */
void line_edit_end(void);

#endif

/*
 * saved.h - filters, marks and notes of a session, kept for the next one on the same input.
 *
 * One small JSON file per input, for its user only: {"paths": [...], "filters": ["level warn"],
 * "notes": [{"mark", "text", "source", "line"}]}. What looks like a secret is left out.
 */
#ifndef SPARKDX_REPL_SAVED_H
#define SPARKDX_REPL_SAVED_H

#include "repl/session.h"

/* The name of the file for what is open, of letters and digits. */
void saved_name(const struct session *s, char *name, size_t size);
/* Write the file; with nothing to keep, remove it. False: errno says why. */
bool saved_write(const struct session *s, const char *path);
/* Take up what the file holds; false when there is none, or nothing in it. */
bool saved_read(struct session *s, const char *path);

#endif

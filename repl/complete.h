/*
 * complete.h - what the word before the cursor may become, by the type of the argument it is.
 */
#ifndef SPARKDX_REPL_COMPLETE_H
#define SPARKDX_REPL_COMPLETE_H

#include "repl/session.h"

struct completions {
	struct str *items; /* NUL-terminated, in the arena, in the order of their table */
	size_t count, capacity;
	size_t at; /* offset where the word begins that one of them replaces */
	struct arena arena;
};

/* `text` is what stands before the cursor. At most LIMIT_COMPLETIONS. */
void complete_line(const struct session *s, struct str text, struct completions *out);
void completions_release(struct completions *c);
/* The arguments that are still missing, "REGEX [LOG]", for a hint; nothing when the verb is not
 * known yet. */
void complete_hint(struct str text, struct buf *out);

#endif

/*
 * literal.h - the plain text a prefilter looks for: derived from a regex, judged, cut to a window.
 *
 * Finding literals fast is a matter of choosing them well: the automaton looks at the last eight
 * bytes only, and whatever occurs in every other line stops it there. So a literal is represented
 * by its rarest window of up to eight bytes, and rarity is estimated from byte frequencies of
 * Spark logs and a list of phrases that fill them.
 */
#ifndef SPARKDX_PATTERNS_LITERAL_H
#define SPARKDX_PATTERNS_LITERAL_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

enum { LITERAL_WINDOW_BYTES = 8 };

enum literal_defect {
	LITERAL_FINE,
	LITERAL_SHORT,	 /* below LIMIT_LITERAL_MIN_BYTES */
	LITERAL_LONG,	 /* above LIMIT_LITERAL_BYTES */
	LITERAL_ESCAPED, /* has a byte that a collector may write differently */
	LITERAL_COMMON,	 /* part of a phrase that fills Spark logs */
};

enum literal_defect literal_judge(struct str literal);
/* What is wrong, for people; "" when fine. */
const char *literal_defect_text(enum literal_defect d);
/* Its code in a diag. */
const char *literal_defect_code(enum literal_defect d);

/* What Spark logs are full of, prepared for looking up. Read-only once made. */
struct literal_model;

struct literal_model *literal_model_new(void);
void literal_model_free(struct literal_model *m);

/* The rarest LITERAL_WINDOW_BYTES (or all, when shorter) of a literal; a slice of it. */
struct str literal_window(const struct literal_model *m, struct str literal);

/*
 * Literals of which every match of `regex` contains at least one. False when there are none that
 * literal_judge() finds fine, or the regex uses what this reader does not follow ((?i), (?x),
 * \Q..\E, conditions, recursion). Result and bytes live in `arena`.
 */
bool literal_derive(const struct literal_model *m, struct str regex, struct arena *arena,
		    const struct str **literals, size_t *count) MUST_USE;

#endif

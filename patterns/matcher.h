/*
 * matcher.h - all patterns at once over blocks of text, then one by one over records.
 *
 * Two steps. matcher_scan() runs one multi-literal automaton over a raw block and
 * reports where a literal of which pattern ends. matcher_match() runs one pattern's regex (pcre2,
 * JIT, with step, depth and heap limits) over one cleaned record and gives its captures.
 *
 * A `struct matcher` is immutable after matcher_new() and shared by threads (regexes are compiled
 * on first use, atomically); each thread has its own `struct matcher_scratch`.
 */
#ifndef SPARKDX_PATTERNS_MATCHER_H
#define SPARKDX_PATTERNS_MATCHER_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"
#include "patterns/pattern.h"

struct matcher;
struct matcher_scratch;

/* The built-in catalogue plus packs loaded from `pack_dirs` (files *.yaml). Defects of packs go to
 * `diags` (pattern-…) and leave out that pattern. Never NULL. */
struct matcher *matcher_new(const struct str *pack_dirs, size_t pack_count,
			    struct diag_sink *diags);
/* Over given patterns only, which must have been loaded by pack.h and must outlive the matcher. */
struct matcher *matcher_new_from(const struct pattern *const *patterns, size_t count);
void matcher_free(struct matcher *m);

/* How many of the patterns, from index 0, are built in. */
size_t matcher_builtin_count(const struct matcher *m);

size_t matcher_pattern_count(const struct matcher *m);
const struct pattern *matcher_pattern(const struct matcher *m, size_t index);
/* Index of the pattern with this id, or -1. */
ptrdiff_t matcher_find(const struct matcher *m, struct str id);

struct matcher_scratch *matcher_scratch_new(const struct matcher *m);
void matcher_scratch_free(struct matcher_scratch *s);

/* A literal of pattern `pattern` ends at offset `end`. In order of `end`. */
struct candidate {
	size_t end;
	uint32_t pattern;
};

/* Candidates of `block`, valid until the next scan with this scratch. */
const struct candidate *matcher_scan(const struct matcher *m, struct matcher_scratch *s,
				     struct str block, size_t *count);

/* Value of one capture. */
struct capture {
	const struct capture_spec *spec;
	struct str text; /* as in the record */
	int64_t number;	 /* converted (bytes, ms, int); valid when has_number */
	double real;
	bool has_number;
};

struct match {
	size_t begin, end;			 /* of the whole match in the text */
	struct capture captures[LIMIT_CAPTURES]; /* only those that took part */
	size_t capture_count;
};

enum match_result { MATCH_NO, MATCH_YES, MATCH_LIMIT };

/* Search `text` from `from`. MATCH_LIMIT: a pcre2 limit was hit; the caller reports it. */
enum match_result matcher_match(const struct matcher *m, struct matcher_scratch *s,
				uint32_t pattern, struct str text, size_t from, struct match *out);

/* The capture named `name`, or NULL. */
const struct capture *match_capture(const struct match *m, struct str name);

#endif

/*
 * regex.h - one compiled regular expression. The only door to pcre2.
 *
 * Bytes, not characters: a log may hold any encoding. `.` does not cross a line feed, `^` and `$`
 * match at lines, a group name may be used more than once. Every search is bounded in steps, depth
 * and heap (base/limits.h).
 *
 * A `struct regex` is read-only after regex_optimise() and may be shared by threads; each thread
 * has its own `struct regex_scratch`.
 */
#ifndef SPARKDX_PATTERNS_REGEX_H
#define SPARKDX_PATTERNS_REGEX_H

#include "base/base.h"
#include "base/str.h"

struct regex;
struct regex_scratch;

struct regex_error {
	char message[200];
	size_t offset; /* byte in the source where pcre2 gave up */
};

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* NULL and `error` filled when the source is no valid regex. The caller frees the result. */
struct regex *regex_new(struct str source, struct regex_error *error) MUST_USE;
/* Translate to machine code; false where the platform does not allow it, and searches are
 * interpreted, at a thirtieth of the speed. */
bool regex_optimise(struct regex *r);
void regex_free(struct regex *r);

/* Named groups; one name may occur with several groups. */
size_t regex_name_count(const struct regex *r);
struct str regex_name(const struct regex *r, size_t index, uint32_t *group);

struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

/* Search `text` from `from`. The groups stay readable until the next search with this scratch. */
enum regex_result regex_search(const struct regex *r, struct regex_scratch *s, struct str text,
			       size_t from);
/* Where group `group` matched (0: all of it); false when it took no part. */
bool regex_group(const struct regex_scratch *s, uint32_t group, size_t *begin, size_t *end);

#endif

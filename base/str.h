/*
 * str.h - borrowed string slices.
 *
 * A `struct str` is a view: it never owns memory and is not NUL-terminated.
 * It is two words, so pass it by value. Its lifetime is that of the buffer
 * or arena it points into; a function that keeps one copies it into an
 * arena with arena_str().
 */
#ifndef SPARKDX_BASE_STR_H
#define SPARKDX_BASE_STR_H

#include "base/base.h"

struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_FMT	     "%.*s"
#define STR_ARG(s)   ((int)((s).len < INT32_MAX ? (s).len : INT32_MAX)), ((s).ptr)

struct str str_from(const char *cstr);
bool str_eq(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
/* Lexicographic by byte, shorter first; for qsort and sorted tables. */
int str_compare(struct str a, struct str b);
/* Offset of the first `needle` in `s`, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
/* The same for ASCII letters of either case. */
bool str_eq_any_case(struct str a, struct str b);
ptrdiff_t str_find_any_case(struct str s, struct str needle);
/* Is `s` what `name` says, or, when that ends with `*`, does it begin so? */
bool str_is_named(struct str s, const char *name);
/* `s` without its first `count` bytes; `count` past the end gives the empty slice. */
struct str str_skip(struct str s, size_t count);
/* `s` without ASCII blanks, CR and LF at either end. */
struct str str_trim(struct str s);
/* FNV-1a over `s`, going on from `hash`; begin with STR_HASH_BASIS. */
#define STR_HASH_BASIS UINT64_C(14695981039346656037)
uint64_t str_hash(uint64_t hash, struct str s);
/* How often `c` occurs in `s`. */
size_t str_count(struct str s, char c);
/* A decimal number that fills all of `s`; false when it does not, or overflows. */
bool str_to_u64(struct str s, uint64_t *value);
/* Bytes put in, left out or changed between two names; SIZE_MAX when one is longer than
 * STR_DISTANCE_BYTES. */
enum { STR_DISTANCE_BYTES = 64 };
size_t str_distance(struct str a, struct str b);
/* Split at the first `sep`; *head gets what precedes it, *tail the rest. */
bool str_cut(struct str s, char sep, struct str *head, struct str *tail);

/* ASCII only, whatever the locale. */
static inline char ascii_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

#endif

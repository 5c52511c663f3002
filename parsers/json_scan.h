/*
 * json_scan.h - how far a JSON string or value reaches, many bytes at a time.
 *
 * json_scan_close() turns each block of 64 bytes into four bitmaps, a bit per byte: quotes,
 * backslashes, opening and closing marks. Arithmetic on whole bitmaps says which bytes are escaped
 * and which lie in strings; the marks outside of strings give the depth. Only the way from bytes to
 * bitmaps depends on the processor, and each way is a row of json_scanners[].
 *
 * Blanks, names and numbers are never looked at: what is skipped is checked for balance and for
 * closed strings only. A brace closes a bracket; a quote behind a backslash that is not escaped
 * itself is none, outside of strings too. Nothing is read outside of [at, end).
 */
#ifndef SPARKDX_PARSERS_JSON_SCAN_H
#define SPARKDX_PARSERS_JSON_SCAN_H

#include "base/base.h"

/* `at` is behind an opening quote. Behind the closing one, or NULL when there is none. */
const char *json_scan_string(const char *at, const char *end);

/* `at` is inside of `depth` objects and arrays, 1 or more, and outside of strings. Behind the mark
 * that closes the outermost of them, or NULL when there is none. */
const char *json_scan_close(const char *at, const char *end, size_t depth);

struct json_scanner {
	const char *name;
	bool (*is_usable)(void); /* on this processor */
	const char *(*close)(const char *at, const char *end, size_t depth);
};

/* Fastest first; the last is usable everywhere. */
extern const struct json_scanner json_scanners[];
extern const size_t json_scanner_count;

#endif

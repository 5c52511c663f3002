/*
 * json_pull.h - a bounded pull scanner over one JSON text: no tree, no allocation, no recursion.
 *
 * Event logs are gigabytes of one-line JSON objects of which a few fields matter. The caller walks
 * what it wants and skips the rest, many bytes at a time (json_scan.h).
 *
 *	struct json_pull p = json_pull(line);
 *	struct str key;
 *
 *	for (pull_object(&p); pull_key(&p, &key);)
 *		if (str_eq(key, STR("Stage ID")))
 *			stage = pull_int(&p);
 *		else
 *			pull_skip(&p);
 *	if (p.bad) ...
 *
 * Every value must be read or skipped once. After an error `bad` is set and every call returns
 * false, 0 or the empty slice, so it suffices to look at the end. Strings come as they are written,
 * between their quotes; json_unescape() decodes them. A skipped value is checked for balance and
 * for closed strings, not for grammar.
 */
#ifndef SPARKDX_PARSERS_JSON_PULL_H
#define SPARKDX_PARSERS_JSON_PULL_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

struct json_pull {
	const char *at, *end;
	bool bad;
	const char *bad_at; /* where the error was met, when bad */
};

struct json_pull json_pull(struct str text);

/* Enter an object or array; false (and the value skipped) when the value is of another kind. */
bool pull_object(struct json_pull *p);
bool pull_array(struct json_pull *p);
/* The next member's key (raw), positioned at its value; false at the closing brace. */
bool pull_key(struct json_pull *p, struct str *key);
/* Is the next member written as `member`, `"key":`? Then it is entered as by pull_key(), only
 * faster; otherwise nothing changes. */
bool pull_member(struct json_pull *p, struct str member);
/* Positioned at the next element; false at the closing bracket. */
bool pull_element(struct json_pull *p);

/* Raw text between the quotes; the empty slice for null and for other kinds (skipped). */
struct str pull_string(struct json_pull *p);
/* Integers, numbers with a fraction (truncated), and decimal strings, as SQL metrics are written;
 * `otherwise` for null and other kinds (skipped). Saturates. */
int64_t pull_int(struct json_pull *p, int64_t otherwise);
bool pull_bool(struct json_pull *p);
void pull_skip(struct json_pull *p);
/* Leave the object or array that was entered last, at its next member: the others are skipped. */
void pull_rest(struct json_pull *p);
/* The raw text of the next value, whatever it is. */
struct str pull_raw(struct json_pull *p);
/* True when the text ends here, blanks aside. */
bool pull_at_end(struct json_pull *p);

/* Append the decoded string as UTF-8; lone surrogates and bad escapes become U+FFFD. False only
 * past the buffer's ceiling. */
bool json_unescape(struct str raw, struct buf *out) MUST_USE;

#endif

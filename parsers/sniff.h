/*
 * sniff.h - what a stream is, by its first bytes.
 */
#ifndef SPARKDX_PARSERS_SNIFF_H
#define SPARKDX_PARSERS_SNIFF_H

#include "base/base.h"
#include "base/str.h"

enum content {
	CONTENT_EMPTY,
	CONTENT_TEXT,
	CONTENT_UTF16,	  /* text in UTF-16 with a byte order mark */
	CONTENT_EVENTLOG, /* lines that start with {"Event":" */
	CONTENT_HOLE,	  /* nothing but NULs so far: a log cut under its writer begins so */
	CONTENT_IGNORED,  /* a side file nobody misses (checksums) */
	CONTENT_OTHER,	  /* no log; `what` names it */
};

struct sniffed {
	enum content content;
	const char *what; /* "a PNG picture" */
};

/* `head`: up to LIMIT_SNIFF_BYTES, codecs and containers excluded already. */
struct sniffed sniff(struct str head);

/* Is this name one of the marker files that Hadoop and Spark leave beside logs? */
bool sniff_is_marker(struct str path);
/* "a Java archive" and the like, by the first member of the zip or its name: no logs in there.
 * NULL when it is none. */
const char *sniff_program_archive(struct str head, struct str path);

#endif

/*
 * html_writer.h - HTML appended to a buffer, well-formed whatever the strings hold.
 *
 * What is written is HTML to a browser and XML to an XML parser: every element is closed, every
 * attribute quoted. Names of elements and attributes are ours and constant; all else is escaped,
 * and bytes that could not stand in a page (control, stray, bidirectional) are shown as utf8.h
 * shows them. Nesting is checked with BUG_ON. Past the buffer's ceiling `failed` is set and
 * nothing more is written.
 */
#ifndef SPARKDX_BASE_HTML_WRITER_H
#define SPARKDX_BASE_HTML_WRITER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum { HTML_DEPTH_MAX = 32 };

struct html_writer {
	struct buf *out;
	bool failed;
	bool in_tag; /* attributes may follow */
	unsigned depth;
	const char *open[HTML_DEPTH_MAX];
};

void html_writer_init(struct html_writer *w, struct buf *out);
void html_open(struct html_writer *w, const char *element);
/* Only directly behind html_open() or another attribute. */
void html_attr(struct html_writer *w, const char *name, struct str value);
void html_attrf(struct html_writer *w, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);
void html_text(struct html_writer *w, struct str text);
void html_textf(struct html_writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Our own bytes as they are: a style sheet, never anything that was read. */
void html_verbatim(struct html_writer *w, const char *text);
void html_close(struct html_writer *w);

/* The element with a class (NULL: none), left open. */
void html_open_class(struct html_writer *w, const char *element, const char *class);
/* The same, with a text, closed. */
void html_element(struct html_writer *w, const char *element, const char *class, struct str text);

#endif

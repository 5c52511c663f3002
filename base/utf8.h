/*
 * utf8.h - bytes of unknown origin made safe to show.
 */
#ifndef SPARKDX_BASE_UTF8_H
#define SPARKDX_BASE_UTF8_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* Length of the valid UTF-8 sequence at the front of `s`, 0 when there is none. */
size_t utf8_sequence(struct str s);
/* Columns `s` takes on a terminal: one per valid sequence or stray byte. */
size_t utf8_columns(struct str s);
/*
 * Append `s` for a terminal or a page: control bytes, DEL and stray bytes become \xHH, tabs a
 * blank; C1 controls, what turns the direction of text or ends a line, and what XML forbids become
 * \u{HHHH}, so a log cannot rewrite the screen.
 */
bool utf8_escape(struct buf *out, struct str s) MUST_USE;

#endif

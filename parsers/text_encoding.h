/*
 * text_encoding.h - UTF-16 as PowerShell writes it, made UTF-8.
 */
#ifndef SPARKDX_PARSERS_TEXT_ENCODING_H
#define SPARKDX_PARSERS_TEXT_ENCODING_H

#include "parsers/source.h"

/* `inner` begins with a byte order mark, which is dropped. Owns inner. Lone surrogates become
 * U+FFFD. */
struct source *text_from_utf16(struct source *inner);

#endif

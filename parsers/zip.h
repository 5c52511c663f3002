/*
 * zip.h - ZIP archives, member by member by their local headers.
 *
 * Not by the directory at the end: that is missing in what was cut, or comes by pipe. Payloads go
 * through our own codecs, so that what precedes damage is used and members can be read again from
 * the middle; a member of a rarer method is left to libarchive.
 */
#ifndef SPARKDX_PARSERS_ZIP_H
#define SPARKDX_PARSERS_ZIP_H

#include "parsers/container.h"

/* As container_walk() does, but it may leave the end of `source` unread. */
void zip_walk(struct source *source, struct member_visitor *visitor);

#endif

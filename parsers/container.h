/*
 * container.h - archives that hold files: zip by zip.h; tar, 7z, cpio, ar, rar through libarchive.
 *
 * Only the container is libarchive's; compressed payloads go through our own codecs, because it
 * drops the last block of what is truncated. Nothing is extracted to disk; member names are labels
 * and may be absolute or hold `..`.
 */
#ifndef SPARKDX_PARSERS_CONTAINER_H
#define SPARKDX_PARSERS_CONTAINER_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/source.h"

struct member {
	struct str name;
	uint64_t size_bytes;   /* 0 when the archive does not say */
	struct source *source; /* read it or leave it; the visitor must not close it */
};

struct member_visitor {
	/* False stops the walk (limits). */
	bool (*member)(struct member_visitor *self, const struct member *member);
};

/* Do these first bytes begin an archive we know? Name of its format, or NULL. */
const char *container_bid(struct str head);

/*
 * Visit all regular files of `source`, from which nothing was read yet and whose `format`
 * container_bid() told, and read it to its end. On damage lower its grade; the members visited so
 * far are good, and so are the bytes before the cut of the one that was cut.
 */
void container_walk(struct source *source, const char *format, struct member_visitor *visitor);
/* The same, always through libarchive; false: the visitor stopped it. */
bool archive_walk(struct source *source, const char *format, struct member_visitor *visitor);

#endif

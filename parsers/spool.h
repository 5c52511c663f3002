/*
 * spool.h - keep what comes through a pipe, so that it can be read again.
 *
 * A source over another one that also writes what it hands out into a file without a name: in
 * $TMPDIR (else /tmp), or in memory for those who want nothing on disk. It is gone with the last
 * bookmark. When it cannot be kept reading goes on, and `trouble` says why; what was kept by then
 * can be read again.
 */
#ifndef SPARKDX_PARSERS_SPOOL_H
#define SPARKDX_PARSERS_SPOOL_H

#include "parsers/bookmark.h"

enum spool_place { SPOOL_DISK, SPOOL_MEMORY };

/* What the caller is told; must outlive the source. */
struct spool {
	char trouble[120]; /* empty: all was kept */
};

/* Owns inner. The source has a bookmark, or there is trouble. */
struct source *spool_open(struct spool *spool, struct source *inner, enum spool_place place,
			  struct shelf *shelf);

#endif

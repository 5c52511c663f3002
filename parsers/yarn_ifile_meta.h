/*
 * yarn_ifile_meta.h - the list of files at the end of an IFile: serialized Java objects.
 *
 * Only what the list needs of Java's object stream is read: objects, strings, references, enums and
 * block data. Nesting and the number of objects are bounded; what cannot be read ends the list
 * early, with `complete` false.
 */
#ifndef SPARKDX_PARSERS_YARN_IFILE_META_H
#define SPARKDX_PARSERS_YARN_IFILE_META_H

#include "base/base.h"
#include "base/str.h"

/* Strings point into the bytes that were parsed. */
struct ifile_entry {
	struct str container, name;
	int64_t offset, len; /* in the file */
	int64_t size;	     /* decoded */
};

struct ifile_meta {
	struct ifile_entry *entries; /* in the order of the stream */
	size_t count, capacity;
	struct str codec; /* "none", "gz", "lzo" */
	struct str node;  /* host:port */
	bool complete;
};

void ifile_meta_parse(struct ifile_meta *meta, struct str bytes);
void ifile_meta_release(struct ifile_meta *meta);

#endif

/*
 * file.h - small files, read and written whole.
 *
 * For configuration, pattern files, baselines and what a session keeps. Logs are read as sources,
 * see parsers/source.h.
 */
#ifndef SPARKDX_BASE_FILE_H
#define SPARKDX_BASE_FILE_H

#include "base/base.h"
#include "base/buf.h"

#include <sys/types.h>

/* Append all of a file; false: errno says why, EFBIG when the buffer's ceiling is below its size.
 */
bool file_load(const char *path, struct buf *into) MUST_USE;

/* Write all of it; false: errno says why. */
bool file_write(int fd, struct str text) MUST_USE;

/*
 * Make `text` all that a file holds; false: errno says why, and the file is as it was. It is
 * written beside and then takes the old one's place, so nobody sees half of it; a symbolic link
 * stays one. `mode` is for a new file, one that is there keeps its own. What is no plain file
 * (/dev/stdout) is written into.
 */
bool file_replace(const char *path, struct str text, mode_t mode) MUST_USE;

#endif

/*
 * path.h - parts of a path, and of a provenance (`logs.tar.gz!app/stderr`): `/` and `!` separate.
 */
#ifndef SPARKDX_BASE_PATH_H
#define SPARKDX_BASE_PATH_H

#include "base/str.h"

/* What precedes the last separator; the empty slice when there is none. */
struct str path_directory(struct str path);
/* What follows it. */
struct str path_name(struct str path);

#endif

/*
 * lint_files.h - from the paths a user names to the files to lint.
 *
 * Directories are walked, without `.git` and without following symbolic links. The result is
 * sorted and holds each path once.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_FILES_H
#define SPARKDX_DIAGNOSE_LINT_FILES_H

#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "base/str.h"

struct lint_path {
	struct str path;
	const char *cpath; /* the same, NUL-terminated */
	bool named;	   /* by the user, not met in a directory */
};

struct lint_paths {
	struct arena arena;
	struct lint_path *items;
	size_t count, capacity;
};

/* False when something was missing, unreadable, or over a limit (reported). */
bool lint_paths_expand(struct lint_paths *p, const struct str *paths, size_t count,
		       struct diag_sink *diags) MUST_USE;
void lint_paths_release(struct lint_paths *p);

#endif

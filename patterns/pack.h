/*
 * pack.h - patterns read from YAML files (docs/patterns.md). The only door to libyaml.
 *
 * A pack owns its patterns and all they point to. A defective pattern is reported with its file
 * and line and left out; the rest of the file still loads. What needs other patterns or runs
 * regexes over examples is left to check.h.
 */
#ifndef SPARKDX_PATTERNS_PACK_H
#define SPARKDX_PATTERNS_PACK_H

#include "base/base.h"
#include "base/diag.h"
#include "base/str.h"
#include "patterns/pattern.h"

struct pack;

struct pack *pack_new(void);
void pack_free(struct pack *p);

/* Read one file's text; `file` names it in messages, its stem is the category. */
void pack_add_text(struct pack *p, struct str file, struct str text, struct diag_sink *diags);
/* Read a file, or the *.yaml of a directory in order of name. */
void pack_add_path(struct pack *p, struct str path, struct diag_sink *diags);

size_t pack_count(const struct pack *p);
const struct pattern *pack_pattern(const struct pack *p, size_t index);

#endif

/*
 * catalogue.h - the built-in catalogue as made at build time by tools/compile-catalogue.
 *
 * `database` is the prefilter over the windows of all literals (prefilter_save()).
 */
#ifndef SPARKDX_PATTERNS_CATALOGUE_H
#define SPARKDX_PATTERNS_CATALOGUE_H

#include "base/base.h"
#include "patterns/pattern.h"

struct catalogue_data {
	const struct pattern *patterns;
	size_t count;
	struct str database; /* empty: compile at run time */
};

extern const struct catalogue_data catalogue_data;

#endif

/*
 * catalogue.h - the built-in catalogue as made at build time by tools/compile-catalogue.
 */
#ifndef SPARKDX_PATTERNS_CATALOGUE_H
#define SPARKDX_PATTERNS_CATALOGUE_H

#include "base/base.h"
#include "patterns/pattern.h"

struct catalogue_data {
	const struct pattern *patterns;
	size_t count;
};

extern const struct catalogue_data catalogue_data;

#endif

/*
 * distribution.h - quantiles of many numbers in bounded memory.
 *
 * Exact up to DISTRIBUTION_EXACT_MAX numbers; beyond, numbers are counted in buckets whose width is
 * 1/128 of their value, so a quantile is off by at most 0.4 %, and minimum and maximum stay exact.
 * The rank of a quantile q of n numbers is min(floor(q n), n - 1), as the Spark UI takes it
 * (AppStatusStore.taskSummary).
 */
#ifndef SPARKDX_DIAGNOSE_DISTRIBUTION_H
#define SPARKDX_DIAGNOSE_DISTRIBUTION_H

#include "base/base.h"

enum { DISTRIBUTION_EXACT_MAX = 20000 };

enum quantile {
	QUANTILE_MIN,
	QUANTILE_25,
	QUANTILE_50,
	QUANTILE_75,
	QUANTILE_MAX,
	QUANTILE_COUNT,
};

struct quantiles {
	int64_t at[QUANTILE_COUNT];
};

/* Zero-initialised is empty. */
struct distribution {
	uint64_t count;
	int64_t min, max;
	int64_t *values; /* while exact */
	size_t capacity;
	uint32_t *buckets; /* else */
};

/* Negative numbers count as 0: Spark's metrics have none. */
void distribution_add(struct distribution *d, int64_t value);
/* Adds what `from` holds; `from` stays as it is. */
void distribution_merge(struct distribution *d, const struct distribution *from);
/* All 0 when empty. */
struct quantiles distribution_quantiles(const struct distribution *d);
void distribution_release(struct distribution *d);

#endif

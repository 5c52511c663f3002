#include "base/base.h"
#include "diagnose/distribution.h"

#include "base/array.h"

enum {
	/* Below LINEAR each number has its bucket; above, each power of two has SUB of them. */
	LINEAR_BITS = 8,
	SUB_BITS = 7,
	LINEAR = 1 << LINEAR_BITS,
	SUB = 1 << SUB_BITS,
	BUCKETS = LINEAR + (63 - LINEAR_BITS) * SUB,
};

static size_t bucket_of(int64_t value)
{
	unsigned exponent;

	if (value < LINEAR)
		return (size_t)value;
	exponent = 63u - (unsigned)__builtin_clzll((unsigned long long)value);
	return LINEAR + (exponent - LINEAR_BITS) * SUB +
	       (size_t)((value >> (exponent - SUB_BITS)) & (SUB - 1));
}

/* The middle of a bucket. */
static int64_t value_of(size_t bucket)
{
	unsigned exponent;
	int64_t width;

	if (bucket < LINEAR)
		return (int64_t)bucket;
	exponent = (unsigned)((bucket - LINEAR) / SUB) + LINEAR_BITS;
	width = INT64_C(1) << (exponent - SUB_BITS);
	return (int64_t)(SUB + (bucket - LINEAR) % SUB) * width + width / 2;
}

static void use_buckets(struct distribution *d)
{
	d->buckets = calloc(BUCKETS, sizeof(*d->buckets));
	if (!d->buckets)
		die_no_memory();
	for (uint64_t i = 0; i < d->count; i++)
		d->buckets[bucket_of(d->values[i])]++;
	free(d->values);
	d->values = NULL;
	d->capacity = 0;
}

void distribution_add(struct distribution *d, int64_t value)
{
	if (value < 0)
		value = 0;
	if (!d->count || value < d->min)
		d->min = value;
	if (!d->count || value > d->max)
		d->max = value;
	if (!d->buckets && d->count == DISTRIBUTION_EXACT_MAX)
		use_buckets(d);
	if (d->buckets) {
		d->buckets[bucket_of(value)]++;
	} else {
		d->values = array_grow(d->values, d->count, &d->capacity, sizeof(*d->values));
		d->values[d->count] = value;
	}
	d->count++;
}

void distribution_merge(struct distribution *d, const struct distribution *from)
{
	if (!from->buckets) {
		for (uint64_t i = 0; i < from->count; i++)
			distribution_add(d, from->values[i]);
		return;
	}
	if (!d->buckets)
		use_buckets(d);
	for (size_t i = 0; i < BUCKETS; i++)
		d->buckets[i] += from->buckets[i];
	if (!d->count || from->min < d->min)
		d->min = from->min;
	if (!d->count || from->max > d->max)
		d->max = from->max;
	d->count += from->count;
}

/* Digit by digit of what the numbers have above the least, the highest that differs first. */
static int64_t exact_ranked(const struct distribution *d, uint64_t rank)
{
	uint64_t range = (uint64_t)(d->max - d->min), prefix = 0;
	int shift = range ? (63 - __builtin_clzll(range)) / 8 * 8 : -1;

	/* Most metrics of most stages are 0 throughout: no digit differs. */
	for (; shift >= 0; shift -= 8) {
		uint32_t counts[256] = { 0 };
		size_t digit = 0;

		for (uint64_t i = 0; i < d->count; i++) {
			uint64_t digits = (uint64_t)(d->values[i] - d->min) >> shift;

			if (digits >> 8 == prefix)
				counts[digits & 0xFF]++;
		}
		while (rank >= counts[digit])
			rank -= counts[digit++];
		prefix = prefix << 8 | digit;
	}
	return d->min + (int64_t)prefix;
}

/* The number of rank `rank`, from 0. */
static int64_t ranked(const struct distribution *d, uint64_t rank)
{
	uint64_t seen = 0;

	if (!rank)
		return d->min;
	if (rank + 1 == d->count)
		return d->max;
	if (!d->buckets)
		return exact_ranked(d, rank);
	for (size_t i = 0; i < BUCKETS; i++) {
		seen += d->buckets[i];
		if (seen > rank)
			return value_of(i);
	}
	return d->max;
}

struct quantiles distribution_quantiles(const struct distribution *d)
{
	struct quantiles q = { { 0 } };

	if (!d->count)
		return q;
	for (size_t i = 0; i < QUANTILE_COUNT; i++) {
		uint64_t rank = d->count * i / (QUANTILE_COUNT - 1);

		q.at[i] = ranked(d, rank < d->count ? rank : d->count - 1);
	}
	return q;
}

void distribution_release(struct distribution *d)
{
	free(d->values);
	free(d->buckets);
	*d = (struct distribution){ 0 };
}

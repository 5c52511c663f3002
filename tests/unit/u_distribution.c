#include "base/base.h"
#include "base/int_map.h"
#include "diagnose/distribution.h"
#include "tests/unit/test.h"

TEST(distribution_ranks_as_the_spark_ui)
{
	/* floor(q n) of 4 numbers: ranks 0 1 2 3 and the last for the maximum. */
	static const int64_t values[] = { 40, 10, 30, 20 };
	struct distribution d = { 0 };
	struct quantiles q;

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		distribution_add(&d, values[i]);
	q = distribution_quantiles(&d);
	CHECK(q.at[QUANTILE_MIN] == 10 && q.at[QUANTILE_25] == 20 && q.at[QUANTILE_50] == 30);
	CHECK(q.at[QUANTILE_75] == 40 && q.at[QUANTILE_MAX] == 40);
	distribution_release(&d);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Of narrow and of wide ranges, few numbers and many. */
TEST(distribution_ranks_as_sorted)
{
	int64_t values[700];
	uint64_t random = 1;

	for (size_t n = 1; n <= ARRAY_LEN(values); n++) {
		struct distribution d = { 0 };
		struct quantiles q;

		for (size_t i = 0; i < n; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			values[i] = (int64_t)(random >> (1 + n % 63));
			distribution_add(&d, values[i]);
		}
		q = distribution_quantiles(&d);
		qsort(values, n, sizeof(*values), by_value);
		for (size_t i = 0; i < QUANTILE_COUNT; i++) {
			size_t rank = n * i / (QUANTILE_COUNT - 1);

			CHECK(q.at[i] == values[rank < n ? rank : n - 1]);
		}
		distribution_release(&d);
	}
}

TEST(distribution_of_nothing_is_zero)
{
	struct distribution d = { 0 };

	CHECK(distribution_quantiles(&d).at[QUANTILE_MAX] == 0);
}

/* 1, 2, ... n in a scattered order. */
static void add_range(struct distribution *d, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		distribution_add(d, i * 7919 % n + 1);
}

static bool near(int64_t got, int64_t want)
{
	return got >= want - want / 250 - 1 && got <= want + want / 250 + 1;
}

TEST(distribution_stays_close_past_the_exact_limit)
{
	const int64_t n = DISTRIBUTION_EXACT_MAX * 5 + 1;
	struct distribution d = { 0 };
	struct quantiles q;

	add_range(&d, n);
	CHECK(d.values == NULL);
	q = distribution_quantiles(&d);
	CHECK(q.at[QUANTILE_MIN] == 1 && q.at[QUANTILE_MAX] == n);
	CHECK(near(q.at[QUANTILE_25], n / 4) && near(q.at[QUANTILE_50], n / 2) &&
	      near(q.at[QUANTILE_75], n * 3 / 4));
	distribution_release(&d);
}

TEST(distribution_merge_equals_adding)
{
	const int64_t n = DISTRIBUTION_EXACT_MAX + 10;
	struct distribution a = { 0 }, b = { 0 }, few = { 0 };

	add_range(&a, n);
	add_range(&b, n);
	distribution_add(&few, INT64_MAX);
	distribution_merge(&a, &few);
	distribution_add(&b, INT64_MAX);
	CHECK(a.count == b.count && a.max == INT64_MAX);
	for (size_t i = 0; i < QUANTILE_COUNT; i++)
		CHECK(distribution_quantiles(&a).at[i] == distribution_quantiles(&b).at[i]);
	distribution_merge(&few, &b);
	CHECK(few.count == b.count + 1 && few.min == 1);
	distribution_release(&a);
	distribution_release(&b);
	distribution_release(&few);
}

TEST(int_map_keeps_and_replaces)
{
	struct int_map m = { 0 };

	CHECK(int_map_find(&m, 5) == SIZE_MAX);
	for (int64_t i = -1000; i < 1000; i++)
		int_map_put(&m, i * 4096, (size_t)(i + 1000));
	int_map_put(&m, 4096, 77);
	CHECK(m.count == 2000);
	CHECK(int_map_find(&m, 4096) == 77);
	CHECK(int_map_find(&m, -1000 * 4096) == 0);
	CHECK(int_map_find(&m, 1) == SIZE_MAX);
	int_map_release(&m);
}

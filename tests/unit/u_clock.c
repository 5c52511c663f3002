#include "base/base.h"
#include "base/clock.h"
#include "tests/unit/test.h"

TEST(clock_days_and_back)
{
	CHECK(clock_days(1970, 1, 1) == 0);
	CHECK(clock_days(1969, 12, 31) == -1);
	CHECK(clock_days(2000, 2, 29) == 11016);
	CHECK(clock_days(2000, 3, 1) == 11017);
	CHECK(clock_days(1900, 3, 1) - clock_days(1900, 2, 28) == 1);
	CHECK(clock_days(2026, 11, 23) == 20780);
}

TEST(clock_ms_counts_all_fields)
{
	CHECK(clock_ms(1970, 1, 1, 0, 0, 0, 0) == 0);
	CHECK(clock_ms(2026, 11, 23, 14, 2, 50, 123) == INT64_C(1795442570123));
	CHECK(clock_ms(1969, 12, 31, 23, 59, 59, 999) == -1);
}

TEST(clock_show_writes_what_was_read)
{
	struct buf out = BUF_INIT(4096);

	clock_show(&out, clock_ms(2026, 11, 23, 14, 2, 50, 123));
	CHECK_STR(buf_str(&out), STR("2026-11-23 14:02:50"));
	buf_clear(&out);
	clock_show_time(&out, clock_ms(2026, 11, 23, 4, 2, 5, 0));
	CHECK_STR(buf_str(&out), STR("04:02:05"));
	buf_clear(&out);
	clock_show_iso(&out, clock_ms(2024, 2, 29, 23, 59, 59, 7));
	CHECK_STR(buf_str(&out), STR("2024-02-29T23:59:59.007Z"));
	buf_clear(&out);
	clock_show_iso(&out, -1);
	CHECK_STR(buf_str(&out), STR("1969-12-31T23:59:59.999Z"));
	buf_release(&out);
}

TEST(clock_goes_round_for_every_day_of_400_years)
{
	struct buf out = BUF_INIT(4096);
	char want[32];
	size_t bad = 0;
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t day = clock_days(1800, 1, 1);

	for (unsigned year = 1800; year < 2200; year++) {
		bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

		for (unsigned month = 1; month <= 12; month++)
			for (unsigned d = 1; d <= lengths[month - 1] + (leap && month == 2);
			     d++, day++) {
				bad += clock_days(year, month, d) != day;
				buf_clear(&out);
				clock_show(&out, day * MS_PER_DAY);
				snprintf(want, sizeof(want), "%04u-%02u-%02u 00:00:00", year, month,
					 d);
				bad += !str_eq(buf_str(&out), str_from(want));
			}
	}
	CHECK(bad == 0);
	buf_release(&out);
}

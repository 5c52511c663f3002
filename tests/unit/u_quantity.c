#include "base/base.h"
#include "base/quantity.h"
#include "tests/unit/test.h"

static int64_t bytes_of(const char *text, uint64_t unit)
{
	int64_t value = -2;

	return quantity_bytes(str_from(text), unit, &value) ? value : -1;
}

static int64_t ms_of(const char *text, uint64_t unit)
{
	int64_t value = -2;

	return quantity_ms(str_from(text), unit, &value) ? value : -1;
}

TEST(quantity_bytes_are_powers_of_1024)
{
	CHECK(bytes_of("5.6 GB", 1) == INT64_C(6012954214));
	CHECK(bytes_of("1.5GiB", 1) == INT64_C(1610612736));
	CHECK(bytes_of("512m", 1) == INT64_C(512) << 20);
	CHECK(bytes_of("4096 MB", 1) == INT64_C(4) << 30);
	CHECK(bytes_of("2,048 bytes", 1) == 2048);
	CHECK(bytes_of("7 B", 1) == 7);
	CHECK(bytes_of("2t", 1) == INT64_C(2) << 40);
	CHECK(bytes_of(" 896 ", 1 << 20) == INT64_C(896) << 20);
	CHECK(bytes_of("0", 1) == 0);
}

TEST(quantity_bytes_refuses_what_is_none)
{
	CHECK(bytes_of("", 1) == -1);
	CHECK(bytes_of("GB", 1) == -1);
	CHECK(bytes_of("-1g", 1) == -1);
	CHECK(bytes_of("5 parsecs", 1) == -1);
	CHECK(bytes_of("1e30", 1) == -1);
	CHECK(bytes_of("99999999999999999999 PB", 1) == -1);
}

TEST(quantity_ms_reads_words_and_clocks)
{
	CHECK(ms_of("120s", 1) == 120000);
	CHECK(ms_of("1500 ms", 1) == 1500);
	CHECK(ms_of("2 secs", 1) == 2000);
	CHECK(ms_of("5 min", 1) == 300000);
	CHECK(ms_of("5m", 1) == 300000);
	CHECK(ms_of("1h", 1) == 3600000);
	CHECK(ms_of("00:01:30", 1) == 90000);
	CHECK(ms_of("02:05", 1) == 125000);
	CHECK(ms_of("120 seconds", 1) == 120000);
	CHECK(ms_of("0.5 s", 1) == 500);
	CHECK(ms_of("120", 1000) == 120000);
	CHECK(ms_of("800", 1) == 800);
	CHECK(ms_of("soon", 1) == -1);
	CHECK(ms_of("1:2:3:4", 1) == -1);
	CHECK(ms_of("", 1) == -1);
}

static void check_bytes(int64_t value, const char *want)
{
	struct buf out = BUF_INIT(256);

	quantity_show_bytes(&out, value);
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

TEST(quantity_shows_bytes_for_people)
{
	check_bytes(0, "0 B");
	check_bytes(512, "512 B");
	check_bytes(INT64_C(896) << 20, "896 MB");
	check_bytes(INT64_C(1395864371), "1.3 GB");
	check_bytes(INT64_C(4) << 30, "4 GB");
	/* Never "1024 MB". */
	check_bytes((INT64_C(1) << 30) - 1, "1 GB");
	check_bytes(INT64_MAX, "8192 PB");
}

static void check_ms(int64_t value, const char *want)
{
	struct buf out = BUF_INIT(256);

	quantity_show_ms(&out, value);
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

TEST(quantity_shows_durations_for_people)
{
	check_ms(350, "350 ms");
	check_ms(2500, "2.5 s");
	check_ms(59999, "59 s");
	check_ms(126000, "2 min 6 s");
	check_ms(3840000, "1 h 4 min");
}

static void check_conf(int64_t value, const char *want)
{
	struct buf out = BUF_INIT(256);

	quantity_conf_bytes(&out, value);
	CHECK_STR(buf_str(&out), str_from(want));
	buf_release(&out);
}

TEST(quantity_conf_rounds_up_to_mib)
{
	check_conf(INT64_C(1536) << 20, "1536m");
	check_conf(INT64_C(2) << 30, "2g");
	check_conf((INT64_C(1) << 20) + 1, "2m");
	check_conf(1, "1m");
}

#include "base/base.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/path.h"
#include "base/str.h"
#include "tests/unit/test.h"

TEST(str_find_at_every_offset)
{
	char text[80];
	const struct str needle = STR("iagnostics");

	for (size_t at = 0; at + needle.len <= sizeof(text); at++) {
		memset(text, 'i', sizeof(text));
		memcpy(text + at, needle.ptr, needle.len);
		CHECK(str_find((struct str){ text, sizeof(text) }, needle) == (ptrdiff_t)at);
		/* One byte short of it, the needle is not there. */
		CHECK(str_find((struct str){ text, at + needle.len - 1 }, needle) == -1);
	}
}

TEST(str_find_in_too_little)
{
	CHECK(str_find(STR("ab"), STR("abc")) == -1);
	CHECK(str_find(STR(""), STR("a")) == -1);
	CHECK(str_find(STR("abc"), STR("")) == 0);
}

TEST(str_count_of_long_and_short)
{
	char text[5000];

	memset(text, '\n', sizeof(text));
	for (size_t len = 0; len < sizeof(text); len += 37)
		CHECK(str_count((struct str){ text, len }, '\n') == len);
	CHECK(str_count(STR("a\nb"), 'x') == 0);
}

TEST(str_cut_without_separator_gives_whole)
{
	struct str head, tail;

	CHECK(!str_cut(STR("abc"), '=', &head, &tail));
	CHECK_STR(head, STR("abc"));
	CHECK(!tail.len);
}

TEST(str_to_u64_refuses_what_is_no_number)
{
	uint64_t v;

	CHECK(str_to_u64(STR("18446744073709551615"), &v) && v == UINT64_MAX);
	CHECK(!str_to_u64(STR("18446744073709551616"), &v));
	CHECK(!str_to_u64(STR("12x"), &v));
	CHECK(!str_to_u64(STR(""), &v));
}

TEST(buf_stops_at_its_ceiling)
{
	struct buf b = BUF_INIT(8);

	CHECK(buf_add(&b, STR("12345678")));
	CHECK(!buf_add_char(&b, '9'));
	CHECK_STR(buf_str(&b), STR("12345678"));
	buf_consume(&b, 3);
	CHECK_STR(buf_str(&b), STR("45678"));
	buf_release(&b);
}

TEST(path_parts_at_either_separator)
{
	CHECK_STR(path_directory(STR("a.tar.gz!app/stderr")), STR("a.tar.gz!app"));
	CHECK_STR(path_name(STR("a.tar.gz!app/stderr")), STR("stderr"));
	CHECK_STR(path_directory(STR("a.tar.gz!stderr")), STR("a.tar.gz"));
	CHECK_STR(path_directory(STR("stderr")), STR(""));
	CHECK_STR(path_name(STR("stderr")), STR("stderr"));
	CHECK_STR(path_name(STR("logs/")), STR(""));
}

TEST(str_hash_is_fnv_1a)
{
	/* The published values of the 64-bit function. */
	CHECK(str_hash(STR_HASH_BASIS, STR("")) == UINT64_C(0xcbf29ce484222325));
	CHECK(str_hash(STR_HASH_BASIS, STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	CHECK(str_hash(STR_HASH_BASIS, STR("foobar")) == UINT64_C(0x85944171f73967e8));
}

TEST(array_keeps_what_it_holds)
{
	int *items = NULL;
	size_t count = 0, capacity = 0;
	bool same = true;

	for (int i = 0; i < 1000; i++) {
		items = array_grow(items, count, &capacity, sizeof(*items));
		items[count++] = i;
	}
	items = array_reserve(items, count, 5000, &capacity, sizeof(*items));
	CHECK(capacity >= 6000);
	for (int i = 0; i < 1000; i++)
		same &= items[i] == i;
	CHECK(same);
	free(items);
}

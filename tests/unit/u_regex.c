#include "base/base.h"
#include "patterns/regex.h"
#include "tests/unit/test.h"

static enum regex_result search(const char *source, struct str text, size_t *begin, size_t *end)
{
	struct regex_error error;
	struct regex *r = regex_new(str_from(source), &error);
	struct regex_scratch *s = regex_scratch_new();
	enum regex_result result;

	CHECK(r != NULL);
	(void)regex_optimise(r);
	result = regex_search(r, s, text, 0);
	if (result == REGEX_YES)
		CHECK(regex_group(s, 0, begin, end));
	regex_scratch_free(s);
	regex_free(r);
	return result;
}

TEST(regex_invalid_says_where)
{
	struct regex_error error = { .offset = 0 };

	CHECK(!regex_new(STR("abc(def"), &error));
	CHECK(error.offset == 7);
	CHECK(strlen(error.message) > 0);
}

TEST(regex_refuses_utf_mode)
{
	struct regex_error error;

	CHECK(!regex_new(STR("(*UTF)a"), &error));
}

TEST(regex_refuses_too_many_groups)
{
	struct regex_error error;
	char source[64 * 3 + 1] = "";

	for (size_t i = 0; i < 64; i++)
		memcpy(source + 3 * i, "(a)", 3);
	CHECK(!regex_new((struct str){ source, sizeof(source) - 1 }, &error));
}

TEST(regex_anchors_are_lines_and_dot_stays_in_one)
{
	size_t begin = 0, end = 0;

	CHECK(search("^two.*$", STR("one\ntwo three\nfour"), &begin, &end) == REGEX_YES);
	CHECK(begin == 4 && end == 13);
	CHECK(search("one.two", STR("one\ntwo"), &begin, &end) == REGEX_NO);
}

TEST(regex_any_bytes)
{
	size_t begin = 0, end = 0;

	CHECK(search("a.b",
		     STR("\xff\0a\xc3"
			 "b"),
		     &begin, &end) == REGEX_YES);
	CHECK(begin == 2 && end == 5);
	CHECK(search("x?", (struct str){ NULL, 0 }, &begin, &end) == REGEX_YES);
}

TEST(regex_one_name_for_two_groups)
{
	struct regex_error error;
	struct regex *r = regex_new(STR("a(?<n>1)|b(?<n>2)"), &error);
	struct regex_scratch *s = regex_scratch_new();
	uint32_t first, second;
	size_t begin, end;

	CHECK(regex_name_count(r) == 2);
	CHECK_STR(regex_name(r, 0, &first), STR("n"));
	CHECK_STR(regex_name(r, 1, &second), STR("n"));
	CHECK(regex_search(r, s, STR("b2"), 0) == REGEX_YES);
	CHECK(!regex_group(s, first, &begin, &end));
	CHECK(regex_group(s, second, &begin, &end) && begin == 1 && end == 2);
	CHECK(regex_search(r, s, STR("b2"), 1) == REGEX_NO);
	CHECK(regex_search(r, s, STR("b2"), 3) == REGEX_NO);
	regex_scratch_free(s);
	regex_free(r);
}

TEST(regex_reset_begin_does_not_pass_the_end)
{
	size_t begin = 0, end = 0;

	CHECK(search("a\\Kb", STR("ab"), &begin, &end) == REGEX_YES);
	CHECK(begin == 1 && end == 2);
}

TEST(regex_runaway_ends_at_a_limit)
{
	size_t begin, end;
	char text[64];

	memset(text, 'a', sizeof(text));
	/* Without its last byte the regex would be given up at once. */
	memcpy(text + sizeof(text) - 2, "cb", 2);
	CHECK(search("(a|aa)+$b", (struct str){ text, sizeof(text) }, &begin, &end) == REGEX_LIMIT);
}

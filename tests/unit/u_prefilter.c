#include "base/base.h"
#include "patterns/prefilter.h"
#include "tests/unit/test.h"

struct counter {
	struct prefilter_sink sink;
	size_t count, last_end;
	uint32_t last_index;
};

static void count_found(struct prefilter_sink *sink, uint32_t index, size_t end)
{
	struct counter *c = (struct counter *)sink;

	c->count++;
	c->last_index = index;
	c->last_end = end;
}

static void check_scan(const struct prefilter *p)
{
	struct counter c = { .sink.found = count_found };

	prefilter_scan(p, STR("a zebra, a giraffe"), &c.sink);
	CHECK(c.count == 2 && c.last_index == 1 && c.last_end == 18);
	prefilter_scan(p, STR(""), &c.sink);
	CHECK(c.count == 2);
}

TEST(prefilter_finds_each_literal)
{
	const struct str literals[] = { STR(" zebra"), STR("giraffe") };
	struct prefilter *p = prefilter_new(literals, ARRAY_LEN(literals));

	check_scan(p);
	prefilter_free(p);
}

/* Wherever it lies in a block, and whatever its length. */
TEST(prefilter_finds_every_alignment)
{
	const struct str literals[] = { STR("zebra-"), STR("giraffe"), STR("antelope") };
	struct prefilter *p = prefilter_new(literals, ARRAY_LEN(literals));
	char block[64];

	for (size_t which = 0; which < ARRAY_LEN(literals); which++) {
		for (size_t at = 0; at + literals[which].len <= sizeof(block); at++) {
			struct counter c = { .sink.found = count_found };

			memset(block, '.', sizeof(block));
			memcpy(block + at, literals[which].ptr, literals[which].len);
			prefilter_scan(p, (struct str){ block, sizeof(block) }, &c.sink);
			CHECK(c.count == 1 && c.last_index == which);
			CHECK(c.last_end == at + literals[which].len);
		}
	}
	prefilter_free(p);
}

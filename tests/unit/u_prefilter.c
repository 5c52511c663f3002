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
	struct prefilter_scratch *s = prefilter_scratch_new(p);
	struct counter c = { .sink.found = count_found };

	prefilter_scan(p, s, STR("a zebra, a giraffe"), &c.sink);
	CHECK(c.count == 2 && c.last_index == 1 && c.last_end == 18);
	prefilter_scan(p, s, STR(""), &c.sink);
	CHECK(c.count == 2);
	prefilter_scratch_free(s);
}

TEST(prefilter_finds_each_literal)
{
	const struct str literals[] = { STR(" zebra"), STR("giraffe") };
	struct prefilter *p = prefilter_new(literals, ARRAY_LEN(literals));

	check_scan(p);
	prefilter_free(p);
}

TEST(prefilter_saved_and_loaded_finds_the_same)
{
	const struct str literals[] = { STR(" zebra"), STR("giraffe") };
	struct prefilter *made = prefilter_new(literals, ARRAY_LEN(literals)), *loaded;
	struct buf bytes = BUF_INIT(1 << 20);

	CHECK(prefilter_save(made, &bytes));
	CHECK(bytes.len > 0);
	loaded = prefilter_load(buf_str(&bytes));
	CHECK(loaded != NULL);
	if (loaded)
		check_scan(loaded);
	prefilter_free(loaded);
	prefilter_free(made);
	buf_release(&bytes);
}

TEST(prefilter_refuses_damaged_bytes)
{
	const struct str literals[] = { STR(" zebra"), STR("giraffe") };
	struct prefilter *made = prefilter_new(literals, ARRAY_LEN(literals));
	struct buf bytes = BUF_INIT(1 << 20);

	CHECK(prefilter_save(made, &bytes));
	CHECK(!prefilter_load((struct str){ bytes.ptr, bytes.len / 2 }));
	bytes.ptr[bytes.len / 2] = (char)(bytes.ptr[bytes.len / 2] ^ 1);
	CHECK(!prefilter_load(buf_str(&bytes)));
	prefilter_free(made);
	buf_release(&bytes);
}

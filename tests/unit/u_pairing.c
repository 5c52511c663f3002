#include "base/base.h"
#include "diagnose/pairing.h"
#include "tests/unit/test.h"

#define ITEM(name, number)                                                                 \
	{                                                                                  \
		.key = { name, sizeof(name) - 1 }, .id = (number), .partner = PAIRING_NONE \
	}

TEST(pairing_as_many_on_both_sides_go_in_order)
{
	struct pairing_item a[] = { ITEM("x", 4), ITEM("y", 1), ITEM("x", 2) };
	struct pairing_item b[] = { ITEM("x", 7), ITEM("x", 9), ITEM("z", 1) };

	pairing_run((struct pairing_side){ a, 3 }, (struct pairing_side){ b, 3 });
	CHECK(a[2].partner == 0 && a[0].partner == 1);
	CHECK(b[0].partner == 2 && b[1].partner == 0);
	CHECK(a[1].partner == PAIRING_NONE && b[2].partner == PAIRING_NONE);
}

TEST(pairing_by_number_where_one_side_has_more)
{
	struct pairing_item a[] = { ITEM("x", 0), ITEM("x", 2), ITEM("x", 5) };
	struct pairing_item b[] = { ITEM("x", 5), ITEM("x", 0) };

	pairing_run((struct pairing_side){ a, 3 }, (struct pairing_side){ b, 2 });
	CHECK(a[0].partner == 1 && a[1].partner == PAIRING_NONE && a[2].partner == 0);
	CHECK(b[0].partner == 2 && b[1].partner == 0);
}

TEST(pairing_leaves_what_cannot_be_told_apart)
{
	struct pairing_item a[] = { ITEM("x", 0), ITEM("x", 2), ITEM("x", 5) };
	struct pairing_item b[] = { ITEM("x", 6), ITEM("x", 0) };

	pairing_run((struct pairing_side){ a, 3 }, (struct pairing_side){ b, 2 });
	for (size_t i = 0; i < 3; i++)
		CHECK(a[i].partner == PAIRING_NONE);
}

TEST(pairing_again_with_coarser_keys_keeps_what_is_paired)
{
	struct pairing_item a[] = { ITEM("x", 0), ITEM("y", 1) };
	struct pairing_item b[] = { ITEM("z", 0), ITEM("y", 1) };

	pairing_run((struct pairing_side){ a, 2 }, (struct pairing_side){ b, 2 });
	a[0].key = b[0].key = STR("y");
	pairing_run((struct pairing_side){ a, 2 }, (struct pairing_side){ b, 2 });
	CHECK(a[0].partner == 0 && a[1].partner == 1);
}

struct seen {
	size_t keys, before, after;
	struct str last;
};

static void see(void *context, const struct pairing_rest *rest)
{
	struct seen *s = context;

	CHECK(!s->keys || str_compare(s->last, rest->key) < 0);
	s->keys++;
	s->before += rest->before_count;
	s->after += rest->after_count;
	s->last = rest->key;
}

TEST(pairing_rest_is_told_by_key)
{
	struct pairing_item a[] = { ITEM("x", 0), ITEM("p", 1), ITEM("x", 2), ITEM("d", 3) };
	struct pairing_item b[] = { ITEM("q", 0), ITEM("p", 1) };
	struct seen seen = { 0 };

	pairing_run((struct pairing_side){ a, 4 }, (struct pairing_side){ b, 2 });
	pairing_rest((struct pairing_side){ a, 4 }, (struct pairing_side){ b, 2 }, see, &seen);
	CHECK(seen.keys == 3 && seen.before == 3 && seen.after == 1);
	CHECK_STR(seen.last, STR("x"));
}

TEST(pairing_of_nothing)
{
	struct seen seen = { 0 };

	pairing_run((struct pairing_side){ 0 }, (struct pairing_side){ 0 });
	pairing_rest((struct pairing_side){ 0 }, (struct pairing_side){ 0 }, see, &seen);
	CHECK(!seen.keys);
}

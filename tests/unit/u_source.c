#include "base/base.h"
#include "parsers/source.h"

#include "base/limits.h"
#include "parsers/meter.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

static struct str read_all(struct source *s, char *into, size_t capacity)
{
	return (struct str){ into, source_read_full(s, into, capacity) };
}

/* Numbers without end; `left` reads, then damage. */
struct endless {
	struct source source; /* first member */
	size_t left;
	unsigned char next;
	bool *closed;
};

static size_t endless_read(struct source *s, char *into, size_t capacity)
{
	struct endless *e = (struct endless *)s;

	if (!e->left) {
		source_degrade(s, GRADE_PARTIAL, "broke off");
		return 0;
	}
	e->left--;
	for (size_t i = 0; i < capacity; i++)
		into[i] = (char)e->next++;
	return capacity;
}

static void endless_close(struct source *s)
{
	*((struct endless *)s)->closed = true;
	free(s);
}

static const struct source_ops endless_ops = { .read = endless_read, .close = endless_close };

static struct source *endless(size_t reads, bool *closed)
{
	struct endless *e = calloc(1, sizeof(*e));

	if (!e)
		die_no_memory();
	e->source.ops = &endless_ops;
	e->left = reads;
	e->closed = closed;
	return &e->source;
}

TEST(source_memory)
{
	struct source *s = source_from_memory(STR("abcdef"));
	char got[8];

	CHECK(s->size_bytes == 6);
	CHECK_STR(((struct str){ got, source_read(s, got, 4) }), STR("abcd"));
	CHECK(s->read_bytes == 4);
	CHECK_STR(((struct str){ got, s->ops->read_at(s, 1, got, 3) }), STR("bcd"));
	CHECK(s->ops->read_at(s, 6, got, 1) == 0);
	CHECK(s->ops->read_at(s, UINT64_MAX, got, 1) == 0);
	CHECK_STR(((struct str){ got, source_read(s, got, 8) }), STR("ef"));
	CHECK(source_read(s, got, 8) == 0);
	CHECK(s->grade == GRADE_OK);
	source_close(s);
}

TEST(source_degrade_never_raises)
{
	struct source *s = source_from_memory(STR(""));

	source_degrade(s, GRADE_SKIPPED, "first %d", 1);
	source_degrade(s, GRADE_PARTIAL, "second");
	source_degrade(s, GRADE_SKIPPED, "third");
	CHECK(s->grade == GRADE_SKIPPED);
	CHECK_STR(str_from(s->note), STR("first 1"));
	source_close(s);
}

TEST(source_head_is_put_back)
{
	struct source *s = source_with_head(STR("he"), source_from_memory(STR("llo")));
	char got[8];

	CHECK_STR(read_all(s, got, sizeof(got)), STR("hello"));
	source_close(s);
}

TEST(source_slice_leaves_the_rest)
{
	struct source *s = source_from_memory(STR("abcdef"));
	struct source *part = source_slice(s, 4);
	char got[8];

	CHECK_STR(read_all(part, got, sizeof(got)), STR("abcd"));
	CHECK(part->grade == GRADE_OK);
	source_close(part);
	part = source_slice(s, UINT64_MAX);
	CHECK_STR(read_all(part, got, sizeof(got)), STR("ef"));
	CHECK(part->grade == GRADE_OK);
	source_close(part);
	source_close(s);
}

TEST(source_slice_says_what_is_missing)
{
	struct source *s = source_from_memory(STR("abc"));
	struct source *part = source_slice(s, 5);
	char got[8];

	CHECK_STR(read_all(part, got, sizeof(got)), STR("abc"));
	CHECK(part->grade == GRADE_PARTIAL);
	CHECK_STR(str_from(part->note), STR("truncated, 2 bytes are missing"));
	source_close(part);
	source_close(s);
}

TEST(source_reads_a_pipe_that_would_block)
{
	int ends[2];
	struct source *s;
	char got[8];

	CHECK(!pipe2(ends, O_NONBLOCK));
	CHECK(write(ends[1], "abc", 3) == 3);
	s = source_from_fd(ends[0], 0, false);
	CHECK_STR(((struct str){ got, source_read(s, got, 8) }), STR("abc"));
	close(ends[1]);
	CHECK(source_read(s, got, 8) == 0);
	CHECK(s->grade == GRADE_OK);
	source_close(s);
}

TEST(source_read_error_is_no_end)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);
	struct source *s = source_from_fd(fd, 0, false);
	char got[8];

	CHECK(source_read(s, got, 8) == 0);
	CHECK(s->grade == GRADE_FAILED);
	source_close(s);
}

TEST(source_read_ahead_keeps_order_and_grade)
{
	bool closed = false, in_order = true;
	struct source *s = source_read_ahead(endless(100, &closed));
	unsigned char next = 0;
	char got[1000];
	uint64_t total = 0;
	size_t n;

	while ((n = source_read(s, got, sizeof(got))) > 0) {
		total += n;
		for (size_t i = 0; i < n; i++)
			in_order &= (unsigned char)got[i] == next++;
	}
	CHECK(in_order);
	CHECK(total == 100ull * LIMIT_READ_BYTES);
	CHECK(s->grade == GRADE_PARTIAL);
	CHECK_STR(str_from(s->note), STR("broke off"));
	CHECK(source_read(s, got, sizeof(got)) == 0);
	source_close(s);
	CHECK(closed);
}

/* Blocks that are lent and pieces that are copied out come in one order. */
TEST(source_read_ahead_lends)
{
	bool closed = false, in_order = true;
	struct source *s = source_read_ahead(endless(50, &closed));
	char *room = malloc(LIMIT_READ_BYTES);
	unsigned char next = 0;
	char got[1000];
	struct str lent;
	uint64_t total = 0;

	CHECK(room != NULL);
	do {
		lent = source_lend(s, room);
		for (size_t i = 0; i < lent.len; i++)
			in_order &= (unsigned char)lent.ptr[i] == next++;
		total += lent.len;
		lent = (struct str){ got, source_read(s, got, sizeof(got)) };
		for (size_t i = 0; i < lent.len; i++)
			in_order &= (unsigned char)lent.ptr[i] == next++;
		total += lent.len;
	} while (lent.len);
	CHECK(in_order);
	CHECK(total == 50ull * LIMIT_READ_BYTES && s->read_bytes == total);
	CHECK(s->grade == GRADE_PARTIAL);
	CHECK(!source_lend(s, room).len);
	source_close(s);
	free(room);
	CHECK(closed);
}

TEST(source_lend_reads_where_nothing_is_lent)
{
	struct source *s = source_from_memory(STR("abc"));
	char room[LIMIT_READ_BYTES];

	CHECK_STR(source_lend(s, room), STR("abc"));
	CHECK(!source_lend(s, room).len && s->read_bytes == 3);
	source_close(s);
}

TEST(source_read_ahead_closed_early)
{
	char got[10];

	for (size_t reads = 0; reads < 12; reads++) {
		bool closed = false;
		struct source *s = source_read_ahead(endless(SIZE_MAX, &closed));

		for (size_t i = 0; i < reads; i++)
			CHECK(source_read(s, got, sizeof(got)) == sizeof(got));
		source_close(s);
		CHECK(closed);
	}
}

static size_t zeros_read(struct source *s, char *into, size_t capacity)
{
	(void)s;
	(void)into;
	return capacity;
}

static const struct source_ops zeros_ops = { .read = zeros_read, .close = endless_close };

TEST(source_meter_ends_what_expands_too_much)
{
	bool closed = false;
	struct source *packed = source_from_memory(STR("tiny"));
	struct meter m = { .root = packed };
	struct source *bomb = endless(0, &closed), *s = meter_open(&m, bomb, packed);
	char *block = calloc(1, LIMIT_READ_BYTES);
	uint64_t total = 0;
	size_t n;

	bomb->ops = &zeros_ops;
	while (total < LIMIT_INPUT_BYTES / 64 && (n = source_read(s, block, LIMIT_READ_BYTES)) > 0)
		total += n;
	CHECK(total > LIMIT_EXPANSION_FLOOR_BYTES);
	CHECK(total <= (uint64_t)LIMIT_EXPANSION_RATIO * (2 * LIMIT_READ_BYTES));
	CHECK(s->grade == GRADE_PARTIAL);
	CHECK(m.spent);
	CHECK_STR(str_from(m.tripped), STR("limit-expansion"));
	source_close(s);
	/* What is opened next of this input gives nothing, and says why. */
	s = meter_open(&m, source_from_memory(STR("more")), packed);
	CHECK(source_read(s, block, 4) == 0);
	CHECK(s->grade == GRADE_PARTIAL);
	source_close(s);
	source_close(packed);
	free(block);
}

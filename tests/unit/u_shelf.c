#include "base/base.h"
#include "parsers/shelf.h"

#include "base/limits.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

/* A decoder that changes nothing and counts how often it begins. */
static unsigned begun;

static struct source *begin(struct source *below)
{
	begun++;
	return below;
}

static const struct bookmark_kind counting = { .open = begin };

enum { NUMBER_BYTES = 16 };

/* Numbers, 64 MiB of them: the file is sparse but for those that are looked at. */
static struct bookmark *numbers(struct shelf *shelf)
{
	char path[] = "/tmp/sparkdx-shelf-XXXXXX";
	int fd = mkstemp(path);
	struct bookmark *file = bookmark_of_fd(fd, shelf);
	struct bookmark *b = bookmark_of_decoder(file, &counting);

	CHECK(fd >= 0 && !ftruncate(fd, 64 << 20));
	for (off_t at = 0; at < 64 << 20; at += 1 << 20) {
		char text[NUMBER_BYTES + 1];

		(void)snprintf(text, sizeof(text), "%016jx", (intmax_t)at);
		CHECK(pwrite(fd, text, NUMBER_BYTES, at) == NUMBER_BYTES);
	}
	close(fd);
	unlink(path);
	bookmark_release(file);
	return b;
}

static void look(struct bookmark *b, uint64_t mib)
{
	struct source *s = bookmark_open(b, mib << 20);
	char want[NUMBER_BYTES + 1], got[NUMBER_BYTES + 1] = "";

	(void)snprintf(want, sizeof(want), "%016" PRIx64, mib << 20);
	CHECK(source_read_full(s, got, NUMBER_BYTES) == NUMBER_BYTES);
	CHECK_STR(str_from(got), str_from(want));
	source_close(s);
}

TEST(shelf_goes_on_where_one_stood)
{
	struct shelf *shelf = shelf_new(NULL);
	struct bookmark *b = numbers(shelf);

	begun = 0;
	look(b, 30);
	look(b, 31);
	look(b, 50);
	CHECK(begun == 1);
	/* What is kept to look back. */
	look(b, 45);
	look(b, 36);
	CHECK(begun == 1);
	look(b, 20);
	CHECK(begun == 2);
	look(b, 63);
	look(b, 0);
	CHECK(begun == 3);
	bookmark_release(b);
	shelf_release(shelf);
}

TEST(shelf_begins_at_the_nearest_point)
{
	struct shelf *shelf = shelf_new(NULL);
	struct bookmark *b = numbers(shelf);

	CHECK(!bookmark_point_due(b, 1 << 20, 16 << 20));
	CHECK(bookmark_point_due(b, 16 << 20, 16 << 20));
	bookmark_add_point(b, (struct restart_point){ 16 << 20, 16 << 20, NULL });
	bookmark_add_point(b, (struct restart_point){ 48 << 20, 48 << 20, NULL });
	CHECK(bookmark_point(b, (16 << 20) - 1).offset == 0);
	CHECK(bookmark_point(b, 16 << 20).offset == 16 << 20);
	CHECK(bookmark_point(b, 63 << 20).offset == 48 << 20);
	begun = 0;
	look(b, 3);
	/* Going on would decode more than the point does. */
	look(b, 20);
	CHECK(begun == 2);
	look(b, 47);
	CHECK(begun == 2);
	bookmark_release(b);
	shelf_release(shelf);
}

TEST(shelf_has_few_places)
{
	struct shelf *shelf = shelf_new(NULL);
	struct bookmark *b[SHELF_PLACES + 1];

	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		b[i] = numbers(shelf);
	begun = 0;
	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		look(b[i], 5);
	CHECK(begun == ARRAY_LEN(b));
	look(b[SHELF_PLACES], 6);
	look(b[1], 6);
	CHECK(begun == ARRAY_LEN(b));
	look(b[0], 6);
	CHECK(begun == ARRAY_LEN(b) + 1);
	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		bookmark_release(b[i]);
	shelf_release(shelf);
}

/* Two streams made from one: whoever comes second gets what the first one read, where it stands. */
TEST(shelf_takes_apart_what_stands_above)
{
	struct shelf *shelf = shelf_new(NULL);
	struct bookmark *whole = numbers(shelf), *first = bookmark_of_decoder(whole, &counting);
	struct bookmark *part = bookmark_of_part(whole, 8 << 20);
	struct bookmark *second = bookmark_of_decoder(part, &counting);
	struct source *s;
	char got[NUMBER_BYTES + 1] = "";

	begun = 0;
	look(first, 7);
	CHECK(begun == 2);
	s = bookmark_open(second, 1 << 20);
	CHECK(source_read_full(s, got, NUMBER_BYTES) == NUMBER_BYTES);
	CHECK_STR(str_from(got), STR("0000000000900000"));
	source_close(s);
	CHECK(begun == 3);
	bookmark_release(second);
	bookmark_release(part);
	bookmark_release(first);
	bookmark_release(whole);
	shelf_release(shelf);
}

TEST(shelf_keeps_nothing_that_was_cancelled)
{
	volatile sig_atomic_t cancel = 0;
	struct shelf *shelf = shelf_new(&cancel);
	struct bookmark *b = numbers(shelf);
	struct source *s;
	char byte;

	begun = 0;
	s = bookmark_open(b, 1 << 20);
	cancel = 1;
	source_skip(s, UINT64_MAX);
	CHECK(!source_read(s, &byte, 1));
	CHECK_STR(str_from(s->note), STR("reading was stopped here"));
	source_close(s);
	cancel = 0;
	look(b, 40);
	CHECK(begun == 2);
	bookmark_release(b);
	shelf_release(shelf);
}

#include "base/base.h"
#include "parsers/bookmark.h"

#include "base/buf.h"
#include "base/limits.h"
#include "parsers/walk.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <unistd.h>

enum { LINES = 400000 };

/* Lines that tell where they stand, in files made by the system's own programs. */
struct seen {
	struct walk_visitor visitor; /* first member */
	struct bookmark *bookmark;
	uint64_t bytes;
};

static void leaf(struct walk_visitor *self, const struct leaf *l)
{
	struct seen *s = (struct seen *)self;

	source_skip(l->source, UINT64_MAX);
	s->bytes = l->source->read_bytes;
	if (str_find(l->path, STR("wanted")) >= 0)
		s->bookmark = bookmark_keep(l->source->bookmark);
}

static void report(struct walk_visitor *self, const struct walk_report *r)
{
	(void)self;
	(void)r;
}

static bool run(const char *directory, const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "cd %s && %s", directory, command);
	return system(line) == 0;
}

static struct bookmark *bookmark_in(const char *path, const char *name)
{
	struct diag_sink quiet = { .emit = NULL };
	struct seen seen = { .visitor = { leaf, report } };
	struct walk_input input = { .path = str_from(path),
				    .name = str_from(name),
				    .reopen = true };

	walk_input(&input, &seen.visitor, &quiet);
	return seen.bookmark;
}

static void check_offsets(const struct bookmark *b)
{
	static const uint64_t lines[] = { 0, 1, 250000, 349525, 349526, 399999 };

	CHECK(b != NULL);
	for (size_t i = 0; b && i < ARRAY_LEN(lines); i++) {
		struct source *s = bookmark_open(b, lines[i] * 96);
		char want[128], got[97] = "";

		(void)snprintf(want, sizeof(want), "26/11/23 14:02:50 INFO Line: %09d ",
			       (int)lines[i]);
		source_read_full(s, got, strlen(want));
		CHECK_STR(str_from(got), str_from(want));
		source_close(s);
	}
}

static void make_lines(const char *directory)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/wanted", directory);
	f = fopen(path, "w");
	for (int i = 0; f && i < LINES; i++)
		fprintf(f, "26/11/23 14:02:50 INFO Line: %09d %-56d\n", i, i % 13 * 7919);
	CHECK(f && !fclose(f));
}

TEST(bookmark_reopens_what_is_packed)
{
	static const struct {
		const char *name, *command;
	} rows[] = {
		{ "wanted", "true" },
		{ "wanted.gz", "gzip -1k wanted" },
		{ "wanted.zst", "zstd -q1 wanted" },
		{ "t.tar", "printf x > a && tar cf t.tar a wanted" },
		{ "t.tar.gz", "tar czf t.tar.gz a wanted" },
		{ "t2.tar", "tar cf t2.tar a wanted.gz" },
	};
	char directory[] = "/tmp/sparkdx-unit-XXXXXX", path[256];

	CHECK(mkdtemp(directory) != NULL);
	make_lines(directory);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bookmark *b;

		CHECK(run(directory, rows[i].command));
		(void)snprintf(path, sizeof(path), "%s/%s", directory, rows[i].name);
		b = bookmark_in(path, "in");
		check_offsets(b);
		bookmark_release(b);
	}
	CHECK(run(directory, "rm wanted* a t*.tar* && rmdir \"$PWD\""));
}

TEST(bookmark_refuses_another_file)
{
	char path[] = "/tmp/sparkdx-wanted-XXXXXX";
	int fd = mkstemp(path);
	struct bookmark *b;
	struct source *s;

	CHECK(fd >= 0 && write(fd, "26/11/23 14:02:50 INFO A: b\n", 28) == 28);
	close(fd);
	b = bookmark_in(path, path);
	CHECK(b != NULL);
	CHECK(!truncate(path, 3));
	s = bookmark_open(b, 0);
	CHECK(s->grade == GRADE_FAILED);
	CHECK(str_find(str_from(s->note), STR("replaced or cut")) > 0);
	source_close(s);
	bookmark_release(b);
	unlink(path);
}

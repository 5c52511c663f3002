#include "base/base.h"
#include "parsers/bookmark.h"

#include "base/buf.h"
#include "base/limits.h"
#include "parsers/shelf.h"
#include "parsers/walk.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <unistd.h>

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
	if (s->bytes > 1)
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

static struct bookmark *bookmark_of_input(const char *path, const char *name,
					  enum spool_place place)
{
	struct diag_sink quiet = { .emit = NULL };
	struct seen seen = { .visitor = { leaf, report } };
	struct walk_input input = { .path = str_from(path),
				    .name = str_from(name),
				    .shelf = shelf_new(NULL),
				    .stream = !strcmp(path, "-"),
				    .spool = place };

	walk_input(&input, &seen.visitor, &quiet);
	shelf_release(input.shelf);
	return seen.bookmark;
}

static struct bookmark *bookmark_in(const char *path, const char *name)
{
	return bookmark_of_input(path, name, SPOOL_DISK);
}

/* At, before and behind restart points, forwards and back. */
static void check_offsets(const char *name, struct bookmark *b, unsigned lines)
{
	const unsigned at[] = { lines / 2,	   lines / 2 + 1, 0,
				lines - 1,	   lines * 7 / 8, lines * 7 / 8 - 1,
				lines * 7 / 8 + 2, lines / 2 - 1, 1 };

	CHECK_STR(str_from(b ? name : "no bookmark"), str_from(name));
	for (size_t i = 0; b && i < ARRAY_LEN(at); i++) {
		struct source *s = bookmark_open(b, at[i] * (uint64_t)96);
		char want[128], got[97] = "";

		(void)snprintf(want, sizeof(want), "26/11/23 14:02:50 INFO Line: %09u ", at[i]);
		source_read_full(s, got, strlen(want));
		CHECK_STR(str_from(got), str_from(want));
		source_close(s);
	}
}

static void make_lines(const char *directory, unsigned lines)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/wanted", directory);
	f = fopen(path, "w");
	for (unsigned i = 0; f && i < lines; i++)
		fprintf(f, "26/11/23 14:02:50 INFO Line: %09u %-56u\n", i, i % 13 * 7919);
	CHECK(f && !fclose(f));
}

struct packed {
	const char *name, *command;
};

static void check_packed(const struct packed *rows, size_t count, unsigned lines)
{
	char directory[] = "/tmp/sparkdx-unit-XXXXXX", path[256];

	CHECK(mkdtemp(directory) != NULL);
	make_lines(directory, lines);
	CHECK(run(directory, "printf x > a"));
	for (size_t i = 0; i < count; i++) {
		struct bookmark *b;

		CHECK(run(directory, rows[i].command));
		(void)snprintf(path, sizeof(path), "%s/%s", directory, rows[i].name);
		b = bookmark_in(path, "in");
		check_offsets(rows[i].name, b, lines);
		bookmark_release(b);
	}
	CHECK(run(directory, "rm * && rmdir \"$PWD\""));
}

/* Large enough for the restart points that keep the state of a decoder. */
TEST(bookmark_reopens_between_restart_points)
{
	static const struct packed rows[] = {
		{ "wanted.gz", "gzip -1k wanted" },
		{ "t.tar.gz", "tar -c a wanted | gzip -1 > t.tar.gz" },
		{ "t.zip", "zip -q1 t.zip a wanted" },
	};

	check_packed(rows, ARRAY_LEN(rows), 400000);
}

TEST(bookmark_reopens_what_is_packed)
{
	static const struct packed rows[] = {
		{ "wanted", "true" },
		{ "wanted.gz", "gzip -1k wanted" },
		{ "members.gz", "split -n 7 wanted s. && gzip -1c s.* > members.gz" },
		{ "wanted.zst", "zstd -q1 wanted" },
		{ "frames.zst", "zstd -qc1 s.* > frames.zst" },
		{ "wanted.bz2", "bzip2 -1k wanted" },
		{ "streams.bz2", "bzip2 -1c s.* > streams.bz2" },
		{ "wanted.xz", "xz -0k wanted" },
		{ "wanted.lz4", "lz4 -q1 wanted wanted.lz4" },
		{ "t.tar", "tar cf t.tar a wanted" },
		{ "t.tar.gz", "tar czf t.tar.gz a wanted" },
		{ "t.tar.zst", "tar c a wanted | zstd -q1 > t.tar.zst" },
		{ "t2.tar", "tar cf t2.tar a wanted.gz" },
		{ "t2.tar.gz", "tar czf t2.tar.gz a wanted.gz" },
		{ "t.zip", "zip -q1 t.zip a wanted" },
		{ "stored.zip", "zip -q0 stored.zip a wanted" },
		{ "streamed.zip", "cat wanted | zip -q1 - - > streamed.zip" },
		{ "bzip2.zip", "7z a -bd -tzip -mm=bzip2 bzip2.zip a wanted > out" },
		{ "lzma.zip", "7z a -bd -tzip -mm=lzma -mx1 lzma.zip a wanted > out" },
		{ "gz.zip", "zip -q gz.zip wanted.gz" },
		{ "zip.tar", "tar cf zip.tar a t.zip" },
		{ "tar.gz.zip", "zip -q0 tar.gz.zip t.tar.gz" },
		{ "zip.zip", "zip -q1 zip.zip a t.zip" },
		{ "t.7z", "7z a -bd -mx1 t.7z a wanted > out" },
		{ "7z.tar", "tar cf 7z.tar a t.7z" },
		{ "7z.zip", "zip -q 7z.zip t.7z" },
		{ "hole", "head -c 300000 /dev/zero | cat - wanted > hole" },
		{ "utf16", "(printf '\\377\\376' && iconv -t UTF-16LE wanted) > utf16" },
	};

	check_packed(rows, ARRAY_LEN(rows), 60000);
}

/* What comes by pipe is kept, in a file or in memory. */
TEST(bookmark_keeps_standard_input)
{
	static const struct {
		const char *command;
		enum spool_place place;
	} rows[] = {
		{ "cat wanted", SPOOL_DISK },
		{ "cat wanted", SPOOL_MEMORY },
		{ "gzip -1c wanted", SPOOL_DISK },
		{ "zip -q1 - a wanted", SPOOL_MEMORY },
	};
	char directory[] = "/tmp/sparkdx-unit-XXXXXX";
	int saved = dup(STDIN_FILENO);

	CHECK(mkdtemp(directory) != NULL);
	make_lines(directory, 60000);
	CHECK(run(directory, "printf x > a"));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char line[512];
		struct bookmark *b;
		FILE *from;

		(void)snprintf(line, sizeof(line), "cd %s && %s", directory, rows[i].command);
		from = popen(line, "r");
		CHECK(from && dup2(fileno(from), STDIN_FILENO) == STDIN_FILENO);
		b = bookmark_of_input("-", "wanted", rows[i].place);
		CHECK(from && !pclose(from));
		check_offsets(rows[i].command, b, 60000);
		bookmark_release(b);
	}
	CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
	close(saved);
	CHECK(run(directory, "rm * && rmdir \"$PWD\""));
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

#include "base/base.h"
#include "parsers/zip.h"

#include "base/buf.h"
#include "parsers/codec.h"
#include "tests/unit/test.h"

/* Archives of two stored members, and what becomes of them when something about the first is
 * wrong. u_walk.c and u_bookmark.c have those that real programs write. */
struct zip_walked {
	struct member_visitor visitor; /* first member */
	struct buf out;
};

static bool note_member(struct member_visitor *visitor, const struct member *m)
{
	struct zip_walked *w = (struct zip_walked *)visitor;
	char bytes[64];
	size_t n = source_read_full(m->source, bytes, sizeof(bytes));

	CHECK(source_read(m->source, bytes, 1) == 0);
	CHECK(buf_addf(&w->out, STR_FMT " %d '%.*s' %s\n", STR_ARG(m->name), (int)m->source->grade,
		       (int)n, bytes, m->source->note));
	return true;
}

static void le(struct buf *b, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		CHECK(buf_add_char(b, (char)(value >> (8 * i))));
}

struct zip_shape {
	const char *what;
	unsigned flags, method, size_bytes; /* of each size in the descriptor; 0: there is none */
	int size_error, checksum_error;
	const char *want;
};

static void add_member(struct buf *b, const char *name, const char *text, struct zip_shape s)
{
	size_t len = strlen(text);
	uint32_t checksum = codec_checksum(0, text, len) + (uint32_t)s.checksum_error;
	bool behind = s.flags & 8;
	uint64_t size = behind ? 0 : len + (size_t)s.size_error;

	CHECK(buf_add(b, STR("PK\3\4")));
	le(b, 20, 2);
	le(b, s.flags, 2);
	le(b, s.method, 2);
	le(b, 0, 4);
	le(b, behind ? 0 : checksum, 4);
	le(b, size, 4);
	le(b, size, 4);
	le(b, strlen(name), 2);
	le(b, 0, 2);
	CHECK(buf_add(b, str_from(name)) && buf_add(b, str_from(text)));
	if (!behind)
		return;
	CHECK(buf_add(b, STR("PK\7\10")));
	le(b, checksum, 4);
	le(b, len, (int)s.size_bytes);
	le(b, len, (int)s.size_bytes);
}

static void walk_archive(struct str bytes, struct zip_walked *w, struct source **source)
{
	*w = (struct zip_walked){ .visitor = { note_member }, .out = BUF_INIT(4096) };
	*source = source_from_memory(bytes);
	zip_walk(*source, &w->visitor);
}

static void add_directory(struct buf *b)
{
	CHECK(buf_add(b, STR("PK\1\2 and so on")));
}

TEST(zip_members_however_they_are_written)
{
	static const struct zip_shape shapes[] = {
		{ .what = "sizes in front", .want = "a 0 'first PK7' \nb 0 'second' \n" },
		{ .what = "sizes behind",
		  .flags = 8,
		  .size_bytes = 4,
		  .want = "a 0 'first PK7' \nb 0 'second' \n" },
		{ .what = "sizes of 8 bytes behind",
		  .flags = 8,
		  .size_bytes = 8,
		  .want = "a 0 'first PK7' \nb 0 'second' \n" },
		{ .what = "encrypted", .flags = 1, .want = "a 2 '' encrypted\nb 0 'second' \n" },
		{ .what = "encrypted, sizes behind",
		  .flags = 9,
		  .size_bytes = 4,
		  .want = "a 2 '' encrypted\nb 0 'second' \n" },
		{ .what = "no known method, sizes behind",
		  .flags = 8,
		  .method = 97,
		  .size_bytes = 4,
		  .want = "a 2 '' compressed in a way that needs its size, which is not told\n"
			  "b 0 'second' \n" },
		{ .what = "checksum",
		  .checksum_error = 1,
		  .want = "a 1 'first PK7' damaged: its checksum is another one\n"
			  "b 0 'second' \n" },
		{ .what = "size too small",
		  .size_error = -4,
		  .want = "a 1 'first' damaged: its checksum is another one\nb 0 'second' \n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct buf b = BUF_INIT(4096);
		struct zip_walked w;
		struct source *s;

		add_member(&b, "a", "first PK7", shapes[i]);
		add_member(&b, "d/", "", (struct zip_shape){ 0 });
		add_member(&b, "b", "second", (struct zip_shape){ 0 });
		add_directory(&b);
		walk_archive(buf_str(&b), &w, &s);
		CHECK_STR(buf_str(&w.out), str_from(shapes[i].want));
		source_close(s);
		buf_release(&w.out);
		buf_release(&b);
	}
}

TEST(zip_cut_anywhere_says_so)
{
	struct buf b = BUF_INIT(4096);
	size_t whole;

	add_member(&b, "a", "first", (struct zip_shape){ .flags = 8, .size_bytes = 4 });
	add_member(&b, "b", "second", (struct zip_shape){ 0 });
	whole = b.len;
	add_directory(&b);
	for (size_t len = 0; len <= b.len; len++) {
		struct zip_walked w;
		struct source *s;

		walk_archive((struct str){ b.ptr, len }, &w, &s);
		CHECK(s->grade == (len < whole + 4 ? GRADE_PARTIAL : GRADE_OK));
		if (len >= whole)
			CHECK_STR(buf_str(&w.out), STR("a 0 'first' \nb 0 'second' \n"));
		source_close(s);
		buf_release(&w.out);
	}
	buf_release(&b);
}

TEST(zip_goes_on_behind_damage)
{
	struct buf b = BUF_INIT(4096);
	struct zip_walked w;
	struct source *s;

	add_member(&b, "a", "first", (struct zip_shape){ 0 });
	CHECK(buf_add(&b, STR("PKnothing of a zipPK\3")));
	add_member(&b, "b", "second", (struct zip_shape){ 0 });
	add_directory(&b);
	walk_archive(buf_str(&b), &w, &s);
	CHECK_STR(buf_str(&w.out), STR("a 0 'first' \nb 0 'second' \n"));
	CHECK(s->grade == GRADE_PARTIAL);
	CHECK_STR(str_from(s->note), STR("archive damaged after 1 members"));
	source_close(s);
	buf_release(&w.out);
	buf_release(&b);
}

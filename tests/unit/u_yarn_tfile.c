#include "base/base.h"
#include "tests/unit/test.h"

#include "tests/unit/parts.h"

#define PATH  "logs/application_1795441037049_0007/n-1_45454"
#define APP   "application_1795441037049_0007"
#define FIRST "container_1795441037049_0007_01_000001"
#define NEXT  "container_1795441037049_0007_01_000002"
#define MAGIC "\xD1\x11\xD3\x68\x91\xB5\xD7\xB6\x39\xDF\x41\x40\x92\xBA\xE1\x50"

/* Key, then the value in chunks of `chunk` bytes. */
static void put_record(struct buf *b, const char *key, struct str value, size_t chunk)
{
	put_number(b, strlen(key) + 2, 1);
	put_utf(b, key);
	while (value.len > chunk) {
		/* minus 300 in two bytes: (first + 52) * 256 + second */
		BUG_ON(chunk != 300);
		put_number(b, (uint64_t)(-2 - 52) & 0xFF, 1);
		put_number(b, (uint64_t)(512 - 300), 1);
		put(b, (struct str){ value.ptr, chunk });
		value = str_skip(value, chunk);
	}
	/* three bytes: (first + 88) * 65536 + the other two */
	put_number(b, (uint64_t)(-88 + (int64_t)(value.len >> 16)) & 0xFF, 1);
	put_number(b, value.len & 0xFFFF, 2);
	put(b, value);
}

static void put_file(struct buf *b, const char *name, const char *size, struct str bytes)
{
	put_utf(b, name);
	put_utf(b, size);
	put(b, bytes);
}

struct extent {
	uint64_t at, len;
};

static void put_long(struct buf *b, uint64_t value)
{
	put_number(b, 0x84, 1); /* five bytes follow */
	put_number(b, value, 5);
}

static void put_short_string(struct buf *b, const char *s)
{
	put_number(b, strlen(s), 1);
	put(b, str_from(s));
}

/* Meta blocks and footer behind the data blocks; offsets count from `start`. */
static void put_index_from(struct buf *b, size_t start, const struct extent *blocks, size_t count,
			   const char *codec)
{
	struct extent list = { .at = b->len - start };
	uint64_t index;

	put_short_string(b, codec);
	put_number(b, count, 1);
	for (size_t i = 0; i < count; i++) {
		put_long(b, blocks[i].at);
		put_long(b, blocks[i].len);
		put_long(b, 0);
	}
	list.len = b->len - start - list.at;
	index = b->len - start;
	put_number(b, 1, 1);
	put_short_string(b, "data:BCFile.index");
	put_short_string(b, "none");
	put_long(b, list.at);
	put_long(b, list.len);
	put_long(b, list.len);
	put_number(b, index, 8);
	put_number(b, 0x00010000, 4);
	put(b, STR(MAGIC));
}

static void put_index(struct buf *b, const struct extent *blocks, size_t count, const char *codec)
{
	put_index_from(b, 0, blocks, count, codec);
}

/* Two containers in a block each; `long_text` makes a value of several chunks. */
static void build(struct buf *file, bool gz)
{
	struct buf records = BUF_INIT(1 << 20), value = BUF_INIT(1 << 20);
	char long_text[700];
	struct extent blocks[2];
	size_t start = file->len;

	memset(long_text, 'x', sizeof(long_text));
	put(file, STR(MAGIC));
	put_record(&records, "VERSION", STR("\0\0\0\1"), 300);
	put_record(&records, "APPLICATION_OWNER", STR("\0\3etl"), 300);
	put_file(&value, "stdout", "0", STR(""));
	put_file(&value, "stderr", "700", (struct str){ long_text, sizeof(long_text) });
	put_record(&records, FIRST, buf_str(&value), 300);
	blocks[0].at = file->len - start;
	if (gz)
		put_zlib(file, buf_str(&records));
	else
		put(file, buf_str(&records));
	blocks[0].len = file->len - start - blocks[0].at;
	buf_clear(&records);
	buf_clear(&value);
	put_file(&value, "gc.log", "3", STR("end"));
	put_record(&records, NEXT, buf_str(&value), 300);
	blocks[1].at = file->len - start;
	if (gz)
		put_zlib(file, buf_str(&records));
	else
		put(file, buf_str(&records));
	blocks[1].len = file->len - start - blocks[1].at;
	put_index_from(file, start, blocks, 2, gz ? "gz" : "none");
	buf_release(&records);
	buf_release(&value);
}

static void expected(struct buf *want)
{
	put(want, STR("[" APP " " FIRST " n-1 stdout 1][" APP " " FIRST " n-1 stderr 1]"));
	for (int i = 0; i < 700; i++)
		put(want, STR("x"));
	put(want, STR("[" APP " " NEXT " n-1 gc.log 1]end"));
}

/* A log of several restart points, and a small one behind it. */
TEST(yarn_tfile_reads_again)
{
	struct buf records = BUF_INIT(8 << 20), value = BUF_INIT(8 << 20), log = BUF_INIT(8 << 20);

	for (unsigned i = 0; i < 40000; i++)
		CHECK(buf_addf(&log, "26/11/23 14:02:50 INFO Line: %09u and what it says %u\n", i,
			       i % 13 * 7919));
	for (int way = 0; way < 4; way++) {
		struct buf file = BUF_INIT(8 << 20);
		struct extent block = { sizeof(MAGIC) - 1, 0 };
		char size[20];

		buf_clear(&records);
		buf_clear(&value);
		put(&file, STR(MAGIC));
		(void)snprintf(size, sizeof(size), "%zu", log.len);
		put_file(&value, "stderr", size, buf_str(&log));
		put_file(&value, "stdout", "3", STR("end"));
		put_record(&records, FIRST, buf_str(&value), 300);
		if (way & 1)
			put_zlib(&file, buf_str(&records));
		else
			put(&file, buf_str(&records));
		block.len = file.len - block.at;
		put_index(&file, &block, 1, way & 1 ? "gz" : "none");
		CHECK(parts_reread(&yarn_tfile_splitter, buf_str(&file), PATH, way & 2) == 2);
		buf_release(&file);
	}
	buf_release(&records);
	buf_release(&value);
	buf_release(&log);
}

TEST(yarn_tfile_by_index_and_forward)
{
	for (int i = 0; i < 4; i++) {
		struct buf file = BUF_INIT(1 << 20), want = BUF_INIT(1 << 20);
		struct parts parts;

		build(&file, i & 1);
		expected(&want);
		CHECK(yarn_tfile_splitter.bid(buf_str(&file), STR("x")) > 0);
		parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, i & 2);
		CHECK_STR(buf_str(&parts.text), buf_str(&want));
		CHECK(parts.grade == GRADE_OK);
		parts_release(&parts);
		buf_release(&file);
		buf_release(&want);
	}
}

/* A file that is still written has no index: what is there is read, and said to be partial. */
TEST(yarn_tfile_without_footer)
{
	for (int i = 0; i < 4; i++) {
		struct buf file = BUF_INIT(1 << 20), want = BUF_INIT(1 << 20);
		struct parts parts;

		build(&file, i & 1);
		expected(&want);
		file.len -= 30;
		parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH ".tmp", i & 2);
		CHECK_STR(buf_str(&parts.text), buf_str(&want));
		CHECK(parts.grade == GRADE_PARTIAL);
		parts_release(&parts);
		file.len = 500;
		parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH ".tmp", i & 2);
		CHECK(parts.count == 2 && parts.grade == GRADE_PARTIAL);
		parts_release(&parts);
		buf_release(&file);
		buf_release(&want);
	}
}

/* With an index, a damaged block costs that block only. */
TEST(yarn_tfile_damaged_block)
{
	struct buf file = BUF_INIT(1 << 20);
	struct parts parts;

	build(&file, true);
	file.ptr[18] = 7; /* no such kind of deflate block */
	parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, false);
	CHECK_STR(buf_str(&parts.text), STR("[" APP " " NEXT " n-1 gc.log 1]end"));
	CHECK(parts.grade == GRADE_PARTIAL);
	parts_release(&parts);
	buf_release(&file);
}

/* Files joined into one, as a Hadoop archive does. */
TEST(yarn_tfile_joined)
{
	for (int i = 0; i < 4; i++) {
		struct buf file = BUF_INIT(1 << 20), want = BUF_INIT(1 << 20);
		struct parts parts;

		build(&file, i & 1);
		build(&file, i & 1);
		expected(&want);
		expected(&want);
		parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, i & 2);
		CHECK_STR(buf_str(&parts.text), buf_str(&want));
		CHECK(parts.grade == GRADE_OK);
		parts_release(&parts);
		buf_release(&file);
		buf_release(&want);
	}
}

/* What could not be read at upload has a length that lies: the rest comes as one file. */
TEST(yarn_tfile_length_lies)
{
	struct buf records = BUF_INIT(1 << 20), value = BUF_INIT(1 << 20), file = BUF_INIT(1 << 20);
	struct extent block = { .at = 16 };
	struct parts parts;

	put(&file, STR(MAGIC));
	put_file(&value, "stdout", "4", STR("Error aggregating log file."));
	put_record(&records, FIRST, buf_str(&value), 300);
	put(&file, buf_str(&records));
	block.len = file.len - block.at;
	put_index(&file, &block, 1, "none");
	parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, false);
	CHECK_STR(buf_str(&parts.text),
		  STR("[" APP " " FIRST " n-1 stdout 1]Erro"
		      "[" APP " " FIRST " n-1 unnamed 1]r aggregating log file."));
	CHECK(parts.grade == GRADE_PARTIAL);
	parts_release(&parts);
	buf_release(&records);
	buf_release(&value);
	buf_release(&file);
}

TEST(yarn_tfile_lzo)
{
	struct buf file = BUF_INIT(1 << 20);
	struct extent block = { .at = 16, .len = 8 };
	struct parts parts;

	put(&file, STR(MAGIC "\0\0\0\4\0\0\0\4"));
	put_index(&file, &block, 1, "lzo");
	for (int pipe = 0; pipe < 2; pipe++) {
		parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, pipe);
		CHECK(parts.count == 0 && parts.grade == GRADE_SKIPPED);
		parts_release(&parts);
	}
	buf_release(&file);
}

/* Blocks that lie over each other would let a short file grow without end. */
TEST(yarn_tfile_overlapping_blocks)
{
	struct buf file = BUF_INIT(1 << 20);
	struct extent blocks[3];
	struct parts parts;
	size_t end;

	build(&file, true);
	end = file.len;
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		blocks[i] = (struct extent){ .at = 16, .len = end - 16 };
	put_index(&file, blocks, 3, "gz");
	parts_split(&parts, &yarn_tfile_splitter, buf_str(&file), PATH, false);
	CHECK(parts.count == 2 && parts.grade == GRADE_PARTIAL);
	parts_release(&parts);
	buf_release(&file);
}

/* IFile: files built by hand, whole, rolled, cut off everywhere, damaged everywhere. */
#include "base/base.h"
#include "tests/unit/test.h"

#include "base/buf.h"
#include "tests/unit/parts.h"

#define APP	  "application_1795446774342_0005"
#define CONTAINER "container_1795446774342_0005_01_000001"
#define PATH	  "logs/etl/bucket-logs-ifile/0005/" APP "/worker-1_45454"
#define DRIVER	  "26/11/23 16:00:00 INFO SparkContext: Running Spark version 4.0.1\n"
#define OUTPUT	  "regions 7\n"

/* SHA-256 of APP. */
#define UUID                                                               \
	"\xf9\x3b\x6e\x09\x28\x62\xaa\xbe\xde\x20\xf0\xa6\x7b\x0a\x92\x49" \
	"\x5b\x6c\x97\xb5\x50\x83\x0d\xf7\x35\xf1\xf5\x92\xa5\x4c\x7e\x58"
#define UUID_TEXT "0f8fad5b-d9cb-469f-a165-70867728950e"

enum { FILE_BYTES = 64 * 1024, LOGS = 8 };

/* --- building -------------------------------------------------------------------------------- */

static void add(struct buf *b, struct str s)
{
	CHECK(buf_add(b, s));
}

static void add_number(struct buf *b, uint64_t number, size_t bytes)
{
	while (bytes--)
		CHECK(buf_add_char(b, (char)(number >> (8 * bytes) & 0xFF)));
}

static void add_utf(struct buf *b, struct str s)
{
	add_number(b, s.len, 2);
	add(b, s);
}

static void add_string(struct buf *b, struct str s)
{
	add_number(b, 0x74, 1);
	add_utf(b, s);
}

static void add_reference(struct buf *b, uint64_t number)
{
	add_number(b, 0x71, 1);
	add_number(b, 0x7E0000 + number, 4);
}

static void add_class(struct buf *b, struct str name, uint64_t flags, uint64_t fields)
{
	add(b, STR("sr"));
	add_utf(b, name);
	add_number(b, 5439875373, 8);
	add_number(b, flags, 1);
	add_number(b, fields, 2);
}

/* A field; its type is spelled out or, without, the string with number 2. */
static void add_field(struct buf *b, char type, struct str name, struct str spelled)
{
	add_number(b, (unsigned char)type, 1);
	add_utf(b, name);
	if (type == 'L' && spelled.len)
		add_string(b, spelled);
	else if (type == 'L')
		add_reference(b, 2);
}

struct log {
	struct str name, text;
	size_t at, stored; /* set by add_log */
};

static void add_entry(struct buf *b, const struct log *log, bool first)
{
	if (first) {
		add_class(b, STR("ifile.LogAggregationIndexedFileController$IndexedFileLogMeta"), 2,
			  6);
		add_field(b, 'J', STR("fileCompressedSize"), STR(""));
		add_field(b, 'J', STR("fileSize"), STR(""));
		add_field(b, 'J', STR("lastModifiedTime"), STR(""));
		add_field(b, 'J', STR("startIndex"), STR(""));
		add_field(b, 'L', STR("containerId"), STR(""));
		add_field(b, 'L', STR("fileName"), STR(""));
		add(b, STR("xp"));
	} else {
		add(b, STR("s"));
		add_reference(b, 8);
	}
	add_number(b, log->stored, 8);
	add_number(b, log->text.len, 8);
	add_number(b, 1795446774342, 8);
	add_number(b, log->at, 8);
	if (first)
		add_string(b, STR(CONTAINER));
	else
		add_reference(b, 10);
	add_string(b, log->name);
}

static void add_index(struct buf *b, struct str codec, const struct log *logs, size_t count)
{
	add_number(b, 0xACED0005, 4);
	add_class(b, STR("ifile.LogAggregationIndexedFileController$IndexedLogsMeta"), 2, 6);
	add_field(b, 'I', STR("version"), STR(""));
	add_field(b, 'L', STR("acls"), STR("Ljava/util/Map;"));
	add_field(b, 'L', STR("compressName"), STR("Ljava/lang/String;"));
	add_field(b, 'L', STR("logMetas"), STR("Ljava/util/List;"));
	add_field(b, 'L', STR("nodeId"), STR(""));
	add_field(b, 'L', STR("user"), STR(""));
	add(b, STR("xp"));
	add_number(b, 1, 4);
	add_number(b, 0x70, 1);
	add_string(b, codec);
	add_class(b, STR("java.util.ArrayList"), 3, 1);
	add_field(b, 'I', STR("size"), STR(""));
	add(b, STR("xp"));
	add_number(b, count, 4);
	add_number(b, 0x7704, 2);
	add_number(b, count, 4);
	for (size_t i = 0; i < count; i++)
		add_entry(b, &logs[i], i == 0);
	add_number(b, 0x78, 1);
	add_string(b, STR("worker-1:45454"));
	add_string(b, STR("etl"));
}

static void add_footer(struct buf *b, struct str codec, const struct log *logs, size_t count)
{
	size_t at = b->len;

	add_index(b, codec, logs, count);
	add_number(b, b->len - at, 4);
	add(b, STR(UUID));
}

/* As it is, or as a zlib stream of one stored block. */
static void add_log(struct buf *b, struct log *log, bool zlib)
{
	uint32_t low = 1, high = 0;

	log->at = b->len;
	if (zlib) {
		add_number(b, 0x780101, 3);
		add_number(b, (log->text.len & 0xFF) << 8 | log->text.len >> 8, 2);
		add_number(b, ~((log->text.len & 0xFF) << 8 | log->text.len >> 8) & 0xFFFF, 2);
	}
	add(b, log->text);
	for (size_t i = 0; i < log->text.len; i++) {
		low = (low + (unsigned char)log->text.ptr[i]) % 65521;
		high = (high + low) % 65521;
	}
	if (zlib)
		add_number(b, high << 16 | low, 4);
	log->stored = b->len - log->at;
}

/* Three logs; the index lists them in another order than they have in the file. */
static size_t add_file(struct buf *b, bool zlib)
{
	struct log logs[3] = {
		[2] = { .name = STR("stderr"), .text = STR(DRIVER) },
		[1] = { .name = STR("prelaunch.err"), .text = STR("") },
		[0] = { .name = STR("stdout"), .text = STR(OUTPUT) },
	};
	size_t end;

	add(b, STR(UUID));
	add_log(b, &logs[2], zlib);
	add_log(b, &logs[1], zlib);
	add_log(b, &logs[0], zlib);
	end = b->len;
	add_footer(b, zlib ? STR("gz") : STR("none"), logs, ARRAY_LEN(logs));
	return end;
}

/* --- visiting -------------------------------------------------------------------------------- */

/* What was handed out, one line per log: "container host app log_name grade|text". */
struct listing {
	struct part_visitor visitor; /* first member */
	struct buf text;
	size_t parts;
	enum grade grade;
};

static void list_part(struct part_visitor *visitor, const struct part *part)
{
	struct listing *l = (struct listing *)visitor;
	char bytes[1000];
	size_t n;

	l->parts++;
	add(&l->text, part->container.len ? STR("C ") : STR("- "));
	add(&l->text, part->host);
	add(&l->text, STR(" "));
	add(&l->text, str_eq(part->app, STR(APP)) ? STR("A ") : STR("- "));
	add(&l->text, part->log_name);
	add(&l->text, STR("|"));
	while ((n = source_read(part->source, bytes, sizeof(bytes))) > 0)
		add(&l->text, (struct str){ bytes, n });
	add(&l->text, part->source->grade == GRADE_OK ? STR("|\n") : STR("|damaged\n"));
	CHECK(part->first_line == 1 && !part->text_in_place);
}

static void split(struct listing *l, struct str bytes, struct str name)
{
	struct source *source;
	char *copy = malloc(bytes.len ? bytes.len : 1); /* exactly as long, for the sanitizer */

	CHECK(copy != NULL);
	if (!copy)
		return;
	if (bytes.len)
		memcpy(copy, bytes.ptr, bytes.len);
	source = source_from_owned(copy, bytes.len);
	*l = (struct listing){ .visitor = { list_part }, .text = BUF_INIT(16 * FILE_BYTES) };
	yarn_ifile_splitter.split(source, name, &l->visitor);
	l->grade = source->grade;
	CHECK((source->grade == GRADE_OK) == !source->note[0]);
	source_close(source);
}

static void check_split(struct str bytes, struct str name, enum grade grade, struct str want)
{
	struct listing l;

	split(&l, bytes, name);
	CHECK_STR(buf_str(&l.text), want);
	CHECK(l.grade == grade);
	buf_release(&l.text);
}

#define WHOLE                               \
	"C worker-1 A stderr|" DRIVER "|\n" \
	"C worker-1 A prelaunch.err||\nC worker-1 A stdout|" OUTPUT "|\n"

/* --- tests ----------------------------------------------------------------------------------- */

static int bid(struct str head, struct str name)
{
	return yarn_ifile_splitter.bid(head, name);
}

TEST(yarn_ifile_bid)
{
	struct str head = STR(UUID "Setting up env variables\n");
	struct str text = STR("Setting up env variables, and then a job\n");

	CHECK(bid(head, STR(PATH)) == 200);
	CHECK(bid(head, STR(APP "/renamed")) == 200);
	CHECK(bid(head, STR("logs.tar.gz!" APP "/worker-1_45454")) == 200);
	CHECK(bid(head, STR("application_1795446774342_0006/worker-1_45454")) == 64);
	CHECK(bid(head, STR("worker-1_45454")) == 64);
	CHECK(bid(head, STR("a/worker-1.example.org_45454_1795441037049.tmp")) == 64);
	CHECK(bid(head, STR("application_1795446774342_0006/stderr")) == 0);
	CHECK(bid(head, STR("a b_45454")) == 0);
	CHECK(bid(text, STR("worker-1_45454")) == 0);
	CHECK(bid(text, STR(PATH)) == 0);
	CHECK(bid(STR(UUID_TEXT "\nSetting up"), STR("worker-1_45454")) == 64);
	CHECK(bid(STR(UUID_TEXT " Setting up"), STR("worker-1_45454")) == 0);
	CHECK(bid((struct str){ head.ptr, 31 }, STR(PATH)) == 0);
	CHECK(bid(STR(""), STR(PATH)) == 0);
}

/* The longest id there is. */
TEST(yarn_ifile_long_id)
{
	CHECK(bid(STR("\x0d\x5f\x46\xc6\x06\xb1\x7f\x1b\x30\xde\x4f\x67\x38\xb0\x05\x2c"
		      "\x52\xba\xe0\x08\xfc\x73\x69\x6c\x18\xa9\x16\x10\xdc\x77\x1d\x29"),
		  STR("application_12345678901234567890_12345678901234567890/x")) == 200);
}

TEST(yarn_ifile_whole)
{
	for (int zlib = 0; zlib < 2; zlib++) {
		struct buf b = BUF_INIT(FILE_BYTES);

		add_file(&b, zlib);
		check_split(buf_str(&b), STR(PATH), GRADE_OK, STR(WHOLE));
		/* Application and host are in the index as well. */
		check_split(buf_str(&b), STR("renamed"), GRADE_OK, STR(WHOLE));
		buf_release(&b);
	}
}

TEST(yarn_ifile_reads_again)
{
	for (int way = 0; way < 4; way++) {
		struct buf b = BUF_INIT(FILE_BYTES);

		(void)add_file(&b, way & 1);
		CHECK(parts_reread(&yarn_ifile_splitter, buf_str(&b), PATH, way & 2) > 1);
		buf_release(&b);
	}
}

TEST(yarn_ifile_old_uuid)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	struct log log = { .name = STR("stdout"), .text = STR(OUTPUT) };
	size_t at;

	add(&b, STR(UUID_TEXT "\n"));
	add_log(&b, &log, true);
	at = b.len;
	add_index(&b, STR("gz"), &log, 1);
	add_number(&b, b.len - at, 4);
	add(&b, STR(UUID_TEXT));
	check_split(buf_str(&b), STR(PATH), GRADE_OK, STR("C worker-1 A stdout|" OUTPUT "|\n"));
	b.len = at;
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("- worker-1 A unnamed-1|" OUTPUT "|\n"));
	buf_release(&b);
}

TEST(yarn_ifile_rolled)
{
	struct log logs[2] = { { .name = STR("stderr"), .text = STR(DRIVER) },
			       { .name = STR("stdout"), .text = STR(OUTPUT) } };
	struct buf b = BUF_INIT(FILE_BYTES);
	size_t second;

	add(&b, STR(UUID));
	add_log(&b, &logs[0], true);
	add_footer(&b, STR("gz"), logs, 1);
	add(&b, STR("\n"));
	add_log(&b, &logs[1], true);
	second = b.len;
	add_footer(&b, STR("gz"), logs, 2);
	check_split(buf_str(&b), STR(PATH), GRADE_OK,
		    STR("C worker-1 A stderr|" DRIVER "|\nC worker-1 A stdout|" OUTPUT "|\n"));
	/* Cut off in the second upload: the first has its names, the second only its text. */
	b.len = second + 40;
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("C worker-1 A stderr|" DRIVER "|\n- worker-1 A unnamed-1|" OUTPUT "|\n"));
	buf_release(&b);
}

TEST(yarn_ifile_without_index)
{
	struct buf b = BUF_INIT(FILE_BYTES);

	b.len = add_file(&b, true);
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("- worker-1 A unnamed-1|" DRIVER "|\n- worker-1 A unnamed-2||\n"
			"- worker-1 A unnamed-3|" OUTPUT "|\n"));
	buf_clear(&b);
	b.len = add_file(&b, false);
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("- worker-1 A unnamed-1|" DRIVER OUTPUT "|\n"));
	buf_release(&b);
}

/* What the index lists before it breaks off keeps its name. */
TEST(yarn_ifile_cut_index)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	ptrdiff_t at;

	add_file(&b, true);
	at = str_find(buf_str(&b), STR("prelaunch.err"));
	CHECK(at > 0);
	b.len = (size_t)at;
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("- worker-1 A unnamed-1|" DRIVER "|\n- worker-1 A unnamed-2||\n"
			"C worker-1 A stdout|" OUTPUT "|\n"));
	buf_release(&b);
}

TEST(yarn_ifile_lying_index)
{
	struct log logs[3] = { { .name = STR("stderr"), .text = STR(DRIVER) } };
	struct buf b = BUF_INIT(FILE_BYTES);

	add(&b, STR(UUID));
	add_log(&b, &logs[0], false);
	logs[1] = logs[0]; /* the same bytes once more */
	logs[2] = logs[0];
	logs[2].at = SIZE_MAX - 10;
	add_footer(&b, STR("none"), logs, ARRAY_LEN(logs));
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("C worker-1 A stderr|" DRIVER "|\n"));
	buf_clear(&b);
	add(&b, STR(UUID));
	add_log(&b, &logs[0], false);
	logs[0].stored = SIZE_MAX;
	add_footer(&b, STR("none"), logs, 1);
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL,
		    STR("C worker-1 A stderr|" DRIVER "|damaged\n"));
	buf_clear(&b);
	add(&b, STR(UUID));
	add_log(&b, &logs[0], false);
	add_footer(&b, STR("lzo"), logs, 1);
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL, STR("C worker-1 A stderr||damaged\n"));
	buf_release(&b);
}

/* Objects inside each other, without end. */
TEST(yarn_ifile_deep_index)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	size_t at;

	add(&b, STR(UUID));
	at = b.len;
	add_number(&b, 0xACED0005, 4);
	for (size_t i = 0; i < 1000; i++) {
		add_class(&b, STR("A"), 2, 1);
		add_field(&b, 'L', STR("a"), STR("LA;"));
		add(&b, STR("xp"));
	}
	add_number(&b, b.len - at, 4);
	add(&b, STR(UUID));
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL, STR(""));
	buf_release(&b);
}

/* A class above itself. */
TEST(yarn_ifile_circular_class)
{
	struct buf b = BUF_INIT(FILE_BYTES);
	size_t at;

	add(&b, STR(UUID));
	at = b.len;
	add_number(&b, 0xACED0005, 4);
	add_class(&b, STR("A"), 2, 1);
	add_field(&b, 'L', STR("a"), STR("LA;"));
	add_number(&b, 0x78, 1);
	add_class(&b, STR("B"), 2, 0);
	add_number(&b, 0x78, 1);
	add_reference(&b, 0);
	add_number(&b, b.len - at, 4);
	add(&b, STR(UUID));
	check_split(buf_str(&b), STR(PATH), GRADE_PARTIAL, STR(""));
	buf_release(&b);
}

TEST(yarn_ifile_cut_everywhere)
{
	for (int zlib = 0; zlib < 2; zlib++) {
		struct buf b = BUF_INIT(FILE_BYTES);
		size_t logs_end = add_file(&b, zlib);

		for (size_t len = 0; len < b.len; len++) {
			struct listing l;

			split(&l, (struct str){ b.ptr, len }, STR(PATH));
			CHECK(l.grade == GRADE_PARTIAL);
			if (len >= logs_end)
				CHECK(str_find(buf_str(&l.text), STR(DRIVER)) > 0 &&
				      str_find(buf_str(&l.text), STR(OUTPUT)) > 0);
			buf_release(&l.text);
		}
		buf_release(&b);
	}
}

TEST(yarn_ifile_damaged_everywhere)
{
	for (int zlib = 0; zlib < 2; zlib++) {
		struct buf b = BUF_INIT(FILE_BYTES);
		size_t logs_end = add_file(&b, zlib);

		for (size_t i = 0; i < 8 * b.len; i++) {
			struct listing l;

			b.ptr[i / 8] = (char)(b.ptr[i / 8] ^ 1 << (i % 8));
			split(&l, buf_str(&b), STR(PATH));
			CHECK(l.parts <= LOGS);
			/* A zlib stream has a check value, and a few bits without meaning. */
			if (zlib && i / 8 >= 32 && i / 8 < logs_end)
				CHECK(l.grade == GRADE_PARTIAL ||
				      str_eq(buf_str(&l.text), STR(WHOLE)));
			b.ptr[i / 8] = (char)(b.ptr[i / 8] ^ 1 << (i % 8));
			buf_release(&l.text);
		}
		buf_release(&b);
	}
}

#include "base/base.h"
#include "parsers/codec.h"

#include "base/buf.h"
#include "tests/unit/test.h"

#include <bzlib.h>
#include <liblzf/lzf.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

/* --- encoders -------------------------------------------------------------------------------- */

enum { CHUNK_BYTES = 32 * 1024, CUTS = 97 };

static void add(struct buf *b, const void *bytes, size_t len)
{
	CHECK(buf_add(b, (struct str){ bytes, len }));
}

static void add_le32(struct buf *b, size_t value)
{
	unsigned char bytes[4] = { (unsigned char)value, (unsigned char)(value >> 8),
				   (unsigned char)(value >> 16), (unsigned char)(value >> 24) };

	add(b, bytes, 4);
}

static void add_be(struct buf *b, size_t value, int bytes)
{
	while (bytes--) {
		unsigned char c = (unsigned char)(value >> (8 * bytes));

		add(b, &c, 1);
	}
}

static void deflate_with(struct str text, struct buf *out, int window_bits)
{
	z_stream z = { 0 };
	size_t bound;

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	bound = deflateBound(&z, text.len);
	z.next_out = (unsigned char *)buf_reserve(out, bound);
	z.avail_out = (uInt)bound;
	z.next_in = (unsigned char *)(uintptr_t)text.ptr;
	z.avail_in = (uInt)text.len;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void encode_gzip(struct str text, struct buf *out)
{
	deflate_with(text, out, 16 + MAX_WBITS);
}

static void encode_zlib(struct str text, struct buf *out)
{
	deflate_with(text, out, MAX_WBITS);
}

static void encode_zstd(struct str text, struct buf *out)
{
	size_t bound = ZSTD_compressBound(text.len);
	char *to = buf_reserve(out, bound);

	out->len += ZSTD_compress(to, bound, text.ptr, text.len, 3);
}

static void encode_xz(struct str text, struct buf *out)
{
	size_t bound = lzma_stream_buffer_bound(text.len);
	uint8_t *to = (uint8_t *)buf_reserve(out, bound);
	size_t at = 0;

	CHECK(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text.ptr,
				      text.len, to, &at, bound) == LZMA_OK);
	out->len += at;
}

static void encode_bzip2(struct str text, struct buf *out)
{
	unsigned len = (unsigned)(text.len + text.len / 100 + 600);
	char *to = buf_reserve(out, len);

	CHECK(BZ2_bzBuffToBuffCompress(to, &len, (char *)(uintptr_t)text.ptr, (unsigned)text.len, 1,
				       0, 0) == BZ_OK);
	out->len += len;
}

static void encode_lz4_frame(struct str text, struct buf *out)
{
	LZ4F_preferences_t how = { .frameInfo = {
					   .blockSizeID = LZ4F_max64KB,
					   .contentChecksumFlag = LZ4F_contentChecksumEnabled,
					   .blockChecksumFlag = LZ4F_blockChecksumEnabled } };
	size_t bound = LZ4F_compressFrameBound(text.len, &how);
	char *to = buf_reserve(out, bound);

	out->len += LZ4F_compressFrame(to, bound, text.ptr, text.len, &how);
}

static struct str next_chunk(struct str *text)
{
	struct str chunk = *text;

	if (chunk.len > CHUNK_BYTES)
		chunk.len = CHUNK_BYTES;
	*text = str_skip(*text, chunk.len);
	return chunk;
}

static void encode_lz4_block(struct str text, struct buf *out)
{
	while (text.len) {
		struct str chunk = next_chunk(&text);
		char packed[CHUNK_BYTES * 2];
		int len = LZ4_compress_default(chunk.ptr, packed, (int)chunk.len, sizeof(packed));

		add(out, "LZ4Block\x25", 9);
		add_le32(out, (size_t)len);
		add_le32(out, chunk.len);
		add_le32(out, 0);
		add(out, packed, (size_t)len);
	}
	add(out, "LZ4Block\x15\0\0\0\0\0\0\0\0\0\0\0\0", 21);
}

static void encode_snappy(struct str text, struct buf *out)
{
	add(out, "\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
	while (text.len) {
		struct str chunk = next_chunk(&text);
		char packed[CHUNK_BYTES * 2];
		size_t len = sizeof(packed);

		CHECK(snappy_compress(chunk.ptr, chunk.len, packed, &len) == SNAPPY_OK);
		add_be(out, len, 4);
		add(out, packed, len);
	}
}

static void encode_lzf(struct str text, struct buf *out)
{
	while (text.len) {
		struct str chunk = next_chunk(&text);
		char packed[CHUNK_BYTES];
		unsigned len = lzf_compress(chunk.ptr, (unsigned)chunk.len, packed,
					    (unsigned)chunk.len - 1);

		add(out, len ? "ZV\1" : "ZV", 3);
		add_be(out, len ? len : chunk.len, 2);
		if (len)
			add_be(out, chunk.len, 2);
		add(out, len ? packed : chunk.ptr, len ? len : chunk.len);
	}
}

static const struct {
	const char *name;
	void (*encode)(struct str text, struct buf *out);
	struct source *(*open)(struct source *inner);
	bool many;   /* several may follow each other */
	bool resync; /* goes on behind damage in what stands between two others */
} kinds[] = {
	{ "gzip", encode_gzip, codec_gzip_open, true, true },
	{ "zlib", encode_zlib, codec_zlib_open, false, false },
	{ "zstd", encode_zstd, codec_zstd_open, true, true },
	{ "xz", encode_xz, codec_xz_open, true, false },
	{ "bzip2", encode_bzip2, codec_bzip2_open, true, false },
	{ "lz4", encode_lz4_frame, codec_lz4_frame_open, true, true },
	{ "lz4-block", encode_lz4_block, codec_lz4_block_open, true, true },
	{ "snappy", encode_snappy, codec_snappy_open, true, true },
	{ "lzf", encode_lzf, codec_lzf_open, true, true },
};

/* --- helpers --------------------------------------------------------------------------------- */

#define TEXT_MAX ((size_t)64 << 20)

/* Lines as logs have them: alike, never the same. */
static struct buf sample(const char *tag, unsigned lines)
{
	struct buf b = BUF_INIT(TEXT_MAX);
	uint32_t seed = 12345;

	for (unsigned i = 0; i < lines; i++) {
		seed = seed * 1664525 + 1013904223;
		CHECK(buf_addf(&b,
			       "24/07/08 04:%02u:%02u INFO %s: task %u.0 in stage %u.0 (%08x)\n",
			       i / 60 % 60, i % 60, tag, i, i / 100, seed));
	}
	return b;
}

struct decoded {
	struct buf bytes;
	enum grade grade;
};

static struct decoded decode(struct source *(*open)(struct source *), struct str packed,
			     size_t piece)
{
	struct source *s = open(source_from_memory(packed));
	struct decoded d = { .bytes = BUF_INIT(TEXT_MAX) };
	size_t n;

	do {
		char *to = buf_reserve(&d.bytes, piece);

		CHECK(to);
		n = to ? source_read(s, to, piece) : 0;
		d.bytes.len += n;
	} while (n);
	CHECK(source_read(s, d.bytes.ptr, 1) == 0);
	CHECK((s->grade == GRADE_OK) == !s->note[0]);
	d.grade = s->grade;
	source_close(s);
	return d;
}

static void check_kind(bool ok, const char *kind, const char *what, size_t at)
{
	if (!ok)
		printf("# %s: %s at %zu\n", kind, what, at);
	CHECK(ok);
}

/* --- tests ----------------------------------------------------------------------------------- */

TEST(codec_each_is_recognised)
{
	struct buf text = sample("Executor", 50);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf packed = BUF_INIT(TEXT_MAX);
		const struct codec *codec;

		kinds[i].encode(buf_str(&text), &packed);
		codec = codec_find(buf_str(&packed));
		if (kinds[i].many)
			check_kind(codec && !strcmp(codec->name, kinds[i].name) &&
					   codec->open == kinds[i].open,
				   kinds[i].name, "recognised", 0);
		buf_release(&packed);
	}
	CHECK(!codec_find(buf_str(&text)));
	CHECK(!codec_find(STR("")));
	CHECK(!codec_find(STR("\x1f\x8b")));
	buf_release(&text);
}

TEST(codec_each_decodes_what_follows_too)
{
	static const size_t pieces[] = { 1, 777, 65536, 1 << 20 };
	struct buf text = sample("Executor", 6000), twice = BUF_INIT(TEXT_MAX);

	add(&twice, text.ptr, text.len);
	add(&twice, text.ptr, text.len);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf packed = BUF_INIT(TEXT_MAX);
		struct str want = kinds[i].many ? buf_str(&twice) : buf_str(&text);

		kinds[i].encode(buf_str(&text), &packed);
		if (kinds[i].many)
			kinds[i].encode(buf_str(&text), &packed);
		for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
			struct decoded d = decode(kinds[i].open, buf_str(&packed), pieces[k]);

			check_kind(str_eq(buf_str(&d.bytes), want), kinds[i].name, "equal", k);
			check_kind(d.grade == GRADE_OK, kinds[i].name, "graded ok", k);
			buf_release(&d.bytes);
		}
		buf_release(&packed);
	}
	buf_release(&twice);
	buf_release(&text);
}

TEST(codec_each_cut_anywhere_gives_a_prefix)
{
	struct buf text = sample("Executor", 3000);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf packed = BUF_INIT(TEXT_MAX);
		size_t last = 0;

		kinds[i].encode(buf_str(&text), &packed);
		for (size_t c = 0; c <= CUTS; c++) {
			size_t at = c == CUTS ? packed.len - 1 : packed.len * c / CUTS;
			struct decoded d =
				decode(kinds[i].open, (struct str){ packed.ptr, at }, 4096);

			check_kind(str_starts_with(buf_str(&text), buf_str(&d.bytes)),
				   kinds[i].name, "a prefix", at);
			check_kind(d.bytes.len >= last, kinds[i].name, "more bytes, more text", at);
			/* Snappy and LZF have no end mark: between two chunks nothing shows. */
			if (at && at > packed.len / CUTS && kinds[i].encode != encode_snappy &&
			    kinds[i].encode != encode_lzf)
				check_kind(d.grade == GRADE_PARTIAL || d.bytes.len == text.len,
					   kinds[i].name, "graded partial", at);
			last = d.bytes.len;
			buf_release(&d.bytes);
		}
		check_kind(last + (256 << 10) > text.len, kinds[i].name, "all but a block", last);
		buf_release(&packed);
	}
	buf_release(&text);
}

TEST(codec_each_survives_damage)
{
	struct buf text = sample("Executor", 1500);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf packed = BUF_INIT(TEXT_MAX);

		kinds[i].encode(buf_str(&text), &packed);
		for (size_t c = 0; c < CUTS; c++) {
			size_t at = packed.len * c / CUTS;
			char was = packed.ptr[at];
			struct decoded d;

			packed.ptr[at] = (char)(was ^ (1 << c % 8));
			d = decode(kinds[i].open, buf_str(&packed), 4096);
			/* bzip2 shows that a block is damaged only behind it. */
			check_kind(d.bytes.len <= 64 * text.len, kinds[i].name, "bounded", at);
			packed.ptr[at] = was;
			buf_release(&d.bytes);
		}
		buf_release(&packed);
	}
	buf_release(&text);
}

TEST(codec_goes_on_behind_damage)
{
	struct buf first = sample("First", 3000), last = sample("Last", 3000);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct buf packed = BUF_INIT(TEXT_MAX);
		struct decoded d;
		size_t middle, behind;

		kinds[i].encode(buf_str(&first), &packed);
		middle = packed.len;
		kinds[i].encode(buf_str(&first), &packed);
		behind = packed.len;
		kinds[i].encode(buf_str(&last), &packed);
		/* Deep enough not to hit a header, and long enough to be noticed. */
		memset(packed.ptr + middle + (behind - middle) / 2, 0x5A, 512);
		d = decode(kinds[i].open, buf_str(&packed), 8192);
		if (kinds[i].resync) {
			check_kind(d.grade == GRADE_PARTIAL, kinds[i].name, "graded partial", 0);
			check_kind(str_starts_with(buf_str(&d.bytes), buf_str(&first)),
				   kinds[i].name, "what is before", 0);
			check_kind(str_ends_with(buf_str(&d.bytes), buf_str(&last)), kinds[i].name,
				   "what is behind", 0);
		}
		buf_release(&d.bytes);
		buf_release(&packed);
	}
	buf_release(&first);
	buf_release(&last);
}

TEST(codec_gzip_padding_and_trailing_bytes)
{
	struct buf packed = BUF_INIT(TEXT_MAX);
	char zeros[1000] = { 0 };
	struct decoded d;

	encode_gzip(STR("one\n"), &packed);
	add(&packed, zeros, sizeof(zeros));
	d = decode(codec_gzip_open, buf_str(&packed), 100);
	CHECK_STR(buf_str(&d.bytes), STR("one\n"));
	CHECK(d.grade == GRADE_OK);
	buf_release(&d.bytes);
	encode_gzip(STR("two\n"), &packed);
	add(&packed, "rubbish\x1f\x8b", 9);
	encode_gzip(STR("three\n"), &packed);
	d = decode(codec_gzip_open, buf_str(&packed), 100);
	CHECK_STR(buf_str(&d.bytes), STR("one\ntwo\nthree\n"));
	CHECK(d.grade == GRADE_PARTIAL);
	buf_release(&d.bytes);
	buf_release(&packed);
}

TEST(codec_zstd_skippable_frames)
{
	struct buf packed = BUF_INIT(TEXT_MAX);
	struct decoded d;

	add(&packed, "\x5A\x2A\x4D\x18\4\0\0\0abcd", 12);
	CHECK(codec_find(buf_str(&packed)) &&
	      codec_find(buf_str(&packed))->open == codec_zstd_open);
	encode_zstd(STR("text\n"), &packed);
	add(&packed, "\x50\x2A\x4D\x18\0\0\0\0", 8);
	d = decode(codec_zstd_open, buf_str(&packed), 100);
	CHECK_STR(buf_str(&d.bytes), STR("text\n"));
	CHECK(d.grade == GRADE_OK);
	buf_release(&d.bytes);
	buf_release(&packed);
}

TEST(codec_empty_chunks_are_no_end)
{
	struct decoded d = decode(codec_lzf_open,
				  (struct str){ "ZV\0\0\0ZV\0\0\3abcZV\0\0\0ZV\0\0\2de", 25 }, 100);

	CHECK_STR(buf_str(&d.bytes), STR("abcde"));
	CHECK(d.grade == GRADE_OK);
	buf_release(&d.bytes);
}

TEST(codec_blocks_of_absurd_size)
{
	struct decoded d = decode(codec_lz4_block_open,
				  (struct str){ "LZ4Block\x25\xff\xff\xff\x7f\xff\xff\xff\x7f"
						"0000",
						21 },
				  100);

	CHECK(!d.bytes.len && d.grade == GRADE_PARTIAL);
	buf_release(&d.bytes);
	d = decode(codec_snappy_open,
		   (struct str){ "\x82SNAPPY\0\0\0\0\1\0\0\0\1\0\0\0\6\xff\xff\xff\xff\x0f\0", 26 },
		   100);
	CHECK(!d.bytes.len && d.grade == GRADE_PARTIAL);
	buf_release(&d.bytes);
}

TEST(codec_lz4_block_without_end_mark)
{
	struct buf packed = BUF_INIT(TEXT_MAX);
	struct decoded d;

	encode_lz4_block(STR("a line of the log, a line of the log\n"), &packed);
	d = decode(codec_lz4_block_open, buf_str(&packed), 100);
	CHECK(d.grade == GRADE_OK);
	buf_release(&d.bytes);
	packed.len -= 21;
	d = decode(codec_lz4_block_open, buf_str(&packed), 100);
	CHECK_STR(buf_str(&d.bytes), STR("a line of the log, a line of the log\n"));
	CHECK(d.grade == GRADE_PARTIAL);
	buf_release(&d.bytes);
	buf_release(&packed);
}

/*
 * What NodeManagers upload (splitter.h): a TFile, which is a BCFile; all numbers big-endian.
 *
 * MAGIC, data blocks, meta blocks, an index of the meta blocks, its offset (8 bytes), the version
 * (4), MAGIC. A data block is one zlib stream (codec "gz") or plain (codec "none") and holds whole
 * records: key length, key, value in chunks. YARN's keys are strings of Java: VERSION,
 * APPLICATION_ACL, APPLICATION_OWNER, then a container's id each. A container's value is a
 * sequence of files: name, length in decimal digits, bytes.
 *
 * A plain file is read by its index, so a damaged block costs that block only. A pipe, a member of
 * an archive, a file that was cut or is still written has no index at hand: data blocks follow
 * each other from the front, so they are walked until something else comes.
 */
#include "base/base.h"
#include "parsers/splitter.h"

#include "parsers/bookmark.h"
#include "parsers/codec.h"
#include "parsers/forward.h"
#include "parsers/yarn_name.h"

enum {
	MAGIC_BYTES = 16,
	FOOTER_BYTES = 8 + 4 + MAGIC_BYTES,
	READER_BYTES = 64 * 1024,
	/* YARN's keys are names of records and ids of containers. */
	KEY_BYTES = 256,
	/* A file's name and its length in digits, both with 2 bytes of length. */
	NAME_BYTES = 255,
	FILE_HEADER_BYTES = 2 + NAME_BYTES + 2 + 20,
	/* There are three meta blocks. */
	META_BLOCKS = 64,
};

/* Bytes of a value between restart points. */
#define POINT_SPACING_BYTES ((uint64_t)1 << 20)

static const unsigned char magic[MAGIC_BYTES] = {
	0xD1, 0x11, 0xD3, 0x68, 0x91, 0xB5, 0xD7, 0xB6,
	0x39, 0xDF, 0x41, 0x40, 0x92, 0xBA, 0xE1, 0x50,
};

static int tfile_bid(struct str head, struct str name)
{
	(void)name;
	return head.len >= MAGIC_BYTES && !memcmp(head.ptr, magic, MAGIC_BYTES) ? 8 * MAGIC_BYTES
										: 0;
}

/* --- buffered reading ------------------------------------------------------------------------ */

struct reader {
	struct source *source;
	char *bytes; /* READER_BYTES */
	size_t at, len;
};

static void reader_init(struct reader *r, struct source *source)
{
	*r = (struct reader){ .source = source, .bytes = malloc(READER_BYTES) };
	if (!r->bytes)
		die_no_memory();
}

/* Up to `want` bytes; 0 at the end. */
static size_t reader_some(struct reader *r, char *into, size_t want)
{
	size_t n;

	if (r->at == r->len) {
		if (want >= READER_BYTES)
			return source_read(r->source, into, want);
		r->at = 0;
		r->len = source_read(r->source, r->bytes, READER_BYTES);
	}
	n = r->len - r->at < want ? r->len - r->at : want;
	if (n)
		memcpy(into, r->bytes + r->at, n);
	r->at += n;
	return n;
}

static bool reader_exactly(struct reader *r, char *into, size_t want)
{
	while (want) {
		size_t n = reader_some(r, into, want);

		if (!n)
			return false;
		into += n;
		want -= n;
	}
	return true;
}

static uint64_t big_endian(const char *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

/* Hadoop's variable-length integer of TFile: the first byte says how many follow. */
static bool reader_number(struct reader *r, int64_t *value)
{
	static const struct {
		int lowest, highest; /* of the first byte, signed */
		int bias;
		size_t more;
	} forms[] = {
		{ -32, 127, 0, 0 },
		{ -72, -33, 52, 1 },
		{ -104, -73, 88, 2 },
		{ -120, -105, 112, 3 },
	};
	char bytes[8];
	int first;
	size_t more;
	uint64_t number;

	if (!reader_exactly(r, bytes, 1))
		return false;
	first = (signed char)bytes[0];
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (first < forms[i].lowest || first > forms[i].highest)
			continue;
		if (!reader_exactly(r, bytes, forms[i].more))
			return false;
		*value = (int64_t)(first + forms[i].bias) * ((int64_t)1 << (8 * forms[i].more)) +
			 (int64_t)big_endian(bytes, forms[i].more);
		return true;
	}
	if (first < -125 || first > -121)
		return false;
	more = (size_t)(first + 129);
	if (!reader_exactly(r, bytes, more))
		return false;
	number = big_endian(bytes, more);
	if (more < 8 && bytes[0] < 0)
		number |= UINT64_MAX << (8 * more);
	*value = (int64_t)number;
	return true;
}

static bool reader_size(struct reader *r, uint64_t *value)
{
	int64_t number;

	if (!reader_number(r, &number) || number < 0)
		return false;
	*value = (uint64_t)number;
	return true;
}

/* A string of up to `size` bytes. */
static bool reader_string(struct reader *r, char *into, size_t size, struct str *s)
{
	uint64_t len;

	if (!reader_size(r, &len) || len > size || !reader_exactly(r, into, (size_t)len))
		return false;
	*s = (struct str){ into, (size_t)len };
	return true;
}

/* --- a record's value: chunks ---------------------------------------------------------------- */

/* What of a value is still to come: also the state of its restart points. */
struct rest {
	uint64_t left; /* of this chunk */
	bool last;     /* no chunk follows */
};

struct value {
	struct source source; /* first member */
	struct reader *reader;
	struct rest rest;
	uint64_t begin; /* of the value, in what the reader reads */
};

/* Where the next byte is from. */
static uint64_t reader_offset(const struct reader *r)
{
	return r->source->read_bytes - (r->len - r->at);
}

static void keep_point(const struct value *v)
{
	uint64_t offset = v->source.read_bytes;
	struct rest *state;

	if (!bookmark_point_due(v->source.bookmark, offset, POINT_SPACING_BYTES))
		return;
	state = malloc(sizeof(*state));
	if (!state)
		die_no_memory();
	*state = v->rest;
	bookmark_add_point(
		v->source.bookmark,
		(struct restart_point){ offset, reader_offset(v->reader) - v->begin, state });
}

static size_t value_read(struct source *source, char *into, size_t capacity)
{
	struct value *v = (struct value *)source;
	struct rest *rest = &v->rest;
	size_t n = 0;

	keep_point(v);
	while (!rest->left && !rest->last) {
		int64_t size;

		if (!reader_number(v->reader, &size)) {
			size = 0;
			source_degrade(source, GRADE_PARTIAL, "%s",
				       v->reader->source->grade != GRADE_OK
					       ? v->reader->source->note
					       : "truncated or damaged");
		}
		rest->last = size >= 0;
		rest->left = size >= 0 ? (uint64_t)size : -(uint64_t)size;
	}
	if (rest->left)
		n = reader_some(v->reader, into,
				rest->left < capacity ? (size_t)rest->left : capacity);
	if (rest->left && !n) {
		source_degrade(source, GRADE_PARTIAL, "%s",
			       v->reader->source->grade != GRADE_OK ? v->reader->source->note
								    : "truncated");
		rest->left = 0;
		rest->last = true;
	}
	rest->left -= n;
	return n;
}

static void value_close(struct source *source)
{
	(void)source; /* lives in read_record() */
}

static const struct source_ops value_ops = { .read = value_read, .close = value_close };

/* A value that is read again. */
struct owned_value {
	struct value value; /* first member */
	struct reader reader;
};

static void owned_value_close(struct source *source)
{
	struct owned_value *v = (struct owned_value *)source;

	source_close(v->reader.source);
	free(v->reader.bytes);
	free(v);
}

static struct source *value_open(struct source *below)
{
	static const struct source_ops ops = { .read = value_read, .close = owned_value_close };
	struct owned_value *v = calloc(1, sizeof(*v));

	if (!v)
		die_no_memory();
	reader_init(&v->reader, below);
	v->value.source.ops = &ops;
	v->value.reader = &v->reader;
	return &v->value.source;
}

static void value_resume(struct source *opened, void *state)
{
	((struct value *)opened)->rest = *(const struct rest *)state;
}

/* The value that comes next. */
static void value_init(struct value *v, struct reader *r)
{
	static const struct bookmark_kind kind = { .open = value_open,
						   .resume = value_resume,
						   .free_state = free };
	struct bookmark *below;

	*v = (struct value){ .source.ops = &value_ops, .reader = r, .begin = reader_offset(r) };
	below = bookmark_of_part(r->source->bookmark, v->begin);
	v->source.bookmark = bookmark_of_decoder(below, &kind);
	bookmark_release(below);
}

/* --- a container's files --------------------------------------------------------------------- */

struct tfile {
	struct source *file;
	struct part_visitor *visitor;
	struct str host, app; /* by the file's name and path */
	size_t parts;
};

struct file_header {
	char raw[FILE_HEADER_BYTES]; /* as read, to put back what was none */
	size_t raw_len;
	struct str name;
	uint64_t size;
};

enum header_result { HEADER_FILE, HEADER_END, HEADER_DAMAGED };

/* A string of Java: 2 bytes of length, then the bytes. */
static bool read_java_string(struct value *v, struct file_header *h, size_t bytes_max,
			     struct str *s)
{
	char *at = h->raw + h->raw_len;
	size_t n = source_read_full(&v->source, at, 2), len;

	h->raw_len += n;
	if (n < 2)
		return false;
	len = (size_t)big_endian(at, 2);
	if (!len || len > bytes_max)
		return false;
	n = source_read_full(&v->source, at + 2, len);
	h->raw_len += n;
	*s = (struct str){ at + 2, n };
	return n == len;
}

static bool is_plausible_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7F)
			return false;
	return name.len > 0;
}

static enum header_result read_file_header(struct value *v, struct file_header *h)
{
	struct str digits;

	h->raw_len = 0;
	if (!read_java_string(v, h, NAME_BYTES, &h->name))
		return h->raw_len ? HEADER_DAMAGED : HEADER_END;
	if (!is_plausible_name(h->name) || !read_java_string(v, h, 20, &digits) ||
	    !str_to_u64(digits, &h->size))
		return HEADER_DAMAGED;
	return HEADER_FILE;
}

static void visit_file(struct tfile *t, struct str container, const struct file_header *h,
		       struct source *source)
{
	char app[YARN_APP_BYTES];
	struct part part = {
		.container = container,
		.host = t->host,
		.app = yarn_app_of_container(container, app),
		.log_name = h->name,
		.first_line = 1,
		.size_bytes = h->size,
		.source = source,
	};

	if (!part.app.len)
		part.app = t->app;
	source->size_bytes = h->size;
	t->parts++;
	t->visitor->part(t->visitor, &part);
	source_skip(source, UINT64_MAX);
	if (source->read_bytes < h->size)
		source_degrade(t->file, GRADE_PARTIAL,
			       STR_FMT " of " STR_FMT " is shorter than it should be",
			       STR_ARG(h->name), STR_ARG(container));
}

static void visit_files(struct tfile *t, struct str container, struct value *v)
{
	struct file_header h;
	enum header_result result;

	while ((result = read_file_header(v, &h)) == HEADER_FILE) {
		struct source *source = source_slice(&v->source, h.size);

		visit_file(t, container, &h, source);
		source_close(source);
	}
	if (result == HEADER_DAMAGED) {
		/* A file that could not be read at upload: its length lies, and a message stands in
		 * its place. What follows cannot be told apart any more. */
		struct source *rest = source_slice(&v->source, UINT64_MAX);

		source_degrade(t->file, GRADE_PARTIAL,
			       "the files of " STR_FMT " are not separable to the end",
			       STR_ARG(container));
		rest = source_with_head((struct str){ h.raw, h.raw_len }, rest);
		rest->bookmark =
			bookmark_of_part(v->source.bookmark, v->source.read_bytes - h.raw_len);
		h.name = STR("unnamed");
		h.size = 0;
		visit_file(t, container, &h, rest);
		source_close(rest);
	}
}

/* --- records --------------------------------------------------------------------------------- */

enum records {
	RECORDS_END,	 /* the stream ended behind a record */
	RECORDS_FOREIGN, /* what follows is no record */
	RECORDS_DAMAGED, /* the stream ended inside a record */
};

static enum records read_record(struct tfile *t, struct reader *r)
{
	struct value v;
	char bytes[KEY_BYTES];
	struct yarn_container c;
	struct str key;

	/* No key begins with its length in one byte of zero or less, or is longer than 127 or so:
	 * that is how a meta block is told from a record. */
	if (!reader_string(r, bytes, sizeof(bytes), &key) || key.len < 3 ||
	    big_endian(key.ptr, 2) != key.len - 2)
		return RECORDS_FOREIGN;
	key = str_skip(key, 2);
	if (!yarn_container_parse(key, &c) && !is_plausible_name(key))
		return RECORDS_FOREIGN;
	value_init(&v, r);
	if (yarn_container_parse(key, &c))
		visit_files(t, key, &v);
	source_skip(&v.source, UINT64_MAX);
	bookmark_release(v.source.bookmark);
	return v.source.grade == GRADE_OK ? RECORDS_END : RECORDS_DAMAGED;
}

static bool reader_is_at_end(struct reader *r)
{
	if (r->at == r->len) {
		r->at = 0;
		r->len = source_read(r->source, r->bytes, READER_BYTES);
	}
	return r->at == r->len;
}

static enum records read_records(struct tfile *t, struct reader *r)
{
	enum records result = RECORDS_END;

	while (result == RECORDS_END && !reader_is_at_end(r))
		result = read_record(t, r);
	return result;
}

/* All of `decoded`, which holds nothing else. */
static enum records read_records_of(struct tfile *t, struct source *decoded)
{
	enum records result;
	struct reader r;

	reader_init(&r, decoded);
	result = read_records(t, &r);
	free(r.bytes);
	return result;
}

/* --- by the index ---------------------------------------------------------------------------- */

/* Where something lies in the file. */
struct extent {
	uint64_t offset, len, raw_len;
};

static bool read_extent(struct reader *r, struct extent *e)
{
	return reader_size(r, &e->offset) && reader_size(r, &e->len) && reader_size(r, &e->raw_len);
}

/* Open what lies at `e`; NULL when the codec is unknown. */
static struct source *open_block(struct source *file, const struct extent *e, struct str codec)
{
	if (str_eq(codec, STR("none")))
		return range_open(file, e->offset, e->len);
	if (str_eq(codec, STR("gz")))
		return codec_zlib_open(range_open(file, e->offset, e->len));
	return NULL;
}

/* The list of meta blocks, [at, end) of the file. Find the one that lists the data blocks. */
static bool find_block_index(struct source *file, uint64_t at, uint64_t end, struct extent *found,
			     char found_codec[KEY_BYTES])
{
	struct source *range = range_open(file, at, end - at);
	char name_bytes[KEY_BYTES], codec_bytes[KEY_BYTES];
	struct str name, codec;
	struct extent e;
	struct reader r;
	uint64_t count;

	found->offset = 0;
	reader_init(&r, range);
	if (!reader_size(&r, &count) || count > META_BLOCKS)
		count = 0;
	while (count--) {
		if (!reader_string(&r, name_bytes, KEY_BYTES, &name) ||
		    !reader_string(&r, codec_bytes, KEY_BYTES - 1, &codec) || !read_extent(&r, &e))
			break;
		if (!str_eq(name, STR("data:BCFile.index")) || e.offset < MAGIC_BYTES ||
		    e.offset > at || e.len > at - e.offset)
			continue;
		*found = e;
		memcpy(found_codec, codec.ptr, codec.len);
		found_codec[codec.len] = '\0';
	}
	/* Where files were joined into one, the last one's offsets are not this one's, and the list
	 * does not end where it should. */
	if (!reader_is_at_end(&r))
		found->offset = 0;
	free(r.bytes);
	source_close(range);
	return found->offset > 0;
}

static void read_block(struct tfile *t, const struct extent *e, struct str codec)
{
	struct source *block = open_block(t->file, e, codec);
	enum records result;

	if (!block) {
		source_degrade(t->file, GRADE_SKIPPED, "compressed with " STR_FMT, STR_ARG(codec));
		return;
	}
	result = read_records_of(t, block);
	if (result != RECORDS_END || block->grade != GRADE_OK)
		source_degrade(t->file, GRADE_PARTIAL, "the block at byte %" PRIu64 " is damaged",
			       e->offset);
	t->file->read_bytes += e->len;
	source_close(block);
}

/* All data blocks by their list. False, and nothing visited, when the list is none. */
static bool read_blocks(struct tfile *t, struct source *list, uint64_t end)
{
	char codec_bytes[KEY_BYTES];
	uint64_t count, behind = MAGIC_BYTES;
	struct str codec;
	struct extent e;
	struct reader r;
	bool ok;

	reader_init(&r, list);
	ok = reader_string(&r, codec_bytes, KEY_BYTES, &codec) && reader_size(&r, &count);
	for (uint64_t i = 0; ok && i < count; i++) {
		/* In order and apart: or a short list could name the same bytes a million times. */
		if (!read_extent(&r, &e) || e.offset < behind || e.offset > end ||
		    e.len > end - e.offset) {
			ok = i > 0;
			if (ok)
				source_degrade(t->file, GRADE_PARTIAL,
					       "the list of blocks is damaged");
			break;
		}
		behind = e.offset + e.len;
		read_block(t, &e, codec);
	}
	free(r.bytes);
	return ok;
}

static bool read_by_index(struct tfile *t)
{
	uint64_t size = t->file->size_bytes, index_at;
	char footer[FOOTER_BYTES], codec[KEY_BYTES];
	struct source *list;
	struct extent e;
	bool ok;

	if (!t->file->ops->read_at || size < MAGIC_BYTES + FOOTER_BYTES ||
	    t->file->ops->read_at(t->file, size - FOOTER_BYTES, footer, FOOTER_BYTES) !=
		    FOOTER_BYTES ||
	    memcmp(footer + 12, magic, MAGIC_BYTES) || big_endian(footer + 8, 2) != 1)
		return false;
	index_at = big_endian(footer, 8);
	if (index_at < MAGIC_BYTES || index_at > size - FOOTER_BYTES ||
	    !find_block_index(t->file, index_at, size - FOOTER_BYTES, &e, codec))
		return false;
	list = open_block(t->file, &e, str_from(codec));
	if (!list) {
		source_degrade(t->file, GRADE_SKIPPED, "compressed with %s", codec);
		return true;
	}
	ok = read_blocks(t, list, e.offset);
	source_close(list);
	return ok;
}

/* --- from the front -------------------------------------------------------------------------- */

static enum records read_zlib(struct tfile *t, struct forward *f)
{
	struct source *decoded = forward_decode(f, codec_zlib_open);
	enum records result = read_records_of(t, decoded);

	return forward_close_decoder(f, decoded) ? result : RECORDS_DAMAGED;
}

static enum records read_plain(struct tfile *t, struct forward *f)
{
	enum records result;
	struct reader r;

	reader_init(&r, &f->source);
	result = read_records(t, &r);
	forward_put_back(f, r.bytes + r.at, r.len - r.at);
	free(r.bytes);
	return result;
}

static enum records read_forward_once(struct tfile *t, struct forward *f)
{
	enum records result = RECORDS_END;

	if (!forward_zlib_follows(f))
		return read_plain(t, f);
	while (result == RECORDS_END && forward_zlib_follows(f))
		result = read_zlib(t, f);
	return result;
}

/* Skip the meta blocks. Several files joined (a Hadoop archive): true when another one follows. */
static bool find_next_file(struct forward *f)
{
	char window[2 * MAGIC_BYTES + 8192];
	size_t len = 0, n;

	while ((n = source_read(&f->source, window + len, sizeof(window) - len)) > 0) {
		const char *hit;

		len += n;
		hit = memmem(window, len, magic, MAGIC_BYTES);
		while (hit && hit + (size_t)2 * MAGIC_BYTES <= window + len) {
			if (!memcmp(hit + MAGIC_BYTES, magic, MAGIC_BYTES)) {
				hit += (size_t)2 * MAGIC_BYTES;
				forward_put_back(f, hit, (size_t)(window + len - hit));
				return true;
			}
			hit = memmem(hit + 1, (size_t)(window + len - hit - 1), magic, MAGIC_BYTES);
		}
		if (len > (size_t)2 * MAGIC_BYTES) {
			memmove(window, window + len - (size_t)2 * MAGIC_BYTES,
				(size_t)2 * MAGIC_BYTES);
			len = (size_t)2 * MAGIC_BYTES;
		}
	}
	return false;
}

static void read_forward(struct tfile *t)
{
	struct forward f;
	char head[MAGIC_BYTES];
	enum records result;

	forward_init(&f, t->file);
	(void)source_read_full(&f.source, head, sizeof(head));
	do
		result = read_forward_once(t, &f);
	while (find_next_file(&f));
	if (!t->parts && result == RECORDS_FOREIGN)
		source_degrade(t->file, GRADE_SKIPPED, "compressed neither with gz nor none");
	else if (memcmp(f.tail, magic, MAGIC_BYTES))
		source_degrade(t->file, GRADE_PARTIAL, "truncated after %" PRIu64 " bytes",
			       t->file->read_bytes);
	else if (result == RECORDS_DAMAGED)
		source_degrade(t->file, GRADE_PARTIAL, "damaged: some of it is not readable");
	forward_release(&f);
}

static void split_tfile(struct source *source, struct str name, struct part_visitor *visitor)
{
	struct tfile t = {
		.file = source,
		.visitor = visitor,
		.host = yarn_node_host(yarn_base_name(name)),
		.app = yarn_app_in_path(name),
	};

	if (!read_by_index(&t))
		read_forward(&t);
}

const struct splitter yarn_tfile_splitter = { "yarn-tfile", tfile_bid, split_tfile };

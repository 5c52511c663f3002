/*
 * YARN's aggregated logs as LogAggregationIndexedFileController writes them (splitter.h):
 *
 *	UUID {log} index int32BE-length UUID
 *
 * The UUID is the SHA-256 of the application's id, in early 3.x a UUID as text and a line end. Logs
 * are zlib streams or plain bytes without any frame. The index is a serialized Java object and says
 * where each log is. A later upload appends a line end and the same again, its index lists all.
 *
 * The index is at the end, so the file is held in memory. Where it is damaged or missing, what it
 * does not list is found by its zlib streams, which have no names then; plain logs run into each
 * other without it.
 */
#include "base/base.h"
#include "parsers/splitter.h"

#include "base/array.h"
#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/codec.h"
#include "parsers/yarn_name.h"

enum {
	UUID_BYTES = 32,
	UUID_TEXT_BYTES = 36,
	/* Objects inside each other; an index has 6. */
	JAVA_DEPTH = 24,
	/* Classes above a class; an index has 1. */
	JAVA_SUPERS = 8,
	/* What can be referred to: a log needs two to three of them. */
	JAVA_HANDLES = 1 << 20,
	JAVA_FIRST_HANDLE = 0x7E0000,
	/* Names of files have up to 255 bytes. */
	NAME_BYTES = 255,
	/* Logs handed out that no index lists: thousands are not honest. */
	SALVAGED_LOGS = 65536,
};

/* --- SHA-256 (FIPS 180-4) -------------------------------------------------------------------- */

static const uint32_t sha_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static uint64_t big_endian(const char *p, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static void sha_block(uint32_t h[8], const char block[64])
{
	uint32_t w[64], v[8];

	for (size_t i = 0; i < 16; i++)
		w[i] = (uint32_t)big_endian(block + 4 * i, 4);
	for (size_t i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
	memcpy(v, h, sizeof(v));
	for (size_t i = 0; i < 64; i++) {
		uint32_t a = v[0], e = v[4];
		uint32_t t = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			     ((e & v[5]) ^ (~e & v[6])) + sha_constants[i] + w[i];
		uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			     ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t;
		v[0] = t + u;
	}
	for (size_t i = 0; i < 8; i++)
		h[i] += v[i];
}

/* The digest of an application's id, which has up to 53 bytes and fits into one block. */
static void sha_of_app(struct str app, char digest[UUID_BYTES])
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	char block[64] = { 0 };

	BUG_ON(app.len >= 56);
	memcpy(block, app.ptr, app.len);
	block[app.len] = (char)0x80;
	block[62] = (char)(app.len * 8 >> 8);
	block[63] = (char)(app.len * 8 & 0xFF);
	sha_block(h, block);
	for (size_t i = 0; i < UUID_BYTES; i++)
		digest[i] = (char)(h[i / 4] >> (24 - 8 * (i % 4)) & 0xFF);
}

/* --- recognition ----------------------------------------------------------------------------- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_node_file(struct str name)
{
	struct str host = yarn_node_host(yarn_base_name(name));

	for (size_t i = 0; i < host.len; i++)
		if (!is_alnum(host.ptr[i]) && host.ptr[i] != '.' && host.ptr[i] != '-')
			return false;
	return host.len > 0;
}

/* 8-4-4-4-12 hexadecimal digits and a line end. */
static bool is_uuid_text(struct str head)
{
	if (head.len <= UUID_TEXT_BYTES || head.ptr[UUID_TEXT_BYTES] != '\n')
		return false;
	for (size_t i = 0; i < UUID_TEXT_BYTES; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? head.ptr[i] != '-' : !is_alnum(head.ptr[i]))
			return false;
	}
	return true;
}

/* Of 32 random bytes 20 are none of text; below 6 is one file in a million. */
static bool is_random(struct str head)
{
	size_t odd = 0;

	if (head.len < UUID_BYTES)
		return false;
	for (size_t i = 0; i < UUID_BYTES; i++) {
		unsigned char c = (unsigned char)head.ptr[i];

		odd += c >= 0x80 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
	}
	return odd >= 6;
}

static int ifile_bid(struct str head, struct str name)
{
	struct str app = yarn_app_in_path(name);
	char digest[UUID_BYTES];

	if (app.len && head.len >= UUID_BYTES) {
		sha_of_app(app, digest);
		if (!memcmp(head.ptr, digest, UUID_BYTES))
			return 200;
	}
	return is_node_file(name) && (is_uuid_text(head) || is_random(head)) ? 64 : 0;
}

/* --- the index: Java's object serialization -------------------------------------------------- */

enum java_tag {
	TAG_NULL = 0x70,
	TAG_REFERENCE,
	TAG_CLASS_DESC,
	TAG_OBJECT,
	TAG_STRING,
	TAG_BLOCK = 0x77,
	TAG_END,
	TAG_LONG_BLOCK = 0x7A,
	TAG_LONG_STRING = 0x7C,
	TAG_ENUM = 0x7E,
};

enum { CLASS_HAS_ANNOTATION = 1, CLASS_IS_SERIALIZABLE = 2 };

enum value_kind { VALUE_OTHER, VALUE_NULL, VALUE_STRING, VALUE_CLASS, VALUE_BLOCK, VALUE_END };

/* Something read, or referred to by its number later; slices of the file. */
struct java_value {
	enum value_kind kind;
	struct str text;  /* the string, or the class's name */
	size_t number;	  /* of a class, in `values` */
	size_t fields_at; /* of a class: where its fields are described */
	size_t super;	  /* of a class: number of the one above it, its own when there is none */
	uint16_t fields;
	uint8_t flags;
};

/* What we look for in the objects of an index, by the names of fields. */
struct log_entry {
	struct str container, file_name, codec, node;
	uint64_t start, stored_bytes, size;
};

struct java {
	struct str bytes;
	size_t at;
	bool failed;
	struct java_value *values;
	size_t value_count, value_capacity;
	struct log_entry *entries;
	size_t entry_count, entry_capacity;
	struct log_entry whole; /* fields of the index itself */
};

static struct java_value read_value(struct java *j, int depth);

/* The next `count` bytes; empty, and reading failed, when there are fewer. */
static struct str take(struct java *j, uint64_t count)
{
	struct str s = str_skip(j->bytes, j->at);

	if (j->failed || s.len < count) {
		j->failed = true;
		return STR("");
	}
	s.len = (size_t)count;
	j->at += s.len;
	return s;
}

static uint64_t take_number(struct java *j, size_t bytes)
{
	struct str s = take(j, bytes);

	return big_endian(s.ptr, s.len);
}

/* Give `value` the next number. */
static size_t keep_value(struct java *j, struct java_value value)
{
	if (j->value_count >= JAVA_HANDLES) {
		j->failed = true;
		return 0;
	}
	j->values = array_grow(j->values, j->value_count, &j->value_capacity, sizeof(*j->values));
	value.number = j->value_count;
	j->values[j->value_count] = value;
	return j->value_count++;
}

static struct java_value read_reference(struct java *j)
{
	uint64_t number = take_number(j, 4) - JAVA_FIRST_HANDLE;

	if (j->failed || number >= j->value_count) {
		j->failed = true;
		return (struct java_value){ 0 };
	}
	return j->values[number];
}

static struct java_value read_string(struct java *j, size_t length_bytes)
{
	struct java_value v = { .kind = VALUE_STRING };

	v.text = take(j, take_number(j, length_bytes));
	if (!j->failed)
		keep_value(j, v);
	return v;
}

/* Objects and blocks up to the end mark. */
static void read_annotation(struct java *j, int depth)
{
	while (!j->failed && read_value(j, depth).kind != VALUE_END)
		;
}

static bool is_reference_type(uint64_t type)
{
	return type == 'L' || type == '[';
}

static struct java_value read_class(struct java *j, int depth)
{
	struct java_value v = { .kind = VALUE_CLASS }, super;
	size_t number;

	v.text = take(j, take_number(j, 2));
	take(j, 8);
	number = keep_value(j, v);
	v.number = number;
	v.flags = (uint8_t)take_number(j, 1);
	v.fields = (uint16_t)take_number(j, 2);
	v.fields_at = j->at;
	for (size_t i = 0; i < v.fields && !j->failed; i++) {
		uint64_t type = take_number(j, 1);

		take(j, take_number(j, 2));
		if (is_reference_type(type) && read_value(j, depth).kind != VALUE_STRING)
			j->failed = true;
	}
	read_annotation(j, depth);
	super = read_value(j, depth);
	if (j->failed || (super.kind != VALUE_CLASS && super.kind != VALUE_NULL)) {
		j->failed = true;
		return v;
	}
	v.super = super.kind == VALUE_CLASS ? super.number : number;
	j->values[number] = v;
	return v;
}

/* A field's description at *at: its type and name. It was read before, as part of its class. */
static uint64_t next_field(struct java *j, size_t *at, struct str *name)
{
	size_t back = j->at;
	uint64_t type;

	j->at = *at;
	type = take_number(j, 1);
	*name = take(j, take_number(j, 2));
	if (is_reference_type(type)) {
		uint64_t tag = take_number(j, 1);

		if (tag == TAG_REFERENCE)
			take(j, 4);
		else
			take(j, take_number(j, tag == TAG_STRING ? 2 : 8));
	}
	*at = j->at;
	j->at = back;
	return type;
}

static size_t primitive_bytes(uint64_t type)
{
	switch (type) {
	case 'B':
	case 'Z':
		return 1;
	case 'C':
	case 'S':
		return 2;
	case 'I':
	case 'F':
		return 4;
	case 'J':
	case 'D':
		return 8;
	default:
		return 0;
	}
}

static void set_number(struct log_entry *e, struct str name, uint64_t number)
{
	const struct {
		struct str name;
		uint64_t *into;
	} fields[] = {
		{ STR("startIndex"), &e->start },
		{ STR("fileCompressedSize"), &e->stored_bytes },
		{ STR("fileSize"), &e->size },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_eq(name, fields[i].name))
			*fields[i].into = number;
}

static void set_text(struct log_entry *e, struct str name, struct str text)
{
	const struct {
		struct str name;
		struct str *into;
	} fields[] = {
		{ STR("containerId"), &e->container },
		{ STR("fileName"), &e->file_name },
		{ STR("compressName"), &e->codec },
		{ STR("nodeId"), &e->node },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_eq(name, fields[i].name))
			*fields[i].into = text;
}

static void read_fields(struct java *j, struct java_value class, struct log_entry *e, int depth)
{
	size_t at = class.fields_at;

	if (!(class.flags & CLASS_IS_SERIALIZABLE))
		j->failed = true;
	for (size_t i = 0; i < class.fields && !j->failed; i++) {
		struct java_value v;
		struct str name;
		uint64_t type = next_field(j, &at, &name);

		if (primitive_bytes(type)) {
			set_number(e, name, take_number(j, primitive_bytes(type)));
			continue;
		}
		v = read_value(j, depth);
		if (!is_reference_type(type) || v.kind == VALUE_END || v.kind == VALUE_BLOCK)
			j->failed = true;
		else if (v.kind == VALUE_STRING)
			set_text(e, name, v.text);
	}
	if (class.flags & CLASS_HAS_ANNOTATION)
		read_annotation(j, depth);
}

static struct java_value read_object(struct java *j, int depth)
{
	struct java_value class = read_value(j, depth), object = { .kind = VALUE_OTHER };
	struct java_value chain[JAVA_SUPERS];
	struct log_entry entry = { 0 }, *into = &entry;
	size_t classes = 0;

	if (j->failed || class.kind != VALUE_CLASS) {
		j->failed = true;
		return object;
	}
	keep_value(j, object);
	chain[classes++] = class;
	while (chain[classes - 1].super != chain[classes - 1].number && !j->failed) {
		struct java_value above = j->values[chain[classes - 1].super];

		if (classes == JAVA_SUPERS)
			j->failed = true;
		else
			chain[classes++] = above;
	}
	/* Kept as far as it is read: the codec is needed when the index breaks off behind it. */
	if (str_ends_with(class.text, STR("$IndexedLogsMeta")))
		into = &j->whole;
	while (classes && !j->failed)
		read_fields(j, chain[--classes], into, depth);
	if (!j->failed && str_ends_with(class.text, STR("$IndexedFileLogMeta"))) {
		j->entries = array_grow(j->entries, j->entry_count, &j->entry_capacity,
					sizeof(*j->entries));
		j->entries[j->entry_count++] = entry;
	}
	return object;
}

static struct java_value read_enum(struct java *j, int depth)
{
	struct java_value v = { .kind = VALUE_OTHER };

	if (read_value(j, depth).kind != VALUE_CLASS)
		j->failed = true;
	keep_value(j, v);
	if (read_value(j, depth).kind != VALUE_STRING)
		j->failed = true;
	return v;
}

static struct java_value read_value(struct java *j, int depth)
{
	uint64_t tag = take_number(j, 1);

	if (depth >= JAVA_DEPTH)
		j->failed = true;
	if (j->failed)
		return (struct java_value){ 0 };
	switch (tag) {
	case TAG_NULL:
		return (struct java_value){ .kind = VALUE_NULL };
	case TAG_REFERENCE:
		return read_reference(j);
	case TAG_CLASS_DESC:
		return read_class(j, depth + 1);
	case TAG_OBJECT:
		return read_object(j, depth + 1);
	case TAG_STRING:
		return read_string(j, 2);
	case TAG_LONG_STRING:
		return read_string(j, 8);
	case TAG_BLOCK:
		take(j, take_number(j, 1));
		return (struct java_value){ .kind = VALUE_BLOCK };
	case TAG_LONG_BLOCK:
		take(j, take_number(j, 4));
		return (struct java_value){ .kind = VALUE_BLOCK };
	case TAG_END:
		return (struct java_value){ .kind = VALUE_END };
	case TAG_ENUM:
		return read_enum(j, depth + 1);
	default:
		j->failed = true;
		return (struct java_value){ 0 };
	}
}

/* --- one file -------------------------------------------------------------------------------- */

struct ifile {
	struct source *file;
	struct part_visitor *visitor;
	struct str bytes, host, app;
	size_t uuid_bytes;
	size_t body_at; /* behind the first UUID */
	size_t salvaged;
	uint64_t drained; /* bytes decoded that the visitor did not want */
};

/* Read what the visitor left, to see how it ends; false when that is more than honest logs leave:
 * the visitor stopped because it expands too much. */
static bool drain(struct ifile *f, struct source *source)
{
	char scrap[8192];
	size_t n;

	while (f->drained < LIMIT_EXPANSION_FLOOR_BYTES) {
		n = source_read(source, scrap, sizeof(scrap));
		if (!n)
			return true;
		f->drained += n;
	}
	return false;
}

/* Hand out `source`; true when it was read to its end. */
static bool visit_log(struct ifile *f, const struct log_entry *log, struct source *source)
{
	char app[YARN_APP_BYTES];
	struct part part = {
		.container = log->container,
		.host = f->host,
		.app = yarn_app_of_container(log->container, app),
		.log_name = log->file_name,
		.first_line = 1,
		.size_bytes = log->size,
		.source = source,
	};

	if (!part.app.len)
		part.app = f->app;
	f->visitor->part(f->visitor, &part);
	return drain(f, source);
}

static struct str range(const struct ifile *f, size_t from, size_t to)
{
	return (struct str){ f->bytes.ptr + from, to - from };
}

/* A slice of the file as a source. */
static struct source *open_bytes(const struct ifile *f, struct str bytes)
{
	struct source *s = source_from_memory(bytes);

	s->bookmark = bookmark_of_part(f->file->bookmark, (uint64_t)(bytes.ptr - f->bytes.ptr));
	return s;
}

static bool is_zlib(struct str s)
{
	/* RFC 1950: deflate, a window of up to 32 KiB, a check of both bytes. */
	return s.len >= 2 && (s.ptr[0] & 0x0F) == 8 && (unsigned char)s.ptr[0] <= 0x78 &&
	       big_endian(s.ptr, 2) % 31 == 0;
}

static bool is_gzip(struct str s)
{
	return s.len >= 2 && big_endian(s.ptr, 2) == 0x1F8B;
}

static bool is_index(struct str s)
{
	return str_starts_with(s, (struct str){ "\xAC\xED\0\5sr", 6 });
}

/* --- logs no index lists --------------------------------------------------------------------- */

/* Hand out `source`, and say how many bytes of the file it took. */
static size_t salvage_log(struct ifile *f, struct source *source, struct str bytes, bool decoder)
{
	char name[32];
	struct log_entry log = { .container = STR("") };
	size_t used = bytes.len;

	f->salvaged++;
	(void)snprintf(name, sizeof(name), "unnamed-%zu", f->salvaged);
	log.file_name = str_from(name);
	if (visit_log(f, &log, source) && decoder && source->grade == GRADE_OK) {
		const struct decoder *d = (const struct decoder *)source;

		used = (size_t)d->inner->read_bytes - (d->in_len - d->in_at);
	}
	source_close(source);
	return used;
}

/* What lies between `from` and `to`: zlib streams one behind the other, or text. */
static void salvage(struct ifile *f, size_t from, size_t to)
{
	struct str rest = range(f, from, to);
	ptrdiff_t index;

	/* Stands between two uploads. */
	if (rest.len && rest.ptr[0] == '\n')
		rest = str_skip(rest, 1);
	while (is_zlib(rest) && f->salvaged < SALVAGED_LOGS) {
		struct source *source = codec_zlib_open(open_bytes(f, rest));

		rest = str_skip(rest, salvage_log(f, source, rest, true));
		if (!is_zlib(rest))
			return;
	}
	if (is_gzip(rest)) {
		(void)salvage_log(f, codec_gzip_open(open_bytes(f, rest)), rest, false);
		return;
	}
	index = str_find(rest, (struct str){ "\xAC\xED\0\5sr", 6 });
	if (index >= 0)
		rest.len = (size_t)index;
	if (rest.len && f->salvaged < SALVAGED_LOGS)
		(void)salvage_log(f, open_bytes(f, rest), rest, false);
}

/* --- logs of the index ----------------------------------------------------------------------- */

static bool is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F)
			return false;
	return s.len && s.len <= NAME_BYTES;
}

static struct source *open_log(const struct ifile *f, struct str codec, struct str stored)
{
	struct source *s;

	if (str_eq(codec, STR("none")))
		return open_bytes(f, stored);
	if (is_gzip(stored))
		return codec_gzip_open(open_bytes(f, stored));
	if (str_eq(codec, STR("gz")) || is_zlib(stored))
		return codec_zlib_open(open_bytes(f, stored));
	if (!codec.len)
		return open_bytes(f, stored);
	s = source_from_memory(STR(""));
	if (is_plain_name(codec) && codec.len < 32)
		source_degrade(s, GRADE_SKIPPED, "compressed with " STR_FMT, STR_ARG(codec));
	else
		source_degrade(s, GRADE_SKIPPED, "compressed in an unknown way");
	return s;
}

static void visit_entry(struct ifile *f, struct log_entry log, struct str codec, struct str stored)
{
	struct source *source = open_log(f, codec, stored);
	bool ended;

	if (!is_plain_name(log.file_name))
		log.file_name = STR("unnamed");
	if (!is_plain_name(log.container))
		log.container = STR("");
	source->size_bytes = log.size;
	if (stored.len < log.stored_bytes)
		source_degrade(source, GRADE_PARTIAL, "cut off: %zu of %" PRIu64 " bytes are there",
			       stored.len, log.stored_bytes);
	ended = visit_log(f, &log, source);
	if (source->grade == GRADE_SKIPPED)
		source_degrade(f->file, GRADE_PARTIAL, STR_FMT " of " STR_FMT ": %s",
			       STR_ARG(log.file_name), STR_ARG(log.container), source->note);
	else if (source->grade != GRADE_OK || (ended && source->read_bytes < log.size))
		source_degrade(f->file, GRADE_PARTIAL,
			       STR_FMT " of " STR_FMT " is shorter than it should be",
			       STR_ARG(log.file_name), STR_ARG(log.container));
	source_close(source);
}

/* Empty logs first where logs start at the same place, so that none seems to overlap. */
static int compare_entries(const void *a, const void *b)
{
	const struct log_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->stored_bytes > y->stored_bytes) - (x->stored_bytes < y->stored_bytes);
}

/* The logs `j` lists, all before `end`; with `gaps` also what lies between them. */
static void visit_entries(struct ifile *f, struct java *j, size_t end, bool gaps)
{
	size_t covered = f->body_at;

	if (j->entry_count)
		qsort(j->entries, j->entry_count, sizeof(*j->entries), compare_entries);
	for (size_t i = 0; i < j->entry_count; i++) {
		const struct log_entry *e = &j->entries[i];
		size_t stop;

		/* Logs that overlap would let a small file unfold without end. */
		if (e->start < covered || e->start > end) {
			source_degrade(
				f->file, GRADE_PARTIAL,
				"the index lists a log outside of its place, at byte %" PRIu64,
				e->start);
			continue;
		}
		if (gaps && e->start > covered)
			salvage(f, covered, (size_t)e->start);
		stop = e->stored_bytes < end - e->start ? (size_t)(e->start + e->stored_bytes)
							: end;
		visit_entry(f, *e, j->whole.codec, range(f, (size_t)e->start, stop));
		covered = stop;
	}
	if (gaps && covered < end)
		salvage(f, covered, end);
}

/* --- finding the index ----------------------------------------------------------------------- */

struct index_place {
	size_t at, end; /* the serialized object */
	size_t next;	/* behind the UUID that follows it */
};

/* Is `uuid_at` behind an index and its length? The UUID itself may be damaged. */
static bool index_before(const struct ifile *f, size_t uuid_at, struct index_place *place)
{
	uint64_t len;

	if (uuid_at < f->body_at + 4)
		return false;
	len = big_endian(f->bytes.ptr + uuid_at - 4, 4);
	if (len > uuid_at - 4 - f->body_at)
		return false;
	place->end = uuid_at - 4;
	place->at = place->end - (size_t)len;
	place->next = uuid_at + f->uuid_bytes;
	return is_index(range(f, place->at, place->end));
}

/* The last whole index; most often at the very end. */
static bool find_index(const struct ifile *f, struct index_place *place)
{
	size_t len = f->bytes.len;

	if (len < f->body_at + f->uuid_bytes)
		return false;
	if (index_before(f, len - f->uuid_bytes, place))
		return true;
	for (size_t at = len - f->uuid_bytes; at > f->body_at; at--)
		if (f->bytes.ptr[at] == f->bytes.ptr[0] &&
		    !memcmp(f->bytes.ptr + at, f->bytes.ptr, f->uuid_bytes) &&
		    index_before(f, at, place))
			return true;
	return false;
}

/* The last place where an index starts, whole or not, or the end of the file. */
static size_t find_index_start(const struct ifile *f)
{
	for (size_t at = f->bytes.len; at > f->body_at; at--)
		if (f->bytes.ptr[at - 1] == (char)0xAC && is_index(range(f, at - 1, f->bytes.len)))
			return at - 1;
	return f->bytes.len;
}

static void read_index(struct java *j)
{
	take(j, 4); /* magic and version */
	(void)read_value(j, 0);
}

static void split_bytes(struct ifile *f)
{
	struct index_place place = { 0 };
	struct java j = { .whole = { .codec = STR("") } };
	bool whole = find_index(f, &place);

	if (!whole) {
		place.at = find_index_start(f);
		place.end = place.next = f->bytes.len;
		source_degrade(f->file, GRADE_PARTIAL,
			       "no index at the end: the file is cut off or still written");
	}
	j.bytes = range(f, place.at, place.end);
	read_index(&j);
	if (j.failed)
		source_degrade(f->file, GRADE_PARTIAL, "the index is damaged after %zu bytes",
			       j.at);
	if (!f->host.len)
		f->host = yarn_node_host(j.whole.node);
	visit_entries(f, &j, place.at, j.failed);
	if (place.next + 1 < f->bytes.len) {
		source_degrade(f->file, GRADE_PARTIAL, "cut off behind the index at byte %zu",
			       place.at);
		salvage(f, place.next, f->bytes.len);
	}
	free(j.values);
	free(j.entries);
}

/* All of `source`, up to LIMIT_RANDOM_ACCESS_BYTES. */
static char *read_all(struct source *source, size_t *len)
{
	size_t capacity = 64 * 1024; /* times a power of two is the limit */
	char *bytes = NULL;
	char more;

	*len = 0;
	for (;;) {
		bytes = realloc(bytes, capacity);
		if (!bytes)
			die_no_memory();
		*len += source_read_full(source, bytes + *len, capacity - *len);
		if (*len < capacity)
			return bytes;
		if (capacity >= LIMIT_RANDOM_ACCESS_BYTES)
			break;
		capacity *= 2;
	}
	if (source_read(source, &more, 1))
		source_degrade(source, GRADE_PARTIAL,
			       "limit-random-access: only the first %llu MiB are read",
			       LIMIT_RANDOM_ACCESS_BYTES >> 20);
	return bytes;
}

static void ifile_split(struct source *source, struct str name, struct part_visitor *visitor)
{
	size_t len;
	char *bytes = read_all(source, &len);
	struct ifile f = {
		.file = source,
		.visitor = visitor,
		.bytes = { bytes, len },
		.host = yarn_node_host(yarn_base_name(name)),
		.app = yarn_app_in_path(name),
		.uuid_bytes = UUID_BYTES,
	};

	if (is_uuid_text(f.bytes))
		f.uuid_bytes = UUID_TEXT_BYTES;
	f.body_at = f.uuid_bytes;
	if (len < f.body_at)
		source_degrade(source, GRADE_PARTIAL, "cut off in its first %zu bytes",
			       f.uuid_bytes);
	else
		split_bytes(&f);
	free(bytes);
}

const struct splitter yarn_ifile_splitter = { "yarn-ifile", ifile_bid, ifile_split };

/*
 * What NodeManagers upload (splitter.h), newer form: an IFile.
 *
 * UUID, files one after another, a list of them, its length (4 bytes, big-endian), UUID. Every
 * file is one zlib stream or plain. The UUID is the SHA-256 of the application's id; early releases
 * wrote 36 characters and a line feed. Rolling aggregation appends groups of the same form, the
 * last list names all files; so the last UUID behind a readable list is the end, and what comes
 * behind it was being written.
 *
 * Where no list is found, zlib streams are walked from the front and have no names; plain files
 * cannot be told apart.
 */
#include "base/base.h"
#include "parsers/splitter.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "parsers/codec.h"
#include "parsers/forward.h"
#include "parsers/sha256.h"
#include "parsers/yarn_ifile_meta.h"
#include "parsers/yarn_name.h"

enum {
	UUID_TEXT_BYTES = 36,
	/* Application ids in the head that are tried: a log names its own again and again. */
	APPS_MAX = 16,
	/* Decoded bytes looked at to see whether they are text. */
	SAMPLE_BYTES = 256,
	/* An entry takes 90 bytes: 700,000 files. */
	LIST_BYTES_MAX = 64 * 1024 * 1024,
};

/* --- recognising ----------------------------------------------------------------------------- */

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1B) || c == 0x7F)
			return false;
	}
	return s.len > 0;
}

/* A digest is random: of 32 bytes about 20 are not ASCII text, and they are no UTF-8. */
static bool may_be_digest(struct str head)
{
	size_t odd = 0, broken = 0, i = 0;

	if (head.len < SHA256_BYTES)
		return false;
	while (i < SHA256_BYTES) {
		struct str c = { head.ptr + i, 1 };
		size_t n = utf8_sequence(str_skip(head, i));

		odd += n > 1 ? n : !n || !is_text(c);
		broken += !n;
		i += n ? n : 1;
	}
	return odd >= 6 && broken > 0;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uuid_text(struct str s)
{
	if (s.len < UUID_TEXT_BYTES)
		return false;
	for (size_t i = 0; i < UUID_TEXT_BYTES; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.ptr[i] != '-' : !is_hex_digit(s.ptr[i]))
			return false;
	}
	return true;
}

static bool is_digest_of(struct str head, struct str app)
{
	unsigned char digest[SHA256_BYTES];

	sha256(app, digest);
	return !memcmp(head.ptr, digest, SHA256_BYTES);
}

/* Is the UUID that of an application the log files speak of? */
static bool is_digest_of_own(struct str head)
{
	struct str rest = str_skip(head, SHA256_BYTES), last = STR("");
	ptrdiff_t at;

	for (int tried = 0; tried < APPS_MAX && (at = str_find(rest, STR("application_"))) >= 0;) {
		struct str app = str_skip(rest, (size_t)at);

		rest = str_skip(app, 1);
		app.len = yarn_app_length(app);
		if (!app.len || str_eq(app, last))
			continue;
		if (is_digest_of(head, app))
			return true;
		last = app;
		tried++;
	}
	return false;
}

static bool is_zlib_text(struct str bytes)
{
	char sample[SAMPLE_BYTES];
	struct source *decoded;
	size_t n;

	if (!zlib_bid(bytes))
		return false;
	decoded = codec_zlib_open(source_from_memory(bytes));
	n = source_read_full(decoded, sample, sizeof(sample));
	/* The first file is often empty: then there is nothing to see. */
	n = is_text((struct str){ sample, n }) || (!n && decoded->grade == GRADE_OK);
	source_close(decoded);
	return n != 0;
}

/* Do all of the file's bytes lie in `head`, and end like an IFile? */
static bool ends_with_uuid(struct str head, size_t uuid_bytes)
{
	if (str_ends_with(head, STR("\n")) && uuid_bytes == UUID_TEXT_BYTES)
		head.len--;
	return head.len < LIMIT_SNIFF_BYTES && head.len >= 2 * uuid_bytes + 4 &&
	       !memcmp(head.ptr, head.ptr + head.len - uuid_bytes, uuid_bytes);
}

static int ifile_bid(struct str head, struct str name)
{
	bool node = yarn_node_host(yarn_base_name(name)).len > 0;
	struct str app = yarn_app_in_path(name);
	struct str content;

	if (is_uuid_text(head)) {
		content = str_skip(head, UUID_TEXT_BYTES);
		if (str_starts_with(content, STR("\n")))
			content = str_skip(content, 1);
		return ends_with_uuid(head, UUID_TEXT_BYTES) || is_zlib_text(content) ? 80 : 0;
	}
	if (!may_be_digest(head))
		return 0;
	if ((app.len && is_digest_of(head, app)) || is_digest_of_own(head))
		return 8 * SHA256_BYTES;
	if (codec_find(head))
		return 0;
	content = str_skip(head, SHA256_BYTES);
	if (is_zlib_text(content) || ends_with_uuid(head, SHA256_BYTES))
		return 40;
	if (content.len > SAMPLE_BYTES)
		content.len = SAMPLE_BYTES;
	return node && is_text(content) ? 20 : 0;
}

/* --- finding the list ------------------------------------------------------------------------ */

struct ifile {
	struct source *file; /* as given: its grade tells how it went */
	struct source *at;   /* with read_at: the same, or a copy in memory */
	uint64_t size;
	struct part_visitor *visitor;
	struct str host, app; /* by the file's name and path */
	char uuid[UUID_TEXT_BYTES];
	size_t uuid_bytes;
	size_t parts;
};

/* The list that ends at `end`, where the UUID begins; to be freed. */
static char *read_list(struct ifile *f, uint64_t end, struct ifile_meta *meta)
{
	unsigned char raw[4] = { 0 };
	uint64_t len;
	char *bytes;

	if (end < f->uuid_bytes + 4 ||
	    f->at->ops->read_at(f->at, end - 4, (char *)raw, sizeof(raw)) != sizeof(raw))
		return NULL;
	len = (uint64_t)raw[0] << 24 | (uint64_t)raw[1] << 16 | (uint64_t)raw[2] << 8 | raw[3];
	if (len > LIST_BYTES_MAX || len < 4 || len > end - 4 - f->uuid_bytes)
		return NULL;
	bytes = malloc((size_t)len);
	if (!bytes)
		die_no_memory();
	if (f->at->ops->read_at(f->at, end - 4 - len, bytes, (size_t)len) == len) {
		ifile_meta_parse(meta, (struct str){ bytes, (size_t)len });
		if (meta->count || meta->complete)
			return bytes;
		ifile_meta_release(meta);
	}
	free(bytes);
	return NULL;
}

/* Does a list end at `end`, as far as four bytes of it tell? */
static bool list_ends_at(const struct ifile *f, uint64_t end)
{
	unsigned char raw[4];
	uint64_t len;

	if (end < f->uuid_bytes + 4 ||
	    f->at->ops->read_at(f->at, end - 4, (char *)raw, sizeof(raw)) != sizeof(raw))
		return false;
	len = (uint64_t)raw[0] << 24 | (uint64_t)raw[1] << 16 | (uint64_t)raw[2] << 8 | raw[3];
	return len >= 4 && len <= end - 4 - f->uuid_bytes &&
	       f->at->ops->read_at(f->at, end - 4 - len, (char *)raw, sizeof(raw)) == sizeof(raw) &&
	       !memcmp(raw, "\xAC\xED\0\5", sizeof(raw));
}

/* Offset of the last UUID that has a list before it, 0 when there is none. */
static uint64_t find_last_uuid(const struct ifile *f)
{
	char *window = malloc(LIMIT_READ_BYTES);
	uint64_t at = 0, last = 0;
	size_t n;

	if (!window)
		die_no_memory();
	while ((n = f->at->ops->read_at(f->at, at, window, LIMIT_READ_BYTES)) >= f->uuid_bytes) {
		struct str rest = { window, n };
		ptrdiff_t hit;

		while ((hit = str_find(rest, (struct str){ f->uuid, f->uuid_bytes })) >= 0) {
			uint64_t end = at + (uint64_t)(rest.ptr - window) + (uint64_t)hit;

			if (list_ends_at(f, end))
				last = end;
			rest = str_skip(rest, (size_t)hit + f->uuid_bytes);
		}
		at += n - f->uuid_bytes + 1;
	}
	free(window);
	return last;
}

/* --- visiting -------------------------------------------------------------------------------- */

static void visit(struct ifile *f, struct str container, struct str name, struct source *source)
{
	char app[YARN_APP_BYTES], scrap[8192];
	struct part part = {
		.container = container,
		.host = f->host,
		.app = yarn_app_of_container(container, app),
		.log_name = name,
		.first_line = 1,
		.size_bytes = source->size_bytes,
		.source = source,
	};

	if (!part.app.len)
		part.app = f->app;
	f->parts++;
	f->visitor->part(f->visitor, &part);
	while (source_read(source, scrap, sizeof(scrap)))
		continue;
	if (source->grade != GRADE_OK)
		source_degrade(f->file, GRADE_PARTIAL, STR_FMT " of " STR_FMT ": %s", STR_ARG(name),
			       STR_ARG(container), source->note);
}

static int compare_entries(const void *a, const void *b)
{
	const struct ifile_entry *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset > y->offset ? 1 : -1;
	/* An empty file is where the next one begins. */
	return (x->len > y->len) - (x->len < y->len);
}

static void visit_entries(struct ifile *f, struct ifile_meta *meta, uint64_t end)
{
	bool gz = str_eq(meta->codec, STR("gz"));
	uint64_t behind = f->uuid_bytes;

	if (!gz && meta->codec.len && !str_eq(meta->codec, STR("none"))) {
		source_degrade(f->file, GRADE_SKIPPED, "compressed with " STR_FMT,
			       STR_ARG(meta->codec));
		return;
	}
	if (meta->count)
		qsort(meta->entries, meta->count, sizeof(*meta->entries), compare_entries);
	for (size_t i = 0; i < meta->count; i++) {
		const struct ifile_entry *e = &meta->entries[i];
		struct source *source;

		/* Apart from each other: or a short list could name the same bytes again and
		 * again. */
		if (e->offset < 0 || e->len < 0 || (uint64_t)e->offset < behind ||
		    (uint64_t)e->offset > end || (uint64_t)e->len > end - (uint64_t)e->offset) {
			source_degrade(f->file, GRADE_PARTIAL,
				       "the list names bytes the file does not have");
			continue;
		}
		behind = (uint64_t)e->offset + (uint64_t)e->len;
		source = range_open(f->at, (uint64_t)e->offset, (uint64_t)e->len);
		if (gz)
			source = codec_zlib_open(source);
		source->size_bytes = e->size > 0 ? (uint64_t)e->size : 0;
		visit(f, e->container, e->name, source);
		source_close(source);
	}
}

/* False when there is no list. */
static bool visit_by_list(struct ifile *f)
{
	struct ifile_meta meta;
	uint64_t end = f->size > f->uuid_bytes ? f->size - f->uuid_bytes : 0;
	char *bytes = NULL;
	bool whole = true;

	if (!list_ends_at(f, end) && f->uuid_bytes == UUID_TEXT_BYTES)
		end -= end > 0;
	if (list_ends_at(f, end))
		bytes = read_list(f, end, &meta);
	if (!bytes) {
		whole = false;
		end = find_last_uuid(f);
		bytes = end ? read_list(f, end, &meta) : NULL;
	}
	if (!bytes)
		return false;
	if (!f->host.len)
		f->host = yarn_node_host(meta.node);
	visit_entries(f, &meta, end);
	if (!whole)
		source_degrade(f->file, GRADE_PARTIAL,
			       "the list of files is not at the end: truncated, or still written");
	else if (!meta.complete)
		source_degrade(f->file, GRADE_PARTIAL, "the list of files is damaged");
	ifile_meta_release(&meta);
	free(bytes);
	return true;
}

/* `head` was read from the file before. */
static void visit_forward(struct ifile *f, struct str head)
{
	struct forward forward;
	char uuid[UUID_TEXT_BYTES], name[32], lf;
	bool whole = true;

	forward_init(&forward, head, f->file);
	(void)source_read_full(&forward.source, uuid, f->uuid_bytes);
	if (f->uuid_bytes == UUID_TEXT_BYTES && source_read_full(&forward.source, &lf, 1) == 1 &&
	    lf != '\n')
		forward_put_back(&forward, &lf, 1);
	source_degrade(f->file, GRADE_PARTIAL,
		       "no list of files at the end: truncated, or still written");
	if (!forward_zlib_follows(&forward)) {
		visit(f, STR(""), STR("part-1"), &forward.source);
	} else {
		while (whole && forward_zlib_follows(&forward)) {
			struct source *decoded = forward_zlib_open(&forward);

			(void)snprintf(name, sizeof(name), "part-%zu", f->parts + 1);
			visit(f, STR(""), str_from(name), decoded);
			whole = forward_zlib_close(&forward, decoded);
		}
	}
	forward_release(&forward);
}

/* All of a source that cannot be read at any offset, up to the limit; *whole when that was it. */
static char *read_into_memory(struct source *file, size_t *len, bool *whole)
{
	size_t capacity = LIMIT_READ_BYTES, n;
	char *bytes = malloc(capacity);

	*len = 0;
	if (!bytes)
		die_no_memory();
	while ((n = source_read_full(file, bytes + *len, capacity - *len)) > 0) {
		*len += n;
		if (*len < capacity || capacity >= LIMIT_RANDOM_ACCESS_BYTES)
			break;
		capacity *= 2;
		bytes = realloc(bytes, capacity);
		if (!bytes)
			die_no_memory();
	}
	*whole = *len < capacity;
	return bytes;
}

static void split_ifile(struct source *source, struct str name, struct part_visitor *visitor)
{
	struct ifile f = {
		.file = source,
		.at = source,
		.size = source->size_bytes,
		.visitor = visitor,
		.host = yarn_node_host(yarn_base_name(name)),
		.app = yarn_app_in_path(name),
	};
	struct source *memory = NULL;
	char *bytes = NULL;
	size_t len = 0;
	bool whole = true;

	if (!source->ops->read_at) {
		bytes = read_into_memory(source, &len, &whole);
		f.at = memory = source_from_memory((struct str){ bytes, len });
		f.size = len;
	}
	(void)f.at->ops->read_at(f.at, 0, f.uuid, sizeof(f.uuid));
	f.uuid_bytes = is_uuid_text((struct str){ f.uuid, sizeof(f.uuid) }) ? UUID_TEXT_BYTES
									    : SHA256_BYTES;
	if (!whole || !visit_by_list(&f))
		visit_forward(&f, (struct str){ bytes ? bytes : "", len });
	source_close(memory);
	free(bytes);
}

const struct splitter yarn_ifile_splitter = { "yarn-ifile", ifile_bid, split_ifile };

#include "base/base.h"
#include "parsers/container.h"

#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <locale.h>

/* --- recognising ----------------------------------------------------------------------------- */

enum {
	TAR_HEADER_BYTES = 512,
	CPIO_NEWC_BYTES = 110, /* all hexadecimal digits */
	CPIO_ODC_BYTES = 76,   /* all octal digits */
};

/* Version 7 tar has no magic number, and text may hold "ustar": the header's checksum decides. */
static bool is_tar(struct str head)
{
	unsigned plain = 0, stated = 0;
	int with_sign = 0;
	bool digits = false;

	if (head.len < TAR_HEADER_BYTES || !head.ptr[0])
		return false;
	for (size_t i = 0; i < TAR_HEADER_BYTES; i++) {
		char c = i >= 148 && i < 156 ? ' ' : head.ptr[i];

		plain += (unsigned char)c;
		with_sign += (signed char)c; /* as some old programs did */
	}
	for (size_t i = 148; i < 156; i++) {
		char c = head.ptr[i];

		if (c >= '0' && c <= '7') {
			stated = stated * 8 + (unsigned)(c - '0');
			digits = true;
		} else if (digits) {
			break;
		}
	}
	return digits && (stated == plain || (with_sign >= 0 && stated == (unsigned)with_sign));
}

/* Six digits begin many a log line: the whole header must be digits. */
static bool is_cpio(struct str head)
{
	size_t bytes = 0;

	if (str_starts_with(head, STR("070701")) || str_starts_with(head, STR("070702")))
		bytes = CPIO_NEWC_BYTES;
	else if (str_starts_with(head, STR("070707")))
		bytes = CPIO_ODC_BYTES;
	if (!bytes || head.len < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (!isxdigit((unsigned char)head.ptr[i]))
			return false;
	return true;
}

const char *container_bid(struct str head)
{
	static const struct {
		const char *name;
		struct str magic;
	} magics[] = {
		{ "zip", { "PK\3\4", 4 } },
		{ "zip", { "PK\5\6", 4 } },
		{ "zip", { "PK\7\10PK\3\4", 8 } }, /* split into one part */
		{ "7z", { "7z\xBC\xAF\x27\x1C", 6 } },
		{ "rar", { "Rar!\x1A\7", 6 } },
		{ "ar", { "!<arch>\n", 8 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (str_starts_with(head, magics[i].magic))
			return magics[i].name;
	if (is_cpio(head))
		return "cpio";
	return is_tar(head) ? "tar" : NULL;
}

/* --- what libarchive reads ------------------------------------------------------------------- */

struct archive_input {
	struct source *source;
	struct archive *archive;
	char *buffer;
	int64_t at;	/* when reading at offsets */
	char *all;	/* when everything had to be held */
	bool by_header; /* members' sizes are known before they are decoded */
	/* What all members hold, one behind the other: members of archives that have to be decoded
	 * from the front are parts of it. NULL: nobody reads again. */
	struct bookmark *contents;
	uint64_t contents_bytes; /* of the members so far */
};

static la_ssize_t read_stream(struct archive *a, void *context, const void **buffer)
{
	struct archive_input *in = context;

	(void)a;
	*buffer = in->buffer;
	return (la_ssize_t)source_read(in->source, in->buffer, LIMIT_READ_BYTES);
}

static la_ssize_t read_file(struct archive *a, void *context, const void **buffer)
{
	struct archive_input *in = context;
	size_t n = in->source->ops->read_at(in->source, (uint64_t)in->at, in->buffer,
					    LIMIT_READ_BYTES);

	(void)a;
	*buffer = in->buffer;
	in->at += (int64_t)n;
	return (la_ssize_t)n;
}

static la_int64_t seek_file(struct archive *a, void *context, la_int64_t offset, int whence)
{
	struct archive_input *in = context;
	int64_t base = 0;

	(void)a;
	if (whence == SEEK_CUR)
		base = in->at;
	else if (whence == SEEK_END)
		base = (int64_t)in->source->size_bytes;
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return ARCHIVE_FATAL;
	in->at = base;
	return base;
}

static char *read_all(struct source *s, size_t *len)
{
	size_t capacity = (size_t)1 << 20;
	char *bytes = malloc(capacity);

	*len = 0;
	for (;;) {
		if (!bytes)
			die_no_memory();
		*len += source_read_full(s, bytes + *len, capacity - *len);
		if (*len < capacity)
			return bytes;
		if (capacity >= LIMIT_RANDOM_ACCESS_BYTES) {
			source_degrade(s, GRADE_PARTIAL, "only its first %d MiB were read",
				       (int)(LIMIT_RANDOM_ACCESS_BYTES >> 20));
			return bytes;
		}
		capacity *= 2;
		bytes = realloc(bytes, capacity);
	}
}

/* The list of a 7z archive's members is at its end. */
static int open_seekable(struct archive_input *in)
{
	size_t len;

	in->by_header = true;
	if (in->source->ops->read_at) {
		archive_read_set_seek_callback(in->archive, seek_file);
		return archive_read_open2(in->archive, in, NULL, read_file, NULL, NULL);
	}
	in->all = read_all(in->source, &len);
	return archive_read_open_memory(in->archive, in->all, len);
}

static int open_archive(struct archive_input *in, const char *format)
{
	struct archive *a = archive_read_new();

	if (!a)
		die_no_memory();
	in->archive = a;
	in->buffer = malloc(LIMIT_READ_BYTES);
	if (!in->buffer)
		die_no_memory();
	archive_read_support_format_tar(a);
	archive_read_support_format_zip_streamable(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_ar(a);
	if (!strcmp(format, "7z"))
		return open_seekable(in);
	return archive_read_open(a, in, NULL, read_stream, NULL);
}

static void close_archive(struct archive_input *in)
{
	archive_read_free(in->archive);
	free(in->buffer);
	free(in->all);
}

static const char *trouble_of(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text ? text : "unreadable";
}

/* --- one member as a source ------------------------------------------------------------------ */

struct member_source {
	struct source source; /* first member */
	struct archive *archive;
	struct source *outer;
	const char *block;
	size_t block_len;
	uint64_t block_at; /* offset of the block in the member; holes lie between blocks */
	uint64_t at;
	bool ended;
};

/* archive_read_data() would drop what it copied before it met damage; blocks are kept. */
static bool next_block(struct member_source *m)
{
	const void *block;
	la_int64_t offset;
	size_t len;
	int result = archive_read_data_block(m->archive, &block, &len, &offset);

	if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
		m->block = block;
		m->block_len = len;
		m->block_at = offset > 0 ? (uint64_t)offset : 0;
		return true;
	}
	m->ended = true;
	if (result == ARCHIVE_EOF)
		return false;
	/* Why the outer source ended is the better reason. */
	source_degrade(&m->source, m->outer->grade, "%s", m->outer->note);
	source_degrade(&m->source, GRADE_PARTIAL, "damaged after %" PRIu64 " bytes: %s", m->at,
		       trouble_of(m->archive));
	return false;
}

static size_t member_read(struct source *s, char *into, size_t capacity)
{
	struct member_source *m = (struct member_source *)s;
	size_t n = capacity;

	/* A block may be empty, and one that goes back would never end. */
	while (!m->block_len || m->at > m->block_at)
		if (m->ended || !next_block(m))
			return 0;
	if (m->at < m->block_at) {
		if (m->block_at - m->at < n)
			n = (size_t)(m->block_at - m->at);
		memset(into, 0, n);
		m->at += n;
		return n;
	}
	if (m->block_len < n)
		n = m->block_len;
	memcpy(into, m->block, n);
	m->block += n;
	m->block_len -= n;
	m->block_at += n;
	m->at += n;
	return n;
}

static void member_close(struct source *s)
{
	(void)s; /* lives in visit_entry(), or in what all members hold */
}

static const struct source_ops member_ops = { .read = member_read, .close = member_close };

/* The regular file that `entry` describes. */
static struct member_source member_begin(struct archive_input *in, struct archive_entry *entry)
{
	struct member_source m = { .source.ops = &member_ops,
				   .archive = in->archive,
				   .outer = in->source };

	if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0)
		m.source.size_bytes = (uint64_t)archive_entry_size(entry);
	if (archive_entry_is_data_encrypted(entry)) {
		source_degrade(&m.source, GRADE_SKIPPED, "encrypted");
		m.ended = true;
	}
	return m;
}

/* Has it contents of its own? A hard link is the other name of a member that was met already. */
static bool is_file(struct archive_entry *entry)
{
	return archive_entry_filetype(entry) == AE_IFREG &&
	       (!archive_entry_hardlink(entry) || archive_entry_size(entry) > 0);
}

/* --- what all members hold, read again ------------------------------------------------------- */

struct contents {
	struct source source; /* first member */
	struct archive_input in;
	struct member_source member;
	bool ended;
};

static bool next_member(struct contents *c)
{
	struct archive_entry *entry;
	int result;

	do
		result = archive_read_next_header(c->in.archive, &entry);
	while (result == ARCHIVE_RETRY ||
	       (result != ARCHIVE_EOF && result >= ARCHIVE_WARN && !is_file(entry)));
	if (result == ARCHIVE_EOF || result < ARCHIVE_WARN)
		return false;
	c->member = member_begin(&c->in, entry);
	return true;
}

static size_t contents_read(struct source *s, char *into, size_t capacity)
{
	struct contents *c = (struct contents *)s;
	size_t n = 0;

	while (!c->ended && !(n = source_read(&c->member.source, into, capacity)))
		c->ended = !next_member(c);
	if (!n)
		source_degrade(s, c->in.source->grade, "%s", c->in.source->note);
	return n;
}

static void contents_close(struct source *s)
{
	struct contents *c = (struct contents *)s;

	close_archive(&c->in);
	source_close(c->in.source);
	free(c);
}

static struct source *contents_open(struct source *below, const char *format)
{
	static const struct source_ops ops = { .read = contents_read, .close = contents_close };
	struct contents *c = calloc(1, sizeof(*c));

	if (!c)
		die_no_memory();
	c->source.ops = &ops;
	c->in.source = below;
	c->member = (struct member_source){ .source.ops = &member_ops, .ended = true };
	c->ended = open_archive(&c->in, format) < ARCHIVE_WARN;
	return &c->source;
}

static struct source *contents_by_header(struct source *below)
{
	return contents_open(below, "7z");
}

static struct source *contents_from_front(struct source *below)
{
	return contents_open(below, "");
}

static struct bookmark *bookmark_contents(const struct archive_input *in)
{
	static const struct bookmark_kind by_header = { .open = contents_by_header };
	static const struct bookmark_kind from_front = { .open = contents_from_front };

	return bookmark_of_decoder(in->source->bookmark, in->by_header ? &by_header : &from_front);
}

/* --- walking --------------------------------------------------------------------------------- */

static const char *name_of(struct archive_entry *entry)
{
	/* One or the other fails when the name is not of the locale's encoding. */
	const char *name = archive_entry_pathname(entry);

	if (!name)
		name = archive_entry_pathname_utf8(entry);
	return name ? name : "(a name that cannot be decoded)";
}

/* Do the member's bytes stand behind its header as they are? */
static bool stored_in_one_piece(struct archive *a, struct archive_entry *entry)
{
	int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

	return (format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_CPIO) &&
	       !archive_entry_sparse_count(entry);
}

static bool visit_entry(struct archive_input *in, struct archive_entry *entry,
			struct member_visitor *visitor)
{
	struct member_source m = member_begin(in, entry);
	bool in_one_piece = stored_in_one_piece(in->archive, entry), go_on;

	if (in_one_piece)
		m.source.bookmark = bookmark_of_part(
			in->source->bookmark, (uint64_t)archive_filter_bytes(in->archive, 0));
	else
		m.source.bookmark = bookmark_of_part(in->contents, in->contents_bytes);
	go_on = visitor->member(visitor, &(struct member){
						 .name = str_from(name_of(entry)),
						 .size_bytes = m.source.size_bytes,
						 .source = &m.source,
					 });
	bookmark_release(m.source.bookmark);
	/* libarchive loses its place in a 7z archive when it has to skip by itself; and what is
	 * read again is all there is. */
	if (go_on && (in->by_header || (in->contents && !in_one_piece)))
		source_skip(&m.source, UINT64_MAX);
	in->contents_bytes += in_one_piece ? m.source.size_bytes : m.source.read_bytes;
	return go_on;
}

/* What is skipped in a 7z archive is decoded all the same, unseen by whoever meters reading. */
static bool is_bomb(const struct archive_input *in, uint64_t stated_bytes)
{
	return in->by_header && stated_bytes > LIMIT_EXPANSION_FLOOR_BYTES &&
	       stated_bytes / LIMIT_EXPANSION_RATIO >
		       in->source->size_bytes + in->source->read_bytes;
}

/* False: the visitor wants no more. */
static bool walk_members(struct archive_input *in, struct source *outer,
			 struct member_visitor *visitor)
{
	struct archive_entry *entry;
	uint64_t stated_bytes = 0;

	for (size_t members = 0; members <= LIMIT_ARCHIVE_MEMBERS; members++) {
		int result = archive_read_next_header(in->archive, &entry);

		if (result == ARCHIVE_EOF)
			return true;
		if (result == ARCHIVE_RETRY)
			continue;
		if (result < ARCHIVE_WARN) {
			source_degrade(outer, GRADE_PARTIAL,
				       "archive damaged after %zu members: %s", members,
				       trouble_of(in->archive));
			return true;
		}
		if (archive_entry_size(entry) > 0 &&
		    __builtin_add_overflow(stated_bytes, (uint64_t)archive_entry_size(entry),
					   &stated_bytes))
			stated_bytes = UINT64_MAX;
		if (is_bomb(in, stated_bytes)) {
			source_degrade(outer, GRADE_PARTIAL, "stopped after %zu members: %s",
				       members, "it expands more than logs do");
			return true;
		}
		if (is_file(entry) && !visit_entry(in, entry, visitor))
			return false;
	}
	source_degrade(outer, GRADE_PARTIAL, "more than %d members: the rest was not read",
		       LIMIT_ARCHIVE_MEMBERS);
	return true;
}

bool archive_walk(struct source *source, const char *format, struct member_visitor *visitor)
{
	struct archive_input in = { .source = source };
	/* libarchive converts names to the encoding of the thread's locale. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	bool go_on = true;

	if (open_archive(&in, format) >= ARCHIVE_WARN) {
		in.contents = bookmark_contents(&in);
		go_on = walk_members(&in, source, visitor);
		bookmark_release(in.contents);
	} else {
		source_degrade(source, GRADE_PARTIAL, "archive could not be opened: %s",
			       trouble_of(in.archive));
	}
	/* A trailing checksum, padding, a directory: only the end of the stream shows its grade. */
	if (!in.by_header)
		source_skip(source, UINT64_MAX);
	close_archive(&in);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	return go_on;
}

void container_walk(struct source *source, const char *format, struct member_visitor *visitor)
{
	if (strcmp(format, "zip") != 0) {
		(void)archive_walk(source, format, visitor);
		return;
	}
	zip_walk(source, visitor);
	source_skip(source, UINT64_MAX);
}

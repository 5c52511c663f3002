#include "base/base.h"
#include "parsers/container.h"

#include "base/limits.h"

#include <archive.h>
#include <archive_entry.h>

struct archive_input {
	struct source *source;
	char *buffer;
};

static la_ssize_t read_input(struct archive *a, void *context, const void **buffer)
{
	struct archive_input *in = context;

	(void)a;
	*buffer = in->buffer;
	return (la_ssize_t)source_read(in->source, in->buffer, LIMIT_READ_BYTES);
}

/* --- one member as a source ------------------------------------------------------------------ */

struct member_source {
	struct source source; /* first member */
	struct archive *archive;
	struct source *outer;
};

static size_t member_read(struct source *s, char *into, size_t capacity)
{
	struct member_source *m = (struct member_source *)s;
	la_ssize_t n = archive_read_data(m->archive, into, capacity);

	if (n >= 0)
		return (size_t)n;
	if (m->outer->grade != GRADE_OK)
		source_degrade(s, GRADE_PARTIAL, "%s", m->outer->note);
	else
		source_degrade(s, GRADE_PARTIAL, "archive damaged here: %s",
			       archive_error_string(m->archive) ? archive_error_string(m->archive)
								: "unreadable");
	return 0;
}

static void member_close(struct source *s)
{
	(void)s; /* lives in container_walk() */
}

static const struct source_ops member_ops = { member_read, member_close, NULL };

/* --- recognising ----------------------------------------------------------------------------- */

static bool is_tar(struct str head)
{
	unsigned sum = 0, stated = 0;
	bool digits = false;

	if (head.len < 512)
		return false;
	if (!memcmp(head.ptr + 257, "ustar", 5))
		return true;
	/* Version 7 tar has no magic: its header's checksum must hold. */
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head.ptr[i];
	for (size_t i = 148; i < 156; i++) {
		char c = head.ptr[i];

		if (c >= '0' && c <= '7') {
			stated = stated * 8 + (unsigned)(c - '0');
			digits = true;
		} else if (digits) {
			break;
		}
	}
	return digits && sum == stated && head.ptr[0];
}

const char *container_bid(struct str head)
{
	static const struct {
		const char *name, *magic;
		size_t len;
	} magics[] = {
		{ "zip", "PK\3\4", 4 },	    { "zip", "PK\5\6", 4 },
		{ "zip", "PK\7\10", 4 },    { "7z", "7z\xBC\xAF\x27\x1C", 6 },
		{ "rar", "Rar!\x1A\7", 6 }, { "cpio", "070701", 6 },
		{ "cpio", "070707", 6 },    { "ar", "!<arch>\n", 8 },
		{ "xar", "xar!", 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (head.len >= magics[i].len && !memcmp(head.ptr, magics[i].magic, magics[i].len))
			return magics[i].name;
	return is_tar(head) ? "tar" : NULL;
}

static struct archive *open_archive(struct archive_input *in)
{
	struct archive *a = archive_read_new();

	if (!a)
		die_no_memory();
	archive_read_support_format_tar(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_ar(a);
	archive_read_support_format_xar(a);
	(void)in;
	return a;
}

/* --- 7z and friends need to seek: memory stands in ------------------------------------------- */

static bool needs_seek(const char *format)
{
	return !strcmp(format, "7z") || !strcmp(format, "rar");
}

static char *read_all(struct source *s, size_t *len)
{
	size_t capacity = (size_t)1 << 20;
	char *bytes = malloc(capacity);

	*len = 0;
	for (;;) {
		size_t n;

		if (!bytes)
			die_no_memory();
		n = source_read_full(s, bytes + *len, capacity - *len);
		*len += n;
		if (*len < capacity)
			return bytes;
		if (capacity >= LIMIT_RANDOM_ACCESS_BYTES) {
			source_degrade(s, GRADE_PARTIAL, "only the first %" PRIu64 " MiB were read",
				       (uint64_t)(LIMIT_RANDOM_ACCESS_BYTES >> 20));
			return bytes;
		}
		capacity *= 2;
		bytes = realloc(bytes, capacity);
	}
}

static void walk_members(struct archive *a, struct source *outer, struct member_visitor *visitor)
{
	struct archive_entry *entry;
	size_t members = 0;

	for (;;) {
		struct member_source m = { .source.ops = &member_ops,
					   .archive = a,
					   .outer = outer };
		int result = archive_read_next_header(a, &entry);
		const char *name;

		if (result == ARCHIVE_EOF)
			return;
		if (result == ARCHIVE_RETRY)
			continue;
		if (result < ARCHIVE_WARN) {
			source_degrade(outer, GRADE_PARTIAL,
				       "archive damaged after %zu members: %s", members,
				       archive_error_string(a) ? archive_error_string(a)
							       : "unreadable");
			return;
		}
		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		if (++members > LIMIT_ARCHIVE_MEMBERS) {
			source_degrade(outer, GRADE_PARTIAL,
				       "more than %d members: the rest was not read",
				       LIMIT_ARCHIVE_MEMBERS);
			return;
		}
		name = archive_entry_pathname(entry);
		if (archive_entry_size_is_set(entry))
			m.source.size_bytes = (uint64_t)archive_entry_size(entry);
		if (!visitor->member(visitor, &(struct member){
						      .name = str_from(name ? name : "?"),
						      .size_bytes = m.source.size_bytes,
						      .source = &m.source,
					      }))
			return;
	}
}

void container_walk(struct source *source, struct member_visitor *visitor)
{
	struct archive_input in = { .source = source };
	char head[512], *all = NULL;
	size_t head_len, all_len = 0;
	struct source *whole;
	struct archive *a = open_archive(&in);
	const char *format;
	int result;

	in.buffer = malloc(LIMIT_READ_BYTES);
	if (!in.buffer)
		die_no_memory();
	head_len = source_read_full(source, head, sizeof(head));
	format = container_bid((struct str){ head, head_len });
	whole = source_with_head((struct str){ head, head_len }, source_slice(source, UINT64_MAX));
	in.source = whole;
	if (format && needs_seek(format)) {
		all = read_all(whole, &all_len);
		result = archive_read_open_memory(a, all, all_len);
	} else {
		result = archive_read_open(a, &in, NULL, read_input, NULL);
	}
	if (result >= ARCHIVE_WARN)
		walk_members(a, source, visitor);
	else
		source_degrade(source, GRADE_PARTIAL, "archive could not be opened: %s",
			       archive_error_string(a) ? archive_error_string(a)
						       : "unknown format");
	archive_read_free(a);
	source_close(whole);
	free(in.buffer);
	free(all);
}

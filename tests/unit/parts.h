/* parts.h - what a splitter gave, as text: one line of labels and the bytes of each part. */
#ifndef SPARKDX_TESTS_UNIT_PARTS_H
#define SPARKDX_TESTS_UNIT_PARTS_H

#include "base/base.h"
#include "base/buf.h"
#include "parsers/shelf.h"
#include "parsers/splitter.h"
#include "tests/unit/test.h"

#include <sys/mman.h>
#include <unistd.h>

struct parts {
	struct part_visitor visitor; /* first member */
	struct buf text;
	size_t count;
	size_t step; /* bytes per read */
	enum grade grade;
};

static inline void parts_visit(struct part_visitor *visitor, const struct part *p)
{
	struct parts *parts = (struct parts *)visitor;
	char bytes[512];
	size_t n;
	bool ok;

	parts->count++;
	ok = buf_addf(&parts->text, "[" STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " %u]",
		      STR_ARG(p->app), STR_ARG(p->container), STR_ARG(p->host),
		      STR_ARG(p->log_name), p->first_line);
	while ((n = source_read(p->source, bytes, parts->step)) > 0)
		ok = ok && buf_add(&parts->text, (struct str){ bytes, n });
	if (p->source->grade != GRADE_OK)
		ok = ok && buf_addf(&parts->text, "(%s)", p->source->note);
	BUG_ON(!ok);
}

/* Split `bytes`; `pipe`: without reading at an offset. Release parts->text. */
static inline void parts_split(struct parts *parts, const struct splitter *splitter,
			       struct str bytes, const char *name, bool pipe)
{
	struct source *memory = source_from_memory(bytes);
	struct source *source = pipe ? source_slice(memory, UINT64_MAX) : memory;

	*parts = (struct parts){ .visitor.part = parts_visit,
				 .text = BUF_INIT((size_t)64 << 20),
				 .step = pipe ? 7 : 512 };
	splitter->split(source, str_from(name), &parts->visitor);
	parts->grade = source->grade;
	if (pipe)
		source_close(source);
	source_close(memory);
}

static inline void parts_release(struct parts *parts)
{
	buf_release(&parts->text);
}

/* Each part must read again from its bookmark, wherever one begins, as it was read at first. */
struct reread {
	struct part_visitor visitor; /* first member */
	struct {
		struct bookmark *bookmark;
		struct buf text;
	} parts[8];
	size_t count;
};

static inline void reread_visit(struct part_visitor *visitor, const struct part *p)
{
	struct reread *r = (struct reread *)visitor;
	struct buf *text = &r->parts[r->count].text;
	char bytes[512];
	size_t n;

	BUG_ON(r->count == ARRAY_LEN(r->parts));
	*text = (struct buf)BUF_INIT((size_t)64 << 20);
	r->parts[r->count++].bookmark = bookmark_keep(p->source->bookmark);
	while ((n = source_read(p->source, bytes, sizeof(bytes))) > 0)
		CHECK(buf_add(text, (struct str){ bytes, n }));
}

static inline void reread_from(struct bookmark *b, struct str text, size_t from)
{
	struct str want = str_skip(text, from);
	struct source *s = bookmark_open(b, from);
	char *got = malloc(want.len + 1);

	CHECK(got && source_read_full(s, got, want.len) == want.len);
	CHECK(got && str_eq((struct str){ got, want.len }, want));
	free(got);
	source_close(s);
}

/* `pipe` as for parts_split(). Returns how many parts there were. */
static inline size_t parts_reread(const struct splitter *splitter, struct str bytes,
				  const char *name, bool pipe)
{
	struct reread r = { .visitor.part = reread_visit };
	struct shelf *shelf = shelf_new(NULL);
	int fd = memfd_create("parts", MFD_CLOEXEC);
	struct source *file = source_from_fd_at(fd, 0), *source = file;

	CHECK(write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
	file->size_bytes = bytes.len;
	file->bookmark = bookmark_of_fd(fd, shelf);
	if (pipe)
		source = source_slice(file, UINT64_MAX);
	splitter->split(source, str_from(name), &r.visitor);
	if (pipe)
		source_close(source);
	source_close(file);
	for (size_t i = 0; i < r.count; i++) {
		struct str text = buf_str(&r.parts[i].text);

		CHECK(r.parts[i].bookmark != NULL);
		for (size_t k = 0; r.parts[i].bookmark && k < 8; k++)
			reread_from(r.parts[i].bookmark, text, text.len * (k * 5 % 8) / 8);
		bookmark_release(r.parts[i].bookmark);
		buf_release(&r.parts[i].text);
	}
	shelf_release(shelf);
	return r.count;
}

/* Builders of binary files. */
static inline void put(struct buf *b, struct str s)
{
	BUG_ON(!buf_add(b, s));
}

static inline void put_number(struct buf *b, uint64_t value, unsigned bytes)
{
	while (bytes--)
		BUG_ON(!buf_add_char(b, (char)(value >> (8 * bytes))));
}

/* Two bytes of length and the text, as Java writes it. */
static inline void put_utf(struct buf *b, const char *text)
{
	put_number(b, strlen(text), 2);
	put(b, str_from(text));
}

/* A zlib stream of stored blocks. */
static inline void put_zlib(struct buf *b, struct str s)
{
	uint32_t low = 1, high = 0;

	put_number(b, 0x7801, 2);
	for (struct str rest = s, block = s; block.len; block = rest) {
		block.len = block.len < UINT16_MAX ? block.len : UINT16_MAX;
		rest = str_skip(rest, block.len);
		put_number(b, !rest.len, 1);
		put_number(b, block.len & 0xFF, 1);
		put_number(b, block.len >> 8, 1);
		put_number(b, ~block.len & 0xFF, 1);
		put_number(b, (~block.len >> 8) & 0xFF, 1);
		put(b, block);
	}
	for (size_t i = 0; i < s.len; i++) {
		low = (low + (unsigned char)s.ptr[i]) % 65521;
		high = (high + low) % 65521;
	}
	put_number(b, high << 16 | low, 4);
}

#endif

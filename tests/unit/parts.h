/* parts.h - what a splitter gave, as text: one line of labels and the bytes of each part. */
#ifndef SPARKDX_TESTS_UNIT_PARTS_H
#define SPARKDX_TESTS_UNIT_PARTS_H

#include "base/base.h"
#include "base/buf.h"
#include "parsers/splitter.h"

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

/* A zlib stream with one stored block. */
static inline void put_zlib(struct buf *b, struct str s)
{
	uint32_t low = 1, high = 0;

	BUG_ON(s.len > UINT16_MAX);
	put_number(b, 0x7801, 2);
	put_number(b, 1, 1);
	put_number(b, s.len & 0xFF, 1);
	put_number(b, s.len >> 8, 1);
	put_number(b, ~s.len & 0xFF, 1);
	put_number(b, (~s.len >> 8) & 0xFF, 1);
	put(b, s);
	for (size_t i = 0; i < s.len; i++) {
		low = (low + (unsigned char)s.ptr[i]) % 65521;
		high = (high + low) % 65521;
	}
	put_number(b, high << 16 | low, 4);
}

#endif

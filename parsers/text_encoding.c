#include "base/base.h"
#include "parsers/text_encoding.h"

#include "parsers/bookmark.h"

enum { UNITS_PER_READ = 16 * 1024 };

struct utf16_source {
	struct source source; /* first member */
	struct source *inner;
	bool begun, big_endian;
	unsigned char raw[UNITS_PER_READ * 2];
	size_t raw_len; /* bytes of an unfinished unit or pair */
	char out[UNITS_PER_READ * 3];
	size_t out_at, out_len;
};

static void put(struct utf16_source *u, uint32_t c)
{
	char *p = u->out + u->out_len;

	if (c >= 0xD800 && c <= 0xDFFF)
		c = 0xFFFD;
	if (c < 0x80) {
		p[0] = (char)c;
		u->out_len += 1;
	} else if (c < 0x800) {
		p[0] = (char)(0xC0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3F));
		u->out_len += 2;
	} else if (c < 0x10000) {
		p[0] = (char)(0xE0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3F));
		p[2] = (char)(0x80 | (c & 0x3F));
		u->out_len += 3;
	} else { /* from two units: 4 bytes for what may take 6 */
		p[0] = (char)(0xF0 | c >> 18);
		p[1] = (char)(0x80 | (c >> 12 & 0x3F));
		p[2] = (char)(0x80 | (c >> 6 & 0x3F));
		p[3] = (char)(0x80 | (c & 0x3F));
		u->out_len += 4;
	}
}

static uint32_t unit_at(const struct utf16_source *u, size_t at)
{
	uint32_t a = u->raw[at], b = u->raw[at + 1];

	return u->big_endian ? a << 8 | b : b << 8 | a;
}

static void convert(struct utf16_source *u, bool last)
{
	size_t at = 0;

	if (!u->begun && u->raw_len >= 2) {
		u->big_endian = u->raw[0] == 0xFE;
		u->begun = true;
		at = 2;
	}
	for (; at + 2 <= u->raw_len; at += 2) {
		uint32_t c = unit_at(u, at);

		if (c >= 0xD800 && c < 0xDC00) {
			uint32_t low;

			if (at + 4 > u->raw_len && !last)
				break;
			low = at + 4 <= u->raw_len ? unit_at(u, at + 2) : 0;
			if (low >= 0xDC00 && low < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
				at += 2;
			}
		}
		put(u, c);
	}
	memmove(u->raw, u->raw + at, u->raw_len - at);
	u->raw_len -= at;
}

static size_t utf16_read(struct source *s, char *into, size_t capacity)
{
	struct utf16_source *u = (struct utf16_source *)s;
	size_t n;

	while (u->out_at == u->out_len) {
		u->out_at = u->out_len = 0;
		n = source_read(u->inner, (char *)u->raw + u->raw_len, sizeof(u->raw) - u->raw_len);
		u->raw_len += n;
		convert(u, !n);
		if (!n && !u->out_len) {
			source_degrade(s, u->inner->grade, "%s", u->inner->note);
			return 0;
		}
	}
	n = u->out_len - u->out_at;
	if (n > capacity)
		n = capacity;
	memcpy(into, u->out + u->out_at, n);
	u->out_at += n;
	return n;
}

static void utf16_close(struct source *s)
{
	struct utf16_source *u = (struct utf16_source *)s;

	source_close(u->inner);
	free(u);
}

static const struct source_ops utf16_ops = { .read = utf16_read, .close = utf16_close };

struct source *text_from_utf16(struct source *inner)
{
	static const struct bookmark_kind kind = { .open = text_from_utf16 };
	struct utf16_source *u = calloc(1, sizeof(*u));

	if (!u)
		die_no_memory();
	u->source.ops = &utf16_ops;
	u->inner = inner;
	u->source.bookmark = bookmark_of_decoder(inner->bookmark, &kind);
	return &u->source;
}

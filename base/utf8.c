#include "base/base.h"
#include "base/utf8.h"

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static uint32_t decode(struct str s, size_t *len)
{
	static const struct {
		unsigned char mask, lead;
		size_t len;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 1, 0 },
		{ 0xE0, 0xC0, 2, 0x80 },
		{ 0xF0, 0xE0, 3, 0x800 },
		{ 0xF8, 0xF0, 4, 0x10000 },
	};
	unsigned char first = s.len ? (unsigned char)s.ptr[0] : 0;

	*len = 0;
	for (size_t i = 0; s.len && i < ARRAY_LEN(forms); i++) {
		uint32_t c = first & (unsigned char)~forms[i].mask;

		if ((first & forms[i].mask) != forms[i].lead || s.len < forms[i].len)
			continue;
		for (size_t k = 1; k < forms[i].len; k++) {
			if (!is_tail(s.ptr[k]))
				return 0;
			c = c << 6 | ((unsigned char)s.ptr[k] & 0x3F);
		}
		if (c < forms[i].least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
			return 0;
		*len = forms[i].len;
		return c;
	}
	return 0;
}

size_t utf8_sequence(struct str s)
{
	size_t len;

	(void)decode(s, &len);
	return len;
}

size_t utf8_columns(struct str s)
{
	size_t columns = 0;

	while (s.len) {
		size_t n = utf8_sequence(s);

		s = str_skip(s, n ? n : 1);
		columns++;
	}
	return columns;
}

/* What rewrites the screen, turns the direction of a line, ends it, or may not stand in XML. */
static bool is_unsafe(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1F },	    { 0x7F, 0x9F },	{ 0x61C, 0x61C },   { 0x200E, 0x200F },
		{ 0x2028, 0x202E }, { 0x2066, 0x2069 }, { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges) && c >= ranges[i].first; i++)
		if (c <= ranges[i].last)
			return true;
	return false;
}

bool utf8_escape(struct buf *out, struct str s)
{
	bool ok = true;

	while (ok && s.len) {
		size_t n;
		uint32_t c = decode(s, &n);

		if (!n)
			ok = buf_addf(out, "\\x%02x", (unsigned)(unsigned char)s.ptr[0]);
		else if (c == '\t')
			ok = buf_add_char(out, ' ');
		else if (is_unsafe(c))
			ok = buf_addf(out, c < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)c);
		else
			ok = buf_add(out, (struct str){ s.ptr, n });
		s = str_skip(s, n ? n : 1);
	}
	return ok;
}

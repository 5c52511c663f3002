#include "base/base.h"
#include "parsers/json_pull.h"

#include "parsers/json_scan.h"

struct json_pull json_pull(struct str text)
{
	/* An absent field is an empty slice without an address. */
	if (!text.len)
		text = STR("");
	return (struct json_pull){ .at = text.ptr, .end = text.ptr + text.len };
}

static bool fail(struct json_pull *p)
{
	if (!p->bad)
		p->bad_at = p->at;
	p->bad = true;
	p->at = p->end;
	return false;
}

static inline char next_token(struct json_pull *p)
{
	/* Spark writes no blanks between tokens. */
	if (p->at < p->end && (unsigned char)*p->at > ' ')
		return *p->at;
	while (p->at < p->end &&
	       (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
	return p->at < p->end ? *p->at : '\0';
}

static bool enter(struct json_pull *p, char open)
{
	if (p->bad)
		return false;
	if (next_token(p) != open) {
		pull_skip(p);
		return false;
	}
	p->at++;
	return true;
}

bool pull_object(struct json_pull *p)
{
	return enter(p, '{');
}

bool pull_array(struct json_pull *p)
{
	return enter(p, '[');
}

/* Past a comma between members; false at the closing mark, which is taken. */
static bool next_member(struct json_pull *p, char close)
{
	char c;

	if (p->bad)
		return false;
	c = next_token(p);
	if (c == close) {
		p->at++;
		return false;
	}
	if (c == ',') {
		p->at++;
		c = next_token(p);
		if (c == close)
			return fail(p);
	}
	return c ? true : fail(p);
}

bool pull_key(struct json_pull *p, struct str *key)
{
	const char *begin, *behind;

	*key = STR("");
	if (!next_member(p, '}'))
		return false;
	if (*p->at != '"')
		return fail(p);
	begin = p->at + 1;
	behind = json_scan_string(begin, p->end);
	if (!behind)
		return fail(p);
	*key = (struct str){ begin, (size_t)(behind - 1 - begin) };
	p->at = behind;
	if (next_token(p) != ':')
		return fail(p);
	p->at++;
	return true;
}

bool pull_member(struct json_pull *p, struct str member)
{
	const char *at = p->at;

	at += at < p->end && *at == ',';
	if ((size_t)(p->end - at) < member.len || memcmp(at, member.ptr, member.len) != 0)
		return false;
	p->at = at + member.len;
	return true;
}

bool pull_element(struct json_pull *p)
{
	return next_member(p, ']');
}

struct str pull_string(struct json_pull *p)
{
	const char *begin, *behind;

	if (p->bad)
		return STR("");
	if (next_token(p) != '"') {
		pull_skip(p);
		return STR("");
	}
	begin = p->at + 1;
	behind = json_scan_string(begin, p->end);
	if (!behind) {
		fail(p);
		return STR("");
	}
	p->at = behind;
	return (struct str){ begin, (size_t)(behind - 1 - begin) };
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Saturating; stops at the first byte that is no digit. */
static int64_t read_digits(const char **at, const char *end)
{
	int64_t v = 0;

	for (; *at < end && is_digit(**at); ++*at)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, **at - '0', &v))
			v = INT64_MAX;
	return v;
}

int64_t pull_int(struct json_pull *p, int64_t otherwise)
{
	bool negative, quoted;
	const char *at, *digits;
	int64_t v;
	char c = p->bad ? '\0' : next_token(p);

	quoted = c == '"';
	if (!quoted && c != '-' && !is_digit(c)) {
		pull_skip(p);
		return otherwise;
	}
	at = p->at + quoted;
	negative = at < p->end && *at == '-';
	at += negative;
	digits = at;
	v = read_digits(&at, p->end);
	if (at == digits) {
		pull_skip(p);
		return otherwise;
	}
	if (quoted && (at == p->end || *at != '"')) {
		pull_skip(p);
		return otherwise;
	}
	at += quoted;
	/* A plain integer ends here; a fraction or an exponent is skipped with the rest. */
	if (at < p->end && (*at == ',' || *at == '}' || *at == ']'))
		p->at = at;
	else
		pull_skip(p);
	return negative ? -v : v;
}

bool pull_bool(struct json_pull *p)
{
	bool value = !p->bad && next_token(p) == 't';

	pull_skip(p);
	return value;
}

/* Behind a string or value that json_scan found the end of, NULL: it has none. */
static void go_on(struct json_pull *p, const char *behind)
{
	if (behind)
		p->at = behind;
	else
		fail(p);
}

static void skip_scalar(struct json_pull *p)
{
	const char *begin = p->at;

	while (p->at < p->end &&
	       (is_digit(*p->at) || (*p->at >= 'a' && *p->at <= 'z') || *p->at == '-' ||
		*p->at == '+' || *p->at == '.' || *p->at == 'E' || *p->at == 'N' || *p->at == 'I'))
		p->at++;
	if (p->at == begin)
		fail(p);
}

void pull_skip(struct json_pull *p)
{
	char c = p->bad ? '\0' : next_token(p);

	if (p->bad)
		return;
	if (c == '"')
		go_on(p, json_scan_string(p->at + 1, p->end));
	else if (c == '{' || c == '[')
		go_on(p, json_scan_close(p->at + 1, p->end, 1));
	else
		skip_scalar(p);
}

void pull_rest(struct json_pull *p)
{
	if (!p->bad)
		go_on(p, json_scan_close(p->at, p->end, 1));
}

struct str pull_raw(struct json_pull *p)
{
	const char *begin;

	if (!p->bad)
		(void)next_token(p);
	begin = p->at;
	pull_skip(p);
	return p->bad ? STR("") : (struct str){ begin, (size_t)(p->at - begin) };
}

bool pull_at_end(struct json_pull *p)
{
	return !p->bad && next_token(p) == '\0' && p->at == p->end;
}

/* --- strings --------------------------------------------------------------------------------- */

static bool add_code_point(struct buf *out, uint32_t c)
{
	char b[4];
	size_t n;

	if (c >= 0xD800 && c <= 0xDFFF)
		c = 0xFFFD;
	if (c < 0x80) {
		b[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		b[0] = (char)(0xC0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3F));
		n = 2;
	} else if (c < 0x10000) {
		b[0] = (char)(0xE0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3F));
		b[2] = (char)(0x80 | (c & 0x3F));
		n = 3;
	} else {
		b[0] = (char)(0xF0 | c >> 18);
		b[1] = (char)(0x80 | (c >> 12 & 0x3F));
		b[2] = (char)(0x80 | (c >> 6 & 0x3F));
		b[3] = (char)(0x80 | (c & 0x3F));
		n = 4;
	}
	return buf_add(out, (struct str){ b, n });
}

/* Four hexadecimal digits at offset `at`; false when they are not there. */
static bool hex4(struct str raw, size_t at, uint32_t *value)
{
	*value = 0;
	if (raw.len < 4 || at > raw.len - 4)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = raw.ptr[i];
		uint32_t digit;

		if (is_digit(c))
			digit = (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		*value = *value * 16 + digit;
	}
	return true;
}

/* `i` is behind `\u`; returns behind what was used. */
static size_t add_escaped_unicode(struct str raw, size_t i, struct buf *out, bool *ok)
{
	uint32_t high, low;

	if (!hex4(raw, i, &high)) {
		*ok = add_code_point(out, 0xFFFD);
		return i;
	}
	i += 4;
	if (high >= 0xD800 && high < 0xDC00 && i + 1 < raw.len && raw.ptr[i] == '\\' &&
	    raw.ptr[i + 1] == 'u' && hex4(raw, i + 2, &low) && low >= 0xDC00 && low < 0xE000) {
		*ok = add_code_point(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
		return i + 6;
	}
	*ok = add_code_point(out, high);
	return i;
}

bool json_unescape(struct str raw, struct buf *out)
{
	static const char plain[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	bool ok = true;

	for (size_t i = 0; ok && i < raw.len;) {
		const char *stop = memchr(raw.ptr + i, '\\', raw.len - i);
		size_t run = stop ? (size_t)(stop - raw.ptr) - i : raw.len - i;
		const char *known;

		ok = buf_add(out, (struct str){ raw.ptr + i, run });
		i += run;
		if (!stop || !ok)
			break;
		if (++i == raw.len)
			return add_code_point(out, 0xFFFD);
		if (raw.ptr[i] == 'u') {
			i = add_escaped_unicode(raw, i + 1, out, &ok);
			continue;
		}
		known = raw.ptr[i] ? strchr(plain, raw.ptr[i]) : NULL;
		ok = known ? buf_add_char(out, meaning[known - plain])
			   : add_code_point(out, 0xFFFD);
		i++;
	}
	return ok;
}

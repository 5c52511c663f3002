#include "base/base.h"
#include "parsers/json_pull.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* First quote or backslash at or behind `at`. */
static const char *find_string_end(const char *at, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');

	for (; end - at >= 16; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
		int hits = _mm_movemask_epi8(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));

		if (hits)
			return at + __builtin_ctz((unsigned)hits);
	}
#endif
	while (at < end && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* First quote, brace or bracket at or behind `at`. */
static const char *find_structure(const char *at, const char *end)
{
#ifdef __SSE2__
	/* `[` and `{` differ from `]` and `}` in two bits, and from each other in 0x20. */
	const __m128i quote = _mm_set1_epi8('"'), fold = _mm_set1_epi8(0x20);
	const __m128i open = _mm_set1_epi8('{'), shut = _mm_set1_epi8('}');

	for (; end - at >= 16; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i folded = _mm_or_si128(v, fold);
		__m128i hit = _mm_or_si128(
			_mm_cmpeq_epi8(v, quote),
			_mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, shut)));
		int hits = _mm_movemask_epi8(hit);

		if (hits)
			return at + __builtin_ctz((unsigned)hits);
	}
#endif
	while (at < end && *at != '"' && *at != '{' && *at != '}' && *at != '[' && *at != ']')
		at++;
	return at;
}

/* `at` is behind the opening quote; returns behind the closing one, NULL when there is none. */
static const char *skip_string(const char *at, const char *end)
{
	for (;;) {
		at = find_string_end(at, end);
		if (at >= end)
			return NULL;
		if (*at == '"')
			return at + 1;
		if (end - at < 2)
			return NULL;
		at += 2;
	}
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
	behind = skip_string(begin, p->end);
	if (!behind)
		return fail(p);
	*key = (struct str){ begin, (size_t)(behind - 1 - begin) };
	p->at = behind;
	if (next_token(p) != ':')
		return fail(p);
	p->at++;
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
	behind = skip_string(begin, p->end);
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

#ifdef __SSE2__
/* One bit per byte of 64: does it equal `c`, after `fold` was or-ed in? */
static uint64_t bytes_equal(const __m128i v[4], char fold, char c)
{
	const __m128i mask = _mm_set1_epi8(fold), want = _mm_set1_epi8(c);
	uint64_t bits = 0;

	for (int i = 0; i < 4; i++) {
		__m128i eq = _mm_cmpeq_epi8(_mm_or_si128(v[i], mask), want);

		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(eq) << (16 * i);
	}
	return bits;
}

/* Bit i becomes the parity of bits 0..i: from quotes to what lies between them. */
static uint64_t prefix_xor(uint64_t bits)
{
	for (int shift = 1; shift < 64; shift *= 2)
		bits ^= bits << shift;
	return bits;
}

/* Quotes that are escaped do not count: those behind an odd run of backslashes. */
static uint64_t escaped_bytes(uint64_t backslashes, bool *carry)
{
	uint64_t escaped = 0;
	bool odd = *carry;

	if (!backslashes && !odd)
		return 0;
	for (int i = 0; i < 64; i++) {
		if (odd) {
			escaped |= UINT64_C(1) << i;
			odd = false;
		} else {
			odd = backslashes >> i & 1;
		}
	}
	*carry = odd;
	return escaped;
}

/* Offset of the bit at which `depth` falls to 0, or 64. */
static int closing_bit(uint64_t open, uint64_t shut, size_t *depth)
{
	for (uint64_t both = open | shut; both; both &= both - 1) {
		int i = __builtin_ctzll(both);

		if (open >> i & 1)
			++*depth;
		else if (--*depth == 0)
			return i;
	}
	return 64;
}

/* Built twice, and chosen when the program starts: processors of the last decade count bits in one
 * instruction. Sanitizers cannot instrument the choice. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
	!defined(__SANITIZE_ADDRESS__)
#define FASTEST_CLONE __attribute__((target_clones("avx2", "default")))
#else
#define FASTEST_CLONE
#endif

/*
 * 64 bytes at a time: quotes give the strings, braces and brackets outside of them the depth. A
 * block that cannot close the value is only counted.
 */
FASTEST_CLONE static bool skip_composite_fast(struct json_pull *p, size_t *depth)
{
	bool escape_carry = false, in_string = false;

	while (p->end - p->at >= 64) {
		const __m128i *from = (const __m128i *)(const void *)p->at;
		const __m128i v[4] = { _mm_loadu_si128(from), _mm_loadu_si128(from + 1),
				       _mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3) };
		uint64_t escaped = escaped_bytes(bytes_equal(v, 0, '\\'), &escape_carry);
		uint64_t strings = prefix_xor(bytes_equal(v, 0, '"') & ~escaped) ^
				   (in_string ? ~UINT64_C(0) : 0);
		/* `[` and `{`, `]` and `}` differ in 0x20 alone. */
		uint64_t open = bytes_equal(v, 0x20, '{') & ~strings;
		uint64_t shut = bytes_equal(v, 0x20, '}') & ~strings;
		size_t closing = (size_t)__builtin_popcountll(shut);

		if (closing < *depth) {
			*depth += (size_t)__builtin_popcountll(open);
			*depth -= closing;
		} else {
			int at = closing_bit(open, shut, depth);

			if (at < 64) {
				p->at += at + 1;
				return true;
			}
		}
		in_string = strings >> 63;
		p->at += 64;
	}
	/* The rest is walked byte by byte; hand over at a byte outside of strings. */
	if (in_string) {
		p->at += escape_carry;
		p->at = p->at <= p->end ? skip_string(p->at, p->end) : NULL;
		if (!p->at)
			fail(p);
	}
	return false;
}
#endif

static void skip_composite(struct json_pull *p)
{
	size_t depth = 0;

#ifdef __SSE2__
	if (skip_composite_fast(p, &depth) || p->bad)
		return;
#endif
	for (;;) {
		p->at = find_structure(p->at, p->end);
		if (p->at >= p->end) {
			fail(p);
			return;
		}
		switch (*p->at++) {
		case '"':
			p->at = skip_string(p->at, p->end);
			if (!p->at) {
				fail(p);
				return;
			}
			break;
		case '{':
		case '[':
			depth++;
			break;
		default:
			if (--depth == 0)
				return;
			break;
		}
	}
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
	if (c == '"') {
		p->at = skip_string(p->at + 1, p->end);
		if (!p->at)
			fail(p);
	} else if (c == '{' || c == '[') {
		skip_composite(p);
	} else {
		skip_scalar(p);
	}
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

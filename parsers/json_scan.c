#include "base/base.h"
#include "parsers/json_scan.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { BLOCK_BYTES = 64 };

/* Bit i is byte i of a block. */
struct bitmaps {
	uint64_t quotes, backslashes;
	uint64_t opening, closing; /* braces and brackets */
};

/* `[` and `{` differ in this bit alone, and so do `]` and `}`. */
enum { BRACKET_BIT = 0x20 };

/* Each backslash that is not escaped itself escapes the next byte; `carry` is 1 when that is the
 * first one of the next block. */
static inline uint64_t escaped_bytes(uint64_t backslashes, uint64_t *carry)
{
	uint64_t escaped = *carry;

	*carry = 0;
	for (backslashes &= ~escaped; backslashes;) {
		uint64_t first = backslashes & -backslashes;

		escaped |= first << 1;
		*carry = first >> 63;
		backslashes &= ~(first | first << 1);
	}
	return escaped;
}

/* Bit i becomes the parity of bits 0..i: from quotes to what lies between them. */
static inline uint64_t prefix_parity(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

/* What one block leaves for the next. */
struct state {
	size_t depth;
	uint64_t escape; /* 1: the first byte is escaped */
	uint64_t string; /* all ones: it lies in a string */
};

/* The bit that closes the outermost value, or -1. */
static inline int take_block(struct state *s, struct bitmaps b)
{
	uint64_t quotes = b.quotes & ~escaped_bytes(b.backslashes, &s->escape);
	uint64_t strings = prefix_parity(quotes) ^ s->string;
	uint64_t opening = b.opening & ~strings, closing = b.closing & ~strings;
	size_t closed = (size_t)__builtin_popcountll(closing);

	s->string = -(strings >> 63);
	if (closed < s->depth) {
		s->depth += (size_t)__builtin_popcountll(opening) - closed;
		return -1;
	}
	/* It may be closed here: mark by mark. */
	for (uint64_t marks = opening | closing; marks; marks &= marks - 1) {
		if (opening & marks & -marks)
			s->depth++;
		else if (!--s->depth)
			return __builtin_ctzll(marks);
	}
	return -1;
}

/* Inlined into each scanner, so that all of it is built for that one's processor. */
__attribute__((always_inline)) static inline const char *
find_close(const char *at, const char *end, size_t depth, struct bitmaps (*look)(const char *))
{
	struct state s = { .depth = depth };
	char last[BLOCK_BYTES] = { 0 };
	int bit;

	for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
		bit = take_block(&s, look(at));
		if (bit >= 0)
			return at + bit + 1;
	}
	memcpy(last, at, (size_t)(end - at));
	bit = take_block(&s, look(last));
	return bit < 0 ? NULL : at + bit + 1;
}

/* --- any processor --------------------------------------------------------------------------- */

static struct bitmaps look_plain(const char *block)
{
	struct bitmaps b = { 0 };

	for (int i = 0; i < BLOCK_BYTES; i++) {
		char folded = (char)(block[i] | BRACKET_BIT);

		b.quotes |= (uint64_t)(block[i] == '"') << i;
		b.backslashes |= (uint64_t)(block[i] == '\\') << i;
		b.opening |= (uint64_t)(folded == '{') << i;
		b.closing |= (uint64_t)(folded == '}') << i;
	}
	return b;
}

static bool always(void)
{
	return true;
}

static const char *close_plain(const char *at, const char *end, size_t depth)
{
	return find_close(at, end, depth, look_plain);
}

/* --- x86-64 ---------------------------------------------------------------------------------- */

#ifdef __SSE2__
static inline uint64_t equal_sse2(const __m128i v[4], char c)
{
	const __m128i want = _mm_set1_epi8(c);
	uint64_t bits = 0;

	for (int i = 0; i < 4; i++)
		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], want))
			<< (16 * i);
	return bits;
}

static inline struct bitmaps look_sse2(const char *block)
{
	const __m128i fold = _mm_set1_epi8(BRACKET_BIT);
	__m128i v[4], folded[4];

	for (int i = 0; i < 4; i++) {
		v[i] = _mm_loadu_si128((const __m128i *)(const void *)block + i);
		folded[i] = _mm_or_si128(v[i], fold);
	}
	return (struct bitmaps){ equal_sse2(v, '"'), equal_sse2(v, '\\'), equal_sse2(folded, '{'),
				 equal_sse2(folded, '}') };
}

static const char *close_sse2(const char *at, const char *end, size_t depth)
{
	return find_close(at, end, depth, look_sse2);
}

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("popcnt");
}

AVX2 static inline uint64_t equal_avx2(__m256i low, __m256i high, char c)
{
	const __m256i want = _mm256_set1_epi8(c);
	unsigned a = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, want));
	unsigned b = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, want));

	return (uint64_t)b << 32 | a;
}

AVX2 static inline struct bitmaps look_avx2(const char *block)
{
	const __m256i fold = _mm256_set1_epi8(BRACKET_BIT);
	const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)block);
	const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)block + 1);
	const __m256i folded_low = _mm256_or_si256(low, fold);
	const __m256i folded_high = _mm256_or_si256(high, fold);

	return (struct bitmaps){ equal_avx2(low, high, '"'), equal_avx2(low, high, '\\'),
				 equal_avx2(folded_low, folded_high, '{'),
				 equal_avx2(folded_low, folded_high, '}') };
}

AVX2 static const char *close_avx2(const char *at, const char *end, size_t depth)
{
	return find_close(at, end, depth, look_avx2);
}
#endif

const struct json_scanner json_scanners[] = {
#ifdef __SSE2__
	{ "avx2", has_avx2, close_avx2 },
	{ "sse2", always, close_sse2 },
#endif
	{ "plain", always, close_plain },
};
const size_t json_scanner_count = ARRAY_LEN(json_scanners);

const char *json_scan_close(const char *at, const char *end, size_t depth)
{
	const struct json_scanner *s = json_scanners;

	while (!s->is_usable())
		s++;
	return s->close(at, end, depth);
}

/* --- strings --------------------------------------------------------------------------------- */

/* First quote or backslash at or behind `at`. Most strings are short: 16 bytes at a time. */
static const char *find_special(const char *at, const char *end)
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

const char *json_scan_string(const char *at, const char *end)
{
	for (;;) {
		at = find_special(at, end);
		if (at >= end)
			return NULL;
		if (*at == '"')
			return at + 1;
		if (end - at < 2)
			return NULL;
		at += 2;
	}
}

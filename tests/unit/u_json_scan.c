#include "base/base.h"
#include "parsers/json_scan.h"
#include "tests/unit/test.h"

/* What json_scan.h promises, byte by byte. */
static const char *close_slowly(const char *at, const char *end, size_t depth)
{
	bool in_string = false, escaped = false;

	for (; at < end; at++) {
		if (*at == '"' && !escaped)
			in_string = !in_string;
		else if (!in_string && (*at == '{' || *at == '['))
			depth++;
		else if (!in_string && (*at == '}' || *at == ']') && !--depth)
			return at + 1;
		escaped = *at == '\\' && !escaped;
	}
	return NULL;
}

static const char *string_end_slowly(const char *at, const char *end)
{
	for (; at < end; at++)
		if (*at == '\\')
			at++;
		else if (*at == '"')
			return at + 1;
	return NULL;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void check_scan(const char *at, const char *end, size_t depth)
{
	const char *want = close_slowly(at, end, depth);

	CHECK(json_scan_close(at, end, depth) == want);
	for (size_t i = 0; i < json_scanner_count; i++)
		if (json_scanners[i].is_usable())
			CHECK(json_scanners[i].close(at, end, depth) == want);
	CHECK(json_scan_string(at, end) == string_end_slowly(at, end));
}

/* Of little but marks, and of much between them; a buffer as long as its text shows every byte that
 * is read behind it. */
TEST(json_scan_equals_a_slow_scan)
{
	static const char *const alphabets[] = { "\"\\{}[]", "\"\"\\\\a{}", "{}[]ab",
						 "\"aaaaaaaaaaaaaaa\\{}[]", "\\\\\\\\\\\\\"}" };
	uint32_t random = 1;

	for (size_t round = 0; round < 20000; round++) {
		const char *alphabet = alphabets[round % ARRAY_LEN(alphabets)];
		size_t len = next_random(&random) % 400, kinds = strlen(alphabet);
		char *text = malloc(len + 1);

		if (!text)
			die_no_memory();
		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[next_random(&random) % kinds];
		check_scan(text, text + len, 1 + next_random(&random) % 6);
		free(text);
	}
}

/* Each mark of a value at each place of a block, from each start. */
TEST(json_scan_at_every_place_of_a_block)
{
	static const char value[] = "{\"k\\\\\":[\"}\\\"]\",[{}],\"\\\\\\\\\\\"{\"]}}";
	char text[64 + 130 + sizeof(value) + 130];

	for (size_t start = 0; start < 64; start++)
		for (size_t pad = 0; pad < 130; pad++) {
			char *end = text + start + pad + sizeof(value) - 1;

			memset(text, ' ', sizeof(text));
			memcpy(text + start + pad, value, sizeof(value) - 1);
			check_scan(text + start, end, 1);
			check_scan(text + start, end, 2);
			check_scan(text + start, end + pad, 1);
		}
}

/* A run of backslashes of any length across the end of a block. */
TEST(json_scan_escapes_across_blocks)
{
	char text[400];

	for (size_t from = 0; from < 130; from++)
		for (size_t run = 0; run < 140; run++) {
			memset(text, 'x', sizeof(text));
			text[0] = '"';
			memset(text + 1 + from, '\\', run);
			memcpy(text + 1 + from + run, "\"}\"}", 4);
			check_scan(text, text + sizeof(text), 1);
			check_scan(text, text + 1 + from + run, 1);
		}
}

TEST(json_scan_has_a_scanner_for_any_processor)
{
	CHECK(json_scanner_count > 0);
	CHECK(json_scanners[json_scanner_count - 1].is_usable());
}

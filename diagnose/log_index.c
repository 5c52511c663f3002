#include "base/base.h"
#include "diagnose/log_index.h"

#include "base/array.h"

/* Every layout names its level within so many bytes of the line. */
enum { LEVEL_WITHIN_BYTES = 80 };

void log_index_add(struct log_index *x, uint64_t offset, uint32_t line, int64_t time_ms)
{
	x->blocks = array_grow(x->blocks, x->count, &x->capacity, sizeof(*x->blocks));
	x->blocks[x->count++] =
		(struct log_block){ .offset = offset, .line = line, .time_ms = time_ms };
}

/* Names as logs write them; by their first letter, as nearly no line holds one. */
static uint32_t level_at(const char *p, size_t have)
{
	static const struct {
		const char *name;
		enum level level;
	} names[] = {
		{ "ERROR", LEVEL_ERROR },    { "WARN", LEVEL_WARN },	{ "FATAL", LEVEL_FATAL },
		{ "CRITICAL", LEVEL_FATAL }, { "SEVERE", LEVEL_ERROR },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len = strlen(names[i].name);

		if (have >= len && !memcmp(p, names[i].name, len))
			return UINT32_C(1) << names[i].level;
	}
	return 0;
}

static uint32_t levels_of_line(struct str line)
{
	size_t end = line.len < LEVEL_WITHIN_BYTES ? line.len : LEVEL_WITHIN_BYTES;

	for (size_t i = 0; i < end; i++) {
		char c = line.ptr[i];
		uint32_t found = 0;

		if (c == 'E' || c == 'W' || c == 'F' || c == 'C' || c == 'S')
			found = level_at(line.ptr + i, line.len - i);
		if (found)
			return found;
	}
	return 0;
}

void log_index_levels(struct log_index *x, struct str block)
{
	uint32_t quiet = UINT32_C(1) << LEVEL_NONE | UINT32_C(1) << LEVEL_TRACE |
			 UINT32_C(1) << LEVEL_DEBUG | UINT32_C(1) << LEVEL_INFO;
	uint32_t loud = ((UINT32_C(1) << LEVEL_COUNT) - 1) & ~quiet;
	uint32_t found = quiet;

	/* Wrappers and JSON put the level anywhere. */
	if (!x->plain)
		found |= loud;
	while (block.len && (found & loud) != loud) {
		struct str line;

		(void)str_cut(block, '\n', &line, &block);
		found |= levels_of_line(line);
	}
	if (x->count)
		x->blocks[x->count - 1].levels |= found;
}

void log_index_release(struct log_index *x)
{
	free(x->blocks);
	bookmark_release(x->bookmark);
}

#include "base/base.h"
#include "diagnose/log_index.h"

#include "base/array.h"

void log_index_add(struct log_index *x, uint64_t offset, uint32_t line, int64_t time_ms)
{
	x->blocks = array_grow(x->blocks, x->count, &x->capacity, sizeof(*x->blocks));
	x->blocks[x->count++] =
		(struct log_block){ .offset = offset, .line = line, .time_ms = time_ms };
}

/*
 * Names as logs write them, anywhere in the block: a word in some message makes the block be read
 * in vain, no more.
 */
void log_index_levels(struct log_index *x, struct str block)
{
	static const struct {
		struct str name;
		enum level level;
	} names[] = {
		{ { "ERROR", 5 }, LEVEL_ERROR },  { { "WARN", 4 }, LEVEL_WARN },
		{ { "FATAL", 5 }, LEVEL_FATAL },  { { "CRITICAL", 8 }, LEVEL_FATAL },
		{ { "SEVERE", 6 }, LEVEL_ERROR },
	};
	uint32_t found = UINT32_C(1) << LEVEL_NONE | UINT32_C(1) << LEVEL_TRACE |
			 UINT32_C(1) << LEVEL_DEBUG | UINT32_C(1) << LEVEL_INFO;

	if (!x->count)
		return;
	/* Wrappers and JSON write levels in other ways, too. */
	if (!x->plain)
		found = (UINT32_C(1) << LEVEL_COUNT) - 1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!(found >> names[i].level & 1) && str_find(block, names[i].name) >= 0)
			found |= UINT32_C(1) << names[i].level;
	x->blocks[x->count - 1].levels |= found;
}

void log_index_release(struct log_index *x)
{
	free(x->blocks);
	bookmark_release(x->bookmark);
}

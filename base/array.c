#include "base/base.h"
#include "base/array.h"

enum { FIRST_ITEMS = 16 };

void *array_reserve(void *items, size_t count, size_t more, size_t *capacity, size_t item_bytes)
{
	size_t want = *capacity ? *capacity : FIRST_ITEMS;
	void *grown;

	if (count + more <= *capacity)
		return items;
	while (want < count + more || want == *capacity)
		want *= 2;
	grown = realloc(items, want * item_bytes);
	if (!grown)
		die_no_memory();
	*capacity = want;
	return grown;
}

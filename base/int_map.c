#include "base/base.h"
#include "base/int_map.h"

struct int_map_slot {
	int64_t key;
	size_t index; /* SIZE_MAX: free */
};

/* The slot of `key`, or the free one where it would be. */
static struct int_map_slot *slot_of(struct int_map_slot *slots, size_t capacity, int64_t key)
{
	/* Fibonacci hashing: ids are mostly consecutive. */
	size_t i = (size_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (capacity - 1);

	while (slots[i].index != SIZE_MAX && slots[i].key != key)
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

static void grow(struct int_map *m)
{
	size_t capacity = m->capacity ? m->capacity * 2 : 64;
	struct int_map_slot *slots = malloc(capacity * sizeof(*slots));

	if (!slots)
		die_no_memory();
	for (size_t i = 0; i < capacity; i++)
		slots[i].index = SIZE_MAX;
	for (size_t i = 0; i < m->capacity; i++)
		if (m->slots[i].index != SIZE_MAX)
			*slot_of(slots, capacity, m->slots[i].key) = m->slots[i];
	free(m->slots);
	m->slots = slots;
	m->capacity = capacity;
}

size_t int_map_find(const struct int_map *m, int64_t key)
{
	return m->capacity ? slot_of(m->slots, m->capacity, key)->index : SIZE_MAX;
}

void int_map_put(struct int_map *m, int64_t key, size_t index)
{
	struct int_map_slot *s;

	BUG_ON(index == SIZE_MAX);
	if (m->count * 2 >= m->capacity)
		grow(m);
	s = slot_of(m->slots, m->capacity, key);
	m->count += s->index == SIZE_MAX;
	*s = (struct int_map_slot){ key, index };
}

size_t int_map_at(const struct int_map *m, size_t i, int64_t *key)
{
	*key = m->slots[i].key;
	return m->slots[i].index;
}

void int_map_release(struct int_map *m)
{
	free(m->slots);
	*m = (struct int_map){ 0 };
}

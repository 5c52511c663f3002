#include "base/base.h"
#include "diagnose/stream.h"

#include "base/array.h"
#include "base/limits.h"

/* Sightings are about 400 bytes; a stream at all its limits stays below this. */
#define STREAM_BYTES_MAX ((size_t)64 << 20)

struct stream_log *stream_log_new(struct str name, struct str path)
{
	struct stream_log *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->arena.bytes_max = STREAM_BYTES_MAX;
	s->first_ms = TIME_NONE;
	s->last_ms = TIME_NONE;
	s->name = stream_log_copy(s, name);
	s->path = stream_log_copy(s, path);
	diag_recorder_init(&s->diags, &s->arena);
	return s;
}

void stream_log_free(struct stream_log *s)
{
	if (!s)
		return;
	free(s->table);
	free(s->groups);
	log_index_release(&s->log_index);
	history_free(s->history);
	arena_release(&s->arena);
	free(s);
}

struct str stream_log_copy(struct stream_log *s, struct str text)
{
	struct str copy = { "", 0 };

	if (!arena_str(&s->arena, text, &copy))
		s->over_limit = true;
	return copy;
}

static uint64_t hash_key(uint32_t pattern_index, struct str key)
{
	uint64_t h = str_hash(STR_HASH_BASIS ^ pattern_index, key);

	return h ^ (h >> 32);
}

static void grow_table(struct stream_log *s)
{
	size_t size = s->table_size ? s->table_size * 2 : 64;
	struct sighting_group **table = calloc(size, sizeof(struct sighting_group *));

	if (!table)
		die_no_memory();
	for (size_t i = 0; i < s->group_count; i++) {
		struct sighting_group *g = s->groups[i];
		size_t slot = hash_key(g->pattern_index, g->key) & (size - 1);

		g->next_hash = table[slot];
		table[slot] = g;
	}
	free(s->table);
	s->table = table;
	s->table_size = size;
}

static void add_group(struct stream_log *s, struct sighting_group *g)
{
	s->groups = array_grow(s->groups, s->group_count, &s->group_capacity, sizeof(*s->groups));
	s->groups[s->group_count++] = g;
}

static struct sighting_group *find_group(const struct stream_log *s, size_t slot,
					 uint32_t pattern_index, struct str key)
{
	struct sighting_group *g = s->table[slot];

	while (g && (g->pattern_index != pattern_index || !str_eq(g->key, key)))
		g = g->next_hash;
	return g;
}

const struct sighting_group *stream_log_find(const struct stream_log *s, uint32_t pattern_index,
					     struct str key)
{
	if (!s->table_size)
		return NULL;
	return find_group(s, hash_key(pattern_index, key) & (s->table_size - 1), pattern_index,
			  key);
}

struct sighting_group *stream_log_group(struct stream_log *s, uint32_t pattern_index,
					const struct pattern *pattern, struct str key)
{
	struct sighting_group *g;
	size_t slot;

	if (s->group_count >= s->table_size)
		grow_table(s);
	slot = hash_key(pattern_index, key) & (s->table_size - 1);
	g = find_group(s, slot, pattern_index, key);
	if (g)
		return g;
	if (s->group_count >= LIMIT_FINDINGS_PER_STREAM) {
		s->over_limit = true;
		return NULL;
	}
	g = arena_new(&s->arena, struct sighting_group);
	if (!g) {
		s->over_limit = true;
		return NULL;
	}
	*g = (struct sighting_group){
		.pattern_index = pattern_index,
		.pattern = pattern,
		.key = stream_log_copy(s, key),
		.first_ms = TIME_NONE,
		.last_ms = TIME_NONE,
	};
	g->tail = &g->first;
	g->next_hash = s->table[slot];
	s->table[slot] = g;
	add_group(s, g);
	return g;
}

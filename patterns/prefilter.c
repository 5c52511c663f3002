#include "base/base.h"
#include "patterns/prefilter.h"

#include "base/array.h"

#include <endian.h>

/*
 * Sampling: every literal is 6 to 8 bytes long, so whichever way it lies, one of every fourth
 * offset of the block falls on a run of 5 bytes that belongs to it (to 6 and 7 byte literals: to it
 * and one byte more, of any value). All those runs are in a set of bits at their hashes; a block is
 * looked at only every STRIDE bytes, one load, one multiplication and one bit each. What is in the
 * set is then looked up and compared.
 *
 * The cost is that of the bits that are set, so literals must be made of runs that are rare in
 * logs: literal_window() sees to that.
 */
enum {
	STRIDE = 4,
	GRAM_BYTES = 5,
	LITERAL_MIN_BYTES = 6,
	LITERAL_MAX_BYTES = STRIDE + GRAM_BYTES - 1,
	HASH_BITS = 17,
	LOAD_BYTES = 8,
};

/* A run of one literal, in the chain of its hash. */
struct entry {
	uint64_t gram;
	int32_t offset; /* of the run in the literal; -1: one byte before it */
	uint32_t literal;
	uint32_t next; /* index + 1 */
};

struct prefilter {
	uint64_t bits[(1 << HASH_BITS) / 64];
	uint32_t heads[1 << HASH_BITS]; /* index + 1 of the first entry */
	struct entry *entries;
	size_t count, capacity;
	uint64_t *literals; /* bytes, low end first; unused high ones are 0 */
	uint8_t *lengths;
};

static void *new_array(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		die_no_memory();
	return p;
}

static uint64_t load(const char *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return le64toh(v);
}

/* Fewer bytes than a load takes; the rest are 0. */
static uint64_t load_part(struct str s)
{
	char padded[LOAD_BYTES] = { 0 };

	memcpy(padded, s.ptr, s.len < sizeof(padded) ? s.len : sizeof(padded));
	return load(padded);
}

/* The run at the low end of a load, moved to the high end. */
static uint64_t gram_of(uint64_t loaded)
{
	return loaded << (64 - 8 * GRAM_BYTES);
}

static uint32_t hash_of(uint64_t gram)
{
	return (uint32_t)((gram * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - HASH_BITS));
}

static void add_gram(struct prefilter *p, uint64_t gram, uint32_t literal, int32_t offset)
{
	uint32_t hash = hash_of(gram);

	p->entries = array_grow(p->entries, p->count, &p->capacity, sizeof(*p->entries));
	p->entries[p->count++] = (struct entry){
		.gram = gram,
		.offset = offset,
		.literal = literal,
		.next = p->heads[hash],
	};
	p->heads[hash] = (uint32_t)p->count;
	p->bits[hash / 64] |= UINT64_C(1) << hash % 64;
}

/* The STRIDE runs one of which every occurrence shows; those that reach beyond the literal by a
 * byte are added for each value of that byte. */
static void add_literal(struct prefilter *p, uint32_t literal, struct str text)
{
	int32_t first = text.len < LITERAL_MAX_BYTES - 1 ? -1 : 0;

	for (int32_t offset = first; offset < first + STRIDE; offset++) {
		char run[LOAD_BYTES] = { 0 };
		int32_t open = -1;

		for (int32_t i = 0; i < GRAM_BYTES; i++) {
			if (offset + i < 0 || offset + i >= (int32_t)text.len)
				open = i;
			else
				run[i] = text.ptr[offset + i];
		}
		for (int value = 0; value < (open < 0 ? 1 : 256); value++) {
			if (open >= 0)
				run[open] = (char)value;
			add_gram(p, gram_of(load(run)), literal, offset);
		}
	}
}

struct prefilter *prefilter_new(const struct str *literals, size_t count)
{
	struct prefilter *p = new_array(1, sizeof(*p));

	BUG_ON(!count || count > UINT32_MAX / 1024);
	p->literals = new_array(count, sizeof(*p->literals));
	p->lengths = new_array(count, sizeof(*p->lengths));
	for (size_t i = 0; i < count; i++) {
		BUG_ON(literals[i].len < LITERAL_MIN_BYTES || literals[i].len > LITERAL_MAX_BYTES);
		p->literals[i] = load_part(literals[i]);
		p->lengths[i] = (uint8_t)literals[i].len;
		add_literal(p, (uint32_t)i, literals[i]);
	}
	return p;
}

void prefilter_free(struct prefilter *p)
{
	if (!p)
		return;
	free(p->entries);
	free(p->literals);
	free(p->lengths);
	free(p);
}

static bool may_hit(const struct prefilter *p, uint64_t loaded)
{
	uint32_t hash = hash_of(gram_of(loaded));

	return p->bits[hash / 64] >> hash % 64 & 1;
}

/* Does `literal` stand at `begin`? */
static bool is_at(const struct prefilter *p, struct str block, size_t begin, uint32_t literal)
{
	size_t len = p->lengths[literal];
	uint64_t there;

	if (begin + len > block.len)
		return false;
	there = begin + LOAD_BYTES <= block.len ? load(block.ptr + begin)
						: load_part(str_skip(block, begin));
	return !((there ^ p->literals[literal]) << (64 - 8 * len));
}

static void look_up(const struct prefilter *p, struct str block, size_t at, uint64_t loaded,
		    struct prefilter_sink *sink)
{
	uint64_t gram = gram_of(loaded);

	for (uint32_t i = p->heads[hash_of(gram)]; i; i = p->entries[i - 1].next) {
		const struct entry *e = &p->entries[i - 1];
		size_t begin = at - (size_t)e->offset;

		if (e->gram == gram && (e->offset <= 0 || (size_t)e->offset <= at) &&
		    is_at(p, block, begin, e->literal))
			sink->found(sink, e->literal, begin + p->lengths[e->literal]);
	}
}

void prefilter_scan(const struct prefilter *p, struct str block, struct prefilter_sink *sink)
{
	size_t at = 0;

	for (; at + 3 * STRIDE + LOAD_BYTES <= block.len; at += 4 * STRIDE) {
		const char *from = block.ptr + at;
		uint64_t a = load(from), b = load(from + STRIDE);
		uint64_t c = load(from + 2 * STRIDE), d = load(from + 3 * STRIDE);
		bool in_a = may_hit(p, a), in_b = may_hit(p, b);
		bool in_c = may_hit(p, c), in_d = may_hit(p, d);

		if (!(in_a | in_b | in_c | in_d))
			continue;
		if (in_a)
			look_up(p, block, at, a, sink);
		if (in_b)
			look_up(p, block, at + STRIDE, b, sink);
		if (in_c)
			look_up(p, block, at + 2 * STRIDE, c, sink);
		if (in_d)
			look_up(p, block, at + 3 * STRIDE, d, sink);
	}
	for (; at < block.len; at += STRIDE) {
		uint64_t loaded = load_part(str_skip(block, at));

		if (may_hit(p, loaded))
			look_up(p, block, at, loaded, sink);
	}
}

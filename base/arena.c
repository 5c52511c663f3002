#include "base/base.h"
#include "base/arena.h"

enum { ARENA_BLOCK_BYTES = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

NORETURN void bug_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "sparkdx: BUG: %s:%d: %s\n", file, line, what);
	abort();
}

NORETURN void die_no_memory(void)
{
	fputs("sparkdx: fatal: out of memory\n", stderr);
	exit(EXIT_FAILURE_NO_MEMORY);
}

static size_t align_up(size_t n)
{
	const size_t a = _Alignof(max_align_t);

	return (n + a - 1) / a * a;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	void *p;

	BUG_ON(!a->bytes_max);
	if (size > a->bytes_max || a->bytes_used > a->bytes_max - size)
		return NULL;
	size = align_up(size ? size : 1);
	if (!b || b->size - b->used < size) {
		size_t cap = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;

		b = malloc(sizeof(*b) + cap);
		if (!b)
			die_no_memory();
		b->next = a->head;
		b->used = 0;
		b->size = cap;
		a->head = b;
	}
	p = (char *)b->data + b->used;
	b->used += size;
	a->bytes_used += size;
	memset(p, 0, size);
	return p;
}

bool arena_str(struct arena *a, struct str s, struct str *copy)
{
	char *p = arena_alloc(a, s.len + 1);

	if (!p)
		return false;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	*copy = (struct str){ p, s.len };
	return true;
}

struct str arena_vstrf(struct arena *a, const char *fmt, va_list args)
{
	char text[1024];
	int len = vsnprintf(text, sizeof(text), fmt, args);
	struct str copy = STR("");

	BUG_ON(len < 0);
	if ((size_t)len >= sizeof(text))
		len = sizeof(text) - 1;
	if (!arena_str(a, (struct str){ text, (size_t)len }, &copy))
		return STR("");
	return copy;
}

struct str arena_strf(struct arena *a, const char *fmt, ...)
{
	struct str copy;
	va_list args;

	va_start(args, fmt);
	copy = arena_vstrf(a, fmt, args);
	va_end(args);
	return copy;
}

void arena_release(struct arena *a)
{
	struct arena_block *b = a->head;

	while (b) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
	a->head = NULL;
	a->bytes_used = 0;
}

#include "base/base.h"
#include "base/buf.h"

char *buf_reserve(struct buf *b, size_t more)
{
	BUG_ON(!b->bytes_max);
	if (more > b->bytes_max || b->len > b->bytes_max - more)
		return NULL;
	if (b->capacity - b->len < more) {
		size_t want = b->capacity ? b->capacity * 2 : 256;
		char *grown;

		if (want < b->len + more)
			want = b->len + more;
		if (want > b->bytes_max)
			want = b->bytes_max;
		grown = realloc(b->ptr, want);
		if (!grown)
			die_no_memory();
		b->ptr = grown;
		b->capacity = want;
	}
	return b->ptr + b->len;
}

bool buf_add(struct buf *b, struct str s)
{
	char *at;

	if (!s.len)
		return true;
	at = buf_reserve(b, s.len);
	if (!at)
		return false;
	memcpy(at, s.ptr, s.len);
	b->len += s.len;
	return true;
}

bool buf_add_char(struct buf *b, char c)
{
	return buf_add(b, (struct str){ &c, 1 });
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	int need;
	char *at;

	va_start(args, fmt);
	va_copy(again, args);
	need = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	BUG_ON(need < 0);
	at = buf_reserve(b, (size_t)need + 1);
	if (at) {
		(void)vsnprintf(at, (size_t)need + 1, fmt, again);
		b->len += (size_t)need;
	}
	va_end(again);
	return at != NULL;
}

void buf_consume(struct buf *b, size_t count)
{
	BUG_ON(count > b->len);
	b->len -= count;
	if (b->len && count)
		memmove(b->ptr, b->ptr + count, b->len);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
}

void buf_release(struct buf *b)
{
	free(b->ptr);
	b->ptr = NULL;
	b->len = 0;
	b->capacity = 0;
}

#include "base/base.h"
#include "base/str.h"

struct str str_from(const char *cstr)
{
	return (struct str){ cstr, strlen(cstr) };
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

bool str_starts_with(struct str s, struct str prefix)
{
	return s.len >= prefix.len && !memcmp(s.ptr, prefix.ptr, prefix.len);
}

bool str_ends_with(struct str s, struct str suffix)
{
	return s.len >= suffix.len && !memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len);
}

int str_compare(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	const char *hit;

	if (!needle.len)
		return 0;
	if (s.len < needle.len)
		return -1;
	hit = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return hit ? hit - s.ptr : -1;
}

struct str str_skip(struct str s, size_t count)
{
	if (count > s.len)
		count = s.len;
	return (struct str){ s.ptr + count, s.len - count };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = str_skip(s, 1);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool str_to_u64(struct str s, uint64_t *value)
{
	uint64_t v = 0;

	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.ptr[i] - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

bool str_cut(struct str s, char sep, struct str *head, struct str *tail)
{
	const char *hit = s.len ? memchr(s.ptr, sep, s.len) : NULL;

	if (!hit) {
		*head = s;
		*tail = (struct str){ NULL, 0 };
		return false;
	}
	head->ptr = s.ptr;
	head->len = (size_t)(hit - s.ptr);
	tail->ptr = hit + 1;
	tail->len = s.len - head->len - 1;
	return true;
}

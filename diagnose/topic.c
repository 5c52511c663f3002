#include "base/base.h"
#include "diagnose/topic.h"

static char plain(char c)
{
	if (c == '-' || c == '_')
		return ' ';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_named(struct str a, const char *b)
{
	size_t i = 0;

	for (; i < a.len && b[i]; i++)
		if (plain(a.ptr[i]) != plain(b[i]))
			return false;
	return i == a.len && !b[i];
}

const struct topic *topic_find(struct str name)
{
	name = str_trim(name);
	for (size_t i = 0; i < topic_count; i++)
		if (is_named(name, topic_table[i].name))
			return &topic_table[i];
	for (size_t i = 0; i < topic_count; i++)
		for (size_t k = 0; topic_table[i].also[k]; k++)
			if (is_named(name, topic_table[i].also[k]))
				return &topic_table[i];
	return NULL;
}

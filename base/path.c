#include "base/base.h"
#include "base/path.h"

/* Offset behind the last separator; 0: none. */
static size_t name_at(struct str path)
{
	size_t i = path.len;

	while (i && path.ptr[i - 1] != '/' && path.ptr[i - 1] != '!')
		i--;
	return i;
}

struct str path_directory(struct str path)
{
	size_t at = name_at(path);

	return at ? (struct str){ path.ptr, at - 1 } : STR("");
}

struct str path_name(struct str path)
{
	return str_skip(path, name_at(path));
}

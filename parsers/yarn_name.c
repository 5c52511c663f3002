#include "base/base.h"
#include "parsers/yarn_name.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	return n;
}

/* Take `_` or `:` and digits off the end of `s`; returns how many digits, 0 when there are none. */
static size_t drop_number(struct str *s)
{
	size_t n = s->len;
	size_t digits;

	while (n && is_digit(s->ptr[n - 1]))
		n--;
	digits = s->len - n;
	if (!digits || n < 2 || (s->ptr[n - 1] != '_' && s->ptr[n - 1] != ':'))
		return 0;
	s->len = n - 1;
	return digits;
}

size_t yarn_app_length(struct str s)
{
	size_t prefix = sizeof("application_") - 1;
	size_t cluster, number;

	if (!str_starts_with(s, STR("application_")))
		return 0;
	cluster = count_digits(str_skip(s, prefix));
	if (cluster < 10 || cluster > 20 || prefix + cluster >= s.len ||
	    s.ptr[prefix + cluster] != '_')
		return 0;
	number = count_digits(str_skip(s, prefix + cluster + 1));
	return number >= 4 && number <= 20 ? prefix + cluster + 1 + number : 0;
}

struct str yarn_node_host(struct str name)
{
	struct str host = name;
	size_t digits;

	if (str_ends_with(host, STR(".tmp")))
		host.len -= 4;
	digits = drop_number(&host);
	/* Milliseconds since 1970 have 13 digits, a port has at most 5. */
	if (digits >= 12)
		digits = drop_number(&host);
	/* An application's id ends in numbers as well. */
	if (digits < 1 || digits > 5 || !host.len || yarn_app_length(name))
		return STR("");
	return host;
}

static bool next_number(struct str *rest, struct str *number)
{
	bool more = str_cut(*rest, '_', number, rest);

	return number->len && number->len <= 20 && count_digits(*number) == number->len && more;
}

bool yarn_container_parse(struct str id, struct yarn_container *c)
{
	struct str rest = id, epoch;

	if (!str_starts_with(id, STR("container_")))
		return false;
	rest = str_skip(rest, sizeof("container_") - 1);
	if (rest.len && rest.ptr[0] == 'e') {
		rest = str_skip(rest, 1);
		if (!next_number(&rest, &epoch))
			return false;
	}
	if (!next_number(&rest, &c->cluster) || !next_number(&rest, &c->app) ||
	    !next_number(&rest, &c->attempt))
		return false;
	c->number = rest;
	return rest.len && rest.len <= 20 && count_digits(rest) == rest.len;
}

struct str yarn_app_of_container(struct str id, char into[YARN_APP_BYTES])
{
	struct yarn_container c;
	int n;

	if (!yarn_container_parse(id, &c))
		return STR("");
	n = snprintf(into, YARN_APP_BYTES, "application_" STR_FMT "_" STR_FMT, STR_ARG(c.cluster),
		     STR_ARG(c.app));
	BUG_ON(n < 0 || n >= YARN_APP_BYTES);
	return (struct str){ into, (size_t)n };
}

static bool ends_component(char c)
{
	return c == '/' || c == '!' || c == '\\';
}

struct str yarn_base_name(struct str path)
{
	size_t n = path.len;

	while (n && !ends_component(path.ptr[n - 1]))
		n--;
	return str_skip(path, n);
}

struct str yarn_app_in_path(struct str path)
{
	struct str found = STR("");

	for (size_t i = 0; i < path.len; i++) {
		size_t len;

		if (i && !ends_component(path.ptr[i - 1]))
			continue;
		len = yarn_app_length(str_skip(path, i));
		if (len)
			found = (struct str){ path.ptr + i, len };
	}
	return found;
}

#include "base/base.h"
#include "base/quantity.h"

#include <math.h>

enum { NUMBER_BYTES_MAX = 48 };

/* Reads `1,234.5` from the front of *s; thousands commas are dropped. */
static bool take_number(struct str *s, double *value)
{
	char digits[NUMBER_BYTES_MAX];
	size_t n = 0, i = 0;
	bool point = false;

	for (; i < s->len && n + 1 < sizeof(digits); i++) {
		char c = s->ptr[i];

		if (c >= '0' && c <= '9') {
			digits[n++] = c;
		} else if (c == '.' && !point && i + 1 < s->len && s->ptr[i + 1] >= '0' &&
			   s->ptr[i + 1] <= '9') {
			digits[n++] = c;
			point = true;
		} else if (c != ',' || !n || point) {
			break;
		}
	}
	if (!n)
		return false;
	digits[n] = '\0';
	*value = strtod(digits, NULL);
	*s = str_trim(str_skip(*s, i));
	return true;
}

struct unit {
	const char *names[8];
	double factor;
};

static const struct unit byte_units[] = {
	{ { "b", "byte", "bytes" }, 1 },	   { { "k", "kb", "kib" }, 1024.0 },
	{ { "m", "mb", "mib" }, 1048576.0 },	   { { "g", "gb", "gib" }, 1073741824.0 },
	{ { "t", "tb", "tib" }, 1099511627776.0 }, { { "p", "pb", "pib" }, 1125899906842624.0 },
};

static const struct unit time_units[] = {
	{ { "us", "microseconds" }, 0.001 },
	{ { "ms", "millis", "msec", "millisecond", "milliseconds" }, 1 },
	{ { "s", "sec", "secs", "second", "seconds" }, 1000.0 },
	{ { "m", "min", "mins", "minute", "minutes" }, 60000.0 },
	{ { "h", "hr", "hrs", "hour", "hours" }, 3600000.0 },
	{ { "d", "day", "days" }, 86400000.0 },
};

static bool find_factor(const struct unit *units, size_t count, struct str name, double *factor)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < ARRAY_LEN(units[i].names) && units[i].names[k]; k++)
			if (str_eq_any_case(name, str_from(units[i].names[k]))) {
				*factor = units[i].factor;
				return true;
			}
	return false;
}

static bool to_int64(double value, int64_t *out)
{
	/* 2^63 as a double; nothing a log can mean is larger. */
	if (!(value >= 0) || value >= 9223372036854775808.0)
		return false;
	*out = (int64_t)llround(value);
	return true;
}

bool quantity_bytes(struct str s, uint64_t unit_bytes, int64_t *bytes)
{
	double value, factor = (double)unit_bytes;

	s = str_trim(s);
	if (!take_number(&s, &value))
		return false;
	if (s.len && !find_factor(byte_units, ARRAY_LEN(byte_units), s, &factor))
		return false;
	return to_int64(value * factor, bytes);
}

/* `00:01:30` and `01:30` */
static bool clock_form(struct str s, int64_t *ms)
{
	uint64_t total = 0, part;
	struct str head, tail = s;
	size_t parts = 0;
	bool more = true;

	while (more) {
		more = str_cut(tail, ':', &head, &tail);
		if (!str_to_u64(head, &part) || part > 1000000 || ++parts > 3)
			return false;
		total = total * 60 + part;
	}
	if (parts < 2)
		return false;
	*ms = (int64_t)total * 1000;
	return true;
}

bool quantity_ms(struct str s, uint64_t unit_ms, int64_t *ms)
{
	double value, factor = (double)unit_ms;

	s = str_trim(s);
	if (clock_form(s, ms))
		return true;
	if (!take_number(&s, &value))
		return false;
	if (s.len && !find_factor(time_units, ARRAY_LEN(time_units), s, &factor))
		return false;
	return to_int64(value * factor, ms);
}

void quantity_show_bytes(struct buf *out, int64_t bytes)
{
	static const char *const names[] = { "B", "KB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;
	int digits;

	while (value >= 1023.5 && unit + 1 < ARRAY_LEN(names)) {
		value /= 1024;
		unit++;
	}
	/* Whole numbers stay whole; others get what makes three digits, one at the most. */
	digits = unit && value < 99.95 && fabs(value - round(value)) >= 0.05 ? 1 : 0;
	if (!buf_addf(out, "%.*f %s", digits, value, names[unit]))
		return;
}

void quantity_show_ms(struct buf *out, int64_t ms)
{
	int64_t s = ms / 1000;
	bool ok;

	if (ms < 1000)
		ok = buf_addf(out, "%" PRId64 " ms", ms);
	else if (ms < 10000)
		ok = buf_addf(out, "%.1f s", (double)ms / 1000);
	else if (s < 60)
		ok = buf_addf(out, "%" PRId64 " s", s);
	else if (s < 3600)
		ok = buf_addf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else
		ok = buf_addf(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
	/* The caller's buffer is for one line; past its ceiling the rest is left out. */
	if (!ok)
		return;
}

void quantity_conf_bytes(struct buf *out, int64_t bytes)
{
	int64_t mib = (bytes + 1048575) / 1048576;
	bool ok = mib % 1024 || !mib ? buf_addf(out, "%" PRId64 "m", mib)
				     : buf_addf(out, "%" PRId64 "g", mib / 1024);

	if (!ok)
		return;
}

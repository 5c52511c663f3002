#include "base/base.h"
#include "diagnose/config_key.h"

#include <ctype.h>

#include "base/limits.h"

static int compare_name(struct str name, const struct config_key *key)
{
	return str_compare(name, str_from(key->name));
}

const struct config_key *config_key_find(struct str name)
{
	size_t low = 0, high = config_keys.key_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_name(name, &config_keys.keys[middle]);

		if (!order)
			return &config_keys.keys[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct config_key *config_key_family(struct str name)
{
	const struct config_key *best = NULL;
	size_t best_length = 0;

	for (size_t i = 0; i < config_keys.family_count; i++) {
		struct str prefix = str_from(config_keys.families[i].name);

		prefix.len--; /* the star */
		if (prefix.len > best_length && name.len > prefix.len &&
		    str_starts_with(name, prefix)) {
			best = &config_keys.families[i];
			best_length = prefix.len;
		}
	}
	return best;
}

/* "spark.sql." of "spark.sql.shuffle.partitions". */
static struct str front(struct str name)
{
	struct str head, tail, second, rest;

	if (!str_cut(name, '.', &head, &tail) || !str_cut(tail, '.', &second, &rest))
		return (struct str){ name.ptr, 0 };
	return (struct str){ name.ptr, head.len + 1 + second.len + 1 };
}

bool config_key_is_sparks(struct str name)
{
	struct str prefix = front(name);
	size_t low = 0, high = config_keys.key_count;

	/* "spark.input": of two parts are many applications' own. */
	if (!prefix.len)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_name(prefix, &config_keys.keys[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < config_keys.key_count; low++) {
		if (!str_starts_with(str_from(config_keys.keys[low].name), prefix))
			break;
		if (!(config_keys.keys[low].flags & CONFIG_LITERAL))
			return true;
	}
	return false;
}

bool config_key_is_current(const struct config_key *key)
{
	return !key->deprecated && !key->removed && (key->versions & 1u << CONFIG_V4);
}

/* --- names that are alike ----------------------------------------------------------------------
 */

/* A name without case and punctuation. */
struct folded {
	char text[LIMIT_CONFIG_KEY_BYTES];
	size_t len;
};

static bool fold(struct str name, struct folded *out)
{
	out->len = 0;
	if (name.len > sizeof(out->text))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (isalnum((unsigned char)name.ptr[i]))
			out->text[out->len++] = (char)tolower((unsigned char)name.ptr[i]);
	return out->len > 0;
}

static unsigned least_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters put in, left out, changed or swapped with their neighbour; more than `most`: most + 1. */
static unsigned edit_distance(const struct folded *a, const struct folded *b, unsigned most)
{
	unsigned rows[3][LIMIT_CONFIG_KEY_BYTES + 1];

	for (size_t j = 0; j <= b->len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a->len; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];
		unsigned best;

		best = row[0] = (unsigned)i;
		for (size_t j = 1; j <= b->len; j++) {
			bool same = a->text[i - 1] == b->text[j - 1];

			row[j] = least_of(above[j - 1] + !same, 1 + least_of(above[j], row[j - 1]));
			if (i > 1 && j > 1 && a->text[i - 1] == b->text[j - 2] &&
			    a->text[i - 2] == b->text[j - 1])
				row[j] = least_of(row[j], two[j - 2] + 1);
			best = least_of(best, row[j]);
		}
		if (best > most)
			return most + 1;
	}
	return rows[a->len % 3][b->len];
}

/* `longer` is `shorter` with one part between dots more. */
static bool has_one_part_more(struct str longer, struct str shorter)
{
	size_t same = 0, end = 0;

	if (longer.len <= shorter.len + 1)
		return false;
	while (same < shorter.len && longer.ptr[same] == shorter.ptr[same])
		same++;
	while (same && shorter.ptr[same - 1] != '.')
		same--;
	while (end < shorter.len - same &&
	       longer.ptr[longer.len - 1 - end] == shorter.ptr[shorter.len - 1 - end])
		end++;
	/* What is left of `shorter` must be all of it, of `longer` one part and its dot. */
	return same && same + end == shorter.len && longer.ptr[longer.len - end - 1] == '.' &&
	       !memchr(longer.ptr + same, '.', longer.len - end - 1 - same);
}

static unsigned allowed_distance(size_t length)
{
	return length < 12 ? 1 : length < 24 ? 2 : 3;
}

const struct config_key *config_key_nearest(struct str name)
{
	const struct config_key *nearest = NULL;
	struct folded wanted, other;
	unsigned best;

	if (!fold(name, &wanted))
		return NULL;
	best = allowed_distance(wanted.len) + 1;
	for (size_t i = 0; i < config_keys.key_count; i++) {
		const struct config_key *key = &config_keys.keys[i];
		struct str candidate = str_from(key->name);
		unsigned distance;

		if (!config_key_is_current(key) || !fold(candidate, &other))
			continue;
		if (other.len + best <= wanted.len || wanted.len + best <= other.len)
			distance = best;
		else
			distance = edit_distance(&wanted, &other, best - 1);
		/* A part too many or too few counts as much as the last letter allowed. */
		if (distance >= best && !nearest && !(key->flags & CONFIG_INTERNAL) &&
		    (has_one_part_more(candidate, name) || has_one_part_more(name, candidate)))
			distance = best - 1;
		if (distance < best || (nearest && distance == best && distance &&
					nearest->flags & ~key->flags & CONFIG_INTERNAL)) {
			best = distance;
			nearest = key;
		}
		if (!best)
			break;
	}
	return nearest;
}

/* --- values ------------------------------------------------------------------------------------
 */

struct suffix {
	const char *name;
	uint64_t factor;
};

static const struct suffix byte_suffixes[] = {
	{ "b", 1 },
	{ "k", 1ull << 10 },
	{ "kb", 1ull << 10 },
	{ "kib", 1ull << 10 },
	{ "m", 1ull << 20 },
	{ "mb", 1ull << 20 },
	{ "mib", 1ull << 20 },
	{ "g", 1ull << 30 },
	{ "gb", 1ull << 30 },
	{ "gib", 1ull << 30 },
	{ "t", 1ull << 40 },
	{ "tb", 1ull << 40 },
	{ "tib", 1ull << 40 },
	{ "p", 1ull << 50 },
	{ "pb", 1ull << 50 },
	{ "pib", 1ull << 50 },
};

/* In microseconds. */
static const struct suffix time_suffixes[] = {
	{ "us", 1 },	     { "ms", 1000 },	     { "s", 1000000 },	      { "m", 60000000 },
	{ "min", 60000000 }, { "h", 3600000000ull }, { "d", 86400000000ull },
};

static bool find_suffix(const struct suffix *table, size_t count, struct str name, uint64_t *factor)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_any_case(name, str_from(table[i].name))) {
			*factor = table[i].factor;
			return true;
		}
	return false;
}

/* "-12k" into its number and "k". */
static enum config_fit split_number(struct str value, int64_t *number, struct str *suffix)
{
	struct str digits = value;
	bool negative = value.len && value.ptr[0] == '-';
	uint64_t magnitude;
	size_t n = negative;

	while (n < value.len && isdigit((unsigned char)value.ptr[n]))
		n++;
	digits.len = n;
	digits = str_skip(digits, negative);
	if (!digits.len)
		return CONFIG_WRONG_TYPE;
	if (!str_to_u64(digits, &magnitude) || magnitude > INT64_MAX)
		return CONFIG_OUT_OF_RANGE;
	*number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	*suffix = str_skip(value, n);
	return CONFIG_FITS;
}

/* A number with one of the suffixes, or counted in `unit`; the result is in the suffixes' unit. */
static enum config_fit scale(struct str value, const struct config_key *key, int64_t *result)
{
	bool bytes = key->type == CONFIG_BYTES;
	uint64_t factor = key->unit;
	struct str suffix;
	int64_t scaled;
	enum config_fit fit;

	fit = split_number(value, result, &suffix);
	if (fit != CONFIG_FITS)
		return fit;
	if (suffix.len &&
	    !(bytes ? find_suffix(byte_suffixes, ARRAY_LEN(byte_suffixes), suffix, &factor)
		    : find_suffix(time_suffixes, ARRAY_LEN(time_suffixes), suffix, &factor)))
		return CONFIG_WRONG_UNIT;
	if (!factor)
		*result /= 1000;
	else if (__builtin_mul_overflow(*result, (int64_t)factor, &scaled)) {
		/* Spark cuts times at the largest there is, and refuses such sizes. */
		if (bytes)
			return CONFIG_OUT_OF_RANGE;
		*result = *result < 0 ? INT64_MIN : INT64_MAX;
	} else
		*result = scaled;
	if (key->least >= 0 && *result < key->least)
		return CONFIG_OUT_OF_RANGE;
	return CONFIG_FITS;
}

bool config_key_bytes(const struct config_key *key, struct str value, int64_t *bytes)
{
	return key->type == CONFIG_BYTES && scale(str_trim(value), key, bytes) == CONFIG_FITS;
}

bool config_key_ms(const struct config_key *key, struct str value, int64_t *ms)
{
	if (key->type != CONFIG_TIME || scale(str_trim(value), key, ms) != CONFIG_FITS)
		return false;
	*ms /= 1000;
	return true;
}

static enum config_fit judge_whole(const struct config_key *key, struct str value)
{
	int64_t most = key->type == CONFIG_INT ? INT32_MAX : INT64_MAX, number = 0;
	struct str suffix;
	enum config_fit fit;

	if (value.len && value.ptr[0] == '+')
		value = str_skip(value, 1);
	fit = split_number(value, &number, &suffix);
	if (fit != CONFIG_FITS)
		return fit;
	if (suffix.len)
		return CONFIG_WRONG_TYPE;
	if (number > most || number < -most - 1 || (key->least >= 0 && number < key->least))
		return CONFIG_OUT_OF_RANGE;
	return CONFIG_FITS;
}

static enum config_fit judge_double(const struct config_key *key, struct str value)
{
	char text[64], *end;
	double number;

	if (!value.len || value.len >= sizeof(text) || isspace((unsigned char)value.ptr[0]))
		return CONFIG_WRONG_TYPE;
	memcpy(text, value.ptr, value.len);
	text[value.len] = 0;
	number = strtod(text, &end);
	/* Java takes a type's letter behind a number. */
	if (*end && strchr("fFdD", *end) && end > text && isdigit((unsigned char)end[-1]))
		end++;
	if (*end || end == text)
		return CONFIG_WRONG_TYPE;
	return key->least >= 0 && number < key->least ? CONFIG_OUT_OF_RANGE : CONFIG_FITS;
}

static bool is_listed(const struct config_key *key, struct str value)
{
	struct str rest = str_from(key->values), item, tail;

	while (rest.len) {
		if (!str_cut(rest, '|', &item, &tail)) {
			item = rest;
			tail.len = 0;
		}
		if (key->type == CONFIG_EXACT ? str_eq(item, value) : str_eq_any_case(item, value))
			return true;
		rest = tail;
	}
	return false;
}

enum config_fit config_key_judge(const struct config_key *key, struct str value)
{
	int64_t scaled;

	value = str_trim(value);
	switch ((enum config_type)key->type) {
	case CONFIG_BOOL:
		return str_eq_any_case(value, STR("true")) || str_eq_any_case(value, STR("false"))
			       ? CONFIG_FITS
			       : CONFIG_WRONG_TYPE;
	case CONFIG_INT:
	case CONFIG_LONG:
		return judge_whole(key, value);
	case CONFIG_DOUBLE:
		return judge_double(key, value);
	case CONFIG_BYTES:
	case CONFIG_TIME:
		return scale(value, key, &scaled);
	case CONFIG_ENUM:
	case CONFIG_EXACT:
		return is_listed(key, value) ? CONFIG_FITS : CONFIG_NOT_LISTED;
	case CONFIG_ANY:
	case CONFIG_STRING:
	case CONFIG_REGEX:
	case CONFIG_LIST:
		break;
	}
	return CONFIG_FITS;
}

static void expect_values(const struct config_key *key, struct buf *out)
{
	struct str rest = str_from(key->values), item, tail;
	const char *between = "one of ";

	while (rest.len) {
		if (!str_cut(rest, '|', &item, &tail)) {
			item = rest;
			tail.len = 0;
		}
		if (!buf_addf(out, "%s" STR_FMT, between, STR_ARG(item)))
			return;
		between = ", ";
		rest = tail;
	}
}

void config_key_expects(const struct config_key *key, struct buf *out)
{
	static const char *const texts[] = {
		[CONFIG_ANY] = "a text",
		[CONFIG_BOOL] = "true or false",
		[CONFIG_INT] = "a whole number",
		[CONFIG_LONG] = "a whole number",
		[CONFIG_DOUBLE] = "a number",
		[CONFIG_STRING] = "a text",
		[CONFIG_REGEX] = "a regular expression",
		[CONFIG_BYTES] = "a whole number with one of the units k, m, g, t, like 1536m",
		[CONFIG_TIME] = "a whole number with one of the units ms, s, min, h, d, like 90s",
		[CONFIG_LIST] = "a list with commas",
		[CONFIG_ENUM] = "",
		[CONFIG_EXACT] = "",
	};

	if (key->values)
		expect_values(key, out);
	else if (!buf_addf(out, "%s%s", texts[key->type],
			   key->least == 1   ? ", 1 or more"
			   : key->least == 0 ? ", 0 or more"
					     : ""))
		return;
}

const char *config_key_default(const struct config_key *key, struct str version)
{
	enum config_version v = str_starts_with(version, STR("3.5"))   ? CONFIG_V35
				: str_starts_with(version, STR("3.4")) ? CONFIG_V35
				: str_starts_with(version, STR("3."))  ? CONFIG_V33
				: str_starts_with(version, STR("2."))  ? CONFIG_V33
								       : CONFIG_V4;

	/* References are few and end; a circle would be a defect of the table. */
	for (int hops = 0; key && hops < 4; hops++) {
		const char *value = key->defaults[v];

		if (!value || value[0] != '@')
			return value;
		key = config_key_find(str_from(value + 1));
	}
	return NULL;
}

/* --- what differs in every run --------------------------------------------------------------- */

/* A name that ends with * is a prefix. */
static const struct {
	const char *name, *reason;
} changing[] = {
	{ "spark.app.attempt.id", "counts the tries of one submission" },
	{ "spark.app.id", "names this run" },
	{ "spark.app.initial.*", "the driver's address, with its port" },
	{ "spark.app.name", "has a row of its own" },
	{ "spark.app.startTime", "a time" },
	{ "spark.app.submitTime", "a time" },
	{ "spark.databricks.clusterUsageTags.*", "names and times of this cluster's start" },
	{ "spark.databricks.credential.*", "tokens made for this run" },
	{ "spark.databricks.driverNfs.*", "a directory made for this run" },
	{ "spark.databricks.session.share", "names this session" },
	{ "spark.driver.appUIAddress", "the driver's address, with its port" },
	{ "spark.driver.bindAddress", "the address of this run's host" },
	{ "spark.driver.host", "whichever host the driver got" },
	{ "spark.driver.port", "a free port, unless somebody set it; then it hardly matters" },
	{ "spark.executor.id", "is `driver` in every driver" },
	{ "spark.externalBlockStore.folderName", "a random name" },
	{ "spark.fileserver.uri", "the driver's address, with its port" },
	{ "spark.kubernetes.driver.pod.name", "names this run" },
	{ "spark.kubernetes.executor.podNamePrefix", "names this run" },
	{ "spark.master", "has a row of its own" },
	{ "spark.org.apache.hadoop.yarn.server.webproxy.*", "the address of this run's proxy" },
	{ "spark.repl.class.outputDir", "a temporary directory" },
	{ "spark.repl.class.uri", "the driver's address, with its port" },
	{ "spark.tachyonStore.folderName", "a random name" },
	{ "spark.ui.proxyBase", "contains the run's name" },
	{ "spark.yarn.app.container.log.dir", "contains the container's name" },
	{ "spark.yarn.app.id", "names this run" },
	{ "spark.yarn.cache.*", "files of this run's staging directory, with times" },
	{ "spark.yarn.credentials.file", "a file of this run's staging directory" },
};

bool config_key_changes_always(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(changing); i++)
		if (str_is_named(name, changing[i].name))
			return true;
	return false;
}

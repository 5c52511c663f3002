/* What nobody may read in a repository: secrets, and where it is asked for, personal data. */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/limits.h"
#include "diagnose/lint_log.h"
#include "diagnose/mask.h"

#include <math.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* --- secrets --------------------------------------------------------------------------------- */

/* Shannon's entropy in bits per byte: words have below 3, random keys of 16 bytes above. */
static double entropy(struct str s)
{
	unsigned counts[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < s.len; i++)
		counts[(unsigned char)s.ptr[i]]++;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (counts[i]) {
			double p = (double)counts[i] / (double)s.len;

			bits -= p * log2(p);
		}
	return bits;
}

/* How many of: small letters, capitals, digits, others. */
static int class_count(struct str s)
{
	bool has[4] = { false };

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		has[is_digit(c) ? 2 : !is_letter(c) ? 3 : c == ascii_lower(c) ? 0 : 1] = true;
	}
	return has[0] + has[1] + has[2] + has[3];
}

static bool contains_word(struct str s, const char *word)
{
	return str_find_any_case(s, str_from(word)) >= 0;
}

/* What people and tools write where a secret would stand. */
static bool is_placeholder(struct str s)
{
	static const char *const words[] = { "example",	    "redacted", "changeme", "change-me",
					     "placeholder", "dummy",	"xxxx",	    "your",
					     "****",	    "....",	"masked",   "hidden" };

	/* PWD="/data/nm-local-dir" is the working directory. */
	if (memchr("${<%*[/", s.ptr[0], 7))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (contains_word(s, words[i]))
			return true;
	return false;
}

static bool is_password_name(const char *name)
{
	return strstr(name, "passw") || strstr(name, "pwd");
}

/* Is it written as a setting (`name=value`, `"name": "value"`), not as prose (`token: expired`)? */
static bool is_assigned(struct str line, const struct secret *found)
{
	struct str between = { line.ptr + found->begin + strlen(found->what),
			       found->value_at - found->begin - strlen(found->what) };

	return memchr(between.ptr, '=', between.len) || memchr(between.ptr, '"', between.len) ||
	       memchr(between.ptr, '\'', between.len);
}

/* Passwords may be short; keys and tokens are long and look random. */
static bool is_real(struct str line, const struct secret *found)
{
	struct str value = { line.ptr + found->value_at, found->end - found->value_at };

	if (is_placeholder(value))
		return false;
	switch (found->kind) {
	case SECRET_CLOUD_KEY:
	case SECRET_TOKEN:
		return entropy(value) > 3.0 && class_count(value) > 1;
	case SECRET_IN_URL:
		return value.len >= 4 && (class_count(value) > 1 || entropy(value) > 2.5);
	case SECRET_NAMED:
		if (!is_assigned(line, found))
			return false;
		if (is_password_name(found->what))
			return value.len >= 6 && class_count(value) > 1;
		return value.len >= 16 && class_count(value) > 1 && entropy(value) > 3.0;
	}
	return false;
}

/* Where bytes [begin, end) of the place's text stand. */
static struct lint_place span_of(struct lint_place at, size_t begin, size_t end)
{
	at.end_col = at.col + (uint32_t)end;
	at.col += (uint32_t)begin;
	return at;
}

static void report_secret(struct lint_report *r, struct lint_place at, const struct secret *found)
{
	static const unsigned rules[] = {
		[SECRET_CLOUD_KEY] = LOG_CLOUD_KEY,
		[SECRET_TOKEN] = LOG_TOKEN,
		[SECRET_IN_URL] = LOG_URL_PASSWORD,
		[SECRET_NAMED] = LOG_PASSWORD,
	};
	const struct lint_rule *rule = &lint_log_rules[rules[found->kind]];
	struct lint_place place = span_of(at, found->value_at, found->end);
	size_t len = found->end - found->value_at;

	if (found->kind == SECRET_NAMED)
		lint_report_at(r, rule, place, "the value of \"%s\" is in the log (%zu characters)",
			       found->what, len);
	else if (found->kind == SECRET_IN_URL)
		lint_report_at(r, rule, place, "%s is in the log (%zu characters)", found->what,
			       len);
	else
		lint_report_at(r, rule, place, "%s is in the log: %.4s*** (%zu characters)",
			       found->what, at.text.ptr + found->value_at, len);
}

static void look_for_private_key(struct lint_report *r, struct lint_place at)
{
	ptrdiff_t begin = str_find(at.text, STR("-----BEGIN "));
	struct str rest = str_skip(at.text, begin < 0 ? 0 : (size_t)begin);
	ptrdiff_t end = begin < 0 ? -1 : str_find(rest, STR("PRIVATE KEY-----"));

	if (end >= 0 && end < 40)
		lint_report_at(r, &lint_log_rules[LOG_PRIVATE_KEY],
			       span_of(at, (size_t)begin, (size_t)(begin + end) + 16),
			       "a private key begins here");
}

void lint_secrets(struct lint_report *r, struct lint_place at)
{
	struct secret found;

	for (size_t from = 0; secret_find(at.text, from, &found); from = found.end)
		if (is_real(at.text, &found))
			report_secret(r, at, &found);
	look_for_private_key(r, at);
}

/* --- personal data --------------------------------------------------------------------------- */

static bool is_mail_char(char c)
{
	return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

/* Around the `@` at `at`: a local part, a domain with a dot, a top level of letters. */
static bool mail_around(struct str s, size_t at, size_t *begin, size_t *end)
{
	size_t from = at, to = at + 1, dot = 0;

	while (from && is_mail_char(s.ptr[from - 1]))
		from--;
	while (to < s.len && (is_letter(s.ptr[to]) || is_digit(s.ptr[to]) || s.ptr[to] == '-' ||
			      s.ptr[to] == '.')) {
		if (s.ptr[to] == '.')
			dot = to;
		to++;
	}
	while (to && s.ptr[to - 1] == '.')
		to--;
	*begin = from;
	*end = to;
	if (from == at || dot <= at + 1 || to < dot + 3)
		return false;
	for (size_t i = dot + 1; i < to; i++)
		if (!is_letter(s.ptr[i]))
			return false;
	return true;
}

static void report_personal(struct lint_report *r, unsigned rule, struct lint_place at,
			    const size_t span[2], const char *what)
{
	struct lint_place place = span_of(at, span[0], span[1]);

	place.hidden = true;
	lint_report_at(r, &lint_log_rules[rule], place, "%s is in the log (%zu characters)", what,
		       span[1] - span[0]);
}

static void look_for_mail(struct lint_report *r, struct lint_place place)
{
	struct str line = place.text;
	const char *at = memchr(line.ptr, '@', line.len);
	size_t span[2];

	while (at) {
		size_t i = (size_t)(at - line.ptr);

		if (mail_around(line, i, &span[0], &span[1]))
			report_personal(r, LOG_EMAIL, place, span, "an e-mail address");
		at = memchr(at + 1, '@', line.len - i - 1);
	}
}

/* ISO 13616: the first four moved to the end, letters as 10 to 35, the number modulo 97 is 1. */
static bool is_iban(struct str s)
{
	unsigned rest = 0;

	if (s.len < 15 || s.len > 34 || !is_digit(s.ptr[2]) || !is_digit(s.ptr[3]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[(i + 4) % s.len];

		if (is_digit(c))
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
	}
	return rest == 1;
}

static void look_for_iban(struct lint_report *r, struct lint_place place)
{
	struct str line = place.text;

	for (size_t at = 0; at < line.len;) {
		size_t end = at;

		while (end < line.len &&
		       (is_digit(line.ptr[end]) || (line.ptr[end] >= 'A' && line.ptr[end] <= 'Z')))
			end++;
		if (end - at >= 15 && is_letter(line.ptr[at]) && is_letter(line.ptr[at + 1]) &&
		    is_iban((struct str){ line.ptr + at, end - at }))
			report_personal(r, LOG_IBAN, place, (size_t[]){ at, end },
					"a bank account number (IBAN)");
		at = end + 1;
		while (at < line.len && (is_letter(line.ptr[at - 1]) || is_digit(line.ptr[at - 1])))
			at++;
	}
}

/* International notation only: `+49 30 1234567`. Anything else could be any number. */
static void look_for_phone(struct lint_report *r, struct lint_place place)
{
	struct str line = place.text;
	const char *plus = memchr(line.ptr, '+', line.len);

	while (plus) {
		size_t begin = (size_t)(plus - line.ptr), end = begin + 1, digits = 0, gaps = 0;

		for (; end < line.len; end++) {
			if (is_digit(line.ptr[end]))
				digits++;
			else if (memchr(" -/()", line.ptr[end], 5))
				gaps++;
			else
				break;
		}
		while (end > begin && !is_digit(line.ptr[end - 1]))
			end--;
		if (digits >= 9 && digits <= 15 && gaps && gaps <= 6 &&
		    is_digit(line.ptr[begin + 1]) && (!begin || !is_digit(line.ptr[begin - 1])))
			report_personal(r, LOG_PHONE, place, (size_t[]){ begin, end },
					"a telephone number");
		plus = memchr(plus + 1, '+', line.len - begin - 1);
	}
}

static const struct {
	unsigned rule;
	void (*look)(struct lint_report *r, struct lint_place place);
} personal[] = {
	{ LOG_EMAIL, look_for_mail },
	{ LOG_IBAN, look_for_iban },
	{ LOG_PHONE, look_for_phone },
};

void lint_personal(struct lint_report *r, struct lint_place at)
{
	for (size_t i = 0; i < ARRAY_LEN(personal); i++)
		if (lint_engine_wants(r->engine, &lint_log_rules[personal[i].rule]))
			personal[i].look(r, at);
}

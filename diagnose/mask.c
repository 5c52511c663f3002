#include "base/base.h"
#include "diagnose/mask.h"

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
	       c == '/' || c == '_' || c == '-' || c == '=' || c == '.' || c == '~';
}

/* Names whose value must not be shown: `password=`, `secret.key: `. They end in d, t, y or n. */
static const struct str secret_names[] = {
	{ "password", 8 },
	{ "passwd", 6 },
	{ "pwd", 3 },
	{ "secret", 6 },
	{ "secret.key", 10 },
	{ "secret_key", 10 },
	{ "secretkey", 9 },
	{ "access.key", 10 },
	{ "accesskey", 9 },
	{ "access_key", 10 },
	{ "account.key", 11 },
	{ "sas.token", 9 },
	{ "session.token", 13 },
	{ "sessiontoken", 12 },
	{ "api_key", 7 },
	{ "apikey", 6 },
	{ "api-key", 7 },
	{ "auth_token", 10 },
	{ "private_key", 11 },
	{ "client_secret", 13 },
	{ "token", 5 },
	{ "keypassword", 11 },
	{ "truststorepassword", 18 },
};

/* Values that are secret by their own shape. */
static const struct {
	struct str prefix;
	size_t length_min; /* of the token characters behind the prefix */
	enum secret_kind kind;
	const char *what;
} shapes[] = {
	{ { "AKIA", 4 }, 16, SECRET_CLOUD_KEY, "an AWS access key id" },
	{ { "ASIA", 4 }, 16, SECRET_CLOUD_KEY, "a temporary AWS access key id" },
	{ { "AIza", 4 }, 30, SECRET_CLOUD_KEY, "a Google API key" },
	{ { "GOCSPX-", 7 }, 24, SECRET_CLOUD_KEY, "a Google client secret" },
	{ { "ghp_", 4 }, 30, SECRET_TOKEN, "a GitHub token" },
	{ { "gho_", 4 }, 30, SECRET_TOKEN, "a GitHub token" },
	{ { "ghs_", 4 }, 30, SECRET_TOKEN, "a GitHub token" },
	{ { "github_pat_", 11 }, 30, SECRET_TOKEN, "a GitHub token" },
	{ { "glpat-", 6 }, 16, SECRET_TOKEN, "a GitLab token" },
	{ { "xoxb-", 5 }, 20, SECRET_TOKEN, "a Slack token" },
	{ { "xoxp-", 5 }, 20, SECRET_TOKEN, "a Slack token" },
	{ { "dapi", 4 }, 32, SECRET_TOKEN, "a Databricks token" },
	{ { "eyJhbGciOi", 10 }, 20, SECRET_TOKEN, "a JSON web token" },
	{ { "sk_live_", 8 }, 16, SECRET_TOKEN, "a Stripe key" },
	{ { "hf_", 3 }, 32, SECRET_TOKEN, "a Hugging Face token" },
	{ { "npm_", 4 }, 36, SECRET_TOKEN, "an npm token" },
};

/* Most bytes of a line begin nothing and need no second look. */
enum { BYTE_ASSIGNS = 1, BYTE_ORACLE = 2, BYTE_SHAPE = 4 };

static const uint8_t byte_class[256] = {
	[':'] = BYTE_ASSIGNS, ['='] = BYTE_ASSIGNS, ['j'] = BYTE_ORACLE, ['A'] = BYTE_SHAPE,
	['G'] = BYTE_SHAPE,   ['g'] = BYTE_SHAPE,   ['x'] = BYTE_SHAPE,	 ['d'] = BYTE_SHAPE,
	['e'] = BYTE_SHAPE,   ['s'] = BYTE_SHAPE,   ['h'] = BYTE_SHAPE,	 ['n'] = BYTE_SHAPE,
};

static size_t token_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_token_char(s.ptr[n]))
		n++;
	return n;
}

static bool shaped_secret(struct str s, size_t at, struct secret *found)
{
	struct str rest = str_skip(s, at);

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct str prefix = shapes[i].prefix;
		size_t n;

		if (prefix.ptr[0] != rest.ptr[0] || !str_starts_with(rest, prefix))
			continue;
		n = token_length(str_skip(rest, prefix.len));
		if (n < shapes[i].length_min)
			continue;
		*found = (struct secret){ shapes[i].kind, shapes[i].what, at, at,
					  at + prefix.len + n };
		return true;
	}
	return false;
}

static size_t value_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '"' && s.ptr[n] != '\'' &&
	       s.ptr[n] != '&' && s.ptr[n] != ';' && s.ptr[n] != ',' && s.ptr[n] != ')')
		n++;
	return n;
}

/* The longest name that ends `before`, NULL when there is none. */
static const struct str *name_at_end(struct str before)
{
	const struct str *best = NULL;
	char last = before.len ? (char)(before.ptr[before.len - 1] | 0x20) : '\0';

	if (last != 'd' && last != 't' && last != 'y' && last != 'n')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(secret_names); i++) {
		const struct str *name = &secret_names[i];

		if (name->ptr[name->len - 1] == last && name->len <= before.len &&
		    (!best || name->len > best->len) &&
		    str_eq_any_case(str_skip(before, before.len - name->len), *name))
			best = name;
	}
	return best;
}

/* `name=value`, `name: value`, `"name":"value"`, with the `=` or `:` at `sign`. */
static bool named_secret(struct str s, size_t from, size_t sign, struct secret *found)
{
	size_t end = sign, at = sign + 1, n;
	const struct str *name;

	while (end > from && (s.ptr[end - 1] == '"' || s.ptr[end - 1] == '\''))
		end--;
	name = name_at_end((struct str){ s.ptr + from, end - from });
	if (!name)
		return false;
	while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '"' || s.ptr[at] == '\''))
		at++;
	n = value_length(str_skip(s, at));
	/* `token: N/A`, `password=` and what Spark masked itself are no secrets. */
	if (n < 4 || str_starts_with(str_skip(s, at), STR("****")))
		return false;
	*found = (struct secret){ SECRET_NAMED, name->ptr, end - name->len, at, at + n };
	return true;
}

/* `scheme://user:password@host` */
static bool url_secret(struct str s, size_t from, struct secret *found)
{
	struct str rest = str_skip(s, from);
	size_t colon = 0;

	if (!str_starts_with(rest, STR("://")))
		return false;
	for (size_t at = 3; at < rest.len && at < 256; at++) {
		char c = rest.ptr[at];

		if (c == ':' && !colon) {
			colon = at + 1;
		} else if (c == '@' && colon && at > colon) {
			*found = (struct secret){ SECRET_IN_URL, "a password in a URL", from,
						  from + colon, from + at };
			return true;
		} else if (c == '/' || c == ' ' || c == '"' || c == '@') {
			return false;
		}
	}
	return false;
}

/* `jdbc:oracle:thin:user/password@host` */
static bool oracle_secret(struct str s, size_t from, struct secret *found)
{
	static const struct str opening = { "jdbc:oracle:thin:", 17 };
	struct str rest = str_skip(s, from);
	size_t slash = 0;

	if (!str_starts_with(rest, opening))
		return false;
	for (size_t at = opening.len; at < rest.len && at < 256; at++) {
		char c = rest.ptr[at];

		if (c == '/' && !slash) {
			slash = at + 1;
		} else if (c == '@') {
			*found = (struct secret){ SECRET_IN_URL, "a password in a JDBC URL", from,
						  from + slash, from + at };
			return slash && at > slash;
		} else if (c == ' ' || c == '"' || c == ':') {
			return false;
		}
	}
	return false;
}

static bool is_word_start(struct str s, size_t at)
{
	char before;

	if (!at)
		return true;
	before = s.ptr[at - 1];
	return !is_token_char(before) || before == '=' || before == '/';
}

bool secret_find(struct str s, size_t from, struct secret *found)
{
	for (size_t at = from; at < s.len; at++) {
		switch (byte_class[(unsigned char)s.ptr[at]]) {
		case BYTE_ASSIGNS:
			if (url_secret(s, at, found) || named_secret(s, from, at, found))
				return true;
			break;
		case BYTE_ORACLE:
			if (oracle_secret(s, at, found))
				return true;
			break;
		case BYTE_SHAPE:
			if (is_word_start(s, at) && shaped_secret(s, at, found))
				return true;
			break;
		}
	}
	return false;
}

bool mask_secrets(struct buf *out, struct str s)
{
	struct secret found;
	size_t at = 0;
	bool ok = true;

	while (ok && secret_find(s, at, &found)) {
		ok = buf_add(out, (struct str){ s.ptr + at, found.value_at - at }) &&
		     buf_add(out, STR("***"));
		at = found.end;
	}
	return ok && buf_add(out, str_skip(s, at));
}

/* --- settings --------------------------------------------------------------------------------- */

/* Whose values Spark itself would redact (spark.redaction.regex), and the names of keys that its
 * regex misses. */
static bool names_secret(struct str key)
{
	static const char *const words[] = { "secret",	   "password",	  "passwd",
					     "token",	   "access.key",  "accesskey",
					     "access_key", "account.key", "private.key",
					     "credential" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_find_any_case(key, str_from(words[i])) >= 0)
			return true;
	return false;
}

static bool is_switch(struct str value)
{
	return str_eq(value, STR("true")) || str_eq(value, STR("false"));
}

bool mask_setting(struct buf *out, struct str key, struct str value)
{
	struct buf pair = BUF_INIT((size_t)1 << 18), masked = BUF_INIT((size_t)1 << 18);
	bool ok = true;

	if (names_secret(key) && value.len && !is_switch(value)) {
		ok = buf_add(out, STR("***"));
	} else if (value.len) {
		/* A key such as …password decides with its value. */
		ok = buf_addf(&pair, STR_FMT "=" STR_FMT, STR_ARG(key), STR_ARG(value)) &&
		     mask_secrets(&masked, buf_str(&pair)) && masked.len > key.len &&
		     buf_add(out, str_skip(buf_str(&masked), key.len + 1));
	}
	buf_release(&pair);
	buf_release(&masked);
	return ok;
}

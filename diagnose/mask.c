#include "base/base.h"
#include "diagnose/mask.h"

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
	       c == '/' || c == '_' || c == '-' || c == '=' || c == '.' || c == '~';
}

static bool same_letters(struct str s, const char *word)
{
	size_t i = 0;

	for (; word[i]; i++)
		if (i >= s.len ||
		    (s.ptr[i] | ((s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ? 0x20 : 0)) != word[i])
			return false;
	return true;
}

/* A name that ends here and whose value must not be shown: `password=`, `secret.key: `. */
static const char *const secret_names[] = {
	"password",
	"passwd",
	"pwd",
	"secret",
	"secret.key",
	"secret_key",
	"secretkey",
	"access.key",
	"accesskey",
	"access_key",
	"account.key",
	"sas.token",
	"session.token",
	"sessiontoken",
	"api_key",
	"apikey",
	"api-key",
	"auth_token",
	"private_key",
	"client_secret",
	"token",
	"keypassword",
	"truststorepassword",
};

/* The bytes that one of these can begin with: most positions of a line need no second look. */
static const bool opens_name[256] = {
	['p'] = true, ['s'] = true, ['a'] = true, ['k'] = true, ['t'] = true, ['c'] = true,
	['P'] = true, ['S'] = true, ['A'] = true, ['K'] = true, ['T'] = true, ['C'] = true
};

/* Values that are secret by their own shape. */
static const struct {
	const char *prefix;
	size_t length_min; /* of the token characters behind the prefix */
	enum secret_kind kind;
	const char *what;
} shapes[] = {
	{ "AKIA", 16, SECRET_CLOUD_KEY, "an AWS access key id" },
	{ "ASIA", 16, SECRET_CLOUD_KEY, "a temporary AWS access key id" },
	{ "AIza", 30, SECRET_CLOUD_KEY, "a Google API key" },
	{ "GOCSPX-", 24, SECRET_CLOUD_KEY, "a Google client secret" },
	{ "ghp_", 30, SECRET_TOKEN, "a GitHub token" },
	{ "gho_", 30, SECRET_TOKEN, "a GitHub token" },
	{ "ghs_", 30, SECRET_TOKEN, "a GitHub token" },
	{ "github_pat_", 30, SECRET_TOKEN, "a GitHub token" },
	{ "glpat-", 16, SECRET_TOKEN, "a GitLab token" },
	{ "xoxb-", 20, SECRET_TOKEN, "a Slack token" },
	{ "xoxp-", 20, SECRET_TOKEN, "a Slack token" },
	{ "dapi", 32, SECRET_TOKEN, "a Databricks token" },
	{ "eyJhbGciOi", 20, SECRET_TOKEN, "a JSON web token" },
	{ "sk_live_", 16, SECRET_TOKEN, "a Stripe key" },
	{ "hf_", 32, SECRET_TOKEN, "a Hugging Face token" },
	{ "npm_", 36, SECRET_TOKEN, "an npm token" },
};

static const bool opens_shape[256] = {
	['A'] = true, ['G'] = true, ['g'] = true, ['x'] = true, ['d'] = true,
	['e'] = true, ['s'] = true, ['h'] = true, ['n'] = true
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

	if (!opens_shape[(unsigned char)rest.ptr[0]])
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t prefix = strlen(shapes[i].prefix), n;

		if (!str_starts_with(rest, str_from(shapes[i].prefix)))
			continue;
		n = token_length(str_skip(rest, prefix));
		if (n < shapes[i].length_min)
			continue;
		*found = (struct secret){ shapes[i].kind, shapes[i].what, at, at, at + prefix + n };
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

/* `name=value`, `name: value`, `"name":"value"` */
static bool named_secret(struct str s, size_t from, struct secret *found)
{
	struct str rest = str_skip(s, from);

	if (!opens_name[(unsigned char)rest.ptr[0]])
		return false;
	for (size_t i = 0; i < ARRAY_LEN(secret_names); i++) {
		size_t at = strlen(secret_names[i]), n;

		if (!same_letters(rest, secret_names[i]))
			continue;
		while (at < rest.len && (rest.ptr[at] == '"' || rest.ptr[at] == '\''))
			at++;
		if (at >= rest.len || (rest.ptr[at] != '=' && rest.ptr[at] != ':'))
			continue;
		at++;
		while (at < rest.len &&
		       (rest.ptr[at] == ' ' || rest.ptr[at] == '"' || rest.ptr[at] == '\''))
			at++;
		n = value_length(str_skip(rest, at));
		/* `token: N/A`, `password=` and what Spark masked itself are no secrets. */
		if (n < 4 || str_starts_with(str_skip(rest, at), STR("****")))
			continue;
		*found = (struct secret){ SECRET_NAMED, secret_names[i], from, from + at,
					  from + at + n };
		return true;
	}
	return false;
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
		unsigned char c = (unsigned char)s.ptr[at];

		if (c == ':' ? url_secret(s, at, found) : c == 'j' && oracle_secret(s, at, found))
			return true;
		if (opens_shape[c] && is_word_start(s, at) && shaped_secret(s, at, found))
			return true;
		if (opens_name[c] && named_secret(s, at, found))
			return true;
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

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

/* Values that are secret by their own shape. */
static const struct {
	const char *prefix;
	size_t length_min; /* of the token characters behind the prefix */
} shapes[] = {
	{ "AKIA", 16 },	 { "ASIA", 16 },   { "ghp_", 30 },	 { "github_pat_", 30 },
	{ "xoxb-", 20 }, { "dapi", 32 },   { "eyJhbGciOi", 20 }, { "sk_live_", 16 },
	{ "AIza", 30 },	 { "glpat-", 16 },
};

static size_t token_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && is_token_char(s.ptr[n]))
		n++;
	return n;
}

/* Length of the secret at the front of `s` by its shape; 0: none. */
static size_t shaped_secret(struct str s)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t prefix = strlen(shapes[i].prefix), n;

		if (!str_starts_with(s, str_from(shapes[i].prefix)))
			continue;
		n = token_length(str_skip(s, prefix));
		if (n >= shapes[i].length_min)
			return prefix + n;
	}
	return 0;
}

/* `name=value`, `name: value`, `"name":"value"`; gives where the value lies. */
static size_t named_secret(struct str s, size_t *value_at)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_names); i++) {
		size_t at = strlen(secret_names[i]), n = 0;

		if (!same_letters(s, secret_names[i]))
			continue;
		while (at < s.len && (s.ptr[at] == '"' || s.ptr[at] == '\''))
			at++;
		if (at >= s.len || (s.ptr[at] != '=' && s.ptr[at] != ':'))
			continue;
		at++;
		while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '"' || s.ptr[at] == '\''))
			at++;
		while (at + n < s.len && s.ptr[at + n] != ' ' && s.ptr[at + n] != '"' &&
		       s.ptr[at + n] != '\'' && s.ptr[at + n] != '&' && s.ptr[at + n] != ';' &&
		       s.ptr[at + n] != ',' && s.ptr[at + n] != ')')
			n++;
		/* `token: N/A`, `password=` and what Spark masked itself are no secrets. */
		if (n < 4 || str_starts_with(str_skip(s, at), STR("****")))
			continue;
		*value_at = at;
		return n;
	}
	return 0;
}

/* `scheme://user:password@host` */
static size_t url_secret(struct str s, size_t *value_at)
{
	size_t at = 3, colon = 0;

	if (!str_starts_with(s, STR("://")))
		return 0;
	for (; at < s.len && at < 256; at++) {
		char c = s.ptr[at];

		if (c == ':' && !colon)
			colon = at + 1;
		else if (c == '@' && colon && at > colon) {
			*value_at = colon;
			return at - colon;
		} else if (c == '/' || c == ' ' || c == '"' || c == '@')
			return 0;
	}
	return 0;
}

bool mask_secrets(struct buf *out, struct str s)
{
	bool ok = true, at_word = true;

	while (ok && s.len) {
		size_t value_at = 0, n = at_word ? shaped_secret(s) : 0;

		if (!n)
			n = url_secret(s, &value_at);
		if (!n)
			n = named_secret(s, &value_at);
		if (n) {
			ok = buf_add(out, (struct str){ s.ptr, value_at }) &&
			     buf_add(out, STR("***"));
			s = str_skip(s, value_at + n);
			at_word = false;
			continue;
		}
		at_word = !is_token_char(s.ptr[0]) || s.ptr[0] == '=' || s.ptr[0] == '/';
		ok = buf_add_char(out, s.ptr[0]);
		s = str_skip(s, 1);
	}
	return ok;
}

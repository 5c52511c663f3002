/* Settings in Python, Scala and Java programs and in notebooks. */
#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>
#include <strings.h>

#include "base/limits.h"
#include "parsers/json_pull.h"

enum token_kind { TOKEN_NAME, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_LINE };

struct token {
	struct str text; /* of a TOKEN_TEXT what is between the quotes, as written */
	size_t start;
	uint8_t kind; /* enum token_kind */
	bool raw;     /* a text without escapes */
};

struct code {
	struct conf_scan *scan;
	const struct conf_text *text;
	size_t at;
	unsigned depth; /* of brackets */
	bool jvm;
	struct token *tokens;
	size_t count, capacity;
	/* Names that settings were given to, and the group of each; the last few. */
	struct str owners[16];
	uint32_t owner_groups[16];
	size_t owner_count;
	uint32_t statement;		   /* the group of the statement at hand */
	size_t first;			   /* and its first token */
	uint32_t braces[LIMIT_CONF_DEPTH]; /* the group of each dictionary that is open */
	size_t brace_count;
};

/* --- unescaping --------------------------------------------------------------------------------
 */

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* Four hexadecimal digits. */
static bool hex4(struct str s, uint32_t *value)
{
	*value = 0;
	for (size_t i = 0; i < 4; i++) {
		char c = i < s.len ? s.ptr[i] : 'x';

		if (!isxdigit((unsigned char)c))
			return false;
		*value = *value * 16 +
			 (uint32_t)(isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return true;
}

bool conf_unescape(struct conf_scan *s, const struct conf_text *raw, struct conf_text *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	char *bytes = arena_alloc(&s->arena, raw->text.len + 1);
	uint32_t *map = arena_alloc(&s->arena, (raw->text.len + 1) * sizeof(*map));
	size_t n = 0;

	if (!bytes || !map)
		return false;
	for (size_t i = 0; i < raw->text.len; i++) {
		char c = raw->text.ptr[i], next = i + 1 < raw->text.len ? raw->text.ptr[i + 1] : 0;
		uint32_t offset = conf_offset(raw, i), code;
		size_t made = 1;
		const char *letter;

		if (c == '\\' && next == 'u' && hex4(str_skip(raw->text, i + 2), &code)) {
			made = put_utf8(bytes + n, code);
			i += 5;
		} else if (c == '\\' && (next == '\n' || next == '\r')) {
			i += next == '\r' && i + 2 < raw->text.len && raw->text.ptr[i + 2] == '\n'
				     ? 2
				     : 1;
			continue;
		} else if (c == '\\' && next) {
			letter = strchr(from, next);
			bytes[n] = letter ? to[letter - from] : next;
			i++;
		} else {
			bytes[n] = c;
		}
		while (made--)
			map[n++] = offset;
	}
	*out = (struct conf_text){ { bytes, n }, map, conf_offset(raw, 0) };
	return true;
}

/* --- tokens ------------------------------------------------------------------------------------
 */

static char look(const struct code *c, size_t ahead)
{
	return c->at + ahead < c->text->text.len ? c->text->text.ptr[c->at + ahead] : 0;
}

static bool add_token(struct code *c, enum token_kind kind, size_t start, struct str text, bool raw)
{
	if (c->count == c->capacity) {
		size_t capacity = 2 * c->capacity + 256;
		struct token *more =
			c->count < LIMIT_CONF_TOKENS
				? arena_alloc(&c->scan->arena, capacity * sizeof(*more))
				: NULL;

		if (!more)
			return false;
		if (c->count)
			memcpy(more, c->tokens, c->count * sizeof(*more));
		c->tokens = more;
		c->capacity = capacity;
	}
	c->tokens[c->count++] = (struct token){ text, start, (uint8_t)kind, raw };
	return true;
}

static struct str between(const struct code *c, size_t start, size_t end)
{
	return (struct str){ c->text->text.ptr + start, end - start };
}

/* A text from its quote on; `prefixed` is where its letters (r, f, b) began. */
static bool take_text(struct code *c, size_t prefixed, bool raw)
{
	char quote = look(c, 0);
	size_t quotes = look(c, 1) == quote && look(c, 2) == quote ? 3 : 1;
	size_t start = c->at + quotes, end;

	c->at = start;
	for (;; c->at++) {
		char at = look(c, 0);

		if (c->at >= c->text->text.len || (quotes == 1 && at == '\n'))
			break;
		if (at == '\\' && !(c->jvm && quotes == 3))
			c->at++;
		else if (at == quote &&
			 (quotes == 1 || (look(c, 1) == quote && look(c, 2) == quote)))
			break;
	}
	if (c->at > c->text->text.len)
		c->at = c->text->text.len;
	end = c->at;
	if (look(c, 0) == quote)
		c->at += quotes;
	return add_token(c, TOKEN_TEXT, prefixed, between(c, start, end), raw);
}

static bool take_word(struct code *c)
{
	size_t start = c->at;
	struct str word;

	while (isalnum((unsigned char)look(c, 0)) || look(c, 0) == '_' ||
	       (unsigned char)look(c, 0) >= 0x80)
		c->at++;
	word = between(c, start, c->at);
	/* r"…", f'…', s"…": letters right before a quote. */
	if ((look(c, 0) == '"' || (look(c, 0) == '\'' && !c->jvm)) && word.len <= 2)
		return take_text(c, start,
				 memchr(word.ptr, 'r', word.len) ||
					 memchr(word.ptr, 'R', word.len));
	return add_token(c, TOKEN_NAME, start, word, false);
}

static bool take_number(struct code *c)
{
	size_t start = c->at;

	while (isalnum((unsigned char)look(c, 0)) || look(c, 0) == '.' || look(c, 0) == '_')
		c->at++;
	return add_token(c, TOKEN_NUMBER, start, between(c, start, c->at), false);
}

static void skip_line(struct code *c)
{
	while (c->at < c->text->text.len && look(c, 0) != '\n')
		c->at++;
}

static bool skip_comment(struct code *c)
{
	if (!c->jvm && look(c, 0) == '#') {
		skip_line(c);
		return true;
	}
	if (c->jvm && look(c, 0) == '/' && look(c, 1) == '/') {
		skip_line(c);
		return true;
	}
	if (c->jvm && look(c, 0) == '/' && look(c, 1) == '*') {
		ptrdiff_t end = str_find(str_skip(c->text->text, c->at + 2), STR("*/"));

		c->at = end < 0 ? c->text->text.len : c->at + 2 + (size_t)end + 2;
		return true;
	}
	return false;
}

/* Scala's and Java's 'c' and '\n'. */
static bool skip_character(struct code *c)
{
	if (!c->jvm || look(c, 0) != '\'')
		return false;
	if (look(c, 1) == '\\')
		c->at += 3;
	else if (look(c, 2) == '\'')
		c->at += 2;
	c->at++;
	return true;
}

/* A line's end divides statements outside brackets, unless the next line goes on with a dot. */
static bool take_line(struct code *c)
{
	size_t start = c->at++;
	size_t ahead = 0;

	if (c->depth)
		return true;
	while (isspace((unsigned char)look(c, ahead)) && ahead < 200)
		ahead++;
	if (c->jvm && look(c, ahead) == '.')
		return true;
	return add_token(c, TOKEN_LINE, start, between(c, start, c->at), false);
}

static bool take_sign(struct code *c)
{
	char sign = look(c, 0);
	size_t length = 1;

	if (strchr("([{", sign))
		c->depth += !(c->jvm && sign == '{');
	else if (strchr(")]}", sign) && c->depth)
		c->depth -= !(c->jvm && sign == '}');
	if (sign == '-' && look(c, 1) == '>')
		length = 2;
	c->at += length;
	return add_token(c, TOKEN_SIGN, c->at - length, between(c, c->at - length, c->at), false);
}

static bool take_token(struct code *c)
{
	char at = look(c, 0);

	if (at == '\n')
		return take_line(c);
	if (at == '\\' && (look(c, 1) == '\n' || look(c, 1) == '\r')) {
		c->at += look(c, 1) == '\r' ? 3 : 2;
		return true;
	}
	if (isspace((unsigned char)at)) {
		c->at++;
		return true;
	}
	if (skip_comment(c) || skip_character(c))
		return true;
	if (at == '"' || at == '\'')
		return take_text(c, c->at, false);
	if (isdigit((unsigned char)at))
		return take_number(c);
	if (isalpha((unsigned char)at) || at == '_' || (unsigned char)at >= 0x80)
		return take_word(c);
	return take_sign(c);
}

/* --- what a program sets -----------------------------------------------------------------------
 */

static const struct token *token_at(const struct code *c, ptrdiff_t i)
{
	static const struct token none = { .kind = TOKEN_LINE };

	return i >= 0 && (size_t)i < c->count ? &c->tokens[i] : &none;
}

static bool is_sign(const struct code *c, ptrdiff_t i, const char *sign)
{
	const struct token *t = token_at(c, i);

	return t->kind == TOKEN_SIGN && str_eq(t->text, str_from(sign));
}

static bool is_name(const struct code *c, ptrdiff_t i, const char *name)
{
	const struct token *t = token_at(c, i);

	return t->kind == TOKEN_NAME && str_eq(t->text, str_from(name));
}

static bool is_key(const struct token *t)
{
	return t->kind == TOKEN_TEXT && conf_is_key(t->text);
}

/* A text's inside as a part of the file. */
static struct conf_text inside(const struct code *c, const struct token *t)
{
	size_t start = (size_t)(t->text.ptr - c->text->text.ptr);

	return conf_part(c->text, start, start + t->text.len);
}

/* The name a chain of calls hangs on: `conf` of conf.set(…).set(…), of conf = SparkConf()…. */
static uint32_t group_of(struct code *c)
{
	size_t first = c->first;
	struct str owner;

	if (c->brace_count)
		return c->braces[(c->brace_count - 1) % ARRAY_LEN(c->braces)];
	if (c->tokens[first].kind != TOKEN_NAME ||
	    !(is_sign(c, (ptrdiff_t)first + 1, ".") || is_sign(c, (ptrdiff_t)first + 1, "=")))
		return c->statement;
	owner = c->tokens[first].text;
	for (size_t n = 0; n < c->owner_count && n < ARRAY_LEN(c->owners); n++)
		if (str_eq(c->owners[n], owner))
			return c->owner_groups[n];
	c->owners[c->owner_count % ARRAY_LEN(c->owners)] = owner;
	c->owner_groups[c->owner_count % ARRAY_LEN(c->owners)] = c->statement;
	c->owner_count++;
	return c->statement;
}

/* Append what stands from token `from` on as a value; it is known when `ends` follow one literal.
 */
static void add_pair(struct code *c, const struct token *key, size_t from, const char *ends,
		     enum conf_origin origin)
{
	const struct token *value = token_at(c, (ptrdiff_t)from);
	const struct token *after = token_at(c, (ptrdiff_t)from + 1);
	struct conf_text key_text = inside(c, key), value_text;
	struct conf_setting setting = { .key = key_text.text, .key_at = conf_place_of(&key_text) };
	bool negative = is_sign(c, (ptrdiff_t)from, "-");

	if (negative) {
		value = token_at(c, (ptrdiff_t)from + 1);
		after = token_at(c, (ptrdiff_t)from + 2);
	}
	setting.known = after->kind == TOKEN_LINE ||
			(after->kind == TOKEN_SIGN && strchr(ends, after->text.ptr[0]));
	if (value->kind == TOKEN_TEXT) {
		value_text = inside(c, value);
		if (!value->raw && !conf_unescape(c->scan, &value_text, &value_text))
			return;
	} else {
		size_t start = negative ? value->start - 1 : value->start;

		value_text = conf_part(c->text, start, value->start + value->text.len);
		setting.known &=
			value->kind == TOKEN_NUMBER || is_name(c, (ptrdiff_t)from, "True") ||
			is_name(c, (ptrdiff_t)from, "False") ||
			is_name(c, (ptrdiff_t)from, "true") || is_name(c, (ptrdiff_t)from, "false");
	}
	setting.value = value_text.text;
	setting.value_at = conf_place_of(&value_text);
	conf_add(c->scan, origin, group_of(c), &setting);
}

static bool is_session(const struct code *c, size_t i)
{
	static const char *const words[] = { "spark", "session", "Spark", "Session", "sqlContext" };
	const struct token *owner = token_at(c, (ptrdiff_t)i);

	for (size_t n = 0; n < ARRAY_LEN(words); n++)
		if (owner->kind == TOKEN_NAME && str_find(owner->text, str_from(words[n])) >= 0)
			return true;
	return false;
}

/* The call that `("key"` at token i belongs to: sets it, or says nothing of a setting. */
static bool is_setter(const struct code *c, size_t i, enum conf_origin *origin)
{
	static const char *const setters[] = { "config", "set", "setIfMissing", "setConf", "conf" };
	const struct token *name = token_at(c, (ptrdiff_t)i - 2);

	*origin = CONF_FROM_CODE;
	if (name->kind != TOKEN_NAME)
		return is_sign(c, (ptrdiff_t)i - 2, "[") || is_sign(c, (ptrdiff_t)i - 2, ",") ||
		       is_sign(c, (ptrdiff_t)i - 2, "(");
	/* spark.conf.set("…"), against conf.set("…") of a SparkConf. */
	if (i >= 6 && is_name(c, (ptrdiff_t)i - 2, "set") && is_name(c, (ptrdiff_t)i - 4, "conf") &&
	    is_sign(c, (ptrdiff_t)i - 5, ".") && is_session(c, i - 6))
		*origin = CONF_FROM_SESSION;
	if (i >= 4 && is_name(c, (ptrdiff_t)i - 2, "setConf") && is_session(c, i - 4))
		*origin = CONF_FROM_SESSION;
	for (size_t n = 0; n < ARRAY_LEN(setters); n++)
		if (str_eq(name->text, str_from(setters[n])))
			return true;
	return false;
}

static void take_key(struct code *c, size_t i)
{
	const struct token *key = &c->tokens[i];
	ptrdiff_t at = (ptrdiff_t)i;
	enum conf_origin origin;

	if (is_sign(c, at - 1, "(") && is_sign(c, at + 1, ",") && is_setter(c, i, &origin))
		add_pair(c, key, i + 2, "),", origin);
	else if (is_name(c, at - 2, "key") && is_sign(c, at - 1, "=") && is_sign(c, at + 1, ",") &&
		 is_name(c, at + 2, "value") && is_sign(c, at + 3, "="))
		add_pair(c, key, i + 4, "),", CONF_FROM_CODE);
	else if ((is_sign(c, at + 1, ":") && !c->jvm) || is_sign(c, at + 1, "->"))
		add_pair(c, key, i + 2, ",})", CONF_FROM_MANIFEST);
	else if (is_sign(c, at - 1, "[") && is_sign(c, at + 1, "]") && is_sign(c, at + 2, "=") &&
		 !is_sign(c, at + 3, "="))
		add_pair(c, key, i + 3, ";", CONF_FROM_MANIFEST);
}

/* builder.master("…") and setMaster("…"), appName aside. */
static void take_master(struct code *c, size_t i)
{
	struct conf_text name =
		conf_part(c->text, c->tokens[i].start, c->tokens[i].start + c->tokens[i].text.len);
	struct conf_text value = inside(c, &c->tokens[i + 2]);
	struct conf_setting setting = { .key = STR("spark.master"),
					.value = value.text,
					.key_at = conf_place_of(&name),
					.value_at = conf_place_of(&value),
					.known = true };

	conf_add(c->scan, CONF_FROM_CODE, group_of(c), &setting);
}

/* "SET spark.x=y" given to sql(). */
static void take_sql(struct code *c, const struct conf_text *text)
{
	size_t at = 0, start, equals;
	struct conf_text key, value;

	while (at < text->text.len && isspace((unsigned char)text->text.ptr[at]))
		at++;
	if (text->text.len < at + 5 || strncasecmp(text->text.ptr + at, "set ", 4) != 0)
		return;
	start = at + 4;
	while (start < text->text.len && text->text.ptr[start] == ' ')
		start++;
	for (equals = start; equals < text->text.len && text->text.ptr[equals] != '='; equals++)
		;
	if (equals >= text->text.len)
		return;
	at = equals;
	while (at > start && text->text.ptr[at - 1] == ' ')
		at--;
	key = conf_part(text, start, at);
	for (at = equals + 1; at < text->text.len && text->text.ptr[at] == ' '; at++)
		;
	for (equals = at; equals < text->text.len && !strchr(";\r\n", text->text.ptr[equals]);)
		equals++;
	while (equals > at && text->text.ptr[equals - 1] == ' ')
		equals--;
	value = conf_part(text, at, equals);
	if (conf_is_key(key.text))
		conf_add_texts(c->scan, CONF_FROM_SESSION, c->statement, &key, &value);
}

/* option("password", "…") of a reader or writer. */
static void take_password(struct code *c, size_t i)
{
	struct conf_text value = inside(c, &c->tokens[i + 2]);

	conf_add(c->scan, CONF_FROM_CODE, c->statement,
		 &(struct conf_setting){ .key = STR("@password"),
					 .value = value.text,
					 .key_at = conf_place_of(&value),
					 .value_at = conf_place_of(&value),
					 .known = true });
}

/* jdbc:…?password=… */
static void take_url(struct code *c, const struct token *t)
{
	struct conf_text url = inside(c, t);

	if (str_find(t->text, STR("jdbc:")) < 0)
		return;
	conf_add(c->scan, CONF_FROM_CODE, c->statement,
		 &(struct conf_setting){ .key = STR("@text"),
					 .value = url.text,
					 .key_at = conf_place_of(&url),
					 .value_at = conf_place_of(&url),
					 .known = true });
}

/* A text that holds a command, its arguments or SQL. */
static void take_words(struct code *c, const struct token *t)
{
	struct conf_text raw = inside(c, t), text;

	if (t->text.len < 8 || str_find(t->text, STR("spark")) < 0)
		return;
	if (!t->raw && conf_unescape(c->scan, &raw, &text))
		raw = text;
	take_sql(c, &raw);
	if (str_starts_with(str_trim(raw.text), STR("--")))
		conf_read_arguments(c->scan, &raw, 0);
	else
		conf_read_commands(c->scan, &raw);
}

/* From behind an item's first token to the comma behind it, or to the bracket that ends the list.
 */
static size_t item_end(const struct code *c, size_t i)
{
	unsigned depth = 0;

	for (; i < c->count && c->tokens[i].kind != TOKEN_LINE; i++) {
		char sign = c->tokens[i].kind == TOKEN_SIGN ? c->tokens[i].text.ptr[0] : 'x';

		if (!depth && (sign == ',' || sign == ')' || sign == ']' || sign == '}'))
			break;
		if (sign == '[' || sign == '{')
			break;
		depth += sign == '(';
		depth -= sign == ')';
	}
	return i;
}

/* ["spark-submit", "--conf", …]: items divided by commas. The token behind, or 0 when the list is
 * no command. */
static size_t take_texts(struct code *c, size_t i)
{
	struct conf_words words = { NULL, 0, 0 };

	for (;; i++) {
		const struct token *t = token_at(c, (ptrdiff_t)i);
		size_t end = item_end(c, i);
		struct conf_word word = { .known = t->kind == TOKEN_TEXT && end == i + 1 };
		struct conf_text item;

		if (end == i)
			break;
		item = t->kind == TOKEN_TEXT ? inside(c, t)
					     : conf_part(c->text, t->start, t->start + t->text.len);
		if (t->kind == TOKEN_TEXT && !t->raw && !conf_unescape(c->scan, &item, &item))
			break;
		word.text = item;
		word.at = conf_place_of(&item);
		conf_words_add(c->scan, &words, &word);
		i = end;
		if (!is_sign(c, (ptrdiff_t)i, ","))
			break;
	}
	return words.count > 1 && conf_take_list(c->scan, &words) ? i : 0;
}

static void begin_statement(struct code *c, size_t first)
{
	c->first = first;
	c->statement = conf_group(c->scan);
	c->brace_count = 0;
}

static void take_text_token(struct code *c, size_t i, size_t *list_end)
{
	const struct token *t = &c->tokens[i];
	ptrdiff_t at = (ptrdiff_t)i;
	bool first = is_sign(c, at - 1, "[") || is_sign(c, at - 1, "(");

	take_url(c, t);
	if (is_key(t)) {
		take_key(c, i);
		return;
	}
	if (str_eq(t->text, STR("password")) && is_name(c, at - 2, "option") &&
	    is_sign(c, at + 1, ",") && token_at(c, at + 2)->kind == TOKEN_TEXT &&
	    is_sign(c, at + 3, ")"))
		take_password(c, i);
	if (i < *list_end)
		return;
	if (first && is_sign(c, at + 1, ","))
		*list_end = take_texts(c, i);
	if (i >= *list_end)
		take_words(c, t);
}

static void take_name_token(struct code *c, size_t i)
{
	ptrdiff_t at = (ptrdiff_t)i;

	if ((is_name(c, at, "master") || is_name(c, at, "setMaster")) && is_sign(c, at + 1, "(") &&
	    token_at(c, at + 2)->kind == TOKEN_TEXT && is_sign(c, at + 3, ")"))
		take_master(c, i);
}

/* Python's dictionaries; the braces of the others are blocks. */
static void take_brace(struct code *c, char sign)
{
	if (c->jvm)
		return;
	if (sign == '{')
		c->braces[c->brace_count++ % ARRAY_LEN(c->braces)] = conf_group(c->scan);
	else if (sign == '}' && c->brace_count)
		c->brace_count--;
}

static void take_all(struct code *c)
{
	size_t list_end = 0;

	begin_statement(c, 0);
	for (size_t i = 0; i < c->count; i++)
		switch ((enum token_kind)c->tokens[i].kind) {
		case TOKEN_LINE:
			begin_statement(c, i + 1);
			break;
		case TOKEN_TEXT:
			take_text_token(c, i, &list_end);
			break;
		case TOKEN_NAME:
			take_name_token(c, i);
			break;
		case TOKEN_SIGN:
			take_brace(c, c->tokens[i].text.ptr[0]);
			break;
		case TOKEN_NUMBER:
			break;
		}
}

void conf_read_code(struct conf_scan *s, const struct conf_text *t, bool jvm)
{
	struct code c = { .scan = s, .text = t, .jvm = jvm };

	while (c.at < t->text.len)
		if (!take_token(&c))
			break;
	take_all(&c);
}

/* --- notebooks ---------------------------------------------------------------------------------
 */

/* A cell's source, its lines put together. */
struct cell {
	char *bytes;
	uint32_t *map;
	size_t len, capacity;
	bool code;
};

static bool cell_add(struct conf_scan *s, struct cell *cell, struct str raw)
{
	struct conf_text whole = { .text = s->file->text }, piece;
	size_t start = (size_t)(raw.ptr - s->file->text.ptr);

	if (!raw.len)
		return true;
	piece = conf_part(&whole, start, start + raw.len);
	if (!conf_unescape(s, &piece, &piece))
		return false;
	if (cell->len + piece.text.len > cell->capacity) {
		size_t capacity = 2 * (cell->len + piece.text.len);
		char *bytes = arena_alloc(&s->arena, capacity);
		uint32_t *map = arena_alloc(&s->arena, capacity * sizeof(*map));

		if (!bytes || !map)
			return false;
		if (cell->len) {
			memcpy(bytes, cell->bytes, cell->len);
			memcpy(map, cell->map, cell->len * sizeof(*map));
		}
		cell->bytes = bytes;
		cell->map = map;
		cell->capacity = capacity;
	}
	if (piece.text.len) {
		memcpy(cell->bytes + cell->len, piece.text.ptr, piece.text.len);
		memcpy(cell->map + cell->len, piece.map, piece.text.len * sizeof(*cell->map));
		cell->len += piece.text.len;
	}
	return true;
}

static char json_next(const struct json_pull *p)
{
	const char *at = p->at;

	while (at < p->end && isspace((unsigned char)*at))
		at++;
	return at < p->end ? *at : 0;
}

static void read_source(struct conf_scan *s, struct json_pull *p, struct cell *cell)
{
	if (json_next(p) == '"') {
		if (!cell_add(s, cell, pull_string(p)))
			cell->code = false;
		return;
	}
	for (pull_array(p); pull_element(p);)
		if (!cell_add(s, cell, pull_string(p)))
			cell->code = false;
}

/* Lines that the notebook gives to a shell. */
static void read_shell_lines(struct conf_scan *s, const struct conf_text *t)
{
	for (size_t at = 0, end; at < t->text.len; at = end + 1) {
		const char *nl = memchr(t->text.ptr + at, '\n', t->text.len - at);
		struct conf_text line;

		end = nl ? (size_t)(nl - t->text.ptr) : t->text.len;
		if (t->text.ptr[at] != '!')
			continue;
		while (end < t->text.len && t->text.ptr[end - 1] == '\\') {
			nl = memchr(t->text.ptr + end + 1, '\n', t->text.len - end - 1);
			end = nl ? (size_t)(nl - t->text.ptr) : t->text.len;
		}
		line = conf_part(t, at, end);
		conf_read_commands(s, &line);
	}
}

static void read_cell(struct conf_scan *s, struct json_pull *p, bool jvm)
{
	struct cell cell = { .code = false };
	struct conf_text text;
	struct str key;

	for (pull_object(p); pull_key(p, &key);)
		if (str_eq(key, STR("cell_type")))
			cell.code = str_eq(pull_string(p), STR("code"));
		else if (str_eq(key, STR("source")))
			read_source(s, p, &cell);
		else
			pull_skip(p);
	text = (struct conf_text){ { cell.bytes, cell.len }, cell.map, 0 };
	if (!cell.code || !cell.len || str_find(text.text, STR("spark")) < 0)
		return;
	if (str_starts_with(text.text, STR("%%bash")) || str_starts_with(text.text, STR("%%sh"))) {
		conf_read_commands(s, &text);
		return;
	}
	read_shell_lines(s, &text);
	conf_read_code(s, &text, jvm);
}

void conf_read_notebook(struct conf_scan *s)
{
	struct json_pull p = json_pull(s->file->text);
	bool jvm = str_find(s->file->text, STR("\"scala\"")) >= 0;
	struct str key;

	for (pull_object(&p); pull_key(&p, &key);)
		if (str_eq(key, STR("cells")))
			for (pull_array(&p); pull_element(&p);)
				read_cell(s, &p, jvm);
		else
			pull_skip(&p);
}

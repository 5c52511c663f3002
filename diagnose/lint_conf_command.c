/* Command lines of spark-submit and its kin, wherever a text has them, and their arguments. */
#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>

#include "base/limits.h"

/* --- what an argument sets ---------------------------------------------------------------------
 */

struct option {
	const char *name;
	const char *key; /* NULL: no setting */
	bool alone;	 /* takes no value */
};

static const struct option options[] = {
	{ .name = "--archives", .key = "spark.archives" },
	{ .name = "--class" },
	{ .name = "--deploy-mode", .key = "spark.submit.deployMode" },
	{ .name = "--driver-class-path", .key = "spark.driver.extraClassPath" },
	{ .name = "--driver-cores", .key = "spark.driver.cores" },
	{ .name = "--driver-java-options", .key = "spark.driver.extraJavaOptions" },
	{ .name = "--driver-library-path", .key = "spark.driver.extraLibraryPath" },
	{ .name = "--driver-memory", .key = "spark.driver.memory" },
	{ .name = "--exclude-packages", .key = "spark.jars.excludes" },
	{ .name = "--executor-cores", .key = "spark.executor.cores" },
	{ .name = "--executor-memory", .key = "spark.executor.memory" },
	{ .name = "--files", .key = "spark.files" },
	{ .name = "--help", .alone = true },
	{ .name = "--jars", .key = "spark.jars" },
	{ .name = "--keytab", .key = "spark.kerberos.keytab" },
	{ .name = "--master", .key = "spark.master" },
	{ .name = "--name", .key = "spark.app.name" },
	{ .name = "--num-executors", .key = "spark.executor.instances" },
	{ .name = "--packages", .key = "spark.jars.packages" },
	{ .name = "--principal", .key = "spark.kerberos.principal" },
	{ .name = "--py-files", .key = "spark.submit.pyFiles" },
	{ .name = "--queue", .key = "spark.yarn.queue" },
	{ .name = "--remote", .key = "spark.remote" },
	{ .name = "--repositories", .key = "spark.jars.repositories" },
	{ .name = "--supervise", .alone = true },
	{ .name = "--total-executor-cores", .key = "spark.cores.max" },
	{ .name = "--verbose", .alone = true },
	{ .name = "--version", .alone = true },
	{ .name = "-S", .alone = true },
	{ .name = "-h", .alone = true },
	{ .name = "-v", .alone = true },
};

static const struct option *find_option(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (str_eq(name, str_from(options[i].name)))
			return &options[i];
	return NULL;
}

static void add_conf(struct conf_scan *s, const struct conf_word *word, size_t skip, uint32_t group)
{
	struct conf_text t = conf_part(&word->text, skip, word->text.text.len);
	const char *equals = memchr(t.text.ptr, '=', t.text.len);
	struct conf_setting setting = { .known = word->known };
	struct conf_text key, value;
	size_t middle;

	if (!equals) {
		if (conf_is_key(t.text))
			conf_report(s, CONF_MISSING_EQUALS, word->at,
				    "--conf takes KEY=VALUE, here is only the key " STR_FMT,
				    STR_ARG(t.text));
		return;
	}
	middle = (size_t)(equals - t.text.ptr);
	key = conf_part(&t, 0, middle);
	value = conf_part(&t, middle + 1, t.text.len);
	setting.key = key.text;
	setting.value = value.text;
	setting.key_at = conf_place_of(&key);
	setting.value_at = conf_place_of(&value);
	conf_add(s, CONF_FROM_COMMAND, group, &setting);
}

static void add_option(struct conf_scan *s, const struct option *option,
		       const struct conf_word *name, const struct conf_word *value, uint32_t group)
{
	struct conf_setting setting = { .key_at = name->at, .known = value->known };

	if (!option->key)
		return;
	setting.key = str_from(option->key);
	setting.value = value->text.text;
	setting.value_at = conf_place_of(&value->text);
	conf_add(s, CONF_FROM_COMMAND, group, &setting);
}

/* One argument, and perhaps its value behind it; how many words that took, 0: the program. */
static size_t take_argument(struct conf_scan *s, const struct conf_words *words, size_t i,
			    uint32_t group)
{
	const struct conf_word *word = &words->items[i];
	struct str text = word->text.text, name, value;
	const struct conf_word *next = i + 1 < words->count ? &words->items[i + 1] : NULL;
	const struct option *option;

	if (!text.len || text.ptr[0] != '-')
		/* A variable may hold options; anything else is the program. */
		return !word->known;
	if (str_eq(text, STR("--conf")) || str_eq(text, STR("-c"))) {
		if (next)
			add_conf(s, next, 0, group);
		return 2;
	}
	if (str_starts_with(text, STR("--conf="))) {
		add_conf(s, word, sizeof("--conf=") - 1, group);
		return 1;
	}
	option = find_option(text);
	if (option && !option->alone && next)
		add_option(s, option, word, next, group);
	if (option)
		return option->alone ? 1 : 2;
	if (str_starts_with(text, STR("--")) && str_cut(text, '=', &name, &value)) {
		struct conf_word tail = *word;

		tail.text = conf_part(&word->text, name.len + 1, text.len);
		option = find_option(name);
		if (option && !option->alone)
			add_option(s, option, word, &tail, group);
		return 1;
	}
	return next && next->text.text.len && next->text.text.ptr[0] != '-' ? 2 : 1;
}

void conf_take_arguments(struct conf_scan *s, const struct conf_words *words, size_t first)
{
	uint32_t group = conf_group(s);

	for (size_t i = first, took; i < words->count; i += took) {
		took = take_argument(s, words, i, group);
		if (!took)
			break;
	}
}

/* --- words of a shell --------------------------------------------------------------------------
 */

struct lexer {
	struct conf_scan *scan;
	const struct conf_text *text;
	size_t at;
	char stop; /* the quote that ends the command, or 0 */
	/* The word being made, LIMIT_CONF_WORD_BYTES of room. */
	char *bytes;
	uint32_t *map;
	size_t len;
	bool known;
};

static char peek(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->text->text.len ? l->text->text.ptr[l->at + ahead] : 0;
}

static void put(struct lexer *l)
{
	if (l->len < LIMIT_CONF_WORD_BYTES) {
		l->bytes[l->len] = peek(l, 0);
		l->map[l->len++] = conf_offset(l->text, l->at);
	} else {
		l->known = false;
	}
	l->at++;
}

/* Over "$(…)", "${…}" or "{{…}}" with all they hold; the word is not known. */
static void put_nested(struct lexer *l, char open, char close)
{
	size_t depth = 0;

	l->known = false;
	while (l->at < l->text->text.len && peek(l, 0) != '\n') {
		char c = peek(l, 0);

		put(l);
		if (c == open)
			depth++;
		else if (c == close && --depth == 0)
			return;
	}
}

/* True when a nested part began here and was taken. */
static bool put_special(struct lexer *l)
{
	char c = peek(l, 0), next = peek(l, 1);

	if (c == '$' && (next == '(' || next == '{')) {
		put(l);
		put_nested(l, next, next == '(' ? ')' : '}');
		return true;
	}
	if (c == '{' && next == '{') {
		put_nested(l, '{', '}');
		return true;
	}
	if (c == '$' || c == '`')
		l->known = false;
	return false;
}

/* Length of a backslash and the end of its line, 0 when there is none. */
static size_t folded_line(const struct lexer *l)
{
	if (peek(l, 0) != '\\')
		return 0;
	if (peek(l, 1) == '\n')
		return 2;
	return peek(l, 1) == '\r' && peek(l, 2) == '\n' ? 3 : 0;
}

static void put_quoted(struct lexer *l, char quote)
{
	size_t begun = l->at;

	l->at++;
	while (l->at < l->text->text.len) {
		char c = peek(l, 0);

		if (c == quote) {
			l->at++;
			return;
		}
		if (quote == '"' && folded_line(l)) {
			l->at += folded_line(l);
			continue;
		}
		if (quote == '"' && c == '\\' && peek(l, 1) && strchr("\"\\$`", peek(l, 1)))
			l->at++;
		else if (quote == '"' && put_special(l))
			continue;
		/* A quote that never ends is an apostrophe in a text. */
		if (l->at - begun > LIMIT_CONF_WORD_BYTES)
			break;
		put(l);
	}
	l->known = false;
}

static bool ends_word(const struct lexer *l)
{
	char c = peek(l, 0);

	return !c || (l->stop && c == l->stop) || isspace((unsigned char)c) || strchr(";&|<>)", c);
}

/* The word, copied out of the scratch space; false past the arena's ceiling. */
static bool keep_word(struct lexer *l, struct conf_word *word)
{
	char *bytes = arena_alloc(&l->scan->arena, l->len + 1);
	uint32_t *map = arena_alloc(&l->scan->arena, (l->len + 1) * sizeof(*map));

	if (!bytes || !map)
		return false;
	memcpy(bytes, l->bytes, l->len);
	memcpy(map, l->map, l->len * sizeof(*map));
	word->text.text = (struct str){ bytes, l->len };
	word->text.map = map;
	return true;
}

static bool read_word(struct lexer *l, struct conf_word *word)
{
	uint32_t start = conf_offset(l->text, l->at);

	l->len = 0;
	l->known = true;
	while (!ends_word(l) && !folded_line(l)) {
		char c = peek(l, 0);

		if (c == '\'' || c == '"')
			put_quoted(l, c);
		else if (c == '\\' && peek(l, 1)) {
			l->at++;
			put(l);
		} else if (!put_special(l))
			put(l);
	}
	word->text.base = start;
	word->at = (struct conf_place){ start, conf_offset(l->text, l->at) };
	word->known = l->known;
	return keep_word(l, word);
}

/* Over blanks and folded lines; false where the command ends. */
static bool next_word(struct lexer *l)
{
	for (;;) {
		if (folded_line(l))
			l->at += folded_line(l);
		else if (peek(l, 0) == ' ' || peek(l, 0) == '\t')
			l->at++;
		else
			break;
	}
	return !ends_word(l) && peek(l, 0) != '#';
}

static bool lexer_start(struct lexer *l, struct conf_scan *s, const struct conf_text *t, char stop)
{
	if (!s->scratch) {
		s->scratch = arena_alloc(&s->arena, LIMIT_CONF_WORD_BYTES);
		s->scratch_map =
			arena_alloc(&s->arena, LIMIT_CONF_WORD_BYTES * sizeof(*s->scratch_map));
	}
	*l = (struct lexer){
		.scan = s, .text = t, .stop = stop, .bytes = s->scratch, .map = s->scratch_map
	};
	return s->scratch && s->scratch_map;
}

/* Words up to the end of the command; where it ends. */
static size_t read_words(struct conf_scan *s, const struct conf_text *t, size_t at, char stop,
			 struct conf_words *words)
{
	struct conf_word word;
	struct lexer l;

	if (!lexer_start(&l, s, t, stop))
		return t->text.len;
	l.at = at;
	while (words->count < LIMIT_CONF_WORDS && next_word(&l) && read_word(&l, &word))
		conf_words_add(s, words, &word);
	return l.at;
}

void conf_read_arguments(struct conf_scan *s, const struct conf_text *t, char quote)
{
	struct conf_words words = { NULL, 0, 0 };

	read_words(s, t, 0, quote, &words);
	conf_take_arguments(s, &words, 0);
}

/* --- commands in a text ------------------------------------------------------------------------
 */

static const char *const programs[] = {
	"spark-submit",	 "spark-shell",	  "spark-sql",	     "pyspark",
	"spark3-submit", "spark2-submit", "spark-submit.sh", "spark-submit.cmd",
};

static bool is_program(struct str word)
{
	const char *slash = memrchr(word.ptr, '/', word.len);

	if (slash)
		word = str_skip(word, (size_t)(slash - word.ptr) + 1);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (str_eq(word, str_from(programs[i])))
			return true;
	return false;
}

/* The program's name that starts the text's word at `at`, or 0. */
static size_t program_at(struct str text, size_t at)
{
	char before = at ? text.ptr[at - 1] : '\n';
	size_t best = 0;

	if (!isspace((unsigned char)before) && !strchr("/\"'`(@!", before))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct str name = str_from(programs[i]);

		if (name.len > best && str_starts_with(str_skip(text, at), name))
			best = name.len;
	}
	/* A name, and blanks and an argument behind it. */
	if (!best || at + best >= text.len || !strchr(" \t\\", text.ptr[at + best]))
		return 0;
	return best;
}

/* The quote that is open where a command begins in its line, or 0. */
static char open_quote(struct str text, size_t at)
{
	char open = 0;
	size_t start = at;

	while (start && text.ptr[start - 1] != '\n' && at - start < LIMIT_CONF_LINE_BYTES)
		start--;
	for (; start < at; start++) {
		char c = text.ptr[start];

		if (c == '\\')
			start++;
		else if (open ? c == open : c == '"' || c == '\'')
			open = open ? 0 : c;
	}
	return open;
}

static bool in_comment(struct str text, size_t at)
{
	size_t start = at;

	while (start && text.ptr[start - 1] != '\n' && at - start < LIMIT_CONF_LINE_BYTES)
		start--;
	while (start < at && (text.ptr[start] == ' ' || text.ptr[start] == '\t'))
		start++;
	return text.ptr[start] == '#' && start < at;
}

static bool is_option_first(const struct conf_words *words)
{
	return words->count && words->items[0].text.text.len &&
	       (words->items[0].text.text.ptr[0] == '-' || !words->items[0].known);
}

/* ENV and export PYSPARK_SUBMIT_ARGS="…": where the arguments begin, or 0. */
static size_t variable_at(struct str text, size_t at)
{
	static const char *const names[] = { "PYSPARK_SUBMIT_ARGS", "SPARK_SUBMIT_ARGS" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t end = at + strlen(names[i]);

		if (!str_starts_with(str_skip(text, at), str_from(names[i])))
			continue;
		while (end < text.len && strchr(" =:\"'", text.ptr[end]))
			end++;
		return end < text.len && text.ptr[end] == '-' ? end : 0;
	}
	return 0;
}

/* Arguments kept in some variable: OPTS="--conf spark.…". */
static bool is_bare_conf(struct str text, size_t at)
{
	struct str rest = str_skip(text, at);

	if (!str_starts_with(rest, STR("--conf ")) && !str_starts_with(rest, STR("--conf=")))
		return false;
	rest = str_skip(rest, sizeof("--conf ") - 1);
	if (rest.len && (rest.ptr[0] == '"' || rest.ptr[0] == '\''))
		rest = str_skip(rest, 1);
	return str_starts_with(rest, STR("spark."));
}

/* Where the arguments of the command begin that stands at `at`; 0 when none does. */
static size_t arguments_at(struct str text, size_t at)
{
	size_t length;

	switch (text.ptr[at]) {
	case 's':
	case 'p':
		length = program_at(text, at);
		return length ? at + length : 0;
	case 'S':
	case 'P':
		return variable_at(text, at);
	case '-':
		return is_bare_conf(text, at) ? at : 0;
	default:
		return 0;
	}
}

void conf_read_commands(struct conf_scan *s, const struct conf_text *t)
{
	for (size_t at = 0; at < t->text.len; at++) {
		struct conf_words words = { NULL, 0, 0 };
		size_t start = arguments_at(t->text, at), end;

		/* A document that begins with arguments is read as such by its reader. */
		if ((!start && !(at == 0 && is_bare_conf(t->text, 0))) || in_comment(t->text, at))
			continue;
		end = read_words(s, t, start, open_quote(t->text, start), &words);
		if (is_option_first(&words))
			conf_take_arguments(s, &words, 0);
		at = end > at ? end - 1 : at;
	}
}

bool conf_take_list(struct conf_scan *s, const struct conf_words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		struct str text = words->items[i].text.text;

		if (is_program(text)) {
			conf_take_arguments(s, words, i + 1);
			return true;
		}
		/* The arguments alone, as Databricks and EMR Serverless take them. */
		if (str_eq(text, STR("--conf")) || str_starts_with(text, STR("--conf="))) {
			conf_take_arguments(s, words, 0);
			return true;
		}
	}
	return false;
}

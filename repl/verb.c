#include "base/base.h"
#include "repl/verb.h"

#include "base/limits.h"
#include "repl/command_line.h"

const struct verb *verb_find(struct str name, size_t *candidates)
{
	const struct verb *found = NULL;
	size_t hits = 0;

	if (candidates)
		*candidates = 0;
	for (size_t i = 0; i < verb_count; i++) {
		struct str full = str_from(verbs[i].name);

		if (str_eq(name, full) ||
		    (verbs[i].alias && str_eq(name, str_from(verbs[i].alias))))
			return &verbs[i];
		if (name.len && str_starts_with(full, name)) {
			found = &verbs[i];
			hits++;
		}
	}
	if (candidates)
		*candidates = hits;
	return hits == 1 ? found : NULL;
}

const struct verb *verb_nearest(struct str name)
{
	const struct verb *best = NULL;
	size_t least = name.len / 2 + 1;

	for (size_t i = 0; i < verb_count; i++) {
		size_t n = str_distance(name, str_from(verbs[i].name));

		if (n < least) {
			least = n;
			best = &verbs[i];
		}
	}
	return best;
}

void verb_usage(const struct verb *v, struct buf *out)
{
	bool fits = buf_add(out, str_from(v->name));

	for (size_t i = 0; fits && i < VERB_ARGUMENTS_MAX && v->arguments[i].name; i++) {
		const struct argument *a = &v->arguments[i];

		fits = buf_addf(out, a->optional ? " [%s%s]" : " %s%s", a->name,
				a->rest ? "..." : "");
	}
	(void)fits;
}

/* --- flags ----------------------------------------------------------------------------------- */

static bool to_limit(struct session *s, struct str value, size_t *limit)
{
	uint64_t n;

	if (!str_to_u64(value, &n)) {
		session_error(s, "'" STR_FMT "' is no number", STR_ARG(value));
		return false;
	}
	*limit = n < SIZE_MAX ? (size_t)n : SIZE_MAX;
	return true;
}

const struct flag flags[] = {
	{ "--sort", FLAG_SORT, ARGUMENT_COLUMN, "--sort COLUMN",
	  "by a column; -COLUMN: descending" },
	{ "--limit", FLAG_LIMIT, ARGUMENT_NUMBER, "--limit N", "so many at most; 0: all" },
	{ "-v", FLAG_VERBOSE, ARGUMENT_NONE, "-v", "more of each" },
	{ "--save", FLAG_SAVE, ARGUMENT_PATH, "--save FILE",
	  "into a file, as its name ends: .csv, .json, else text" },
};
const size_t flag_count = ARRAY_LEN(flags);

const struct flag *flag_find(struct str name)
{
	for (size_t i = 0; i < flag_count; i++)
		if (str_eq(name, str_from(flags[i].name)))
			return &flags[i];
	return NULL;
}

/* Takes a flag with its value out of `words`; false (and a message) when it is wrong. */
static bool take_flag(struct session *s, struct call *c, const struct str *words, size_t count,
		      size_t *at)
{
	struct str name, value;
	bool attached = str_cut(words[*at], '=', &name, &value);
	const struct flag *flag = flag_find(name);

	if (!flag || !(c->verb->flags & flag->bit) || (attached && !flag->value)) {
		session_error(s, "%s has no flag " STR_FMT, c->verb->name, STR_ARG(name));
		return false;
	}
	if (!flag->value)
		return c->verbose = true;
	if (!attached && *at + 1 == count) {
		session_error(s, "%s needs a value", flag->name);
		return false;
	}
	if (!attached)
		value = words[++*at];
	if (flag->bit == FLAG_LIMIT)
		return to_limit(s, value, &c->limit);
	*(flag->bit == FLAG_SAVE ? &c->save : &c->sort) = value;
	return true;
}

static bool is_flag(struct str word)
{
	return str_starts_with(word, STR("--")) || flag_find(word);
}

/* --- running --------------------------------------------------------------------------------- */

size_t verb_arguments(const struct verb *v, size_t *most)
{
	size_t least = 0;

	*most = 0;
	for (size_t i = 0; i < VERB_ARGUMENTS_MAX && v->arguments[i].name; i++) {
		least += !v->arguments[i].optional;
		*most = v->arguments[i].rest ? SIZE_MAX : *most + 1;
	}
	return least;
}

static bool check_arguments(struct session *s, const struct call *c)
{
	size_t most, least = verb_arguments(c->verb, &most);
	struct buf usage = BUF_INIT(512);

	if (c->count >= least && c->count <= most)
		return true;
	verb_usage(c->verb, &usage);
	session_error(s, "%s: " STR_FMT, c->count < least ? "something is missing" : "too much",
		      STR_ARG(buf_str(&usage)));
	buf_release(&usage);
	return false;
}

static bool check_state(struct session *s, const struct verb *v)
{
	if (v->flags & FLAG_UNSAFE && s->options.safe) {
		session_error(s, "%s is off in a safe session", v->name);
		return false;
	}
	if (v->flags & FLAG_NEEDS_RUN && !s->diagnosis) {
		session_error(s, "nothing is open: open PATH");
		return false;
	}
	if (v->flags & FLAG_EVENTS && !s->diagnosis->history_count) {
		session_error(s,
			      "%s needs an event log, and there is none here "
			      "(spark.eventLog.enabled=true writes one)",
			      v->name);
		return false;
	}
	return true;
}

static const struct verb *wanted_verb(struct session *s, struct str name)
{
	size_t candidates;
	const struct verb *v = verb_find(name, &candidates), *near;

	if (v)
		return v;
	near = verb_nearest(name);
	if (candidates)
		session_error(s, "'" STR_FMT "' may be any of %zu commands: help " STR_FMT,
			      STR_ARG(name), candidates, STR_ARG(name));
	else if (near)
		session_error(s, "there is no command '%.*s': did you mean %s?",
			      (int)(name.len < 60 ? name.len : 60), name.ptr, near->name);
	else
		session_error(s, "there is no command '%.*s': see help",
			      (int)(name.len < 60 ? name.len : 60), name.ptr);
	return NULL;
}

static bool write_to_file(void *context, struct str text)
{
	return fwrite(text.ptr, 1, text.len, context) == text.len;
}

/* The answer goes into the file that --save names, everything else stays as it is. */
static enum verb_result run_into_file(struct session *s, const struct call *c)
{
	const struct session before = *s;
	enum verb_result result;
	FILE *file;

	if (!session_flush(s))
		return VERB_TROUBLE;
	file = session_create(s, c->save);
	if (!file)
		return VERB_TROUBLE;
	s->format = show_format_of(c->save);
	s->render.color = false;
	s->write = write_to_file;
	s->write_context = file;
	result = c->verb->run(s, c);
	(void)session_flush(s);
	s->format = before.format;
	s->render.color = before.render.color;
	s->write = before.write;
	s->write_context = before.write_context;
	return session_created(s, c->save, file) ? result : VERB_TROUBLE;
}

enum verb_result verb_run(struct session *s, const struct str *words, size_t count)
{
	struct str kept[LIMIT_COMMAND_WORDS];
	struct call c = { .words = kept, .limit = s->limit };
	bool only_words = false;

	BUG_ON(!count || count > LIMIT_COMMAND_WORDS);
	/* !ls and ! ls */
	if (words[0].len > 1 && words[0].ptr[0] == '!') {
		c.verb = verb_find(STR("!"), NULL);
		kept[c.count++] = str_skip(words[0], 1);
		only_words = true;
	} else {
		c.verb = wanted_verb(s, words[0]);
	}
	if (!c.verb)
		return VERB_TROUBLE;
	for (size_t i = 1; i < count; i++) {
		if (!only_words && str_eq(words[i], STR("--")))
			only_words = true;
		else if (only_words || !is_flag(words[i]) || !c.verb->flags)
			kept[c.count++] = words[i];
		else if (!take_flag(s, &c, words, count, &i))
			return VERB_TROUBLE;
	}
	if (!check_arguments(s, &c) || !check_state(s, c.verb))
		return VERB_TROUBLE;
	return c.save.len ? run_into_file(s, &c) : c.verb->run(s, &c);
}

enum verb_result verb_run_text(struct session *s, struct str text)
{
	enum verb_result result = VERB_OK;
	size_t at = 0;

	for (;;) {
		struct arena arena = ARENA_INIT((size_t)4 * LIMIT_COMMAND_BYTES +
						LIMIT_COMMAND_WORDS * sizeof(struct str));
		struct command_line line;
		enum verb_result one = VERB_TROUBLE;
		enum command_line_result read = command_line_next(text, &at, &arena, &line);

		if (read == COMMAND_LINE_OK)
			one = verb_run(s, line.words, line.count);
		else if (read == COMMAND_LINE_UNBALANCED)
			session_error(s, "a quote is not closed");
		else if (read == COMMAND_LINE_LIMIT)
			session_error(s, "the command is too long");
		arena_release(&arena);
		if (read == COMMAND_LINE_END)
			return result;
		if (one != VERB_OK)
			result = one;
		if (!session_flush(s) || s->quit)
			return result;
	}
}

static bool sort_table(struct session *s, const struct call *c, struct table *t)
{
	bool descending = str_starts_with(c->sort, STR("-"));
	size_t column = table_column(t, str_skip(c->sort, descending));
	struct buf names = BUF_INIT(4096);
	bool fits = true;

	if (column != SIZE_MAX) {
		table_sort(t, column, descending);
		return true;
	}
	for (size_t i = 0; fits && i < t->column_count; i++)
		fits = buf_addf(&names, " %s", t->columns[i].name);
	session_error(s, "%s cannot be sorted by '" STR_FMT "', but by" STR_FMT, t->name,
		      STR_ARG(c->sort), STR_ARG(buf_str(&names)));
	buf_release(&names);
	return false;
}

bool call_show(struct session *s, const struct call *c, struct table *t)
{
	unsigned verbose = s->render.verbose;
	size_t all = t->row_count;
	bool ok;

	if (c->sort.len && !sort_table(s, c, t))
		return false;
	if (c->limit && c->limit < t->row_count)
		t->row_count = c->limit;
	s->render.verbose += c->verbose;
	ok = session_show_table(s, t);
	s->render.verbose = verbose;
	if (ok && t->row_count < all)
		session_say(s, "... %zu more (--limit 0 shows all)", all - t->row_count);
	return ok;
}

struct str call_word(const struct call *c, size_t i)
{
	return i < c->count ? c->words[i] : STR("");
}

struct str call_rest(const struct call *c, size_t i, struct arena *arena)
{
	struct buf text = BUF_INIT(LIMIT_COMMAND_BYTES);
	struct str copy = STR("");
	bool fits = true;

	for (size_t k = i; fits && k < c->count; k++)
		fits = (k == i || buf_add_char(&text, ' ')) && buf_add(&text, c->words[k]);
	if (!arena_str(arena, buf_str(&text), &copy))
		copy = STR("");
	buf_release(&text);
	return copy;
}

bool call_number(struct session *s, struct str word, uint64_t most, size_t *number)
{
	uint64_t n;

	if (str_to_u64(word, &n) && n >= 1 && n <= most) {
		*number = (size_t)n;
		return true;
	}
	session_error(s, "'" STR_FMT "' is no number from 1 to %" PRIu64, STR_ARG(word), most);
	return false;
}

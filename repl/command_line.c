#include "base/base.h"
#include "repl/command_line.h"

#include "base/buf.h"
#include "base/limits.h"

struct scan {
	struct str text;
	size_t at;
	char quote; /* that is open; 0: none */
	struct buf word;
	bool in_word, over_limit;
	struct arena *arena;
	struct command_line *out;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void put(struct scan *s, char c)
{
	if (!s->in_word)
		s->out->last_at = s->at;
	s->in_word = true;
	if (!buf_add_char(&s->word, c))
		s->over_limit = true;
}

static void end_word(struct scan *s)
{
	struct str copy;

	if (!s->in_word)
		return;
	s->in_word = false;
	if (s->out->count == LIMIT_COMMAND_WORDS || !arena_str(s->arena, buf_str(&s->word), &copy))
		s->over_limit = true;
	else
		s->out->words[s->out->count++] = copy;
	buf_clear(&s->word);
}

static void open_quote(struct scan *s, char c)
{
	if (!s->in_word)
		s->out->last_at = s->at;
	s->in_word = true;
	s->quote = c;
}

/* What a backslash makes literal, here. */
static bool is_escaped(const struct scan *s, char next)
{
	if (s->quote)
		return next == '"' || next == '\\';
	return is_blank(next) || strchr("'\";#", next) != NULL;
}

static void quoted(struct scan *s, char c)
{
	char next = s->at + 1 < s->text.len ? s->text.ptr[s->at + 1] : '\0';

	if (c == s->quote) {
		s->quote = '\0';
	} else if (s->quote == '"' && c == '\\' && next && is_escaped(s, next)) {
		put(s, next);
		s->at++;
	} else {
		put(s, c);
	}
}

/* False at the end of the command. */
static bool plain(struct scan *s, char c)
{
	char next = s->at + 1 < s->text.len ? s->text.ptr[s->at + 1] : '\0';

	if (c == ';' || c == '\n')
		return false;
	if (c == '#' && !s->in_word) {
		while (s->at + 1 < s->text.len && s->text.ptr[s->at + 1] != '\n')
			s->at++;
		return true;
	}
	if (is_blank(c)) {
		end_word(s);
	} else if (c == '\'' || c == '"') {
		open_quote(s, c);
	} else if (c == '\\' && next && is_escaped(s, next)) {
		put(s, next);
		s->at++;
	} else {
		put(s, c);
	}
	return true;
}

static enum command_line_result one_command(struct scan *s)
{
	bool separated = false;

	for (; s->at < s->text.len && !s->over_limit; s->at++) {
		char c = s->text.ptr[s->at];

		if (s->quote) {
			quoted(s, c);
		} else if (!plain(s, c)) {
			s->at++;
			separated = true;
			break;
		}
	}
	s->out->open = !separated && (s->in_word || s->quote);
	end_word(s);
	if (s->over_limit)
		return COMMAND_LINE_LIMIT;
	if (s->quote)
		return COMMAND_LINE_UNBALANCED;
	return s->out->count ? COMMAND_LINE_OK : COMMAND_LINE_END;
}

enum command_line_result command_line_next(struct str text, size_t *at, struct arena *arena,
					   struct command_line *out)
{
	struct scan s = { .text = text,
			  .at = *at,
			  .word = BUF_INIT(LIMIT_COMMAND_BYTES),
			  .arena = arena,
			  .out = out };
	enum command_line_result result;

	*out = (struct command_line){ .words = arena_alloc(arena, LIMIT_COMMAND_WORDS *
									  sizeof(struct str)) };
	if (!out->words)
		return COMMAND_LINE_LIMIT;
	do
		result = one_command(&s);
	while (result == COMMAND_LINE_END && s.at < text.len);
	*at = result == COMMAND_LINE_LIMIT ? text.len : s.at;
	buf_release(&s.word);
	return result;
}

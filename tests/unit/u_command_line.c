#include "base/base.h"
#include "base/limits.h"
#include "repl/command_line.h"
#include "repl/verb.h"
#include "tests/unit/test.h"

/* All commands of a text: words joined by `|`, commands by a blank; `!` ends what is wrong. */
static void check_words(const char *text, const char *want)
{
	struct buf got = BUF_INIT(4096);
	struct arena arena = ARENA_INIT((size_t)1 << 24);
	struct command_line line;
	enum command_line_result result;
	size_t at = 0;

	while ((result = command_line_next(str_from(text), &at, &arena, &line)) !=
	       COMMAND_LINE_END) {
		CHECK(!got.len || buf_add_char(&got, ' '));
		for (size_t i = 0; i < line.count; i++)
			CHECK((!i || buf_add_char(&got, '|')) && buf_add(&got, line.words[i]));
		if (result != COMMAND_LINE_OK)
			CHECK(buf_add_char(&got, '!'));
	}
	CHECK_STR(buf_str(&got), str_from(want));
	buf_release(&got);
	arena_release(&arena);
}

TEST(command_line_words)
{
	check_words("", "");
	check_words(" \t\r\n;; ;", "");
	check_words("why", "why");
	check_words("why 2;fix 1\n  next warn  ", "why|2 fix|1 next|warn");
	check_words("# all of it\nwhy # the rest", "why");
	check_words("grep a#b", "grep|a#b");
}

TEST(command_line_quotes)
{
	check_words("grep 'a b;c' \"d # e\"", "grep|a b;c|d # e");
	check_words("grep ''", "grep|");
	check_words("grep a'b c'd", "grep|ab cd");
	check_words("grep \"say \\\"no\\\" \\\\ \\d\"", "grep|say \"no\" \\ \\d");
	check_words("grep 'a\\'", "grep|a\\");
	check_words("grep \\d+\\ x\\;\\'", "grep|\\d+ x;'");
	check_words("grep a\\", "grep|a\\");
	check_words("grep 'open", "grep|open!");
	check_words("grep \"open\nwhy", "grep|open\nwhy!");
}

TEST(command_line_limits)
{
	struct arena arena = ARENA_INIT((size_t)1 << 24);
	struct command_line line;
	size_t len = (size_t)4 * LIMIT_COMMAND_BYTES, at = 0;
	char *text = malloc(len);

	CHECK(text);
	memset(text, 'x', len);
	CHECK(command_line_next((struct str){ text, len }, &at, &arena, &line) ==
	      COMMAND_LINE_LIMIT);
	CHECK(at == len);
	for (size_t i = 0; i < len; i += 2)
		text[i] = ' ';
	at = 0;
	CHECK(command_line_next((struct str){ text, len }, &at, &arena, &line) ==
	      COMMAND_LINE_LIMIT);
	CHECK(line.count == LIMIT_COMMAND_WORDS);
	free(text);
	arena_release(&arena);
}

TEST(command_line_says_where_the_last_word_stands)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct command_line line;
	size_t at = 0;

	command_line_next(STR("why; grep 'a b"), &at, &arena, &line);
	CHECK(!line.open);
	command_line_next(STR("why; grep 'a b"), &at, &arena, &line);
	CHECK(line.open && line.last_at == 10 && line.count == 2);
	at = 0;
	command_line_next(STR("grep a "), &at, &arena, &line);
	CHECK(!line.open && line.count == 2);
	arena_release(&arena);
}

TEST(verb_found_by_name_alias_and_prefix)
{
	size_t n;

	CHECK(!strcmp(verb_find(STR("n"), &n)->name, "next"));
	CHECK(!strcmp(verb_find(STR("evid"), &n)->name, "evidence"));
	CHECK(!strcmp(verb_find(STR("note"), &n)->name, "note"));
	CHECK(!verb_find(STR("f"), &n) && n == 4);
	CHECK(!verb_find(STR("zzz"), &n) && n == 0);
	CHECK(!verb_find(STR(""), &n));
	CHECK(!strcmp(verb_nearest(STR("gerp"))->name, "grep"));
	CHECK(!strcmp(verb_nearest(STR("stage"))->name, "stages"));
	CHECK(!verb_nearest(STR("unlike-anything")));
}

TEST(verb_names_and_aliases_are_unique)
{
	for (size_t i = 0; i < verb_count; i++) {
		CHECK(verb_find(str_from(verbs[i].name), NULL) == &verbs[i]);
		CHECK(!verbs[i].alias || verb_find(str_from(verbs[i].alias), NULL) == &verbs[i]);
		CHECK(verbs[i].summary[0] && verbs[i].group[0]);
	}
}

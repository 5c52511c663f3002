#include "base/base.h"
#include "tests/unit/test.h"

#include "diagnose/exit_code.h"
#include "patterns/matcher.h"

static int parsed(const char *text)
{
	int code = -9999;

	CHECK(exit_code_parse(str_from(text), &code));
	return code;
}

TEST(exit_code_is_read_in_many_forms)
{
	CHECK(parsed("143") == 143);
	CHECK(parsed("-100") == -100);
	CHECK(parsed("exit 52") == 52);
	CHECK(parsed("Exit status: 137") == 137);
	CHECK(parsed("exitCode: -104") == -104);
	CHECK(parsed("exited with exit code 1") == 1);
	CHECK(parsed("exit status = 3") == 3);
	CHECK(parsed("SIGKILL") == 137);
	CHECK(parsed("sigterm") == 143);
	CHECK(parsed("signal 11") == 139);
}

TEST(exit_code_other_texts_are_none)
{
	static const char *const texts[] = { "",	  "exit",     "exit-137", "skew",
					     "signal 99", "99999999", "1 2",	  "-",
					     "exit code", "137 bytes" };
	int code;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK(!exit_code_parse(str_from(texts[i]), &code));
}

/* explain_row() and the list rely on it. */
TEST(exit_code_table_is_sorted)
{
	for (size_t i = 1; i < exit_code_count; i++)
		CHECK(exit_code_table[i - 1].code <= exit_code_table[i].code);
}

TEST(exit_code_ids_exist)
{
	struct matcher *m = matcher_new(NULL, 0, NULL);

	for (size_t i = 0; i < exit_code_count; i++)
		CHECK(!exit_code_table[i].id ||
		      matcher_find(m, str_from(exit_code_table[i].id)) >= 0);
	matcher_free(m);
}

TEST(exit_code_unknown_has_an_answer)
{
	struct buf out = BUF_INIT(4096);

	CHECK(exit_code_explain(42, &out));
	CHECK(str_find(buf_str(&out), STR("the program itself chose it")) > 0);
	buf_clear(&out);
	CHECK(exit_code_explain(152, &out));
	CHECK(str_find(buf_str(&out), STR("SIGXCPU")) > 0);
	buf_clear(&out);
	CHECK(exit_code_explain(-9, &out));
	CHECK(str_find(buf_str(&out), STR("SIGKILL")) > 0);
	buf_release(&out);
}

TEST(exit_code_explain_stops_at_the_ceiling)
{
	struct buf out = BUF_INIT(20);

	CHECK(!exit_code_explain(143, &out));
	buf_release(&out);
}

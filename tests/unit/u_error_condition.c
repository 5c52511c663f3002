#include "base/base.h"
#include "tests/unit/test.h"

#include "diagnose/error_condition.h"

TEST(error_condition_names)
{
	struct str name;

	CHECK(error_condition_parse(STR("DIVIDE_BY_ZERO"), &name));
	CHECK(error_condition_parse(STR(" [UNRESOLVED_COLUMN.WITH_SUGGESTION] "), &name));
	CHECK_STR(name, STR("UNRESOLVED_COLUMN.WITH_SUGGESTION"));
	CHECK(!error_condition_parse(STR("AQE"), &name));
	CHECK(!error_condition_parse(STR("SIGKILL"), &name));
	CHECK(!error_condition_parse(STR("spark.sql.x_y"), &name));
	CHECK(!error_condition_parse(STR("A_B."), &name));
	CHECK(!error_condition_parse(STR("A_B c"), &name));
	CHECK(!error_condition_parse(STR(""), &name));
	CHECK(!error_condition_parse(STR("[]"), &name));
}

TEST(error_condition_inside_a_text)
{
	struct str name;

	CHECK(error_condition_in(STR("x[1]: [PATH_NOT_FOUND] Path [A_B] does"), &name));
	CHECK_STR(name, STR("PATH_NOT_FOUND"));
	CHECK(!error_condition_in(STR("[info] [A_B"), &name));
	CHECK(!error_condition_in(STR("[["), &name));
}

TEST(error_condition_states)
{
	CHECK(sqlstate_meaning(STR("42703")) != NULL);
	CHECK(sqlstate_meaning(STR("XXKDA")) != NULL);
	CHECK(sqlstate_meaning(STR("42")) == NULL);
	CHECK(sqlstate_meaning(STR("99999")) == NULL);
	CHECK_STR(sqlstate_guess(STR("TABLE_OR_VIEW_NOT_FOUND")), STR("42000"));
	CHECK_STR(sqlstate_guess(STR("UNSUPPORTED_FEATURE.PIVOT")), STR("0A000"));
	CHECK_STR(sqlstate_guess(STR("SPARK_SAID_NOTHING")), STR(""));
}

TEST(error_condition_without_a_spark)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct error_condition c;

	CHECK(!error_condition_find("/nonexistent", STR("DIVIDE_BY_ZERO"), &arena, &c));
	CHECK_STR(c.message, STR(""));
	arena_release(&arena);
}

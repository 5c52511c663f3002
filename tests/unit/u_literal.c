#include "base/base.h"
#include "patterns/literal.h"
#include "tests/unit/test.h"

/* The derived literals joined by `|`, or "-". */
static void check_derived(const char *regex, struct str want)
{
	struct literal_model *model = literal_model_new();
	struct arena arena = ARENA_INIT(1 << 20);
	const struct str *literals;
	size_t count, used = 0;
	char got[512] = "-";

	if (literal_derive(model, str_from(regex), &arena, &literals, &count))
		for (size_t i = 0; i < count; i++)
			used += (size_t)snprintf(got + used, sizeof(got) - used, "%s" STR_FMT,
						 i ? "|" : "", STR_ARG(literals[i]));
	CHECK_STR(str_from(got), want);
	arena_release(&arena);
	literal_model_free(model);
}

TEST(literal_derive_whole_text)
{
	check_derived("parcels fell\\. Twice", STR("parcels fell. Twice"));
	check_derived("^parcels\\b fell$", STR("parcels fell"));
}

TEST(literal_derive_rarer_run)
{
	check_derived("memory (\\d+) in stage zebra crossing", STR(" in stage zebra crossing"));
	check_derived(" INFO Executor: \\d+ zebras", STR(" zebras"));
}

TEST(literal_derive_quantifiers)
{
	check_derived("zebrasx?", STR("zebras"));
	check_derived("zebrasx+yellow", STR("xyellow"));
	check_derived("zebra{2}giraffe", STR("agiraffe"));
	check_derived("zebrax{0,3}s", STR("-"));
	check_derived("zebra{x}s", STR("zebra{x}s"));
	check_derived("zebrasx*?(?:giraffes)?", STR("zebras"));
	check_derived("(?:giraffes){0,2}zebras", STR("zebras"));
}

TEST(literal_derive_alternatives)
{
	check_derived("(?:zebras|giraffes) \\d", STR("zebras|giraffes"));
	check_derived("zebras|giraffes|zebras", STR("zebras|giraffes"));
	check_derived("zebras|\\d+", STR("-"));
	check_derived("(?:cat|dog) on the piano", STR(" on the piano"));
	check_derived("(?<a>(?:zebras|(?P<b>giraffes)))", STR("zebras|giraffes"));
}

TEST(literal_derive_classes)
{
	check_derived("zeb[.]ras", STR("zeb.ras"));
	check_derived("[]zebras]giraffes", STR("giraffes"));
	check_derived("[^]zebras]giraffes", STR("giraffes"));
	check_derived("[[:digit:]zebras]giraffes", STR("giraffes"));
	check_derived("[\\]zebras]giraffes", STR("giraffes"));
	check_derived("zebras[", STR("-"));
}

TEST(literal_derive_ignores_what_is_only_looked_at)
{
	check_derived("(?!zebras)(?<=giraffes)antelopes", STR("antelopes"));
	check_derived("(?=zebras) x", STR("-"));
}

TEST(literal_derive_escapes)
{
	check_derived("zebras\\x2egiraffes", STR("zebras.giraffes"));
	check_derived("zebras\\ngiraffes!", STR("giraffes!"));
	check_derived("zebras \"giraffes!\"", STR("giraffes!"));
	check_derived("zebras\\tx\\d", STR("zebras"));
}

TEST(literal_derive_refuses_what_it_cannot_follow)
{
	check_derived("(?i)zebras and giraffes", STR("-"));
	check_derived("(?x)zebras and giraffes", STR("-"));
	check_derived("\\Qzebras\\E", STR("-"));
	check_derived("(?(1)zebras|giraffes)", STR("-"));
	check_derived("(zebras", STR("-"));
	check_derived("zebras)giraffes", STR("-"));
	check_derived("zebras\\", STR("-"));
}

TEST(literal_derive_deep_nesting_ends)
{
	char regex[4096];

	memset(regex, '(', sizeof(regex) - 1);
	regex[sizeof(regex) - 1] = '\0';
	check_derived(regex, STR("-"));
}

TEST(literal_judge_each_defect)
{
	char longest[201];

	memset(longest, 'z', sizeof(longest));
	CHECK(literal_judge(STR("zebras")) == LITERAL_FINE);
	CHECK(literal_judge(STR("zebra")) == LITERAL_SHORT);
	CHECK(literal_judge((struct str){ longest, 200 }) == LITERAL_FINE);
	CHECK(literal_judge((struct str){ longest, 201 }) == LITERAL_LONG);
	CHECK(literal_judge(STR("zeb\"ras")) == LITERAL_ESCAPED);
	CHECK(literal_judge(STR("zeb\nras")) == LITERAL_ESCAPED);
	CHECK(literal_judge(STR("zeb\xc3\xa9ras")) == LITERAL_ESCAPED);
	CHECK(literal_judge(STR("org.apache.spark")) == LITERAL_COMMON);
	CHECK(literal_judge(STR("TaskSetManager")) == LITERAL_COMMON);
}

TEST(literal_window_is_the_rare_part)
{
	struct literal_model *model = literal_model_new();

	CHECK_STR(literal_window(model, STR("zebras")), STR("zebras"));
	CHECK_STR(literal_window(model, STR(" INFO Executor: ZQXJKVWY")), STR("ZQXJKVWY"));
	CHECK_STR(literal_window(model, STR("ZQXJKVWY in stage ")), STR("ZQXJKVWY"));
	literal_model_free(model);
}

#include "base/base.h"
#include "tests/unit/test.h"

static bool failed;

void test_check(const char *file, int line, const char *expr, bool ok)
{
	if (ok)
		return;
	failed = true;
	printf("# %s:%d: CHECK(%s)\n", file, line, expr);
}

void test_check_str(const char *file, int line, const char *expr, struct str got, struct str want)
{
	if (str_eq(got, want))
		return;
	failed = true;
	printf("# %s:%d: %s\n#   got:  " STR_FMT "\n#   want: " STR_FMT "\n", file, line, expr,
	       STR_ARG(got), STR_ARG(want));
}

#define TEST_ITEM(name) void test_##name(void);
#include "test_list.inc"
#undef TEST_ITEM

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
#define TEST_ITEM(name) { #name, test_##name },
#include "test_list.inc"
#undef TEST_ITEM
};

int main(int argc, char **argv)
{
	int status = 0;

	printf("1..%zu\n", ARRAY_LEN(tests));
	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		if (argc > 1 && !strstr(tests[i].name, argv[1])) {
			printf("ok %zu - %s # SKIP filtered\n", i + 1, tests[i].name);
			continue;
		}
		failed = false;
		tests[i].run();
		printf("%s %zu - %s\n", failed ? "not ok" : "ok", i + 1, tests[i].name);
		status |= failed;
	}
	return status;
}

/* test.h - TEST(name) { CHECK(...); }  Every TEST is found by grep; no list to keep. */
#ifndef SPARKDX_TESTS_UNIT_TEST_H
#define SPARKDX_TESTS_UNIT_TEST_H

#include "base/base.h"
#include "base/str.h"

#define TEST(name)              \
	void test_##name(void); \
	void test_##name(void)
#define CHECK(expr)	     test_check(__FILE__, __LINE__, #expr, (expr))
#define CHECK_STR(got, want) test_check_str(__FILE__, __LINE__, #got, (got), (want))

void test_check(const char *file, int line, const char *expr, bool ok);
void test_check_str(const char *file, int line, const char *expr, struct str got, struct str want);

#endif

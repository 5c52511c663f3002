/* base.h - first include of every .c file: libc, attributes, bans. */
#ifndef SPARKDX_BASE_BASE_H
#define SPARKDX_BASE_BASE_H

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE	       __attribute__((warn_unused_result))
#define NORETURN	       _Noreturn
#define ARRAY_LEN(a)	       (sizeof(a) / sizeof((a)[0]))

/* A failed BUG_ON is a defect in sparkdx itself, never bad input. */
NORETURN void bug_at(const char *file, int line, const char *what);
/* Memory is a limit of the machine, not a state to recover from. */
NORETURN void die_no_memory(void);
enum { EXIT_FAILURE_NO_MEMORY = 71 };

#define BUG_ON(cond)                                       \
	do {                                               \
		if (cond)                                  \
			bug_at(__FILE__, __LINE__, #cond); \
	} while (0)

/* Numbers from logs may be absurd: a sum stays at the largest there is. Neither may be negative. */
static inline int64_t add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static inline int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#include "base/banned.h"

#endif

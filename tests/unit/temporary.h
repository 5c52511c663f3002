/* temporary.h - a file that a test writes, and how to read it. The test removes it. */
#ifndef SPARKDX_TESTS_UNIT_TEMPORARY_H
#define SPARKDX_TESTS_UNIT_TEMPORARY_H

#include "base/base.h"
#include "diagnose/diagnosis.h"

#include "tests/unit/test.h"

#include <unistd.h>

/* `path` ends in XXXXXX, which gives way to the file's name. */
static inline FILE *temporary_create(char *path)
{
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return f;
}

/* To read one path in one thread. */
static inline struct diagnose_options temporary_options(const struct str *path)
{
	return (struct diagnose_options){ .paths = path,
					  .path_count = 1,
					  .since_ms = TIME_NONE,
					  .until_ms = TIME_NONE,
					  .jobs = 1 };
}

/* Diagnostics that a test does not look at. */
static inline void temporary_ignore(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

/* The same, with what it takes to read its records again. */
static inline struct diagnosis *temporary_open(const char *path)
{
	struct diag_sink quiet = { .emit = temporary_ignore };
	struct str name = str_from(path);
	struct diagnose_options o = temporary_options(&name);

	o.index = true;
	return diagnose(&o, &quiet);
}

#endif

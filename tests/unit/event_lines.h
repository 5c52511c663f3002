/*
 * event_lines.h - a history told by lines of an event log, for tests.
 */
#ifndef SPARKDX_TESTS_UNIT_EVENT_LINES_H
#define SPARKDX_TESTS_UNIT_EVENT_LINES_H

#include "diagnose/history.h"
#include "tests/unit/test.h"

/* Give the lines to a history, as one file would; not finished. */
static inline struct history *history_of_lines(const char *const *lines, size_t count)
{
	struct history *h = history_new();

	for (size_t i = 0; i < count; i++) {
		struct event e;

		event_parse(str_from(lines[i]), &e);
		CHECK(e.kind != EVENT_BAD);
		history_add(h, &e, (uint32_t)i + 1);
	}
	return h;
}

#endif

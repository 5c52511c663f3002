#include "base/base.h"
#include "tests/unit/test.h"

#include "diagnose/event_reader.h"

#define JOB_END(n) "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":" n "}"

static char *repeated(const char *front, size_t count, const char *back, size_t *len)
{
	size_t a = strlen(front), b = strlen(back);
	char *text = malloc(a + count + b);

	if (!text)
		die_no_memory();
	memcpy(text, front, a);
	memset(text + a, 'x', count);
	memcpy(text + a + count, back, b);
	*len = a + count + b;
	return text;
}

TEST(event_reader_numbers_lines)
{
	struct source *source =
		source_from_memory(STR(JOB_END("2") "\n\nno event\r\n" JOB_END("3")));
	struct event_reader r;
	struct event e;

	event_reader_begin(&r, source, STR(JOB_END("1") "\n"));
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.id == 1);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.id == 2);
	CHECK(r.number == 2);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.kind == EVENT_BAD);
	CHECK(r.number == 4);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.id == 3);
	CHECK(r.number == 5);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_END);
	event_reader_end(&r);
	source_close(source);
}

TEST(event_reader_too_long_costs_that_event)
{
	size_t len;
	char *text = repeated(JOB_END("1") "\n{\"Event\":\"", (size_t)2 * EVENT_BYTES_MAX,
			      "\"}\n" JOB_END("2") "\n", &len);
	struct source *source = source_from_memory((struct str){ text, len });
	struct event_reader r;
	struct event e;

	event_reader_begin(&r, source, STR(""));
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.id == 1);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_TOO_LONG);
	CHECK(r.number == 2);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
	CHECK(e.id == 2);
	CHECK(r.number == 3);
	CHECK(event_reader_next(&r, &e) == EVENT_READ_END);
	CHECK(r.bytes == len);
	event_reader_end(&r);
	source_close(source);
	free(text);
}

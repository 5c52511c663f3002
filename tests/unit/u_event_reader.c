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

struct dribble {
	struct source source;
	struct str left;
	size_t most; /* bytes of one read */
};

static size_t dribble_read(struct source *s, char *into, size_t capacity)
{
	struct dribble *d = (struct dribble *)s;
	size_t n = d->left.len < d->most ? d->left.len : d->most;

	CHECK(n <= capacity);
	memcpy(into, d->left.ptr, n);
	d->left = str_skip(d->left, n);
	return n;
}

/* Lines begin, end and go on in any block; the last has no newline. */
TEST(event_reader_puts_lines_together)
{
	static const struct source_ops ops = { .read = dribble_read };
	const struct str text = STR(JOB_END("10") "\n" JOB_END("11") "\n\n\r\n{}\n" JOB_END("12"));

	for (size_t most = 1; most <= text.len; most++) {
		struct dribble d = { .source = { .ops = &ops }, .left = text, .most = most };
		static const struct {
			enum event_kind kind;
			int64_t id;
			uint32_t number;
		} want[] = { { EVENT_JOB_END, 10, 1 },
			     { EVENT_JOB_END, 11, 2 },
			     { EVENT_BAD, -1, 5 },
			     { EVENT_JOB_END, 12, 6 } };
		struct event_reader r;
		struct event e;

		event_reader_begin(&r, &d.source, STR(""));
		for (size_t i = 0; i < ARRAY_LEN(want); i++) {
			CHECK(event_reader_next(&r, &e) == EVENT_READ_OK);
			CHECK(e.kind == want[i].kind && e.id == want[i].id);
			CHECK(r.number == want[i].number);
		}
		CHECK(event_reader_next(&r, &e) == EVENT_READ_END);
		CHECK(event_reader_next(&r, &e) == EVENT_READ_END);
		CHECK(r.bytes == text.len);
		event_reader_end(&r);
	}
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

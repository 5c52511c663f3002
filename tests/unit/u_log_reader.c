#include "base/base.h"
#include "diagnose/log_reader.h"

#include "tests/unit/temporary.h"

enum { READER_LINES = 40000, READER_EVERY = 9000 };

/* 4 MB, so several blocks: every 9,000th line is an error with a trace of one frame. */
static struct diagnosis *open_sample(char *path)
{
	FILE *f = temporary_create(path);

	for (unsigned i = 1; i <= READER_LINES; i++) {
		bool bad = i % READER_EVERY == 0;

		fprintf(f, "26/11/23 %02u:%02u:%02u %s Line: number %06u of executor %u %-50s\n",
			14 + i / 36000, i / 600 % 60, i / 10 % 60, bad ? "ERROR" : "INFO", i, i % 7,
			bad ? "gave up" : "went on");
		if (bad)
			fprintf(f, "\tat some.frame(%u)\n", i);
	}
	CHECK(!fclose(f));
	return temporary_open(path);
}

static struct str number_in(const struct log_record *r)
{
	return (struct str){ r->message.ptr + 7, 6 };
}

TEST(log_reader_from_any_line)
{
	char path[] = "/tmp/sparkdx-reader-XXXXXX";
	struct diagnosis *d = open_sample(path);
	struct log_reader *r;
	struct log_record record;
	const struct log_stream *log = d->logs;

	CHECK(d->log_count == 1);
	CHECK(log->index.count > 2);
	CHECK(log->lines == READER_LINES + READER_LINES / READER_EVERY);
	/* One line more stands in the file for each error before it. */
	r = log_reader_open(log, 20002, NULL, NULL);
	CHECK(log_reader_next(r, &record));
	CHECK(record.line == 20002);
	CHECK_STR(number_in(&record), STR("020000"));
	CHECK(log_reader_next(r, &record));
	CHECK_STR(number_in(&record), STR("020001"));
	log_reader_close(r);
	/* The line of a frame belongs to its error. */
	r = log_reader_open(log, 9001, NULL, NULL);
	CHECK(log_reader_next(r, &record));
	CHECK(record.line == 9000 && record.lines == 2 && record.level == LEVEL_ERROR);
	log_reader_close(r);
	diagnosis_free(d);
	unlink(path);
}

TEST(log_reader_filters)
{
	char path[] = "/tmp/sparkdx-reader-XXXXXX", why[256];
	struct diagnosis *d = open_sample(path);
	struct log_filter *f = log_filter_new();
	struct log_record record;
	struct log_reader *r;
	size_t n = 0;

	CHECK(log_filter_push(f, LOG_TERM_LEVEL, STR("error"), why));
	r = log_reader_open(d->logs, 0, f, NULL);
	while (log_reader_next(r, &record))
		n += record.level == LEVEL_ERROR;
	CHECK(n == READER_LINES / READER_EVERY);
	log_reader_close(r);
	CHECK(log_reader_find_before(d->logs, READER_LINES, f, NULL) == 36003);
	CHECK(log_reader_find_before(d->logs, 9000, f, NULL) == 0);
	CHECK(log_filter_push(f, LOG_TERM_IN, STR("number 0[12]\\d+"), why));
	CHECK(log_filter_push(f, LOG_TERM_OUT, STR("018000"), why));
	r = log_reader_open(d->logs, 0, f, NULL);
	CHECK(log_reader_next(r, &record));
	CHECK_STR(number_in(&record), STR("027000"));
	CHECK(!log_reader_next(r, &record));
	log_reader_close(r);
	CHECK(log_filter_pop(f) && log_filter_pop(f) && log_filter_pop(f) && !log_filter_pop(f));
	CHECK(!log_filter_push(f, LOG_TERM_IN, STR("("), why) &&
	      str_find(str_from(why), STR("wrong")) > 0);
	CHECK(!log_filter_push(f, LOG_TERM_SINCE, STR("soon"), why));
	log_filter_free(f);
	diagnosis_free(d);
	unlink(path);
}

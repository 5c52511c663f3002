#include "base/base.h"
#include "diagnose/diagnosis.h"

#include "tests/unit/temporary.h"

/* 4 MB of a healthy driver's lines, with a full heap in the second. */
enum { LINES = 50000 };

static uint64_t write_log(char *path)
{
	FILE *f = temporary_create(path);
	long size;

	fputs("26/11/23 13:06:51 INFO SparkContext: Running Spark version 3.5.9\n"
	      "26/11/23 13:06:51 ERROR Utils: Aborting task\n"
	      "java.lang.OutOfMemoryError: Java heap space\n",
	      f);
	for (int i = 0; i < LINES; i++)
		fputs("26/11/23 13:06:52 INFO TaskSetManager: Finished task 1.0 in stage 2.0 "
		      "(TID 10)\n",
		      f);
	size = ftell(f);
	fclose(f);
	return (uint64_t)size;
}

struct watcher {
	uint64_t read_bytes, total_bytes;
	bool forward; /* what was read only grows */
	bool seen;
	uint64_t stop_at;
	volatile sig_atomic_t cancel;
};

static void watch(void *context, const struct diagnose_progress *p)
{
	struct watcher *w = context;

	w->forward = w->forward && p->read_bytes > w->read_bytes;
	w->read_bytes = p->read_bytes;
	w->total_bytes = p->total_bytes;
	w->seen = p->seen && str_eq(p->seen->id, STR("jvm-heap-oom"));
	w->cancel = p->read_bytes >= w->stop_at;
}

static struct diagnosis *read_watched(struct watcher *w, const char *path)
{
	struct diag_sink quiet = { .emit = temporary_ignore };
	struct str name = str_from(path);
	struct diagnose_options o = temporary_options(&name);

	o.cancel = &w->cancel;
	o.progress = watch;
	o.progress_context = w;
	return diagnose(&o, &quiet);
}

TEST(progress_counts_what_is_read)
{
	char path[] = "/tmp/sparkdx-unit-XXXXXX";
	struct watcher w = { .forward = true, .stop_at = UINT64_MAX };
	uint64_t size = write_log(path);
	struct diagnosis *d = read_watched(&w, path);

	CHECK(w.forward && w.read_bytes == size && w.total_bytes == size);
	CHECK(w.seen);
	CHECK(d->lines_read == LINES + 3);
	diagnosis_free(d);
	unlink(path);
}

TEST(progress_cancel_keeps_what_was_read)
{
	char path[] = "/tmp/sparkdx-unit-XXXXXX";
	struct watcher w = { .forward = true, .stop_at = 2 << 20 };
	uint64_t size = write_log(path);
	struct diagnosis *d = read_watched(&w, path);

	CHECK(w.read_bytes >= w.stop_at && w.read_bytes < size);
	CHECK(d->lines_read > 0 && d->lines_read < LINES);
	CHECK(d->finding_count && str_eq(d->findings[0].id, STR("jvm-heap-oom")));
	CHECK(d->input_count == 1 && d->inputs[0].grade == GRADE_PARTIAL);
	CHECK_STR(d->inputs[0].note, STR("reading was stopped here"));
	diagnosis_free(d);
	unlink(path);
}

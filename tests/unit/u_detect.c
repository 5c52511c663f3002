#include "base/base.h"
#include "diagnose/detect.h"
#include "tests/unit/test.h"

/* A run of 100 s with one stage of `count` tasks, the last of `longest_ms` and `records`. */
static size_t run_stage(int count, int64_t usual_ms, int64_t longest_ms, int64_t records,
			struct detection *found)
{
	struct event_run r;
	size_t n;

	event_run_init(&r);
	r.start_ms = 1000;
	r.end_ms = 101000;
	for (int i = 0; i < count; i++) {
		struct event e = { .stage = 2, .launch_ms = 2000, .task_reason = TASK_SUCCESS };

		e.finish_ms = 2000 + (i + 1 == count ? longest_ms : usual_ms);
		e.metrics.shuffle_read_records = i + 1 == count ? records : 10000;
		event_run_task_end(&r, &e);
	}
	event_run_stage_end(&r,
			    &(struct event){ .stage = 2,
					     .task_count = count,
					     .submit_ms = 2000,
					     .complete_ms = 2000 + longest_ms },
			    77);
	n = detect_waste(&r, found);
	event_run_release(&r);
	return n;
}

TEST(detect_skew_names_stage_and_cost)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_stage(8, 2000, 20000, 90000, found) == 1);
	CHECK(found[0].event == 77);
	CHECK(strstr(found[0].text, "skew-task: stage 2.0: longest of 8 tasks took 20.0 s") !=
	      NULL);
}

TEST(detect_skew_is_silent_without_cause)
{
	struct detection found[DETECTIONS_MAX];

	CHECK(run_stage(8, 2000, 20000, 10000, found) == 0); /* slow, but with the same data */
	CHECK(run_stage(8, 39, 2900, 90000, found) == 0);    /* below the floor */
	CHECK(run_stage(3, 2000, 20000, 90000, found) == 0); /* too few tasks to tell */
}

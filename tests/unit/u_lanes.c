#include "base/base.h"
#include "diagnose/lanes.h"

#include "tests/unit/test.h"

/* A run of 100 s from noon, known from text logs only: a driver and `executors` executors, of which
 * number 7 shows a finding. */
enum { EXECUTORS_MAX = 32 };

struct example {
	struct diagnosis d;
	struct application apps[2];
	struct log_stream logs[EXECUTORS_MAX + 1];
	struct finding finding;
	struct evidence proof;
	char ids[EXECUTORS_MAX][24];
};

static const int64_t noon_ms = INT64_C(1795435200000);

static void make(struct example *x, size_t executors)
{
	*x = (struct example){ .d = { .application_count = 1, .finding_count = 1 } };
	x->apps[0].id = STR("app-1");
	x->apps[1].id = STR("app-2");
	x->proof = (struct evidence){ .time_ms = noon_ms + 50000,
				      .process = PROCESS_EXECUTOR,
				      .executor = STR("7") };
	x->finding = (struct finding){ .id = STR("jvm-heap-oom"),
				       .role = ROLE_ROOT,
				       .evidence = &x->proof,
				       .evidence_count = 1 };
	x->logs[0] = (struct log_stream){ .app = STR("app-1"),
					  .process = PROCESS_DRIVER,
					  .first_ms = noon_ms,
					  .last_ms = noon_ms + 100000 };
	for (size_t i = 0; i < executors; i++) {
		(void)snprintf(x->ids[i], sizeof(x->ids[i]), "%zu", i + 1);
		x->logs[i + 1] = (struct log_stream){ .app = STR("app-1"),
						      .process = PROCESS_EXECUTOR,
						      .executor = str_from(x->ids[i]),
						      .host = STR("node-1"),
						      .first_ms = noon_ms + 20000,
						      .last_ms = noon_ms + 80000 };
	}
	x->d.applications = x->apps;
	x->d.logs = x->logs;
	x->d.log_count = executors + 1;
	x->d.findings = &x->finding;
}

static struct str draw(const struct example *x, unsigned verbose, struct buf *out)
{
	struct render_options o = { .columns = 65, .verbose = verbose };

	buf_clear(out);
	CHECK(lanes_text(&x->d, &o, out));
	return buf_str(out);
}

TEST(lanes_draw_processes_and_findings)
{
	struct buf out = BUF_INIT(1 << 16);
	struct example x;

	make(&x, 1);
	x.proof.executor = STR("1");
	CHECK_STR(draw(&x, 0, &out),
		  STR("                        12:00:00        12:00:50        12:01:40\n"
		      "driver                  [--------------------------------------]\n"
		      "executor 1 node-1               [-----------1-----------]\n"
		      "1 jvm-heap-oom\n"));
	buf_release(&out);
}

TEST(lanes_show_telling_executors_first)
{
	struct buf out = BUF_INIT(1 << 16);
	struct example x;
	struct str text;

	make(&x, EXECUTORS_MAX);
	x.proof.executor = str_from(x.ids[EXECUTORS_MAX - 1]);
	text = draw(&x, 0, &out);
	CHECK(str_find(text, STR("executor 32 node-1")) >= 0);
	CHECK(str_find(text, STR("... 20 more executors (-v)")) >= 0);
	text = draw(&x, 1, &out);
	CHECK(str_count(text, '\n') == 1 + 1 + EXECUTORS_MAX + 1);
	buf_release(&out);
}

TEST(lanes_keep_applications_apart)
{
	struct buf out = BUF_INIT(1 << 16);
	struct example x;
	struct str text;

	make(&x, 1);
	x.d.application_count = 2;
	x.logs[1].app = STR("app-2");
	x.finding.application = 1;
	x.proof.executor = STR("1");
	text = draw(&x, 0, &out);
	CHECK(str_find(text, STR("app-1\ndriver")) >= 0);
	CHECK(str_find(text, STR("app-2\nexecutor 1")) >= 0);
	buf_release(&out);
}

TEST(lanes_are_not_drawn_without_times)
{
	struct buf out = BUF_INIT(1 << 16);
	struct example x;

	make(&x, 1);
	for (size_t i = 0; i < 2; i++)
		x.logs[i].first_ms = x.logs[i].last_ms = TIME_NONE;
	x.proof.time_ms = TIME_NONE;
	CHECK_STR(draw(&x, 0, &out), STR(""));
	/* All at one moment is no time either. */
	x.proof.time_ms = noon_ms;
	CHECK_STR(draw(&x, 0, &out), STR(""));
	buf_release(&out);
}

#include "base/base.h"
#include "base/workers.h"
#include "tests/unit/test.h"

#include <stdatomic.h>

struct job {
	struct workers *workers;
	atomic_uint *done;
	unsigned children;
};

static void run_job(void *context)
{
	struct job *j = context;

	for (unsigned i = 0; i < j->children; i++) {
		struct job *child = malloc(sizeof(*child));

		if (!child)
			die_no_memory();
		*child = (struct job){ j->workers, j->done, 0 };
		workers_add(j->workers, (struct workers_task){ .run = run_job, .context = child });
	}
	atomic_fetch_add(j->done, 1);
	free(j);
}

static unsigned run_all(unsigned threads, uint64_t weight_bytes)
{
	struct workers *w = workers_new(threads);
	atomic_uint done = 0;

	for (int i = 0; i < 50; i++) {
		struct job *j = malloc(sizeof(*j));

		if (!j)
			die_no_memory();
		*j = (struct job){ w, &done, 3 };
		workers_add(w, (struct workers_task){ run_job, j, weight_bytes });
	}
	workers_finish(w);
	return atomic_load(&done);
}

TEST(workers_run_everything_and_what_it_adds)
{
	CHECK(run_all(1, 0) == 200);
	CHECK(run_all(4, 0) == 200);
}

TEST(workers_help_when_too_much_waits)
{
	CHECK(run_all(3, 64u << 20) == 200);
}

/* How a run ended, told by one log. */
#include "base/base.h"
#include "diagnose/diagnosis.h"
#include "patterns/matcher.h"
#include "tests/unit/test.h"

#define RAISED                                             \
	"Traceback (most recent call last):\n"             \
	"  File \"/opt/jobs/a.py\", line 3, in <module>\n" \
	"    f()\n"                                        \
	"KeyError: 'a'\n"
#define START "26/11/30 02:00:00 INFO SparkContext: Running Spark version 3.5.9\n"
#define LAUNCHER                                   \
	"Setting default log level to \"WARN\".\n" \
	"26/11/30 02:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library\n"
#define JOB_0                                                                             \
	"26/11/30 02:00:05 INFO DAGScheduler: Got job 0 (count at a.py:2) with 1 output " \
	"partitions\n"
#define JOB_DONE \
	"26/11/30 02:00:06 INFO DAGScheduler: Job 0 finished: count at a.py:2, took 1.0 s\n"
#define HOOK	 "26/11/30 02:00:07 INFO SparkContext: Invoking stop() from shutdown hook\n"
#define STOPPING "26/11/30 02:00:07 INFO SparkContext: SparkContext is stopping with exitCode 0.\n"
#define STOPPED	 "26/11/30 02:00:07 INFO SparkContext: Successfully stopped SparkContext\n"

static const struct {
	const char *text;
	enum outcome outcome;
	const char *first; /* finding; NULL: none */
} cases[] = {
	{ START JOB_0 JOB_DONE HOOK STOPPED, OUTCOME_SUCCEEDED, NULL },
	{ START JOB_0 JOB_DONE RAISED HOOK STOPPED, OUTCOME_FAILED, "py-user-exception" },
	{ START RAISED JOB_0 JOB_DONE HOOK STOPPED, OUTCOME_SUCCEEDED, NULL },
	{ START JOB_0 JOB_DONE RAISED "using the default\n" STOPPING STOPPED, OUTCOME_SUCCEEDED,
	  NULL },
	/* Where the program did not stop Spark itself, few lines may be a message or an exit
	 * handler's. */
	{ START JOB_0 JOB_DONE RAISED "cleaned up\n" HOOK STOPPED, OUTCOME_FAILED,
	  "py-user-exception" },
	{ START JOB_0 JOB_DONE RAISED "a\nb\nc\nd\n" HOOK STOPPED, OUTCOME_SUCCEEDED, NULL },
	{ START JOB_0 JOB_DONE RAISED "Job failed, exit 1\n" HOOK STOPPED, OUTCOME_FAILED,
	  "py-user-exception" },
	/* Output that Python held back to its end stands behind the traceback that ended it. */
	{ LAUNCHER RAISED "rows 10\n", OUTCOME_FAILED, "py-user-exception" },
	{ LAUNCHER "rows 10\n" RAISED "a\nb\nc\nrows 11\n", OUTCOME_UNKNOWN, NULL },
	/* Told to stop: before the first job, or in the middle of one. */
	{ START HOOK STOPPED, OUTCOME_KILLED, "driver-ended-idle" },
	{ START "26/11/30 02:00:01 INFO SharedState: Warehouse path is 'file:/w'.\n" HOOK STOPPED,
	  OUTCOME_SUCCEEDED, NULL },
	{ START JOB_0 HOOK
	  "26/11/30 02:00:07 INFO DAGScheduler: ResultStage 0 (count at a.py:2) failed "
	  "in 1.0 s due to Stage cancelled because SparkContext was shut down\n" STOPPED,
	  OUTCOME_KILLED, "driver-terminated" },
};

TEST(outcome_of_one_log)
{
	struct diag_recorder diags;
	struct arena arena = ARENA_INIT(1 << 20);
	struct matcher *matcher;

	diag_recorder_init(&diags, &arena);
	matcher = matcher_new(NULL, 0, &diags.sink);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diagnosis *d = diagnose_text(matcher, STR("driver.log"),
						    str_from(cases[i].text), &diags.sink);
		const struct finding *root = diagnosis_root(d);

		CHECK(d->verdict == cases[i].outcome);
		CHECK(!root == !cases[i].first);
		if (root && cases[i].first)
			CHECK_STR(root->id, str_from(cases[i].first));
		diagnosis_free(d);
	}
	matcher_free(matcher);
	arena_release(&arena);
}

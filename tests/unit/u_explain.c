#include "base/base.h"
#include "tests/unit/test.h"

#include "diagnose/config_key.h"
#include "diagnose/explain.h"
#include "diagnose/topic.h"

TEST(explain_topics_name_what_exists)
{
	struct matcher *m = matcher_new(NULL, 0, NULL);

	for (size_t i = 0; i < topic_count; i++) {
		const struct topic *t = &topic_table[i];

		CHECK(topic_find(str_from(t->name)) == t);
		for (size_t k = 0; t->ids[k]; k++)
			if (matcher_find(m, str_from(t->ids[k])) < 0)
				CHECK_STR(str_from(t->ids[k]), STR("an id of the catalogue"));
		for (size_t k = 0; t->keys[k]; k++)
			if (!config_key_find(str_from(t->keys[k])))
				CHECK_STR(str_from(t->keys[k]), STR("a setting"));
		for (size_t k = 0; t->also[k]; k++)
			if (topic_find(str_from(t->also[k])) != t)
				CHECK_STR(str_from(t->also[k]), STR("a name of one topic only"));
	}
	CHECK(topic_count >= 35);
	matcher_free(m);
}

TEST(explain_topic_spellings)
{
	CHECK(topic_find(STR("Shuffle-Spill")) == topic_find(STR("shuffle spill")));
	CHECK(topic_find(STR("aqe")) != NULL);
	CHECK(topic_find(STR("")) == NULL);
	CHECK(topic_find(STR("shuffle spil")) == NULL);
}

/* Does the answer to `what` contain `part`? */
static bool answers(const char *what, const char *part)
{
	struct matcher *m = matcher_new(NULL, 0, NULL);
	struct diag_recorder diags;
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct buf out = BUF_INIT((size_t)1 << 20);
	bool ok;

	diag_recorder_init(&diags, &arena);
	ok = explain(m, str_from(what), "", &out, &diags.sink) &&
	     str_find(buf_str(&out), str_from(part)) >= 0;
	buf_release(&out);
	arena_release(&arena);
	matcher_free(m);
	return ok;
}

TEST(explain_each_kind_of_question)
{
	CHECK(answers("yarn-pmem-killed", "[yarn-pmem-killed]"));
	CHECK(answers("exit code 52", "OutOfMemoryError"));
	CHECK(answers("skew", "One key has far more rows"));
	CHECK(answers("spark.sql.shuffle.partitions", "default     200"));
	CHECK(answers("spark.sql.shuffle.partitions=10", "default     200"));
	CHECK(answers("spark.executer.memory", "the nearest it knows"));
	CHECK(answers("java.lang.OutOfMemoryError: Java heap space", "[jvm-heap-oom]"));
	CHECK(answers("the wrapper said exit code 53, who knows", "local directory"));
	CHECK(answers("UNRESOLVED_COLUMN.WITH_SUGGESTION", "[unresolved-column]"));
	CHECK(answers("42703", "the statement"));
	CHECK(answers("[NEVER_SEEN.BEFORE] no SQLSTATE: 22012", "the data, not the statement"));
	CHECK(answers("NEVER_SEEN", "--spark-home"));
	CHECK(!answers("nothing of the kind", ""));
	CHECK(!answers("", ""));
}

TEST(explain_nearest_name)
{
	struct matcher *m = matcher_new(NULL, 0, NULL);

	CHECK_STR(explain_nearest(m, STR("yarn-pmen-killed")), STR("yarn-pmem-killed"));
	CHECK_STR(explain_nearest(m, STR("shufle spil")), STR("shuffle spill"));
	CHECK_STR(explain_nearest(m, STR("qqqqqqqqqqqqqqqqqqqq")), STR(""));
	matcher_free(m);
}

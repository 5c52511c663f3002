/* One row per case of a computed fix: what is known, and the setting it must come to. */
#include "base/base.h"
#include "diagnose/advice.h"
#include "diagnose/run.h"
#include "tests/unit/test.h"

#define M (INT64_C(1) << 20)

struct advice_case {
	const char *fix;
	/* figures of the finding; 0: not in the message */
	int64_t used, limit, limit_ms, limit_count, required;
	const char *key;     /* capture "key" or "setting" */
	const char *service; /* capture "service" */
	/* facts of the run; 0: unknown */
	int64_t container, overhead, container_max;
	const char *in_force; /* "key=value", or NULL */
	const char *master;
	const char *executor; /* of the evidence; NULL: the driver */
	const char *want;     /* "key=value"; NULL: no setting */
};

static const struct advice_case cases[] = {
	/* Twice what was used less the heap: the look came on the way up. */
	{ .fix = "raise-memory-overhead",
	  .used = 1126 * M,
	  .limit = 896 * M,
	  .in_force = "spark.executor.memory=512m",
	  .executor = "1",
	  .want = "spark.executor.memoryOverhead=1792m" },
	/* … but never beyond the largest container. */
	{ .fix = "raise-memory-overhead",
	  .used = 1126 * M,
	  .limit = 896 * M,
	  .container_max = 1536 * M,
	  .in_force = "spark.executor.memory=512m",
	  .executor = "1",
	  .want = "spark.executor.memoryOverhead=1g" },
	{ .fix = "raise-memory-overhead", .used = 0, .limit = 896 * M, .want = NULL },
	/* A direct memory limit counts in full, with the 384 MiB that is always there. */
	{ .fix = "raise-memory-overhead",
	  .used = 992 * M,
	  .limit = 896 * M,
	  .container = 896 * M,
	  .overhead = 384 * M,
	  .in_force = "spark.executor.extraJavaOptions=-XX:MaxDirectMemorySize=2g",
	  .executor = "1",
	  .want = "spark.executor.memoryOverhead=2432m" },
	/* Doubled, and 2 GiB at least. */
	{ .fix = "raise-executor-memory",
	  .in_force = "spark.executor.memory=512m",
	  .executor = "1",
	  .want = "spark.executor.memory=2g" },
	{ .fix = "raise-executor-memory",
	  .in_force = "spark.executor.memory=6g",
	  .executor = "1",
	  .want = "spark.executor.memory=12g" },
	/* The largest container of 4 GiB less 10 % (at least 384 MiB). */
	{ .fix = "raise-executor-memory",
	  .container_max = 4096 * M,
	  .in_force = "spark.executor.memory=3g",
	  .executor = "1",
	  .want = "spark.executor.memory=3712m" },
	/* In local mode the driver's heap is the one that is full. */
	{ .fix = "raise-executor-memory",
	  .in_force = "spark.driver.memory=600m",
	  .want = "spark.driver.memory=3g" },
	{ .fix = "raise-driver-memory",
	  .in_force = "spark.driver.memory=2g",
	  .want = "spark.driver.memory=8g" },
	/* 1.5 times the 300 MiB that Spark reserves is the least: its default is enough. */
	{ .fix = "raise-driver-memory-to-minimum", .want = "spark.driver.memory=1g" },
	{ .fix = "raise-executor-memory-to-minimum", .want = "spark.executor.memory=1g" },
	{ .fix = "raise-max-result-size",
	  .used = 11 * M,
	  .limit = 10 * M,
	  .want = "spark.driver.maxResultSize=1g" },
	{ .fix = "raise-max-result-size",
	  .used = 1100 * M,
	  .limit = 1024 * M,
	  .want = "spark.driver.maxResultSize=4400m" },
	{ .fix = "raise-broadcast-timeout",
	  .limit_ms = 2000,
	  .want = "spark.sql.broadcastTimeout=300" },
	{ .fix = "raise-broadcast-timeout",
	  .limit_ms = 300000,
	  .want = "spark.sql.broadcastTimeout=1200" },
	{ .fix = "raise-kryo-buffer",
	  .required = 200 * M,
	  .want = "spark.kryoserializer.buffer.max=400m" },
	/* Spark refuses 2 GiB. */
	{ .fix = "raise-kryo-buffer",
	  .required = 1900 * M,
	  .want = "spark.kryoserializer.buffer.max=2047m" },
	{ .fix = "raise-rpc-message-size",
	  .used = 3 * M,
	  .limit = 2 * M,
	  .want = "spark.rpc.message.maxSize=128" },
	{ .fix = "raise-rpc-message-size",
	  .used = 150 * M,
	  .limit = 128 * M,
	  .want = "spark.rpc.message.maxSize=300" },
	{ .fix = "raise-rpc-message-size",
	  .used = 3000 * M,
	  .limit = 128 * M,
	  .want = "spark.rpc.message.maxSize=2047" },
	{ .fix = "raise-network-timeout", .limit_ms = 15000, .want = "spark.network.timeout=300s" },
	{ .fix = "raise-network-timeout",
	  .limit_ms = 800000,
	  .want = "spark.network.timeout=2000s" },
	{ .fix = "raise-shuffle-partitions", .want = "spark.sql.shuffle.partitions=800" },
	{ .fix = "raise-shuffle-partitions",
	  .in_force = "spark.sql.shuffle.partitions=auto",
	  .want = NULL },
	{ .fix = "raise-max-executor-failures",
	  .limit_count = 8,
	  .want = "spark.executor.maxNumFailures=32" },
	/* … of a standalone worker all of it. */
	{ .fix = "raise-executor-memory",
	  .container_max = 1024 * M,
	  .in_force = "spark.executor.memory=512m",
	  .executor = "0",
	  .master = "spark://node-0:7077",
	  .want = "spark.executor.memory=1g" },
	/* Heap and 10 % must fit. */
	{ .fix = "lower-executor-memory-to-max",
	  .limit = 4096 * M,
	  .want = "spark.executor.memory=3712m" },
	{ .fix = "lower-executor-memory-to-max", .limit = 300 * M, .want = NULL },
	/* Only a directory that was chosen is left. */
	{ .fix = "move-local-dirs",
	  .in_force = "spark.local.dir=/mnt/disk1",
	  .want = "spark.local.dir=/tmp" },
	{ .fix = "move-local-dirs", .want = NULL },
	{ .fix = "set-default",
	  .key = "spark.sql.shuffle.partitions",
	  .want = "spark.sql.shuffle.partitions=200" },
	{ .fix = "set-default", .key = "spark.of.nobody", .want = NULL },
	{ .fix = "set-named-policy",
	  .key = "spark.sql.legacy.timeParserPolicy",
	  .want = "spark.sql.legacy.timeParserPolicy=LEGACY" },
	{ .fix = "set-named-policy", .key = "rm.rf", .want = NULL },
	{ .fix = "disable-ansi", .want = "spark.sql.ansi.enabled=false" },
	{ .fix = "disable-dynamic-allocation", .want = "spark.dynamicAllocation.enabled=false" },
	{ .fix = "disable-shuffle-service", .want = "spark.shuffle.service.enabled=false" },
	{ .fix = "enable-shuffle-tracking",
	  .want = "spark.dynamicAllocation.shuffleTracking.enabled=true" },
	{ .fix = "raise-port-retries", .want = "spark.port.maxRetries=64" },
	{ .fix = "free-service-port", .service = "sparkDriver", .want = "spark.driver.port=0" },
	{ .fix = "free-service-port", .service = "HTTP", .want = NULL },
};

static void add_number(struct finding *f, const char *name, int64_t value)
{
	if (value)
		f->figures[f->figure_count++] = (struct figure){ .name = str_from(name),
								 .number = value,
								 .kind = FIGURE_INT };
}

static void add_text(struct finding *f, const char *name, const char *value)
{
	if (value)
		f->figures[f->figure_count++] = (struct figure){ .name = str_from(name),
								 .text = str_from(value),
								 .kind = FIGURE_TEXT };
}

static int64_t or_unknown(int64_t value)
{
	return value ? value : -1;
}

static void check_case(const struct advice_case *c)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct figure figures[8];
	struct str executor = c->executor ? str_from(c->executor) : STR("driver");
	struct evidence evidence = { .process = c->executor ? PROCESS_EXECUTOR : PROCESS_DRIVER };
	struct finding f = { .figures = figures, .evidence = &evidence, .evidence_count = 1 };
	struct fix_spec spec = { .kind = FIX_CONF, .text = str_from(c->fix), .computed = true };
	struct pattern p = { .fixes = &spec, .fix_count = 1 };
	struct run_setting setting;
	struct run run = { .heap_bytes = -1,
			   .container_bytes = or_unknown(c->container),
			   .overhead_bytes = or_unknown(c->overhead),
			   .container_max_bytes = or_unknown(c->container_max),
			   .about.master = c->master ? str_from(c->master) : STR("") };
	struct str key, value;

	f.where.executors = (struct str_list){ &executor, 1 };
	add_number(&f, "used_bytes", c->used);
	add_number(&f, "limit_bytes", c->limit);
	add_number(&f, "limit_ms", c->limit_ms);
	add_number(&f, "limit", c->limit_count);
	add_number(&f, "required_bytes", c->required);
	add_text(&f, "key", c->key);
	add_text(&f, "service", c->service);
	add_text(&f, "setting", c->key);
	if (c->in_force && str_cut(str_from(c->in_force), '=', &setting.key, &setting.value)) {
		run.settings = &setting;
		run.setting_count = 1;
	}
	CHECK(advice_is_known(str_from(c->fix)));
	advise(&f, &p, &run, &arena);
	if (!c->want) {
		CHECK(!f.fix_count || !f.fixes[0].set_count);
	} else if (f.fix_count != 1 || f.fixes[0].set_count != 1) {
		CHECK_STR(STR("no setting"), str_from(c->want));
	} else {
		(void)str_cut(str_from(c->want), '=', &key, &value);
		CHECK_STR(f.fixes[0].set[0].key, key);
		CHECK_STR(f.fixes[0].set[0].value, value);
	}
	arena_release(&arena);
}

TEST(advice_computes_each_setting)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_case(&cases[i]);
}

/* What is wrong between settings that one application gets together. */
#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/quantity.h"

/* The settings of one group, by key and then in order. */
struct group {
	struct conf_scan *scan;
	struct conf_setting **items;
	size_t count;
	int64_t container_bytes; /* the largest a container may be, 0: not said */
	const char *container;	 /* who says so */
};

static int compare_settings(const void *left, const void *right)
{
	const struct conf_setting *a = *(struct conf_setting *const *)left;
	const struct conf_setting *b = *(struct conf_setting *const *)right;
	int order;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	order = str_compare(a->key, b->key);
	if (order)
		return order;
	return a < b ? -1 : a > b;
}

/* The last setting of the key, which is the one that holds; NULL when there is none. */
static const struct conf_setting *find(const struct group *g, const char *key)
{
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_compare(g->items[middle]->key, str_from(key)) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !str_eq(g->items[low - 1]->key, str_from(key)))
		return NULL;
	return g->items[low - 1];
}

static bool says(const struct conf_setting *t, const char *word)
{
	struct str value = t ? str_trim(t->value) : STR("");

	return t && t->known && value.len == strlen(word) &&
	       !strncasecmp(value.ptr, word, value.len);
}

static bool number(const struct conf_setting *t, int64_t *n)
{
	uint64_t value;

	if (!t || !t->known || !str_to_u64(str_trim(t->value), &value) || value > INT32_MAX)
		return false;
	*n = (int64_t)value;
	return true;
}

/* --- dynamic allocation ------------------------------------------------------------------------
 */

/* Shuffle tracking is on by itself since 3.4. */
static bool tracks_by_itself(const struct conf_setting *version)
{
	const struct config_key *key =
		config_key_find(STR("spark.dynamicAllocation.shuffleTracking.enabled"));
	const char *value = key && version ? config_key_default(key, version->value) : NULL;

	return value && !strcmp(value, "true");
}

static void check_shuffle(const struct group *g)
{
	const struct conf_setting *on = find(g, "spark.dynamicAllocation.enabled");
	const struct conf_setting *service = find(g, "spark.shuffle.service.enabled");
	const struct conf_setting *tracking =
		find(g, "spark.dynamicAllocation.shuffleTracking.enabled");
	const struct conf_setting *version = find(g, "@version");

	if (!says(on, "true") || (service && !says(service, "false")) ||
	    (tracking && !says(tracking, "false")))
		return;
	if (says(find(g, "spark.decommission.enabled"), "true") ||
	    find(g, "spark.shuffle.manager") || find(g, "spark.shuffle.sort.io.plugin.class"))
		return;
	/* What a command or a program does not say may stand in spark-defaults.conf. */
	if (tracking ? !service && on->origin != CONF_FROM_FILE && !version
		     : (!service && on->origin != CONF_FROM_FILE && !version) ||
			       tracks_by_itself(version))
		return;
	conf_report(g->scan, CONF_DYNAMIC_WITHOUT_SHUFFLE, on->key_at,
		    "dynamic allocation needs spark.shuffle.service.enabled or "
		    "spark.dynamicAllocation.shuffleTracking.enabled%s",
		    tracking ? "" : ", which is off by itself before Spark 3.4");
}

static void check_bounds(const struct group *g)
{
	const struct conf_setting *least = find(g, "spark.dynamicAllocation.minExecutors");
	const struct conf_setting *most = find(g, "spark.dynamicAllocation.maxExecutors");
	const struct conf_setting *first = find(g, "spark.dynamicAllocation.initialExecutors");
	int64_t low, high, start;

	if (number(least, &low) && number(most, &high) && low > high) {
		conf_report(g->scan, CONF_MIN_ABOVE_MAX, least->value_at,
			    "minExecutors is %" PRId64 ", maxExecutors only %" PRId64, low, high);
		return;
	}
	if (!number(first, &start))
		return;
	if (number(most, &high) && start > high)
		conf_report(g->scan, CONF_INITIAL_OUTSIDE, first->value_at,
			    "initialExecutors is %" PRId64 ", maxExecutors only %" PRId64, start,
			    high);
	else if (number(least, &low) && start < low)
		conf_report(g->scan, CONF_INITIAL_OUTSIDE, first->value_at,
			    "initialExecutors is %" PRId64 ", minExecutors already %" PRId64, start,
			    low);
}

static void check_instances(const struct group *g)
{
	const struct conf_setting *instances = find(g, "spark.executor.instances");
	int64_t count;

	/* 0 says that no number is meant. */
	if (!number(instances, &count) || !count ||
	    !says(find(g, "spark.dynamicAllocation.enabled"), "true"))
		return;
	conf_report(g->scan, CONF_INSTANCES_WITH_DYNAMIC, instances->key_at,
		    "with dynamic allocation " STR_FMT
		    " executors are only what the application starts with",
		    STR_ARG(instances->value));
}

/* --- memory ------------------------------------------------------------------------------------
 */

static int64_t bytes(const struct conf_setting *t)
{
	int64_t n = 0;

	return t && t->known && t->info && config_key_bytes(t->info, t->value, &n) ? n : 0;
}

static void check_container(const struct group *g)
{
	const struct conf_setting *heap = find(g, "spark.executor.memory");
	const struct conf_setting *overhead = find(g, "spark.executor.memoryOverhead");
	struct buf wanted = BUF_INIT(64), limit = BUF_INIT(64);
	int64_t total = bytes(heap), extra = bytes(overhead);

	if (!total || !g->container_bytes || (overhead && !extra) || total > INT64_MAX / 4)
		return;
	if (!overhead) {
		extra = total / 10;
		if (extra < 384 << 20)
			extra = 384 << 20;
	}
	if (says(find(g, "spark.memory.offHeap.enabled"), "true"))
		extra += bytes(find(g, "spark.memory.offHeap.size"));
	extra += bytes(find(g, "spark.executor.pyspark.memory"));
	if (total + extra <= g->container_bytes)
		return;
	quantity_show_bytes(&wanted, total + extra);
	quantity_show_bytes(&limit, g->container_bytes);
	conf_report(g->scan, CONF_MEMORY_ABOVE_CONTAINER, heap->value_at,
		    "an executor needs " STR_FMT " with its overhead, but %s has " STR_FMT,
		    STR_ARG(buf_str(&wanted)), g->container, STR_ARG(buf_str(&limit)));
	buf_release(&wanted);
	buf_release(&limit);
}

static void check_off_heap(const struct group *g)
{
	const struct conf_setting *on = find(g, "spark.memory.offHeap.enabled");
	const struct conf_setting *size = find(g, "spark.memory.offHeap.size");

	if (says(on, "true") && (!size || (size->known && size->info && !bytes(size))))
		conf_report(g->scan, CONF_OFF_HEAP_WITHOUT_SIZE, on->key_at,
			    "off-heap memory is on, but spark.memory.offHeap.size gives it none");
}

static void check_cpus(const struct group *g)
{
	const struct conf_setting *cpus = find(g, "spark.task.cpus");
	const struct conf_setting *cores = find(g, "spark.executor.cores");
	int64_t per_task, per_executor;

	if (number(cpus, &per_task) && number(cores, &per_executor) && per_task > per_executor)
		conf_report(g->scan, CONF_TASK_CPUS_ABOVE_CORES, cpus->value_at,
			    "a task takes %" PRId64 " cores, an executor has %" PRId64, per_task,
			    per_executor);
}

/* --- others ------------------------------------------------------------------------------------
 */

static bool milliseconds(const struct conf_setting *t, const char *key, int64_t *ms)
{
	const struct config_key *info = config_key_find(str_from(key));
	const char *usual = info ? config_key_default(info, STR("")) : NULL;

	if (!info || (t && !t->known))
		return false;
	return config_key_ms(info, t ? t->value : str_from(usual ? usual : ""), ms);
}

static void check_heartbeat(const struct group *g)
{
	const struct conf_setting *timeout = find(g, "spark.network.timeout");
	const struct conf_setting *interval = find(g, "spark.executor.heartbeatInterval");
	int64_t silence, beat;

	if ((!timeout && !interval) || !milliseconds(timeout, "spark.network.timeout", &silence) ||
	    !milliseconds(interval, "spark.executor.heartbeatInterval", &beat) || beat < silence)
		return;
	conf_report(g->scan, CONF_HEARTBEAT_ABOVE_TIMEOUT,
		    interval ? interval->value_at : timeout->value_at,
		    "a heartbeat each %" PRId64 " s, but %" PRId64 " s of silence end an executor",
		    beat / 1000, silence / 1000);
}

static void check_speculation(const struct group *g)
{
	static const char version[] =
		"spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version";
	const struct conf_setting *on = find(g, "spark.speculation");

	if (says(on, "true") && says(find(g, version), "2"))
		conf_report(g->scan, CONF_SPECULATION_COMMITTER, on->key_at,
			    "two attempts of a task may both leave files behind with committer "
			    "version 2");
}

/* What only counts before the driver's JVM starts. */
static void check_driver_options(const struct group *g)
{
	static const char *const late[] = {
		"spark.driver.memory",
		"spark.driver.extraJavaOptions",
		"spark.driver.extraClassPath",
		"spark.driver.extraLibraryPath",
		"spark.driver.defaultJavaOptions",
		"spark.submit.deployMode",
	};
	const struct conf_setting *master = find(g, "spark.master");

	/* A notebook and a local program start their own JVM, with what they set. */
	if (g->scan->file->kind == LINT_NOTEBOOK ||
	    (master && str_starts_with(master->value, STR("local"))))
		return;
	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		const struct conf_setting *t = find(g, late[i]);

		if (t && t->origin == CONF_FROM_CODE)
			conf_report(g->scan, CONF_DRIVER_OPTION_TOO_LATE, t->key_at,
				    "%s comes too late here when spark-submit starts the program",
				    late[i]);
	}
}

static void check_duplicates(const struct group *g)
{
	for (size_t i = 1; i < g->count; i++) {
		const struct conf_setting *a = g->items[i - 1], *b = g->items[i];

		if (b->key.ptr[0] != '@' && a->origin == b->origin && str_eq(a->key, b->key) &&
		    a->known && b->known && !str_eq(a->value, b->value) &&
		    a->origin != CONF_FROM_CODE && a->origin != CONF_FROM_SESSION &&
		    a->key_at.start != b->key_at.start)
			conf_report(g->scan, CONF_DUPLICATE_KEY, b->key_at,
				    STR_FMT " is set twice; the first value is lost",
				    STR_ARG(b->key));
	}
}

/* --- all of it ---------------------------------------------------------------------------------
 */

/* Memory of an EMR instance type like "r5.2xlarge", 0 when the name does not tell. */
static int64_t instance_bytes(struct str type)
{
	struct str family, size;
	uint64_t times = 1;
	int64_t per_core, cores = 4;

	if (!str_cut(type, '.', &family, &size) || family.len < 2 || family.len > 4 ||
	    family.ptr[1] < '5' || family.ptr[1] > '9' || str_ends_with(family, STR("n")))
		return 0;
	per_core = family.ptr[0] == 'c'	  ? 2
		   : family.ptr[0] == 'm' ? 4
		   : family.ptr[0] == 'r' ? 8
					  : 0;
	if (str_eq(size, STR("large")))
		cores = 2;
	else if (str_ends_with(size, STR("xlarge")) && size.len > 6) {
		size.len -= 6;
		if (!str_to_u64(size, &times) || times > 48)
			return 0;
	} else if (!str_eq(size, STR("xlarge")))
		return 0;
	return per_core * cores * (int64_t)times << 30;
}

/* The file's word on how large a container can be. */
static void find_container(struct group *all)
{
	int64_t node = 0, yarn = 0, n;
	uint64_t mib;

	for (size_t i = 0; i < all->count; i++) {
		const struct conf_setting *t = all->items[i];

		if (str_eq(t->key, STR("@node"))) {
			n = instance_bytes(t->value);
			if (!n) /* one that is not known may be the largest */
				n = INT64_MAX;
			node = n > node ? n : node;
		} else if (str_eq(t->key, STR("@container")) && str_to_u64(t->value, &mib) && mib &&
			   mib < 1 << 30) {
			n = (int64_t)mib << 20;
			yarn = !yarn || n < yarn ? n : yarn;
		}
	}
	all->container_bytes = yarn ? yarn : node == INT64_MAX ? 0 : node;
	all->container = yarn ? "YARN's largest container" : "the largest instance";
}

static void judge_group(const struct group *g)
{
	static void (*const checks[])(const struct group *) = {
		check_shuffle,	      check_bounds,	check_instances, check_container,
		check_off_heap,	      check_cpus,	check_heartbeat, check_speculation,
		check_driver_options, check_duplicates,
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		checks[i](g);
}

void conf_judge_groups(struct conf_scan *s)
{
	struct conf_setting **order = arena_alloc(&s->arena, (s->count + 1) * sizeof(*order));
	struct group g = { .scan = s, .items = order, .count = s->count };

	if (!order)
		return;
	for (size_t i = 0; i < s->count; i++)
		order[i] = &s->settings[i];
	find_container(&g);
	if (s->count)
		qsort(order, s->count, sizeof(*order), compare_settings);
	for (size_t start = 0, end; start < s->count; start = end) {
		for (end = start; end < s->count && order[end]->group == order[start]->group;)
			end++;
		g.items = order + start;
		g.count = end - start;
		judge_group(&g);
	}
}

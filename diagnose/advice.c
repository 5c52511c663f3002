#include "base/base.h"
#include "diagnose/advice.h"

#include "base/buf.h"
#include "base/quantity.h"
#include "diagnose/config_key.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

enum {
	SETTINGS_MAX = 4,
	FIXES_MAX = 16,
};

/* A computed fix under construction. */
struct advice {
	struct advice_context *context;
	struct fix *fix;
};

/* --- small helpers --------------------------------------------------------------------------- */

static struct str keep(const struct advice_context *c, struct str s)
{
	struct str copy = STR("");

	if (!arena_str(c->arena, s, &copy))
		return STR("");
	return copy;
}

#define keepf(c, ...) arena_strf((c)->arena, __VA_ARGS__)

/* "1.3 GB" */
static struct str shown_bytes(const struct advice_context *c, int64_t bytes)
{
	struct buf b = BUF_INIT(64);
	struct str s;

	quantity_show_bytes(&b, bytes);
	s = keep(c, buf_str(&b));
	buf_release(&b);
	return s;
}

/* "1536m" */
static struct str conf_bytes(const struct advice_context *c, int64_t bytes)
{
	struct buf b = BUF_INIT(64);
	struct str s;

	quantity_conf_bytes(&b, bytes);
	s = keep(c, buf_str(&b));
	buf_release(&b);
	return s;
}

static int64_t figure_number(const struct advice_context *c, const char *name)
{
	for (size_t i = 0; i < c->finding->figure_count; i++)
		if (c->finding->figures[i].kind == FIGURE_INT &&
		    str_eq(c->finding->figures[i].name, str_from(name)))
			return c->finding->figures[i].number;
	return -1;
}

static struct str figure_text(const struct advice_context *c, const char *name)
{
	for (size_t i = 0; i < c->finding->figure_count; i++)
		if (str_eq(c->finding->figures[i].name, str_from(name)))
			return c->finding->figures[i].text;
	return STR("");
}

/* A size setting in force in bytes; `unit` for bare numbers; -1 unknown. */
static int64_t setting_bytes(const struct advice_context *c, struct str key, uint64_t unit)
{
	struct str value = run_setting(c->run, key);
	int64_t bytes;

	return value.len && quantity_bytes(value, unit, &bytes) ? bytes : -1;
}

static int64_t round_up(int64_t value, int64_t step)
{
	return (value + step - 1) / step * step;
}

static void set(struct advice *a, const char *key, struct str value)
{
	BUG_ON(a->fix->set_count == SETTINGS_MAX);
	a->fix->set[a->fix->set_count++] = (struct fix_setting){ str_from(key), value };
}

/* spark.executor.memoryOverheadFactor 0.10, at least 384 MiB: Spark's own default since 2.3. */
static int64_t default_overhead(int64_t heap)
{
	return max64(384 * MIB, heap / 10);
}

static int64_t executor_heap(const struct advice_context *c)
{
	int64_t heap = setting_bytes(c, STR("spark.executor.memory"), MIB);

	if (heap < 0)
		heap = c->run->heap_bytes;
	if (heap < 0 && c->run->container_bytes > 0)
		heap = c->run->container_bytes - max64(c->run->overhead_bytes, 384 * MIB);
	return heap;
}

/* --- the computed fixes ---------------------------------------------------------------------- */

/* Its workers count heaps alone: what is outside them is nobody's. */
static bool is_standalone(const struct run *r)
{
	return str_starts_with(r->about.master, STR("spark://"));
}

static struct str container_use(const struct advice_context *c, int64_t used, int64_t limit,
				int64_t heap)
{
	return keepf(c, STR_FMT " used of " STR_FMT ", still growing; heap " STR_FMT,
		     STR_ARG(shown_bytes(c, used)), STR_ARG(shown_bytes(c, limit)),
		     STR_ARG(shown_bytes(c, heap)));
}

/*
 * The node manager looks every 3 s and kills at the first look past the limit, so the figure in
 * the message is where the process was on its way up. Twice that is given, less the heap the
 * container has already; a stated MaxDirectMemorySize is added in full.
 */
static bool raise_memory_overhead(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t used = figure_number(c, "used_bytes"), limit = figure_number(c, "limit_bytes");
	int64_t heap = executor_heap(c), overhead, most;
	struct str options = run_setting(c->run, STR("spark.executor.extraJavaOptions"));
	ptrdiff_t direct_at = str_find(options, STR("-XX:MaxDirectMemorySize="));
	int64_t direct = -1;

	if (used < 0 || limit < 0)
		return false;
	if (heap < 0 || heap > limit)
		heap = max64(limit - max64(384 * MIB, limit / 11), 0);
	overhead = round_up(2 * used - heap, 128 * MIB);
	if (direct_at >= 0) {
		struct str value = str_skip(options, (size_t)direct_at + 24), rest;

		(void)str_cut(value, ' ', &value, &rest);
		if (quantity_bytes(value, 1, &direct))
			overhead = max64(overhead, round_up(direct + 384 * MIB, 128 * MIB));
	}
	a->fix->computed_from = container_use(c, used, limit, heap);
	most = c->run->container_max_bytes > 0 ? c->run->container_max_bytes - heap : INT64_MAX;
	if (overhead > most && most > limit - heap) {
		overhead = most / MIB * MIB;
		a->fix->computed_from =
			keepf(c, STR_FMT "; the cluster grants containers up to " STR_FMT,
			      STR_ARG(a->fix->computed_from),
			      STR_ARG(shown_bytes(c, c->run->container_max_bytes)));
	}
	a->fix->text = STR("Give the container room outside the heap");
	a->fix->now = c->run->overhead_bytes > 0 ? conf_bytes(c, c->run->overhead_bytes)
						 : conf_bytes(c, limit - heap);
	set(a, "spark.executor.memoryOverhead", conf_bytes(c, overhead));
	return true;
}

/* The same for a container of any kind: the command line in the node manager's message says whose
 * it was and how large its heap is. */
static bool raise_container_overhead(struct advice *a)
{
	static const struct {
		const char *program, *key;
	} programs[] = {
		{ "ApplicationMaster", "spark.driver.memoryOverhead" },
		{ "ExecutorLauncher", "spark.yarn.am.memoryOverhead" },
		{ "YarnCoarseGrainedExecutorBackend", "spark.executor.memoryOverhead" },
	};
	const struct advice_context *c = a->context;
	int64_t used = figure_number(c, "used_bytes"), limit = figure_number(c, "limit_bytes");
	int64_t heap = figure_number(c, "heap_bytes");
	struct str program = figure_text(c, "program");

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		if (!str_eq(program, str_from(programs[i].program)) || used < 0 || limit < heap)
			continue;
		a->fix->text = STR("Give the container room outside the heap");
		a->fix->computed_from = container_use(c, used, limit, heap);
		a->fix->now = conf_bytes(c, limit - heap);
		set(a, programs[i].key, conf_bytes(c, round_up(2 * used - heap, 128 * MIB)));
		return true;
	}
	return false;
}

/*
 * Virtual memory counts address space, of which a JVM and its Python workers reserve far more than
 * they use; the limit is the container times yarn.nodemanager.vmem-pmem-ratio. So the container
 * must grow until used / ratio fits, with half as much again.
 */
static bool raise_memory_overhead_vmem(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t used = figure_number(c, "used_bytes"), limit = figure_number(c, "limit_bytes");
	int64_t container = c->run->container_bytes, heap = executor_heap(c), total;

	if (used < 0 || limit <= 0 || container <= 0 || heap < 0)
		return false;
	total = (int64_t)((double)used * 1.5 * ((double)container / (double)limit));
	a->fix->text = STR("A larger container has a larger virtual limit");
	a->fix->computed_from = keepf(c, STR_FMT " virtual used of " STR_FMT ", container " STR_FMT,
				      STR_ARG(shown_bytes(c, used)), STR_ARG(shown_bytes(c, limit)),
				      STR_ARG(shown_bytes(c, container)));
	a->fix->now = conf_bytes(c, max64(container - heap, 0));
	set(a, "spark.executor.memoryOverhead",
	    conf_bytes(c, round_up(max64(total - heap, 2 * (container - heap)), 128 * MIB)));
	return true;
}

/* These two move the share of the heap that the driver's log tells. */
static bool sees_driver_heap(const struct run *r)
{
	return r->driver_heap_bytes > 0 && !run_setting(r, STR("spark.memory.fraction")).len &&
	       !run_setting(r, STR("spark.memory.offHeap.enabled")).len;
}

static bool raise_driver_memory(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t heap = setting_bytes(c, STR("spark.driver.memory"), MIB);
	bool known = heap > 0, seen = !known && sees_driver_heap(c->run);

	if (seen)
		heap = c->run->driver_heap_bytes;
	else if (!known)
		heap = GIB; /* Spark's default: the logs do not show another */
	a->fix->text = STR("A larger driver heap; in client mode it must be given to spark-submit, "
			   "not set in the code");
	a->fix->now = known  ? conf_bytes(c, heap)
		      : seen ? keepf(c, "about " STR_FMT, STR_ARG(conf_bytes(c, heap)))
			     : STR("1g by default");
	if (known || seen)
		a->fix->computed_from =
			keepf(c, "heap now " STR_FMT, STR_ARG(shown_bytes(c, heap)));
	set(a, "spark.driver.memory", conf_bytes(c, max64(4 * heap, 3 * GIB)));
	return true;
}

/* In local mode the tasks run in the driver's JVM, executor "driver"; and a driver's own failure
 * names no executor at all. */
static bool is_in_driver(const struct advice_context *c)
{
	const struct str_list *executors = &c->finding->where.executors;

	for (size_t i = 0; i < executors->count; i++)
		if (!str_eq(executors->items[i], STR("driver")))
			return false;
	for (size_t i = 0; i < c->finding->evidence_count; i++)
		if (c->finding->evidence[i].process != PROCESS_DRIVER &&
		    c->finding->evidence[i].process != PROCESS_AM)
			return false;
	return true;
}

/* Doubling is the step of every tuning guide; below 2 GB the fixed part of Spark (300 MiB reserved,
 * 40 % for user objects) leaves so little that half steps are not worth a run. */
static bool raise_executor_memory(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t heap = executor_heap(c), want, most;
	bool known;

	if (is_in_driver(c))
		return raise_driver_memory(a);
	known = heap > 0;
	if (!known)
		heap = GIB; /* Spark's default: the logs do not show another */
	want = max64(2 * heap, 2 * GIB);
	a->fix->text = STR("A larger executor heap");
	a->fix->now = known ? conf_bytes(c, heap) : STR("1g by default");
	if (known)
		a->fix->computed_from =
			keepf(c, "heap now " STR_FMT, STR_ARG(shown_bytes(c, heap)));
	if (c->run->container_max_bytes > 0) {
		most = c->run->container_max_bytes;
		if (!is_standalone(c->run))
			most -= default_overhead(most * 10 / 11);
		if (want > most) {
			want = most / MIB * MIB;
			a->fix->computed_from =
				keepf(c, "heap now " STR_FMT "; containers end at " STR_FMT,
				      STR_ARG(shown_bytes(c, heap)),
				      STR_ARG(shown_bytes(c, c->run->container_max_bytes)));
		}
	}
	if (want <= heap)
		return false;
	set(a, "spark.executor.memory", conf_bytes(c, want));
	return true;
}

/* UnifiedMemoryManager refuses a heap below 1.5 times its 300 MiB of reserved memory. */
static bool raise_driver_memory_to_minimum(struct advice *a)
{
	const struct advice_context *c = a->context;

	a->fix->text = STR("Spark's default heap");
	a->fix->computed_from = STR("at least 450 MB are needed: 1.5 times 300 MB reserved");
	a->fix->now = run_setting(c->run, STR("spark.driver.memory"));
	set(a, "spark.driver.memory", STR("1g"));
	return true;
}

static bool raise_executor_memory_to_minimum(struct advice *a)
{
	const struct advice_context *c = a->context;

	a->fix->text = STR("Spark's default heap");
	a->fix->computed_from = STR("at least 450 MB are needed: 1.5 times 300 MB reserved");
	a->fix->now = run_setting(c->run, STR("spark.executor.memory"));
	set(a, "spark.executor.memory", STR("1g"));
	return true;
}

/* The message gives the sum when the limit was passed, with tasks still to come. */
static bool raise_max_result_size(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t used = figure_number(c, "used_bytes"), limit = figure_number(c, "limit_bytes");

	if (limit < 0)
		return false;
	a->fix->text =
		STR("A higher limit for results sent to the driver, whose heap must hold them");
	a->fix->now = conf_bytes(c, limit);
	a->fix->computed_from =
		used > 0 ? keepf(c, STR_FMT " of results when " STR_FMT " was passed",
				 STR_ARG(shown_bytes(c, used)), STR_ARG(shown_bytes(c, limit)))
			 : STR("");
	set(a, "spark.driver.maxResultSize",
	    conf_bytes(c, max64(round_up(4 * max64(used, limit), MIB), GIB)));
	return true;
}

static bool raise_broadcast_timeout(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t limit_ms = figure_number(c, "limit_ms");
	int64_t want_s;

	if (limit_ms < 0)
		limit_ms = 300 * 1000; /* spark.sql.broadcastTimeout */
	want_s = limit_ms < 300 * 1000 ? 300 : limit_ms * 4 / 1000;
	a->fix->text = STR("More time for the broadcast side");
	a->fix->now = keepf(c, "%" PRId64, limit_ms / 1000);
	a->fix->computed_from = keepf(c, "gave up after %" PRId64 " s", limit_ms / 1000);
	set(a, "spark.sql.broadcastTimeout", keepf(c, "%" PRId64, want_s));
	return true;
}

static bool raise_kryo_buffer(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t required = figure_number(c, "required_bytes");
	int64_t now = setting_bytes(c, STR("spark.kryoserializer.buffer.max"), MIB);
	int64_t want = max64(128 * MIB, max64(2 * required, 2 * now));

	if (want > 2047 * MIB)
		want = 2047 * MIB; /* Spark refuses 2 GiB and more */
	a->fix->text = STR("A larger buffer for one serialized object");
	a->fix->now = now > 0 ? conf_bytes(c, now) : STR("64m (default)");
	set(a, "spark.kryoserializer.buffer.max", conf_bytes(c, want));
	return true;
}

/* spark.rpc.message.maxSize is a number of MiB below 2048. */
static bool raise_rpc_message_size(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t size = figure_number(c, "used_bytes"), limit = figure_number(c, "limit_bytes");
	int64_t want;

	if (size < 0)
		size = limit;
	if (size < 0)
		return false;
	want = max64(2 * round_up(size, MIB) / MIB, 128);
	if (want > 2047)
		want = 2047;
	a->fix->text = STR("Larger messages between driver and executors");
	a->fix->now = limit > 0 ? keepf(c, "%" PRId64, limit / MIB) : STR("128 (default)");
	a->fix->computed_from = keepf(c, "the message has " STR_FMT, STR_ARG(shown_bytes(c, size)));
	set(a, "spark.rpc.message.maxSize", keepf(c, "%" PRId64, want));
	return true;
}

/* The limit of an executor's Python workers together, where somebody has set one. */
static bool raise_pyspark_memory(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t now = setting_bytes(c, STR("spark.executor.pyspark.memory"), MIB);

	if (now <= 0 || is_in_driver(c))
		return false;
	a->fix->text = STR("A higher limit for an executor's Python workers, which share it by "
			   "cores; the container grows with it");
	a->fix->now = conf_bytes(c, now);
	set(a, "spark.executor.pyspark.memory", conf_bytes(c, 2 * now));
	return true;
}

static bool raise_network_timeout(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t limit_ms = figure_number(c, "limit_ms");
	int64_t want_s = limit_ms < 120 * 1000 ? 300 : limit_ms * 5 / 2000;

	a->fix->text = STR("More patience, when the executor was only paused (garbage collection, "
			   "a busy disk)");
	a->fix->now =
		limit_ms > 0 ? keepf(c, "%" PRId64 "s", limit_ms / 1000) : STR("120s (default)");
	set(a, "spark.network.timeout", keepf(c, "%" PRId64 "s", want_s));
	return true;
}

static bool raise_shuffle_partitions(struct advice *a)
{
	const struct advice_context *c = a->context;
	struct str now = run_setting(c->run, STR("spark.sql.shuffle.partitions"));
	uint64_t n = 200;

	if (now.len && !str_to_u64(now, &n))
		return false;
	if (n > 100000)
		return false;
	a->fix->text = STR("Smaller partitions: each task then holds less at a time");
	a->fix->now = now.len ? now : STR("200 (default)");
	set(a, "spark.sql.shuffle.partitions", keepf(c, "%" PRIu64, n * 4));
	return true;
}

/* Only when the directory was chosen: away from it, to Spark's own default. */
static bool move_local_dirs(struct advice *a)
{
	const struct advice_context *c = a->context;
	struct str now = run_setting(c->run, STR("spark.local.dir"));

	a->fix->text =
		STR("Put shuffle and spill files on a larger disk: spark.local.dir, on a "
		    "standalone worker SPARK_LOCAL_DIRS, on YARN yarn.nodemanager.local-dirs");
	a->fix->now = now;
	if (now.len && !str_starts_with(now, STR("/tmp")))
		set(a, "spark.local.dir", STR("/tmp"));
	return true;
}

static bool raise_max_executor_failures(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t limit = figure_number(c, "limit");

	a->fix->text =
		STR("Only buys time: more executors may die before the application gives up");
	a->fix->now = limit > 0 ? keepf(c, "%" PRId64, limit) : STR("");
	set(a, "spark.executor.maxNumFailures", keepf(c, "%" PRId64, limit > 0 ? limit * 4 : 32));
	return true;
}

/* Container = heap + max(384 MiB, 10 %): solved for the heap. */
static bool lower_executor_memory_to_max(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t limit = figure_number(c, "limit_bytes");
	int64_t heap;

	if (limit < 0)
		limit = c->run->container_max_bytes;
	if (limit <= 512 * MIB)
		return false;
	heap = limit - default_overhead(limit * 10 / 11);
	a->fix->text = STR("An executor that fits into the largest container");
	a->fix->now = run_setting(c->run, STR("spark.executor.memory"));
	a->fix->computed_from = keepf(c, "containers end at " STR_FMT ", overhead included",
				      STR_ARG(shown_bytes(c, limit)));
	set(a, "spark.executor.memory", conf_bytes(c, heap / MIB * MIB));
	return true;
}

/* What the run was seen to need, with margin. What is outside the heap stays as large as it was:
 * its default is a share of the heap, and Python's memory is in it. */
static bool lower_executor_memory(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t heap = figure_number(c, "heap_bytes"), enough = figure_number(c, "enough_bytes");
	int64_t overhead = max64(c->run->overhead_bytes, default_overhead(heap));

	if (enough <= 0 || enough >= heap)
		return false;
	a->fix->text = STR("A smaller executor heap");
	a->fix->now = conf_bytes(c, heap);
	a->fix->computed_from = keepf(c, "at most " STR_FMT " used at the heartbeats",
				      STR_ARG(shown_bytes(c, figure_number(c, "peak_bytes"))));
	set(a, "spark.executor.memory", conf_bytes(c, enough));
	if (overhead > default_overhead(enough) &&
	    !run_setting(c->run, STR("spark.executor.memoryOverhead")).len &&
	    !is_standalone(c->run))
		set(a, "spark.executor.memoryOverhead", conf_bytes(c, overhead));
	return true;
}

static bool disable_shuffle_service(struct advice *a)
{
	a->fix->text = STR("Without the external shuffle service, where the nodes do not run it");
	a->fix->now = STR("true");
	set(a, "spark.shuffle.service.enabled", STR("false"));
	return true;
}

static bool disable_dynamic_allocation(struct advice *a)
{
	a->fix->text = STR("A fixed number of executors");
	a->fix->now = STR("true");
	set(a, "spark.dynamicAllocation.enabled", STR("false"));
	return true;
}

static bool enable_shuffle_tracking(struct advice *a)
{
	a->fix->text =
		STR("Dynamic allocation without a shuffle service: track shuffle files instead "
		    "(Spark 3.0 and later)");
	a->fix->now = STR("false (default before 3.4)");
	set(a, "spark.dynamicAllocation.shuffleTracking.enabled", STR("true"));
	return true;
}

static bool raise_port_retries(struct advice *a)
{
	const struct advice_context *c = a->context;

	a->fix->text = STR("Try more ports before giving up");
	a->fix->now = run_setting(c->run, STR("spark.port.maxRetries"));
	set(a, "spark.port.maxRetries", STR("64"));
	return true;
}

/* A fixed port serves one process of a host; 0 lets the operating system choose a free one. */
static bool free_service_port(struct advice *a)
{
	static const struct {
		const char *service, *key;
	} ports[] = {
		{ "SparkUI", "spark.ui.port" },
		{ "sparkDriver", "spark.driver.port" },
		{ "NettyBlockTransferService", "spark.blockManager.port" },
	};
	const struct advice_context *c = a->context;
	struct str service = figure_text(c, "service");

	for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
		if (!str_ends_with(service, str_from(ports[i].service)))
			continue;
		a->fix->text = STR("Or let the operating system choose the port");
		a->fix->now = figure_text(c, "port");
		set(a, ports[i].key, STR("0"));
		return true;
	}
	return false;
}

/* Four times what was not enough; at least ten minutes. */
static bool raise_am_wait_time(struct advice *a)
{
	const struct advice_context *c = a->context;
	int64_t limit_ms = figure_number(c, "limit_ms");

	a->fix->text = STR("Or more patience");
	a->fix->now =
		limit_ms > 0 ? keepf(c, "%" PRId64 "s", limit_ms / 1000) : STR("100s (default)");
	set(a, "spark.yarn.am.waitTime", keepf(c, "%" PRId64 "s", max64(4 * limit_ms / 1000, 600)));
	return true;
}

static bool same_python(struct advice *a)
{
	const struct advice_context *c = a->context;
	struct str driver = run_setting(c->run, STR("spark.pyspark.driver.python"));

	a->fix->text = STR("The same Python for driver and executors, at a path every node has");
	a->fix->now = run_setting(c->run, STR("spark.pyspark.python"));
	if (driver.len)
		set(a, "spark.pyspark.python", driver);
	return true;
}

/* The driver could import it, so it lies beside the script or on its path. */
static bool ship_py_module(struct advice *a)
{
	const struct advice_context *c = a->context;
	struct str module = figure_text(c, "module"), rest;

	if (!module.len)
		return false;
	(void)str_cut(module, '.', &module, &rest);
	a->fix->text = keepf(c,
			     "Ship the module to the executors: spark-submit --py-files " STR_FMT
			     ".py (a path, or a zip of the package), or SparkContext.addPyFile",
			     STR_ARG(module));
	set(a, "spark.submit.pyFiles", keepf(c, STR_FMT ".py", STR_ARG(module)));
	return true;
}

/* Spark's own default, where the value given is none that Spark takes. */
static bool set_default(struct advice *a)
{
	const struct advice_context *c = a->context;
	const struct config_key *key = config_key_find(figure_text(c, "key"));
	const char *value = key ? config_key_default(key, c->run->about.spark_version) : NULL;

	if (!value || !value[0])
		return false;
	a->fix->text = STR("Spark's default; or a value of the right type and unit");
	a->fix->now = figure_text(c, "value");
	a->fix->set[a->fix->set_count++] =
		(struct fix_setting){ keep(c, str_from(key->name)), keep(c, str_from(value)) };
	return true;
}

/* The message names the setting and its values; LEGACY is what ran before the upgrade. */
static bool set_named_policy(struct advice *a)
{
	const struct advice_context *c = a->context;
	struct str key = figure_text(c, "setting");

	if (!str_starts_with(key, STR("spark.")))
		return false;
	a->fix->text = STR("As before the upgrade: LEGACY; CORRECTED is the new way, where what "
			   "does not fit becomes NULL or keeps its literal value");
	a->fix->now = run_setting(c->run, key);
	a->fix->set[a->fix->set_count++] = (struct fix_setting){ keep(c, key), STR("LEGACY") };
	return true;
}

static bool disable_ansi(struct advice *a)
{
	a->fix->text = STR("Bad values become NULL again, silently, in the whole session: "
			   "try_cast in the query is the better cure");
	a->fix->now = STR("true");
	set(a, "spark.sql.ansi.enabled", STR("false"));
	return true;
}

static const struct computed_fix {
	const char *name;
	/* Fill a->fix; false: not enough is known, leave it out. */
	bool (*compute)(struct advice *a);
} computed_fixes[] = {
	{ "disable-ansi", disable_ansi },
	{ "disable-dynamic-allocation", disable_dynamic_allocation },
	{ "disable-shuffle-service", disable_shuffle_service },
	{ "enable-shuffle-tracking", enable_shuffle_tracking },
	{ "free-service-port", free_service_port },
	{ "lower-executor-memory", lower_executor_memory },
	{ "lower-executor-memory-to-max", lower_executor_memory_to_max },
	{ "move-local-dirs", move_local_dirs },
	{ "raise-am-wait-time", raise_am_wait_time },
	{ "raise-broadcast-timeout", raise_broadcast_timeout },
	{ "raise-container-overhead", raise_container_overhead },
	{ "raise-driver-memory", raise_driver_memory },
	{ "raise-driver-memory-to-minimum", raise_driver_memory_to_minimum },
	{ "raise-executor-memory", raise_executor_memory },
	{ "raise-executor-memory-to-minimum", raise_executor_memory_to_minimum },
	{ "raise-kryo-buffer", raise_kryo_buffer },
	{ "raise-max-executor-failures", raise_max_executor_failures },
	{ "raise-max-result-size", raise_max_result_size },
	{ "raise-memory-overhead", raise_memory_overhead },
	{ "raise-memory-overhead-vmem", raise_memory_overhead_vmem },
	{ "raise-network-timeout", raise_network_timeout },
	{ "raise-port-retries", raise_port_retries },
	{ "raise-pyspark-memory", raise_pyspark_memory },
	{ "raise-rpc-message-size", raise_rpc_message_size },
	{ "raise-shuffle-partitions", raise_shuffle_partitions },
	{ "same-python", same_python },
	{ "set-default", set_default },
	{ "set-named-policy", set_named_policy },
	{ "ship-py-module", ship_py_module },
};

static const struct computed_fix *find_computed(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(computed_fixes); i++)
		if (str_eq(name, str_from(computed_fixes[i].name)))
			return &computed_fixes[i];
	return NULL;
}

bool advice_is_known(struct str name)
{
	return find_computed(name) != NULL;
}

void advice_check(const struct matcher *m, size_t first, struct diag_sink *diags)
{
	for (size_t i = first; i < matcher_pattern_count(m); i++) {
		const struct pattern *p = matcher_pattern(m, i);

		for (size_t k = 0; k < p->fix_count; k++)
			if (p->fixes[k].computed && !advice_is_known(p->fixes[k].text))
				diag_report(diags, DIAG_ERROR, "pattern-unknown-fix", p->file,
					    p->line, "no computed fix is called " STR_FMT,
					    STR_ARG(p->fixes[k].text));
	}
}

static bool fill_fix(struct advice *a, const struct fix_spec *spec)
{
	const struct computed_fix *computed;

	*a->fix = (struct fix){ .kind = spec->kind, .instead = spec->instead };
	a->fix->set = arena_alloc(a->context->arena, SETTINGS_MAX * sizeof(struct fix_setting));
	if (!a->fix->set)
		return false;
	if (spec->computed) {
		computed = find_computed(spec->text);
		if (!computed || !computed->compute(a))
			return false;
	} else {
		a->fix->text = keep(a->context, spec->text);
		for (size_t i = 0; i < spec->set_count && i < SETTINGS_MAX; i++) {
			a->fix->set[a->fix->set_count++] =
				(struct fix_setting){ keep(a->context, spec->set[i].key),
						      keep(a->context, spec->set[i].value) };
			if (!a->fix->now.len)
				a->fix->now = run_setting(a->context->run, spec->set[i].key);
		}
	}
	/* Settings in force lie in the streams, which end before the diagnosis does. */
	a->fix->now = keep(a->context, a->fix->now);
	for (size_t i = 0; i < a->fix->set_count; i++)
		a->fix->set[i].value = keep(a->context, a->fix->set[i].value);
	return true;
}

void advise(struct finding *f, const struct pattern *p, const struct run *run, struct arena *arena)
{
	struct advice_context context = { .finding = f, .run = run, .arena = arena };

	f->fixes = arena_alloc(arena, FIXES_MAX * sizeof(*f->fixes));
	for (size_t i = 0; f->fixes && i < p->fix_count && f->fix_count < FIXES_MAX; i++) {
		struct advice a = { &context, &f->fixes[f->fix_count] };

		if (fill_fix(&a, &p->fixes[i]))
			f->fix_count++;
	}
}

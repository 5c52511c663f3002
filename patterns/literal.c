#include "base/base.h"
#include "patterns/literal.h"

#include "base/limits.h"

enum {
	GROUPS_DEEP_MAX = 40,
	/* Runs of this length are looked up in the phrases; each found counts so much less rare. */
	GRAM_BYTES = 5,
	GRAM_SLOTS = 1 << 18,
	GRAM_COUNT_MAX = 16,
	FREQUENT_PENALTY = 100,
	BITS_UNKNOWN = 60,
};

/*
 * -4 log2 of each byte's share of Spark driver and executor logs at INFO (1.4 MB of runs of
 * Spark 3.5 and 4.0): the higher, the rarer.
 */
static const uint8_t byte_bits[128] = {
	41, 59, 60, 60, 60, 60, 60, 60, 59, 38, 26, 60, 60, 60, 60, 60, /* control */
	60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, /* control */
	13, 56, 31, 53, 37, 60, 60, 41, 31, 31, 40, 56, 29, 25, 22, 24, /* blank to slash */
	23, 19, 21, 23, 26, 27, 25, 30, 31, 30, 21, 43, 53, 29, 46, 60, /* 0 to ? */
	46, 33, 34, 29, 32, 32, 27, 37, 41, 27, 47, 44, 36, 31, 28, 28, /* @ to O */
	35, 47, 33, 29, 32, 35, 48, 39, 53, 43, 60, 34, 54, 34, 31, 29, /* P to _ */
	60, 17, 30, 22, 23, 16, 28, 26, 27, 20, 35, 26, 22, 25, 20, 19, /* ` to o */
	22, 37, 18, 20, 17, 23, 30, 33, 31, 28, 38, 37, 60, 37, 55, 60, /* p to DEL */
};

/* What fills Spark logs. A literal inside one of these would stop the scan in every other line. */
static const char *const common_phrases[] = {
	"\tat org.apache.spark.sql.catalyst.",
	"\tat org.apache.spark.sql.execution.",
	"\tat org.apache.spark.",
	"org.apache.spark.scheduler.",
	"org.apache.spark.executor.Executor$TaskRunner.",
	"org.apache.spark.deploy.yarn.",
	"org.apache.spark.storage.",
	"org.apache.spark.SparkException: ",
	"\tat org.apache.hadoop.",
	"\tat java.base/java.lang.Thread.run(Thread.java:",
	"\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:",
	"\tat scala.collection.",
	"java.lang.RuntimeException: ",
	"java.io.IOException: ",
	"Caused by: java.lang.",
	"Caused by: org.apache.",
	" INFO ",
	" WARN ",
	" ERROR ",
	" DEBUG ",
	" INFO Executor: Running task ",
	" INFO Executor: Finished task ",
	" INFO TaskSetManager: Starting task ",
	" INFO TaskSetManager: Finished task ",
	"WARN TaskSetManager: Lost task ",
	"ERROR TaskSetManager: ",
	"INFO  [Executor task launch worker for task ",
	"INFO YarnScheduler: ",
	"INFO TaskSchedulerImpl: ",
	"INFO DAGScheduler: ",
	"INFO BlockManagerInfo: Added broadcast_",
	"INFO BlockManagerInfo: Removed broadcast_",
	"INFO MemoryStore: Block broadcast_",
	" stored as values in memory (estimated size ",
	" stored as bytes in memory (estimated size ",
	"INFO ShuffleBlockFetcherIterator: Getting ",
	"INFO CodeGenerator: Code generated in ",
	"INFO BlockManager: ",
	"INFO SparkContext: ",
	"INFO MapOutputTrackerWorker: ",
	"INFO SecurityManager: ",
	" in stage ",
	" (TID ",
	"partition ",
	"PROCESS_LOCAL",
	"NODE_LOCAL",
	" executor ",
	" tasks ",
	"Exception: ",
	"Exception",
	"Executor",
	"executor",
	"exception",
	"application_",
	"container_",
	" failed",
	"failed ",
	"Failed to ",
	"failed with",
	"ERROR: ",
	"Error: ",
	"stderr",
	"stdout",
	"driver",
	"memory",
	"Memory",
	"connection",
};

/*
 * More of what Spark logs are full of. A literal may share bytes with it, but is better told by
 * others: see literal_window().
 */
static const char *const frequent_text[] = {
	"Traceback (most recent call last):",
	"26/11/23 13:57:49 INFO 2026-11-23T14:06:49.123 UTC] {spark_submit.py:521} INFO - ",
	" INFO CodeGenerator: Code generated in 12.345678 ms",
	" MemoryStore: Block broadcast_1_piece0 stored as bytes in memory (estimated size 4.0 KiB, "
	"free 1.0 MiB)",
	" MemoryStore: MemoryStore started with capacity 434.4 MiB MemoryStore cleared",
	" Executor: Finished task 1.0 in stage 2.0 (TID 3). 1234 bytes result sent to driver",
	" Executor: Starting executor ID driver on host Executor: Java version OS info Linux, "
	"amd64",
	" FileScanRDD: Reading File path: file:///data/part-00000-snappy.parquet, range: 0-1234, "
	"partition values: [empty row]",
	" FileOutputCommitter: File Output Committer Algorithm version is 1",
	" FileOutputCommitter skip cleanup _temporary folders under output directory:false, ignore "
	"cleanup failures: false",
	" Saved output of task 'attempt_202611231357_0001_m_000000_1' to "
	"file:/data/_temporary/0/task_",
	" Using output committer class org.apache.parquet.hadoop.ParquetOutputCommitter Using user "
	"defined output committer class",
	" CodecConfig: Compression: SNAPPY CodecPool: Got brand-new decompressor [.snappy] "
	"compressor",
	" ParquetOutputFormat: ParquetRecordWriter [block size: 134217728b, row group padding "
	"size: 8388608b, validating: false]",
	" ParquetWriteSupport: Initialized Parquet WriteSupport with Catalyst schema: and "
	"corresponding Parquet message type: message spark_schema {",
	" TorrentBroadcast: Started reading broadcast variable 1 with 1 pieces (estimated total "
	"size 4.0 MiB) Reading broadcast variable 1 took 5 ms",
	" YarnCoarseGrainedExecutorBackend: Got assigned task 1 CoarseGrainedExecutorBackend: ",
	" [dispatcher-CoarseGrainedScheduler] [task-result-getter-1] [dispatcher-Executor] "
	"[dispatcher-BlockManagerMaster] ",
	" TaskSetManager: Starting task 1.0 in stage 2.0 (TID 3) (node-1 executor 1, partition 1, "
	"PROCESS_LOCAL, 9876 bytes) taskResourceAssignments Map()",
	" TaskSetManager: Finished task 1.0 in stage 2.0 (TID 3) in 12 ms on node-1 (executor 1) "
	"(1/2)",
	" TaskSchedulerImpl: Adding task set 1.0 with 2 tasks resource profile 0",
	" TaskSchedulerImpl: Removed TaskSet 1.0, whose tasks have all completed, from pool",
	" TaskSchedulerImpl: Killing all running tasks in stage 1: Stage finished",
	" DAGScheduler: Missing parents: List() Parents of final stage: List() Final stage: "
	"ResultStage 1 ShuffleMapStage ",
	" DAGScheduler: Submitting ResultStage 1 (MapPartitionsRDD[4] at parquet at "
	"NativeMethodAccessorImpl.java:0), which has no missing parents",
	" DAGScheduler: Submitting 2 missing tasks from ResultStage 1 (MapPartitionsRDD[4] at) "
	"(first 15 tasks are for partitions Vector(0, 1",
	" DAGScheduler: Got job 1 (parquet at NativeMethodAccessorImpl.java:0) with 1 output "
	"partitions",
	" DAGScheduler: Job 1 is finished. Cancelling potential speculative or zombie tasks for "
	"this job",
	" DAGScheduler: ResultStage 1 (parquet at NativeMethodAccessorImpl.java:0) finished in 0.1 "
	"s looking for newly runnable stages",
	" SparkContext: Starting job: Created broadcast 1 from broadcast at "
	"DAGScheduler.scala:1585 Submitted application: Running Spark version 3.5",
	" SparkContext: Successfully stopped SparkContext SparkContext is stopping with exitCode "
	"0.",
	" SparkHadoopMapRedUtil: attempt_1_m_0: Committed. Elapsed time: 1 ms. "
	"SQLHadoopMapReduceCommitProtocol: ",
	" BlockManagerInfo: Added broadcast_1_piece0 in memory on node-1:1234 (size: 4.0 KiB, "
	"free: 434.4 MiB)",
	" SecurityManager: Changing view acls groups to: Changing modify acls groups to: "
	"authentication disabled; ui acls disabled; users with view permissions: ",
	" ResourceUtils: ============================================================== No custom "
	"resources configured for spark.driver.",
	" ResourceProfile: Default ResourceProfile created, executor resources: Map(cores -> name: "
	"cores, amount: 1, script: , vendor: , memory -> name: memory, offHeap -> name: offHeap), "
	"task resources: Map(cpus -> name: cpus, amount: 1.0)",
	" ResourceProfile: Limiting resource is cpu ResourceProfileManager: Added ResourceProfile "
	"id: 0",
	" WARN NativeCodeLoader: Unable to load native-hadoop library for your platform... using "
	"builtin-java classes where applicable",
	" Utils: Successfully started service "
	"'org.apache.spark.network.netty.NettyBlockTransferService' on port sparkDriver SparkUI ",
	" SparkEnv: Registering MapOutputTracker Registering BlockManagerMaster Registering "
	"BlockManagerMasterHeartbeat Registering OutputCommitCoordinator",
	" BlockManager: Using org.apache.spark.storage.RandomBlockReplicationPolicy for block "
	"replication policy Initialized BlockManager: BlockManagerId(driver, ",
	" BlockManagerMaster: Registering BlockManager BlockManagerId(driver, Registered "
	"BlockManager BlockManagerMaster stopped BlockManager stopped",
	" BlockManagerMasterEndpoint: Using org.apache.spark.storage.DefaultTopologyMapper for "
	"getting topology information up Registering block manager node-1:1 with 434.4 MiB RAM, "
	"Trying to remove executor 1 from BlockManagerMaster.",
	" MapOutputTrackerMasterEndpoint: MapOutputTrackerMasterEndpoint stopped! "
	"OutputCommitCoordinatorEndpoint: OutputCommitCoordinator stopped!",
	" ShutdownHookManager: Shutdown hook called Deleting directory ",
	" TransportClientFactory: Successfully created connection to node-1/10.0.0.1:7337 after 2 "
	"ms (0 ms spent in bootstraps)",
	" Registered executor NettyRpcEndpointRef(spark-client://Executor) (10.0.0.1:1234) with ID "
	"1, ResourceProfileId 0",
	" Client: Retrying connect to server: node-1/10.0.0.1:8032. Already tried 0 time(s); retry "
	"policy is RetryUpToMaximumCountWithFixedSleep",
	" Client: Application report for application_1_0001 (state: RUNNING) FilterCompat: "
	"Filtering using predicate: ",
	" JettyUtils: Start Jetty 0.0.0.0:4040 for SparkUI Stopped Spark web UI at http:// "
	"SharedState: Setting hive.metastore.warehouse.dir ('null') to the value of "
	"spark.sql.warehouse.dir",
	" ShuffleBlockFetcherIterator: Getting 2 (120.0 B) non-empty blocks including 2 local and "
	"0 host-local and 0 push-merged-local and 0 remote blocks Started 0 remote fetches in 0 ms",
	" MapOutputTrackerWorker: Don't have map outputs for shuffle 0, fetching them Doing the "
	"fetch; tracker endpoint = NettyRpcEndpointRef(spark://MapOutputTracker@ Got the map "
	"output locations",
	" PythonUDFRunner: Times: total = 1, boot = 2, init = 3, finish = 4 PythonRunner: ",
	" HadoopRDD: Input split: hdfs://  ContextCleaner: Cleaned accumulator Cleaned shuffle ",
	"    \"metadata\" : { }  }, {  \"nullable\" : true, \"type\" : \"string\", \"name\" : "
	"\"id\", \"type\" : \"struct\", \"fields\" : [ {",
	"  required binary optional int32 int64 double (STRING); (TIMESTAMP(MICROS,true));",
	"\tat "
	"org.apache.spark.sql.catalyst.trees.TreeNode.getDefaultTreePatternBits(TreeNode.scala:1",
	"\tat org.apache.spark.sql.execution.WholeStageCodegenExec "
	"GeneratedClass$GeneratedIteratorForCodegenStage1.processNext(Unknown Source)",
	"\tat "
	"org.apache.spark.sql.execution.datasources.FileFormatWriter$.executeTask(FileFormatWriter."
	"scala:1",
	"\tat org.apache.spark.rdd.RDD.$anonfun$mapPartitionsInternal$1$adapted(RDD.scala:1 "
	"computeOrReadCheckpoint MapPartitionsRDD.compute iterator",
	"\tat org.apache.spark.scheduler.ResultTask.runTask(ResultTask.scala:1 "
	"ShuffleMapTask.runTask TaskContext.runTaskWithListeners Task.run(Task.scala:1",
	"\tat org.apache.spark.util.SparkErrorUtils.tryWithSafeFinally(SparkErrorUtils.scala:1 "
	"Utils$.tryWithSafeFinally",
	"\tat java.base/jdk.internal.reflect.NativeConstructorAccessorImpl.newInstance0(Native "
	"Method) java.lang.reflect.Method.invoke(Method.java:1",
	"\tat "
	"java.base/java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:1",
	"\tat py4j.reflection.MethodInvoker.invoke(MethodInvoker.java:1 py4j.Gateway.invoke "
	"py4j.ClientServerConnection.run py4j.commands. py4j.protocol.",
	"\tat scala.collection.Iterator$$anon$10.hasNext(Iterator.scala:1 \t... 12 more",
	"  File \"/opt/spark/python/lib/pyspark.zip/pyspark/sql/pandas/serializers.py\", line 1, "
	"in load_stream pyspark/worker.py\", line 1, in main process",
	"Container: container_1_0001_01_000001 on node-1 LogAggregationType: AGGREGATED "
	"LogType:stderr LogLastModifiedTime:Mon Nov 23 LogLength: LogContents: End of "
	"LogType:stderr",
	"Exit code: 1 Container exited with a non-zero exit code 1. Error file: prelaunch.err. "
	"Last 4096 bytes of prelaunch.err : Last 4096 bytes of stderr :",
	" --executor-id 1 --hostname node-1 --cores 1 --app-id application_ -Dspark.driver.port= "
	"--driver-url spark://CoarseGrainedScheduler@ --resourceProfileId 0",
};

/* What docker and other collectors may escape, and what ends a line. */
static bool byte_is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x20 && u < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

static bool is_common(struct str s)
{
	for (size_t i = 0; i < ARRAY_LEN(common_phrases); i++)
		if (str_find(str_from(common_phrases[i]), s) >= 0)
			return true;
	return false;
}

enum literal_defect literal_judge(struct str literal)
{
	if (literal.len < LIMIT_LITERAL_MIN_BYTES)
		return LITERAL_SHORT;
	if (literal.len > LIMIT_LITERAL_BYTES)
		return LITERAL_LONG;
	for (size_t i = 0; i < literal.len; i++)
		if (!byte_is_plain(literal.ptr[i]))
			return LITERAL_ESCAPED;
	return is_common(literal) ? LITERAL_COMMON : LITERAL_FINE;
}

const char *literal_defect_text(enum literal_defect d)
{
	static const char *const texts[] = {
		[LITERAL_FINE] = "",
		[LITERAL_SHORT] = "is shorter than 6 bytes",
		[LITERAL_LONG] = "is longer than 200 bytes",
		[LITERAL_ESCAPED] = "has a byte that collectors write differently (quote, "
				    "backslash, < > &, control or non-ASCII)",
		[LITERAL_COMMON] = "is in every other line of a Spark log",
	};

	return texts[d];
}

const char *literal_defect_code(enum literal_defect d)
{
	static const char *const codes[] = {
		[LITERAL_FINE] = "",
		[LITERAL_SHORT] = "pattern-literal-short",
		[LITERAL_LONG] = "pattern-literal-long",
		[LITERAL_ESCAPED] = "pattern-literal-escaped",
		[LITERAL_COMMON] = "pattern-literal-common",
	};

	return codes[d];
}

/* How often each run of GRAM_BYTES stands in the phrases, at its hash: two that share one cost
 * nothing but a slightly worse choice. */
struct literal_model {
	uint8_t counts[GRAM_SLOTS];
};

static size_t gram_slot(const char *at)
{
	uint64_t gram = 0;

	memcpy(&gram, at, GRAM_BYTES);
	return ((gram * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % GRAM_SLOTS;
}

static void model_add(struct literal_model *m, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + GRAM_BYTES <= len; i++) {
		uint8_t *count = &m->counts[gram_slot(text + i)];

		if (*count < GRAM_COUNT_MAX)
			(*count)++;
	}
}

struct literal_model *literal_model_new(void)
{
	struct literal_model *m = calloc(1, sizeof(*m));

	if (!m)
		die_no_memory();
	for (size_t i = 0; i < ARRAY_LEN(common_phrases); i++)
		model_add(m, common_phrases[i]);
	for (size_t i = 0; i < ARRAY_LEN(frequent_text); i++)
		model_add(m, frequent_text[i]);
	return m;
}

void literal_model_free(struct literal_model *m)
{
	free(m);
}

/* How rare, in quarter bits: its bytes', less much for each run of bytes that logs are full of. */
static int rarity(const struct literal_model *m, struct str s)
{
	int bits = 0;

	for (size_t i = 0; i < s.len; i++)
		bits += (unsigned char)s.ptr[i] < 128 ? byte_bits[(unsigned char)s.ptr[i]]
						      : BITS_UNKNOWN;
	for (size_t i = 0; i + GRAM_BYTES <= s.len; i++) {
		int count = m->counts[gram_slot(s.ptr + i)];

		if (count)
			bits -= FREQUENT_PENALTY + FREQUENT_PENALTY / 4 * count;
	}
	return bits;
}

struct str literal_window(const struct literal_model *m, struct str literal)
{
	struct str best = literal;
	int best_bits;

	if (literal.len <= LITERAL_WINDOW_BYTES)
		return literal;
	best.len = LITERAL_WINDOW_BYTES;
	best_bits = rarity(m, best);
	for (size_t i = 1; i + LITERAL_WINDOW_BYTES <= literal.len; i++) {
		struct str window = { literal.ptr + i, LITERAL_WINDOW_BYTES };
		int bits = rarity(m, window);

		if (bits > best_bits) {
			best = window;
			best_bits = bits;
		}
	}
	return best;
}

/* --- deriving ----------------------------------------------------------------------------------
 */

/* Alternatives of which every match contains one; none known when count is 0. */
struct choice {
	struct str *items;
	size_t count;
	int score; /* of its commonest item */
};

struct reader {
	const struct literal_model *model;
	struct str re;
	size_t at;
	struct arena *arena;
	bool refused;
};

enum atom_kind { ATOM_CHAR, ATOM_NOTHING, ATOM_BREAK, ATOM_GROUP };

struct atom {
	enum atom_kind kind;
	char c;
	struct choice choice;
};

/* Literal text collected so far, and the best choice seen in the sequence. */
struct sequence {
	char run[LIMIT_LITERAL_BYTES];
	size_t len;
	struct choice best;
};

static struct choice read_alternatives(struct reader *r, unsigned depth);

static int peek(const struct reader *r)
{
	return r->at < r->re.len ? (unsigned char)r->re.ptr[r->at] : -1;
}

static bool accept(struct reader *r, struct str text)
{
	if (!str_starts_with(str_skip(r->re, r->at), text))
		return false;
	r->at += text.len;
	return true;
}

static void refuse(struct reader *r)
{
	r->refused = true;
	r->at = r->re.len;
}

static void offer(struct sequence *s, struct choice c)
{
	if (c.count && (!s->best.count || c.score > s->best.score))
		s->best = c;
}

static void end_run(struct reader *r, struct sequence *s)
{
	struct str run = { s->run, s->len };
	struct choice c = { .count = 1 };

	s->len = 0;
	if (literal_judge(run) != LITERAL_FINE)
		return;
	c.items = arena_alloc(r->arena, sizeof(*c.items));
	if (!c.items || !arena_str(r->arena, run, &c.items[0])) {
		refuse(r);
		return;
	}
	/* Beyond its window, length still saves verifying what would not match. */
	c.score = rarity(r->model, literal_window(r->model, run)) + (int)(run.len / 4);
	offer(s, c);
}

static void extend_run(struct reader *r, struct sequence *s, char c)
{
	if (!byte_is_plain(c)) {
		end_run(r, s);
		return;
	}
	if (s->len == sizeof(s->run))
		end_run(r, s);
	s->run[s->len++] = c;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static struct atom read_hex(struct reader *r)
{
	int high, low;

	if (r->at + 2 > r->re.len || (high = hex_digit(r->re.ptr[r->at])) < 0 ||
	    (low = hex_digit(r->re.ptr[r->at + 1])) < 0) {
		refuse(r);
		return (struct atom){ .kind = ATOM_BREAK };
	}
	r->at += 2;
	return (struct atom){ .kind = ATOM_CHAR, .c = (char)(high * 16 + low) };
}

/* Behind a backslash. */
static struct atom read_escape(struct reader *r)
{
	int c = peek(r);

	r->at++;
	if (c < 0 || strchr("QEgkpPcouNXC", c)) {
		refuse(r);
		return (struct atom){ .kind = ATOM_BREAK };
	}
	if (c == 'x')
		return read_hex(r);
	if (strchr("bBAzZGK", c))
		return (struct atom){ .kind = ATOM_NOTHING };
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return (struct atom){ .kind = ATOM_BREAK };
	return (struct atom){ .kind = ATOM_CHAR, .c = (char)c };
}

/* Behind `[`. A class of one plain byte (`[.]`) is that byte. */
static struct atom read_class(struct reader *r)
{
	struct str rest = str_skip(r->re, r->at);
	bool first = true;

	if (rest.len > 1 && rest.ptr[1] == ']' && rest.ptr[0] != '\\' && rest.ptr[0] != '^' &&
	    rest.ptr[0] != ']') {
		r->at += 2;
		return (struct atom){ .kind = ATOM_CHAR, .c = rest.ptr[0] };
	}
	accept(r, STR("^"));
	for (;; first = false) {
		int c = peek(r);

		r->at++;
		if (c < 0 || (c == '[' && peek(r) == ':')) {
			/* Unfinished; or a POSIX class, whose `]` is not the end. */
			struct str tail = str_skip(r->re, r->at);
			ptrdiff_t end = c < 0 ? -1 : str_find(tail, STR(":]"));

			if (end < 0) {
				refuse(r);
				break;
			}
			r->at += (size_t)end + 2;
		} else if (c == '\\') {
			if (peek(r) == 'Q')
				refuse(r);
			r->at++;
		} else if (c == ']' && !first) {
			break;
		}
	}
	return (struct atom){ .kind = ATOM_BREAK };
}

/* Behind `(`. */
static struct atom read_group(struct reader *r, unsigned depth)
{
	struct atom atom = { .kind = ATOM_GROUP };
	bool looks = false;

	if (depth > GROUPS_DEEP_MAX || peek(r) == '*') {
		refuse(r);
		return atom;
	}
	if (accept(r, STR("?"))) {
		if (accept(r, STR("=")) || accept(r, STR("!")) || accept(r, STR("<=")) ||
		    accept(r, STR("<!"))) {
			looks = true;
		} else if (accept(r, STR("<")) || accept(r, STR("P<")) || accept(r, STR("'"))) {
			while (peek(r) >= 0 && peek(r) != '>' && peek(r) != '\'')
				r->at++;
			r->at++;
		} else if (!accept(r, STR(":")) && !accept(r, STR(">")) && !accept(r, STR("|"))) {
			refuse(r);
			return atom;
		}
	}
	atom.choice = read_alternatives(r, depth + 1);
	if (!accept(r, STR(")")))
		refuse(r);
	if (looks)
		atom = (struct atom){ .kind = ATOM_NOTHING };
	return atom;
}

static struct atom read_atom(struct reader *r, unsigned depth)
{
	int c = peek(r);

	r->at++;
	switch (c) {
	case '\\':
		return read_escape(r);
	case '[':
		return read_class(r);
	case '(':
		return read_group(r, depth);
	case '.':
		return (struct atom){ .kind = ATOM_BREAK };
	case '^':
	case '$':
		return (struct atom){ .kind = ATOM_NOTHING };
	default:
		return (struct atom){ .kind = ATOM_CHAR, .c = (char)c };
	}
}

/* `{2}`, `{2,}`, `{2,5}`; a brace that is none of these stands for itself. */
static bool read_braces(struct reader *r, bool *none)
{
	size_t at = r->at + 1, digits = at;
	bool zero = true;

	for (; at < r->re.len && r->re.ptr[at] >= '0' && r->re.ptr[at] <= '9'; at++)
		zero = zero && r->re.ptr[at] == '0';
	if (at == digits)
		return false;
	if (at < r->re.len && r->re.ptr[at] == ',')
		at++;
	while (at < r->re.len && r->re.ptr[at] >= '0' && r->re.ptr[at] <= '9')
		at++;
	if (at >= r->re.len || r->re.ptr[at] != '}')
		return false;
	r->at = at + 1;
	*none = zero;
	return true;
}

/* True when the atom before is quantified; *none when it may be absent altogether. */
static bool read_quantifier(struct reader *r, bool *none)
{
	int c = peek(r);

	*none = false;
	if (c == '*' || c == '?' || c == '+') {
		*none = c != '+';
		r->at++;
	} else if (c != '{' || !read_braces(r, none)) {
		return false;
	}
	/* Lazy or possessive. */
	if (peek(r) == '?' || peek(r) == '+')
		r->at++;
	return true;
}

static void add_atom(struct reader *r, struct sequence *s, const struct atom *a)
{
	bool none, many = read_quantifier(r, &none);

	if (a->kind == ATOM_NOTHING)
		return;
	if (a->kind == ATOM_CHAR && !none) {
		extend_run(r, s, a->c);
		if (!many)
			return;
		/* `ab+c` has "ab" and "bc". */
		end_run(r, s);
		extend_run(r, s, a->c);
		return;
	}
	end_run(r, s);
	if (a->kind == ATOM_GROUP && !none)
		offer(s, a->choice);
}

static struct choice read_sequence(struct reader *r, unsigned depth)
{
	struct sequence s = { .len = 0 };

	while (peek(r) >= 0 && peek(r) != '|' && peek(r) != ')') {
		struct atom atom = read_atom(r, depth);

		if (!r->refused)
			add_atom(r, &s, &atom);
	}
	end_run(r, &s);
	return s.best;
}

/* The union of two choices; duplicates go. Empty when too many. */
static struct choice join(struct reader *r, struct choice a, struct choice b)
{
	struct choice both = { .score = a.score < b.score ? a.score : b.score };

	if (!a.count || !b.count || a.count + b.count > LIMIT_PATTERN_LITERALS)
		return (struct choice){ .count = 0 };
	both.items = arena_alloc(r->arena, (a.count + b.count) * sizeof(*both.items));
	if (!both.items) {
		refuse(r);
		return both;
	}
	for (size_t i = 0; i < a.count + b.count; i++) {
		struct str item = i < a.count ? a.items[i] : b.items[i - a.count];
		size_t seen = 0;

		while (seen < both.count && !str_eq(both.items[seen], item))
			seen++;
		if (seen == both.count)
			both.items[both.count++] = item;
	}
	return both;
}

static struct choice read_alternatives(struct reader *r, unsigned depth)
{
	struct choice all = read_sequence(r, depth);

	while (!r->refused && accept(r, STR("|")))
		all = join(r, all, read_sequence(r, depth));
	return all;
}

bool literal_derive(const struct literal_model *m, struct str regex, struct arena *arena,
		    const struct str **literals, size_t *count)
{
	struct reader r = { .model = m, .re = regex, .arena = arena };
	struct choice found = read_alternatives(&r, 0);

	if (r.refused || r.at < regex.len || !found.count)
		return false;
	*literals = found.items;
	*count = found.count;
	return true;
}

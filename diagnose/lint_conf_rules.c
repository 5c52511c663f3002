/* The rules about Spark's configuration: what they say, and their examples, which are their tests.
 */
#include "base/base.h"
#include "diagnose/lint_conf.h"

const struct lint_rule lint_conf_rules[] = {
	[CONF_UNKNOWN_KEY] = {
		.id = "conf-unknown-key",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "Spark does not know this setting",
		.why = "An unknown setting is accepted in silence and does nothing, so a "
		       "misspelt one is found only when the value is missed.",
		.fix = "Use the name that Spark knows. Settings of your own application "
		       "belong under a prefix of its own, like spark.myapp.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.executor.memroy 4g\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.memory 4g\n"
			"spark.myapp.input s3://bucket/in\n",
	},
	[CONF_IGNORED_KEY] = {
		.id = "conf-ignored-key",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "The setting does not begin with spark. and is ignored",
		.why = "Spark takes only names that begin with spark. from its "
		       "configuration files and from --conf, and warns once about the "
		       "others.",
		.fix = "Settings of Hadoop and of file systems work with spark.hadoop. in "
		       "front.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "fs.s3a.endpoint http://minio:9000\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.hadoop.fs.s3a.endpoint http://minio:9000\n",
	},
	[CONF_MISSING_EQUALS] = {
		.id = "conf-missing-equals",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "--conf without an equals sign",
		.why = "spark-submit refuses to start: --conf takes one word of the form "
		       "key=value.",
		.fix = "Put = between key and value, and quotes around both when the value "
		       "has blanks.",
		.bad = "# file: run.sh 1:21\n"
		       "spark-submit --conf spark.executor.memory 4g app.py\n",
		.good = "# file: run.sh\n"
			"spark-submit --conf spark.executor.memory=4g app.py\n",
	},
	[CONF_WRONG_VALUE] = {
		.id = "conf-wrong-value",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "The value is not what the setting takes",
		.why = "Spark converts values when it first needs them: with a wrong one "
		       "the application fails at its start, or in the middle of the work.",
		.fix = "Write a value of the type that the message names.",
		.bad = "# file: spark-defaults.conf 1:25\n"
		       "spark.executor.cores    four\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.cores    4\n",
	},
	[CONF_WRONG_UNIT] = {
		.id = "conf-wrong-unit",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "The size or time cannot be read",
		.why = "Spark takes a whole number with a unit right behind it: k, m, g, t "
		       "for sizes, ms, s, min, h, d for times. Fractions, blanks and the Gi "
		       "of Kubernetes are refused.",
		.fix = "Write 1536m for 1.5g, 4g for 4Gi, 120s for 120 sec.",
		.bad = "# file: spark-defaults.conf 1:23 2:23\n"
		       "spark.executor.memory 1.5g\n"
		       "spark.network.timeout 120 sec\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.memory 1536m\n"
			"spark.network.timeout 120s\n",
	},
	[CONF_QUOTED_VALUE] = {
		.id = "conf-quoted-value",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "Quotes around a value in a configuration file",
		.why = "Configuration files of Spark have no quoting: the quotes become "
		       "part of the value.",
		.fix = "Write the value without quotes.",
		.bad = "# file: spark-defaults.conf 1:23\n"
		       "spark.executor.memory \"4g\"\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.memory 4g\n",
	},
	[CONF_COMMENT_IN_VALUE] = {
		.id = "conf-comment-in-value",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "A comment behind a value in a configuration file",
		.why = "Only whole lines are comments there: what stands behind the value "
		       "becomes part of it.",
		.fix = "Put the comment on a line of its own.",
		.bad = "# file: spark-defaults.conf 1:26\n"
		       "spark.executor.memory 4g # half of a node\n",
		.good = "# file: spark-defaults.conf\n"
			"# half of a node\n"
			"spark.executor.memory 4g\n",
	},
	[CONF_DEPRECATED_KEY] = {
		.id = "conf-deprecated-key",
		.severity = SEVERITY_INFO,
		.family = "conf",
		.title = "The setting has a newer name",
		.why = "Spark still takes the old name, with a warning in each log, and "
		       "will not for ever.",
		.fix = "Use the newer name.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.yarn.executor.memoryOverhead 1024\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.memoryOverhead 1024\n",
	},
	[CONF_REMOVED_KEY] = {
		.id = "conf-removed-key",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "The setting has no effect any more",
		.why = "Spark took the setting back; it is accepted in silence, or refused "
		       "where a session sets it.",
		.fix = "Remove it, or use what took its place.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.storage.memoryFraction 0.5\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.memory.fraction 0.5\n",
	},
	[CONF_DUPLICATE_KEY] = {
		.id = "conf-duplicate-key",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "The setting is given twice",
		.why = "The last value holds. Whoever changes the first one wonders why "
		       "nothing happens.",
		.fix = "Remove one of the two.",
		.bad = "# file: spark-defaults.conf 2:1\n"
		       "spark.executor.memory 4g\n"
		       "spark.executor.memory 8g\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.memory 8g\n",
	},
	[CONF_NOT_AT_RUNTIME] = {
		.id = "conf-not-at-runtime",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "The setting cannot be changed in a running session",
		.why = "Resources and static settings are fixed when the application "
		       "starts. spark.conf.set() and SET refuse them.",
		.fix = "Give it to spark-submit or to the builder of the session.",
		.bad = "# file: job.py 2:17\n"
		       "spark = get_session()\n"
		       "spark.conf.set(\"spark.executor.memory\", \"4g\")\n",
		.good = "# file: job.py\n"
			"spark = get_session()\n"
			"spark.conf.set(\"spark.sql.shuffle.partitions\", \"64\")\n",
	},
	[CONF_DRIVER_OPTION_TOO_LATE] = {
		.id = "conf-driver-option-too-late",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "A driver option set when the driver already runs",
		.why = "spark-submit starts the driver's JVM before the program can set "
		       "anything. Heap, JVM flags and class path of the driver are then "
		       "fixed; what the program sets is shown in the UI and has no effect. "
		       "Only a program started by plain python brings its own JVM.",
		.fix = "Give it to spark-submit (--driver-memory, --conf) or put it into "
		       "spark-defaults.conf.",
		.bad = "# file: job.py 2:38\n"
		       "from pyspark.sql import SparkSession\n"
		       "spark = SparkSession.builder.config(\"spark.driver.memory\", "
		       "\"4g\").getOrCreate()\n",
		.good = "# file: job.py\n"
			"from pyspark.sql import SparkSession\n"
			"spark = SparkSession.builder.config(\"spark.executor.memory\", "
			"\"4g\").getOrCreate()\n",
	},
	[CONF_DRIVER_MEMORY_UNIT] = {
		.id = "conf-driver-memory-unit",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "The driver's memory is not as the JVM takes it",
		.why = "In client mode the value goes to the driver's JVM as it is: a bare "
		       "number are bytes, and a unit of two letters is refused. Elsewhere "
		       "Spark reads the same value as MiB, which hides the mistake.",
		.fix = "Write a whole number and one letter: 4g, 1536m.",
		.bad = "# file: run.sh 1:30\n"
		       "spark-submit --driver-memory 4096 app.py\n",
		.good = "# file: run.sh\n"
			"spark-submit --driver-memory 4096m app.py\n",
	},
	[CONF_HEAP_IN_JAVA_OPTIONS] = {
		.id = "conf-heap-in-java-options",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "The heap's size among the JVM flags",
		.why = "Spark sets -Xmx from the memory settings and refuses to start when "
		       "the flags have one too.",
		.fix = "Use spark.driver.memory, spark.executor.memory or "
		       "spark.yarn.am.memory.",
		.bad = "# file: spark-defaults.conf 1:46\n"
		       "spark.executor.extraJavaOptions -XX:+UseG1GC -Xmx4g\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.extraJavaOptions -XX:+UseG1GC\n"
			"spark.executor.memory 4g\n",
	},
	[CONF_SETTING_IN_JAVA_OPTIONS] = {
		.id = "conf-setting-in-java-options",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "A setting of Spark among the JVM flags",
		.why = "For executors Spark refuses it. In the driver it bypasses "
		       "spark-submit: --conf and spark-defaults.conf override it, and "
		       "nobody finds it where settings are looked for.",
		.fix = "Use --conf key=value.",
		.bad = "# file: run.sh 1:37\n"
		       "spark-submit --driver-java-options \"-Dspark.executor.memory=4g\" app.py\n",
		.good = "# file: run.sh\n"
			"spark-submit --conf spark.executor.memory=4g app.py\n",
	},
	[CONF_REMOVED_JVM_FLAG] = {
		.id = "conf-removed-jvm-flag",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "A JVM flag that newer Java refuses",
		.why = "A JVM does not start with a flag it does not know. Java 9 took the "
		       "old flags for collector logs away, Java 14 the CMS collector; Spark "
		       "4 needs Java 17.",
		.fix = "Use -XX:+UseG1GC, and -Xlog:gc* for logs of the collector.",
		.bad = "# file: spark-defaults.conf 1:37\n"
		       "spark.executor.extraJavaOptions -XX:+UseConcMarkSweepGC\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.extraJavaOptions -XX:+UseG1GC -Xlog:gc*\n",
	},
	[CONF_DYNAMIC_WITHOUT_SHUFFLE] = {
		.id = "conf-dynamic-allocation-without-shuffle",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "Dynamic allocation, and nothing that keeps shuffle files",
		.why = "When an idle executor goes, its shuffle files go with it. Spark "
		       "refuses to start unless a shuffle service keeps them, tracking "
		       "keeps their executors, or decommissioning moves them. Tracking is "
		       "on by itself since Spark 3.4.",
		.fix = "Set spark.dynamicAllocation.shuffleTracking.enabled to true, or on "
		       "YARN spark.shuffle.service.enabled.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.dynamicAllocation.enabled true\n"
		       "spark.dynamicAllocation.maxExecutors 20\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.dynamicAllocation.enabled true\n"
			"spark.dynamicAllocation.shuffleTracking.enabled true\n",
	},
	[CONF_MIN_ABOVE_MAX] = {
		.id = "conf-min-above-max",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "More executors at least than at most",
		.why = "Spark refuses to start when spark.dynamicAllocation.minExecutors is "
		       "above maxExecutors.",
		.fix = "Change one of the two.",
		.bad = "# file: run.sh 1:58\n"
		       "spark-submit --conf spark.dynamicAllocation.minExecutors=20 --conf "
		       "spark.dynamicAllocation.maxExecutors=10 app.py\n",
		.good = "# file: run.sh\n"
			"spark-submit --conf spark.dynamicAllocation.minExecutors=2 --conf "
			"spark.dynamicAllocation.maxExecutors=10 app.py\n",
	},
	[CONF_INITIAL_OUTSIDE] = {
		.id = "conf-initial-outside",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "The first number of executors is outside its bounds",
		.why = "The application starts all the same, with another number of "
		       "executors than somebody meant, or beyond the limit that holds "
		       "afterwards.",
		.fix = "Choose a number between the two.",
		.bad = "# file: spark-defaults.conf 1:42\n"
		       "spark.dynamicAllocation.initialExecutors 30\n"
		       "spark.dynamicAllocation.maxExecutors 10\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.dynamicAllocation.initialExecutors 3\n"
			"spark.dynamicAllocation.maxExecutors 10\n",
	},
	[CONF_INSTANCES_WITH_DYNAMIC] = {
		.id = "conf-instances-with-dynamic-allocation",
		.severity = SEVERITY_INFO,
		.family = "conf",
		.title = "A fixed number of executors with dynamic allocation",
		.why = "With dynamic allocation spark.executor.instances, or "
		       "--num-executors, is no limit: executors come and go afterwards.",
		.fix = "Say what you mean: spark.dynamicAllocation.initialExecutors, or "
		       "maxExecutors.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.executor.instances 10\n"
		       "spark.dynamicAllocation.enabled true\n"
		       "spark.shuffle.service.enabled true\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.dynamicAllocation.initialExecutors 10\n"
			"spark.dynamicAllocation.enabled true\n"
			"spark.shuffle.service.enabled true\n",
	},
	[CONF_MEMORY_ABOVE_CONTAINER] = {
		.id = "conf-memory-above-container",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "An executor does not fit where it is to run",
		.why = "A container must hold heap, overhead, off-heap and Python memory "
		       "together. YARN refuses what is above its largest container, and on "
		       "a smaller node it waits for ever.",
		.fix = "Lower spark.executor.memory so that it fits with its overhead, at "
		       "least 384m or a tenth.",
		.bad = "# file: emr.json 2:80\n"
		       "[{\"Classification\": \"yarn-site\", \"Properties\": "
		       "{\"yarn.scheduler.maximum-allocation-mb\": \"12288\"}},\n"
		       " {\"Classification\": \"spark-defaults\", \"Properties\": "
		       "{\"spark.executor.memory\": \"12g\"}}]\n",
		.good = "# file: emr.json\n"
			"[{\"Classification\": \"yarn-site\", \"Properties\": "
			"{\"yarn.scheduler.maximum-allocation-mb\": \"12288\"}},\n"
			" {\"Classification\": \"spark-defaults\", \"Properties\": "
			"{\"spark.executor.memory\": \"10g\"}}]\n",
	},
	[CONF_TASK_CPUS_ABOVE_CORES] = {
		.id = "conf-task-cpus-above-cores",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "A task needs more cores than an executor has",
		.why = "No executor could ever run a task, and Spark refuses to start.",
		.fix = "Raise spark.executor.cores or lower spark.task.cpus.",
		.bad = "# file: spark-defaults.conf 1:17\n"
		       "spark.task.cpus 4\n"
		       "spark.executor.cores 2\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.task.cpus 2\n"
			"spark.executor.cores 4\n",
	},
	[CONF_EXECUTOR_CORES] = {
		.id = "conf-executor-cores",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "An unlikely number of cores for one executor",
		.why = "All tasks of an executor share its heap, its disks and its garbage "
		       "collection. Above some dozen they hinder each other; below one "
		       "nothing runs.",
		.fix = "Use 2 to 8 cores per executor, and more executors.",
		.bad = "# file: run.sh 1:31\n"
		       "spark-submit --executor-cores 96 app.py\n",
		.good = "# file: run.sh\n"
			"spark-submit --executor-cores 4 app.py\n",
	},
	[CONF_OFF_HEAP_WITHOUT_SIZE] = {
		.id = "conf-off-heap-without-size",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "Off-heap memory without a size",
		.why = "Spark refuses to start when off-heap memory is on and its size is "
		       "0, which it is by itself.",
		.fix = "Set spark.memory.offHeap.size; it comes on top of the heap.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.memory.offHeap.enabled true\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.memory.offHeap.enabled true\n"
			"spark.memory.offHeap.size 2g\n",
	},
	[CONF_HEARTBEAT_ABOVE_TIMEOUT] = {
		.id = "conf-heartbeat-above-timeout",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "Heartbeats are further apart than the timeout",
		.why = "An executor is given up after spark.network.timeout without a "
		       "heartbeat, so the interval must be far below. Spark refuses to "
		       "start otherwise.",
		.fix = "Leave spark.executor.heartbeatInterval at 10s; against long pauses "
		       "raise spark.network.timeout.",
		.bad = "# file: spark-defaults.conf 1:34\n"
		       "spark.executor.heartbeatInterval 130s\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.executor.heartbeatInterval 20s\n"
			"spark.network.timeout 600s\n",
	},
	[CONF_MEMORY_FRACTION] = {
		.id = "conf-memory-fraction",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "A fraction of memory that leaves nothing, or is none",
		.why = "spark.memory.fraction is the part of the heap for execution and "
		       "cache. What is left must hold the objects of your functions and of "
		       "Spark itself.",
		.fix = "Leave it at 0.6 unless a measurement says otherwise.",
		.bad = "# file: spark-defaults.conf 1:23\n"
		       "spark.memory.fraction 0.95\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.memory.fraction 0.7\n",
	},
	[CONF_BUFFER_ABOVE_LIMIT] = {
		.id = "conf-buffer-above-limit",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "A buffer larger than an array can be",
		.why = "A JVM's arrays end at 2 GiB. Spark refuses a Kryo buffer or an RPC "
		       "message beyond.",
		.fix = "Stay below 2048m; send less data at a time instead.",
		.bad = "# file: spark-defaults.conf 1:33\n"
		       "spark.kryoserializer.buffer.max 2g\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.kryoserializer.buffer.max 1g\n",
	},
	[CONF_NO_TASK_RETRY] = {
		.id = "conf-no-task-retry",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "A task may not fail even once",
		.why = "With spark.task.maxFailures at 1 every lost executor, full disk or "
		       "preempted container ends the job.",
		.fix = "Leave it at 4.",
		.bad = "# file: spark-defaults.conf 1:24\n"
		       "spark.task.maxFailures 1\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.task.maxFailures 4\n",
	},
	[CONF_BROADCAST_THRESHOLD] = {
		.id = "conf-broadcast-threshold",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "Very large tables may be broadcast",
		.why = "A table below the threshold is collected by the driver, where it "
		       "takes several times its size on disk, and is held by every "
		       "executor. Above a few hundred MiB that exhausts the driver or times "
		       "out; above 8 GiB it is refused.",
		.fix = "Stay at or below some 100 MiB, and hint single joins with "
		       "broadcast().",
		.bad = "# file: spark-defaults.conf 1:38\n"
		       "spark.sql.autoBroadcastJoinThreshold 10g\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.sql.autoBroadcastJoinThreshold 100m\n",
	},
	[CONF_RESULT_SIZE_UNLIMITED] = {
		.id = "conf-result-size-unlimited",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "No limit on what an action brings to the driver",
		.why = "spark.driver.maxResultSize stops a collect() or toPandas() that is "
		       "too large before it exhausts the driver. 0 takes the guard away, "
		       "and the driver dies instead of the job.",
		.fix = "Set a limit well below the driver's heap.",
		.bad = "# file: spark-defaults.conf 1:28\n"
		       "spark.driver.maxResultSize 0\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.driver.maxResultSize 2g\n",
	},
	[CONF_SPECULATION_COMMITTER] = {
		.id = "conf-speculation-with-committer-v2",
		.severity = SEVERITY_WARNING,
		.family = "conf",
		.title = "Speculation with a committer that cannot take files back",
		.why = "Committer version 2 moves a task's files into the result when the "
		       "task ends. With speculation two attempts of a task run, and a "
		       "failed job or a late attempt leaves files behind.",
		.fix = "Use version 1, or a committer made for the object store.",
		.bad = "# file: spark-defaults.conf 1:1\n"
		       "spark.speculation true\n"
		       "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version 2\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.speculation true\n"
			"spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version 1\n",
	},
	[CONF_EVENT_LOG_OFF] = {
		.id = "conf-event-log-off",
		.severity = SEVERITY_INFO,
		.family = "conf",
		.title = "The event log is switched off",
		.why = "The event log is what the history server shows after the end: "
		       "without it a failed application leaves only its text logs.",
		.fix = "Set spark.eventLog.enabled to true and spark.eventLog.dir to a "
		       "directory that exists.",
		.bad = "# file: spark-defaults.conf 1:24\n"
		       "spark.eventLog.enabled false\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.eventLog.enabled true\n"
			"spark.eventLog.dir hdfs:///spark-history\n",
	},
	[CONF_SECRET_IN_PLAIN_TEXT] = {
		.id = "conf-secret-in-plain-text",
		.severity = SEVERITY_ERROR,
		.family = "conf",
		.title = "A password or key in plain text",
		.why = "Who can read the repository has it, and for as long as its history "
		       "is kept. Spark shows settings in the UI and in event logs, too.",
		.fix = "Take it back at once, and use a credential provider, a secret store "
		       "or the environment.",
		.bad = "# file: spark-defaults.conf 1:33\n"
		       "spark.hadoop.fs.s3a.secret.key  q8Zr41mWnB7tYx0cLp5vKd93\n",
		.good = "# file: spark-defaults.conf\n"
			"spark.hadoop.fs.s3a.secret.key  ${env:S3_SECRET}\n",
	},
};

const size_t lint_conf_rule_count = ARRAY_LEN(lint_conf_rules);

#include "base/base.h"
#include "diagnose/exit_code.h"

enum {
	/* A status says "died of signal N" as SIGNAL_BASE + N, as shells and container managers do.
	 */
	SIGNAL_BASE = 128,
	SIGNALS = 64,
};

static const struct {
	int number;
	const char *name;
} signals[] = {
	{ 1, "SIGHUP" },   { 2, "SIGINT" },   { 3, "SIGQUIT" },	 { 4, "SIGILL" },
	{ 5, "SIGTRAP" },  { 6, "SIGABRT" },  { 7, "SIGBUS" },	 { 8, "SIGFPE" },
	{ 9, "SIGKILL" },  { 10, "SIGUSR1" }, { 11, "SIGSEGV" }, { 12, "SIGUSR2" },
	{ 13, "SIGPIPE" }, { 14, "SIGALRM" }, { 15, "SIGTERM" }, { 24, "SIGXCPU" },
	{ 25, "SIGXFSZ" }, { 31, "SIGSYS" },
};

#define EXECUTOR "executor"
#define DRIVER	 "driver"
#define MASTER	 "YARN application master"
#define YARN	 "YARN container"
#define ANY	 "any process"

const struct exit_code exit_code_table[] = {
	{ -1000, YARN, "no exit status is known yet",
	  "the container has not ended, or its node never reported how",
	  "NodeManager log of its node, searched for the container id", NULL },
	{ -109, YARN, "YARN stopped it because its log files grew too large",
	  "a logger at DEBUG, or prints inside a loop over rows",
	  "size of stdout and stderr of that container", NULL },
	{ -108, YARN, "the node stopped an opportunistic container to make room for another",
	  "opportunistic containers are in use and a guaranteed one arrived",
	  "NodeManager log of its node", NULL },
	{ -107, YARN, "YARN stopped it because its application had ended",
	  "a leftover of the application's end; look at why the application ended",
	  "ResourceManager's diagnostics of the application", NULL },
	{ -106, YARN, "the ResourceManager stopped it",
	  "the application was killed, or its attempt was given up",
	  "ResourceManager's diagnostics of the application", "yarn-killed-by-user" },
	{ -105, YARN, "the application master asked to stop it",
	  "normal when executors are given back (dynamic allocation, end of the run)",
	  "driver log around that time: why it released the executor",
	  "yarn-explicit-termination" },
	{ -104, YARN, "stopped for using more physical memory than it was granted",
	  "heap, Python workers, direct buffers and thread stacks together passed the container; "
	  "raise spark.executor.memoryOverhead, or run fewer tasks at a time",
	  "driver log: the line with used and granted memory", "yarn-pmem-killed" },
	{ -103, YARN, "stopped for using more virtual memory than allowed",
	  "address space, not use: many threads or mapped files; clusters usually switch this "
	  "check off (yarn.nodemanager.vmem-check-enabled)",
	  "NodeManager log of its node", "yarn-vmem-killed" },
	{ -102, YARN, "preempted: the scheduler took it back for another queue",
	  "this queue used more than its share while another one waited",
	  "ResourceManager log; the scheduler page shows the queues' shares", "yarn-preempted" },
	{ -101, YARN, "its node has too few healthy disks",
	  "local or log directories of the NodeManager are full (90 % by default) or broken",
	  "NodeManager log: local-dirs, log-dirs", "yarn-disks-failed" },
	{ -100, YARN, "released: its node was lost, or the application gave it back",
	  "with \"lost node\" the machine or its NodeManager stopped answering (spot instance "
	  "taken "
	  "back, reboot, network); without it, an executor given back on purpose",
	  "ResourceManager log: state changes of that node", "yarn-lost-node" },
	{ 0, ANY, "ended by itself without an error",
	  "normal; but PySpark's JVM and the application master in client mode also end with 0 "
	  "when the driver's script failed, so it is no proof of success",
	  "driver's output: its last exception, or none", NULL },
	{ 1, EXECUTOR, "gave up by itself",
	  "could not reach or register with the driver, a bad JVM option, a class or a Python that "
	  "is missing; also every executor whose driver went away first",
	  "stderr of that executor, from its start", "exit-1" },
	{ 1, DRIVER, "an exception ended the program, or sys.exit(1)",
	  "the exception at the end of the driver's output says which",
	  "driver's stderr and stdout: the last traceback", "py-user-exception" },
	{ 2, DRIVER, "wrong use of a command, or Python could not open the script",
	  "a mistyped option, or a script path that does not exist where the driver runs",
	  "first lines of the driver's output", "app-file-missing" },
	{ 3, ANY, "the JVM ended itself on an OutOfMemoryError (-XX:+ExitOnOutOfMemoryError)",
	  "the heap is too small for one task's data, or too many tasks share it",
	  "stdout of that process: \"Terminating due to java.lang.OutOfMemoryError\"", "exit-3" },
	{ 10, MASTER, "an exception nobody caught in the application master",
	  "failure before or beside the user's program",
	  "stderr of container 000001 of the last attempt", NULL },
	{ 11, MASTER, "too many executors failed",
	  "the limit is spark.executor.maxNumFailures (spark.yarn.max.executor.failures before "
	  "3.5); why executors died is the question",
	  "driver log: exit status of each lost executor", "yarn-max-executor-failures" },
	{ 12, MASTER, "lost touch with the ResourceManager too often",
	  "ResourceManager restarting, or its network or authentication failing",
	  "stderr of container 000001: the reporter thread's exceptions", NULL },
	{ 13, MASTER, "no SparkContext came up in the user's program",
	  "the program ended, failed or waited past spark.yarn.am.waitTime before it made one; or "
	  "a "
	  "master such as local[*] is set in the code",
	  "stderr of container 000001", "yarn-am-sc-not-init" },
	{ 14, MASTER, "a security failure", "tokens or a secret that cannot be had",
	  "stderr of container 000001", NULL },
	{ 15, MASTER, "the user's program threw an exception",
	  "in cluster mode the driver runs inside the application master; the exception is the "
	  "answer",
	  "stderr of container 000001: \"User class threw exception\"",
	  "yarn-user-class-exception" },
	{ 16, MASTER, "ended before a final status was reported",
	  "the program called System.exit, or the container was stopped from outside",
	  "stderr of container 000001: what precedes the shutdown hook", "yarn-early-shutdown" },
	{ 17, MASTER, "lost its driver",
	  "client mode: the driver's process or its machine went away", "the driver's own output",
	  NULL },
	{ 50, EXECUTOR, "an exception nobody caught, outside a task",
	  "a thread of Spark or of a library failed",
	  "stderr of that executor: \"Uncaught exception in thread\"", "exit-50" },
	{ 51, EXECUTOR, "an exception nobody caught, and logging it failed too",
	  "mostly memory or disk that ran out", "stderr of that executor, its last lines",
	  "exit-50" },
	{ 52, EXECUTOR, "the JVM ran out of memory (java.lang.OutOfMemoryError)",
	  "heap, unless the message names another area; give it more memory, or each task less "
	  "data. More overhead does not help here",
	  "stderr of that executor: which area ran out", "exit-52" },
	{ 52, DRIVER, "the driver's JVM ran out of memory (local mode runs tasks in it)",
	  "collect(), toPandas() or a broadcast too large, or tasks in local mode",
	  "driver's output: OutOfMemoryError", "driver-oom" },
	{ 53, EXECUTOR, "could not make a local directory",
	  "spark.local.dir or the node's local directories are missing, full or not writable",
	  "stderr of that executor: DiskBlockManager", "exit-53" },
	{ 54, EXECUTOR, "the external block store did not start", "only Spark before 2.0",
	  "stderr of that executor", NULL },
	{ 55, EXECUTOR, "the external block store could not make a directory",
	  "only Spark before 2.0", "stderr of that executor", NULL },
	{ 56, EXECUTOR, "could not send heartbeats to the driver",
	  "the driver is gone, overloaded or in a long garbage collection, or the network failed",
	  "driver log at that time; garbage collection of the driver", "exit-56" },
	{ 57, EXECUTOR, "the task reaper ended it because a cancelled task would not stop",
	  "user code that ignores interrupts (spark.task.reaper.killTimeout)",
	  "stderr of that executor: the task's stack", "task-reaper-kill" },
	{ 58, EXECUTOR, "could not register its block manager again",
	  "the driver had given it up after missing heartbeats",
	  "driver log: heartbeats of that executor", "bm-reregistration-failed" },
	{ 101, DRIVER, "the main class was not found", "a mistyped --class, or a jar without it",
	  "first lines of the driver's output", "main-class-missing" },
	{ 124, DRIVER, "ended by a time limit",
	  "spark.driver.timeout, or the command `timeout` around it",
	  "last lines of the driver's "
	  "output",
	  NULL },
	{ 126, ANY, "the command was found but may not be run",
	  "a missing execute permission, or a file system mounted noexec",
	  "stderr of that process, or launch_container.sh's output", NULL },
	{ 127, ANY, "the command was not found",
	  "python3, java or the name in PYSPARK_PYTHON does not exist on that machine",
	  "stderr of that process, or prelaunch.err", "py-cannot-run" },
	{ 129, ANY, "the terminal or session it belonged to was closed",
	  "a client-mode driver started from a shell that ended; use nohup or cluster mode",
	  "driver's output", NULL },
	{ 130, ANY, "interrupted from the keyboard", "Ctrl-C on the driver", "driver's output",
	  NULL },
	{ 134, ANY, "the process aborted itself",
	  "the JVM hit a fatal error, or a native library called abort; also "
	  "-XX:+CrashOnOutOfMemoryError",
	  "hs_err_pid*.log in its working directory, and stdout", "exit-134-139" },
	{ 135, ANY, "a memory access the hardware refused",
	  "mostly a mapped file on a disk that filled up", "hs_err_pid*.log; free disk space",
	  "exit-134-139" },
	{ 136, ANY, "an arithmetic fault in native code", "a native library", "hs_err_pid*.log",
	  NULL },
	{ 137, ANY, "killed at once from outside, with no chance to log",
	  "mostly memory: the kernel's or Kubernetes' out-of-memory killer, or YARN after a TERM "
	  "that was not followed. For executors raise spark.executor.memoryOverhead; heap is not "
	  "the "
	  "answer",
	  "kernel log (dmesg) of the host, pod status (OOMKilled), NodeManager log", "exit-137" },
	{ 137, "Python worker", "killed at once from outside",
	  "its share of the container: Python lives in the overhead, not in the heap",
	  "executor stderr: \"Python worker exited unexpectedly\"; kernel log of the host",
	  "py-worker-crashed" },
	{ 139, ANY, "crashed on an invalid memory access",
	  "a native library (in a Python worker: an extension module), a broken JDK, or a stack "
	  "that overflowed in native code",
	  "hs_err_pid*.log; for Python set spark.python.worker.faulthandler.enabled",
	  "exit-134-139" },
	{ 141, ANY, "wrote to a pipe whose reader had gone",
	  "the process that read its output ended first", "that reader's output", NULL },
	{ 143, ANY, "asked to end (TERM), and did",
	  "normal when executors are given back or the run ends; before that: YARN's memory limit, "
	  "preemption, a node shutting down, or a person's kill. The status alone does not say "
	  "which",
	  "driver log: the reason given for that executor; NodeManager log of the container",
	  "exit-143" },
	{ 255, ANY, "ended with -1, or the ssh or launcher around it failed",
	  "a System.exit(-1) in the program, or a wrapper script's own failure",
	  "last lines of its stderr", NULL },
};
const size_t exit_code_count = ARRAY_LEN(exit_code_table);

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_word(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (upper(a.ptr[i]) != upper(b.ptr[i]))
			return false;
	return true;
}

static bool parse_number(struct str s, int *n)
{
	bool negative = s.len && s.ptr[0] == '-';
	uint64_t value;

	if (!str_to_u64(str_skip(s, negative), &value) || value > 9999)
		return false;
	*n = negative ? -(int)value : (int)value;
	return true;
}

static bool parse_signal(struct str s, int *code)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct str name = str_from(signals[i].name);

		if (same_word(s, name) || same_word(s, str_skip(name, 3))) {
			*code = SIGNAL_BASE + signals[i].number;
			return true;
		}
	}
	return false;
}

/* The next word of `s` without a colon or `=` at its end. */
static struct str next_word(struct str *s)
{
	struct str word = str_trim(*s);
	size_t n = 0;

	while (n < word.len && word.ptr[n] != ' ' && word.ptr[n] != '\t' && word.ptr[n] != ':' &&
	       word.ptr[n] != '=')
		n++;
	*s = str_skip(word, n);
	while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == ':' || s->ptr[0] == '='))
		*s = str_skip(*s, 1);
	return (struct str){ word.ptr, n };
}

/* Words people and logs put before a status: "exited with exit code". */
static bool is_label(struct str word)
{
	static const char *const labels[] = { "exit",	"exited",   "with", "code",
					      "status", "exitcode", "is" };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (same_word(word, str_from(labels[i])))
			return true;
	return false;
}

bool exit_code_parse(struct str text, int *code)
{
	struct str rest = str_trim(text), word = next_word(&rest);
	int n;

	if (same_word(word, STR("signal")) && parse_number(rest, &n) && n > 0 && n <= SIGNALS) {
		*code = SIGNAL_BASE + n;
		return true;
	}
	while (is_label(word))
		word = next_word(&rest);
	if (str_trim(rest).len)
		return false;
	return parse_number(word, code) || parse_signal(word, code);
}

static bool explain_row(const struct exit_code *row, struct buf *out)
{
	if (!buf_addf(out, "\n%s: %s\n  reason   %s\n  look at  %s\n", row->who, row->meaning,
		      row->cause, row->log))
		return false;
	return !row->id || buf_addf(out, "  finding  %s\n", row->id);
}

bool exit_code_explain(int code, struct buf *out)
{
	int number = code > SIGNAL_BASE && code <= SIGNAL_BASE + SIGNALS ? code - SIGNAL_BASE : 0;
	bool known = false, ok = buf_addf(out, "exit status %d", code);

	/* What Python's own process handling says of a child that died of a signal. */
	if (!number && code < 0 && code >= -SIGNALS)
		number = -code;
	for (size_t i = 0; ok && i < ARRAY_LEN(signals); i++)
		if (signals[i].number == number)
			ok = buf_addf(out, " = signal %d, %s", number, signals[i].name);
	ok = ok && buf_add_char(out, '\n');
	for (size_t i = 0; ok && i < exit_code_count; i++)
		if (exit_code_table[i].code == (number ? SIGNAL_BASE + number : code)) {
			known = true;
			ok = explain_row(&exit_code_table[i], out);
		}
	if (ok && !known && number)
		ok = buf_addf(out,
			      "\nThe process died of signal %d. Its own last lines and the "
			      "kernel log of its host say more.\n",
			      number);
	else if (ok && !known)
		ok = buf_addf(out, "\nNeither Spark nor YARN gives this status a meaning: the "
				   "program itself chose it (sys.exit, System.exit).\nThe last "
				   "lines of its output, or its source, say why.\n");
	return ok;
}

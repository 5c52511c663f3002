#include "base/base.h"
#include "parsers/place.h"

#include "parsers/yarn_name.h"

static const char *const process_names[PROCESS_COUNT] = {
	[PROCESS_UNKNOWN] = "unknown",
	[PROCESS_DRIVER] = "driver",
	[PROCESS_AM] = "am",
	[PROCESS_CLIENT] = "client",
	[PROCESS_EXECUTOR] = "executor",
	[PROCESS_NODEMANAGER] = "nodemanager",
	[PROCESS_RESOURCEMANAGER] = "resourcemanager",
	[PROCESS_MASTER] = "master",
	[PROCESS_WORKER] = "worker",
	[PROCESS_HISTORY] = "history",
};

const char *process_name(enum process p)
{
	BUG_ON(p >= PROCESS_COUNT);
	return process_names[p];
}

enum process process_from_name(struct str name)
{
	enum process p = PROCESS_UNKNOWN;

	while (p < PROCESS_COUNT && !str_eq(name, str_from(process_names[p])))
		p++;
	return p;
}

/* --- pieces of names ------------------------------------------------------------------------- */

static size_t count_digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

static bool is_number(struct str s)
{
	return s.len && s.len <= 20 && count_digits(s) == s.len;
}

static size_t count_hex(struct str s)
{
	size_t n = 0;

	while (n < s.len &&
	       ((s.ptr[n] >= '0' && s.ptr[n] <= '9') || (s.ptr[n] >= 'a' && s.ptr[n] <= 'f')))
		n++;
	return n;
}

/* "01" of a container id is attempt "1" elsewhere. */
static struct str without_zeros(struct str number)
{
	while (number.len > 1 && number.ptr[0] == '0')
		number = str_skip(number, 1);
	return number;
}

/* Bytes of `<prefix><14 digits>-<digits>` at the front of `s`, or 0. */
static size_t standalone_length(struct str s, struct str prefix)
{
	size_t number;

	if (!str_starts_with(s, prefix))
		return 0;
	s = str_skip(s, prefix.len);
	if (count_digits(s) != 14 || s.len < 16 || s.ptr[14] != '-')
		return 0;
	number = count_digits(str_skip(s, 15));
	return number ? prefix.len + 15 + number : 0;
}

/* Bytes of `<prefix>` and at least ten digits (milliseconds), or 0. */
static size_t millis_length(struct str s, struct str prefix)
{
	size_t n = str_starts_with(s, prefix) ? count_digits(str_skip(s, prefix.len)) : 0;

	return n >= 10 && n <= 20 ? prefix.len + n : 0;
}

/* Bytes of the application id `s` starts with, or 0. */
static size_t app_length(struct str s)
{
	size_t n = yarn_app_length(s);

	if (!n)
		n = standalone_length(s, STR("app-"));
	if (!n)
		n = millis_length(s, STR("local-"));
	if (!n)
		n = millis_length(s, STR("spark-application-"));
	if (!n && str_starts_with(s, STR("spark-")) && count_hex(str_skip(s, 6)) == 32)
		n = 6 + 32;
	if (n < s.len && s.ptr[n] != '.' && s.ptr[n] != '_' && s.ptr[n] != '-')
		return 0;
	return n;
}

/* --- one component --------------------------------------------------------------------------- */

struct reader {
	struct stream_place place;
	struct str name, before, before2; /* this component and the two above it */
	bool last;
};

static void set_process(struct reader *r, enum process process)
{
	r->place.process = process;
}

static const struct {
	const char *name;
	enum process process;
} directories[] = {
	{ "driver", PROCESS_DRIVER },
	{ "SPARK_DRIVER", PROCESS_DRIVER },
	{ "__driver_logs__", PROCESS_DRIVER },
	{ "spark-kubernetes-driver", PROCESS_DRIVER },
	{ "executor", PROCESS_EXECUTOR },
	{ "SPARK_EXECUTOR", PROCESS_EXECUTOR },
	{ "spark-kubernetes-executor", PROCESS_EXECUTOR },
};

static bool read_directory(struct reader *r)
{
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		if (!str_eq(r->name, str_from(directories[i].name)))
			continue;
		set_process(r, directories[i].process);
		return true;
	}
	if (str_starts_with(r->name, STR("s-")) && str_eq(r->before, STR("steps"))) {
		set_process(r, PROCESS_CLIENT);
		return true;
	}
	if (str_starts_with(r->name, STR("i-")) && str_eq(r->before, STR("node"))) {
		r->place.host = r->name;
		return true;
	}
	/* EMR on EKS writes `containers/spark-<id>/<pod>`, with an id of its own form. */
	if (!r->last && str_eq(r->before, STR("containers")) &&
	    str_starts_with(r->name, STR("spark-")))
		r->place.app = r->name;
	return false;
}

static bool read_yarn(struct reader *r)
{
	struct yarn_container c;
	struct str host;

	if (yarn_container_parse(r->name, &c)) {
		r->place.container = r->name;
		r->place.attempt = without_zeros(c.attempt);
		/* Mostly: the master of a later attempt may have another number. */
		set_process(r, str_eq(without_zeros(c.number), STR("1")) ? PROCESS_AM
									 : PROCESS_EXECUTOR);
		host = yarn_node_host(r->before);
		if (host.len)
			r->place.host = host;
		return true;
	}
	if (yarn_app_length(r->before) == r->before.len && r->before.len) {
		host = yarn_node_host(r->name);
		if (host.len)
			r->place.host = host;
		return host.len > 0;
	}
	return false;
}

/* `executor/app-…/12`, `work/app-…/12`, `SPARK_EXECUTOR/3`. */
static bool read_executor_number(struct reader *r)
{
	size_t app = standalone_length(r->before, STR("app-"));

	if (!is_number(r->name) ||
	    !((app && app == r->before.len) || str_eq(r->before, STR("SPARK_EXECUTOR"))))
		return false;
	set_process(r, PROCESS_EXECUTOR);
	r->place.executor = r->name;
	return true;
}

/* Names of applications, of their event logs and of their driver logs. */
static bool read_app(struct reader *r)
{
	struct str s = r->name, tail;
	size_t n, digits;

	if (str_starts_with(s, STR("eventlog_v2_")))
		s = str_skip(s, 12);
	else if (str_starts_with(s, STR("events_"))) {
		s = str_skip(s, 7);
		digits = count_digits(s);
		s = str_skip(s, digits + (digits > 0));
	} else if (str_starts_with(s, STR("eventLogs-")))
		s = str_skip(s, 10);
	n = app_length(s);
	if (!n)
		return false;
	r->place.app = (struct str){ s.ptr, n };
	tail = str_skip(s, n);
	if (str_starts_with(tail, STR("_driver.log")))
		set_process(r, PROCESS_DRIVER);
	/* application_…_0001_2.zstd is the event log of attempt 2. */
	if (tail.len > 1 && (tail.ptr[0] == '_' || tail.ptr[0] == '-')) {
		tail = str_skip(tail, 1);
		digits = count_digits(tail);
		if (digits && digits < 6 && (digits == tail.len || tail.ptr[digits] == '.'))
			r->place.attempt = (struct str){ tail.ptr, digits };
	}
	/* Hosts' directories collected below one another: work/node-2/app-…/0. */
	if (str_eq(r->before2, STR("work")) && standalone_length(r->name, STR("app-")))
		r->place.host = r->before;
	return true;
}

static const struct {
	const char *part;
	enum process process;
} daemons[] = {
	{ "deploy.master.Master", PROCESS_MASTER },
	{ "deploy.worker.Worker", PROCESS_WORKER },
	{ "deploy.history.HistoryServer", PROCESS_HISTORY },
	{ "thriftserver.HiveThriftServer2", PROCESS_DRIVER },
	{ "connect.service.SparkConnectServer", PROCESS_DRIVER },
	{ "nodemanager", PROCESS_NODEMANAGER },
	{ "resourcemanager", PROCESS_RESOURCEMANAGER },
};

/* `spark-hadoop-org.apache.spark.deploy.worker.Worker-1-node-2.out.3`,
 * `hadoop-yarn-nodemanager-node-2.log`: the host is what follows. */
static bool read_daemon(struct reader *r)
{
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		struct str part = str_from(daemons[i].part), rest;
		ptrdiff_t at = r->last ? str_find(r->name, part) : -1;
		ptrdiff_t end;
		size_t digits;

		if (at < 0)
			continue;
		set_process(r, daemons[i].process);
		rest = str_skip(r->name, (size_t)at + part.len);
		digits = rest.len && rest.ptr[0] == '-' ? count_digits(str_skip(rest, 1)) : 0;
		if (digits && rest.len > digits + 1 && rest.ptr[digits + 1] == '-')
			rest = str_skip(rest, digits + 1);
		end = str_find(rest, STR(".out"));
		if (end < 0)
			end = str_find(rest, STR(".log"));
		if (end > 1 && rest.ptr[0] == '-')
			r->place.host = (struct str){ rest.ptr + 1, (size_t)end - 1 };
		return true;
	}
	return false;
}

/* `…-driver` and `…-exec-3`: a pod's name. */
static bool read_pod(struct reader *r, struct str pod)
{
	size_t n = pod.len;
	struct str number;

	if (str_ends_with(pod, STR("-driver")) && pod.len > 7) {
		set_process(r, PROCESS_DRIVER);
		return true;
	}
	while (n && pod.ptr[n - 1] >= '0' && pod.ptr[n - 1] <= '9')
		n--;
	number = str_skip(pod, n);
	pod.len = n;
	if (!is_number(number) || !str_ends_with(pod, STR("-exec-")))
		return false;
	set_process(r, PROCESS_EXECUTOR);
	r->place.executor = number;
	return true;
}

static bool read_kubernetes(struct reader *r)
{
	struct str token, rest = r->name;
	bool more = true;

	if (r->last) {
		ptrdiff_t dot = str_find(rest, STR(".log"));

		if (dot < 0)
			dot = str_find(rest, STR(".txt"));
		if (dot > 0)
			rest.len = (size_t)dot;
	}
	/* `<namespace>_<pod>_<uid>` of /var/log/pods, `<pod>_<namespace>_<container>-<id>`. */
	while (more) {
		more = str_cut(rest, '_', &token, &rest);
		if (read_pod(r, token))
			return true;
		if (str_starts_with(token, STR("spark-kubernetes-driver-")))
			set_process(r, PROCESS_DRIVER);
		else if (str_starts_with(token, STR("spark-kubernetes-executor-")))
			set_process(r, PROCESS_EXECUTOR);
	}
	return false;
}

/* Things with a name of their own kind. */
static void read_others(struct reader *r)
{
	size_t driver = standalone_length(r->name, STR("driver-"));

	if (driver && driver == r->name.len) {
		set_process(r, PROCESS_DRIVER);
		if (str_eq(r->before2, STR("work")))
			r->place.host = r->before;
	} else if (r->last && str_starts_with(r->name, STR("driveroutput."))) {
		set_process(r, PROCESS_DRIVER); /* Dataproc */
	} else if (str_starts_with(r->name, STR("jr_")) &&
		   (str_find(r->name, STR("_g-")) > 0 || str_find(r->name, STR("-g-")) > 0)) {
		set_process(r, PROCESS_EXECUTOR); /* a stream of Glue */
	} else if (is_number(r->name) && str_eq(r->before, STR("attempts"))) {
		r->place.attempt = r->name; /* EMR Serverless */
	}
}

static bool ends_component(char c)
{
	return c == '/' || c == '!' || c == '\\';
}

struct stream_place stream_place_from_path(struct str path)
{
	struct reader r = { .name = STR(""), .before = STR("") };
	struct str rest = path;

	r.place.app = r.place.attempt = r.place.container = STR("");
	r.place.executor = r.place.host = STR("");
	while (!r.last) {
		size_t n = 0;

		while (n < rest.len && !ends_component(rest.ptr[n]))
			n++;
		r.last = n == rest.len;
		if (n || r.last) {
			r.before2 = r.before;
			r.before = r.name;
			r.name = (struct str){ rest.ptr, n };
		}
		rest = str_skip(rest, n + 1);
		if (!n)
			continue;
		if (!read_directory(&r) && !read_yarn(&r) && !read_executor_number(&r) &&
		    !read_app(&r) && !read_daemon(&r) && !read_kubernetes(&r))
			read_others(&r);
	}
	r.place.log_name = r.name;
	return r.place;
}

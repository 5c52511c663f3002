#include "base/base.h"
#include "parsers/place.h"

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

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* `-` before digits at the end of `s`: `app-name-exec-3` gives 3. */
static struct str number_behind(struct str s, struct str mark)
{
	ptrdiff_t at = str_find(s, mark);
	size_t n = 0;

	if (at < 0)
		return STR("");
	s = str_skip(s, (size_t)at + mark.len);
	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return (struct str){ s.ptr, n };
}

/* app-20180910074747-0000, driver-20180910074747-0000 */
static bool is_standalone_id(struct str s, struct str prefix)
{
	struct str date, number;

	return str_starts_with(s, prefix) && str_cut(str_skip(s, prefix.len), '-', &date, &number) &&
	       is_digits(date) && date.len == 14 && is_digits(number);
}

static const struct {
	const char *class;
	enum process process;
} daemons[] = {
	{ "deploy.master.Master", PROCESS_MASTER },
	{ "deploy.worker.Worker", PROCESS_WORKER },
	{ "deploy.history.HistoryServer", PROCESS_HISTORY },
	{ "nodemanager", PROCESS_NODEMANAGER },
	{ "resourcemanager", PROCESS_RESOURCEMANAGER },
};

/* What one component says; `before` is the one above it. */
static void read_component(struct stream_place *p, struct str name, struct str before)
{
	struct str number;

	if (str_starts_with(name, STR("application_"))) {
		size_t n = 12;

		while (n < name.len && ((name.ptr[n] >= '0' && name.ptr[n] <= '9') || name.ptr[n] == '_'))
			n++;
		while (n && name.ptr[n - 1] == '_')
			n--;
		if (n > 20)
			p->app = (struct str){ name.ptr, n };
	} else if (str_starts_with(name, STR("container_")) && name.len > 30) {
		p->container = name;
		/* The first container of an attempt is mostly its application master. */
		p->process = str_ends_with(name, STR("_000001")) ? PROCESS_AM : PROCESS_EXECUTOR;
	} else if (is_standalone_id(name, STR("app-"))) {
		p->app = name;
	} else if (is_standalone_id(name, STR("driver-"))) {
		p->process = PROCESS_DRIVER;
	} else if (is_digits(name) && is_standalone_id(before, STR("app-"))) {
		p->process = PROCESS_EXECUTOR;
		p->executor = name;
	} else if (str_eq(name, STR("SPARK_DRIVER")) || str_eq(name, STR("driver"))) {
		p->process = PROCESS_DRIVER;
	} else if (is_digits(name) && str_eq(before, STR("SPARK_EXECUTOR"))) {
		p->process = PROCESS_EXECUTOR;
		p->executor = name;
	} else if ((number = number_behind(name, STR("-exec-"))).len) {
		p->process = PROCESS_EXECUTOR;
		p->executor = number;
	} else if (str_ends_with(name, STR("-driver")) ||
		   str_find(name, STR("spark-kubernetes-driver")) >= 0) {
		p->process = PROCESS_DRIVER;
	}
	if (str_starts_with(name, STR("spark-")) && name.len == 38 && !memchr(name.ptr + 6, '-', 32))
		p->app = name;
	if (str_starts_with(name, STR("s-")) && str_eq(before, STR("steps")))
		p->process = PROCESS_CLIENT;
}

struct stream_place stream_place_from_path(struct str path)
{
	struct stream_place p = { .process = PROCESS_UNKNOWN };
	struct str name = STR(""), before, rest = path;
	bool more = true;

	while (more) {
		before = name;
		more = str_cut(rest, '/', &name, &rest);
		read_component(&p, name, before);
	}
	p.log_name = name;
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
		if (str_find(name, str_from(daemons[i].class)) >= 0)
			p.process = daemons[i].process;
	/* container_e17_1410901177871_0001_01_000005: the attempt is the last but one number. */
	if (p.container.len > 10 && !p.attempt.len) {
		struct str attempt = { p.container.ptr + p.container.len - 9, 2 };

		if (is_digits(attempt) && attempt.ptr[-1] == '_')
			p.attempt = attempt.ptr[0] == '0' ? str_skip(attempt, 1) : attempt;
	}
	return p;
}

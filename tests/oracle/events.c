/*
 * events PATH... - the event scanner against jansson, event by event. Prints TAP, a test per log.
 *
 * Every event of every event log below PATH is read twice. The pull scanner must give the same
 * value for each key at each depth, and event_parse() the fields that jansson finds at their paths.
 */
#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "parsers/event.h"
#include "parsers/json_pull.h"
#include "parsers/walk.h"

#include <jansson.h>

enum { EVENT_BYTES = 64 << 20, SHOWN = 5 };

struct oracle {
	struct walk_visitor visitor; /* first member */
	unsigned tests, failed;
	/* of the log that is read */
	uint64_t events, differences;
};

static void differ(struct oracle *o, uint64_t number, const char *what)
{
	if (o->differences++ < SHOWN)
		printf("# event %" PRIu64 ": %s\n", number, what);
}

/* --- every value ----------------------------------------------------------------------------- */

static bool same_text(struct str raw, const json_t *want)
{
	struct buf plain = BUF_INIT(EVENT_BYTES);
	bool same = json_is_string(want) && json_unescape(raw, &plain) &&
		    str_eq(buf_str(&plain),
			   (struct str){ json_string_value(want), json_string_length(want) });

	buf_release(&plain);
	return same;
}

static bool same_value(struct json_pull *p, const json_t *want, unsigned depth);

static bool same_object(struct json_pull *p, const json_t *want, unsigned depth)
{
	size_t count = 0;
	struct str key;

	if (!pull_object(p))
		return false;
	while (pull_key(p, &key)) {
		struct buf name = BUF_INIT(1 << 20);
		const json_t *member = NULL;

		if (json_unescape(key, &name) && buf_add_char(&name, '\0'))
			member = json_object_get(want, name.ptr);
		buf_release(&name);
		if (!member || !same_value(p, member, depth + 1))
			return false;
		count++;
	}
	return !p->bad && count == json_object_size(want);
}

static bool same_array(struct json_pull *p, const json_t *want, unsigned depth)
{
	size_t count = 0;

	if (!pull_array(p))
		return false;
	while (pull_element(p)) {
		const json_t *item = json_array_get(want, count++);

		if (!item || !same_value(p, item, depth + 1))
			return false;
	}
	return !p->bad && count == json_array_size(want);
}

static bool same_value(struct json_pull *p, const json_t *want, unsigned depth)
{
	if (depth > 2000)
		return false;
	switch (json_typeof(want)) {
	case JSON_OBJECT:
		return same_object(p, want, depth);
	case JSON_ARRAY:
		return same_array(p, want, depth);
	case JSON_STRING:
		return same_text(pull_string(p), want);
	case JSON_INTEGER:
		return pull_int(p, INT64_MIN) == json_integer_value(want);
	case JSON_REAL:
		return pull_int(p, INT64_MIN) == (int64_t)json_real_value(want);
	case JSON_TRUE:
		return pull_bool(p);
	case JSON_FALSE:
		return !pull_bool(p);
	case JSON_NULL:
		return pull_int(p, INT64_MIN) == INT64_MIN;
	}
	return false;
}

/* --- the fields of an event ------------------------------------------------------------------ */

static const struct {
	enum event_kind kind;
	const char *path; /* keys, separated by / */
	size_t offset;
	bool text;
} fields[] = {
	{ EVENT_TASK_END, "Stage ID", offsetof(struct event, stage), false },
	{ EVENT_TASK_END, "Task Info/Task ID", offsetof(struct event, id), false },
	{ EVENT_TASK_END, "Task Info/Launch Time", offsetof(struct event, launch_ms), false },
	{ EVENT_TASK_END, "Task Info/Finish Time", offsetof(struct event, finish_ms), false },
	{ EVENT_TASK_END, "Task Info/Executor ID", offsetof(struct event, executor), true },
	{ EVENT_TASK_END, "Task Info/Host", offsetof(struct event, host), true },
	{ EVENT_TASK_END, "Task Metrics/Executor Run Time", offsetof(struct event, metrics.run_ms),
	  false },
	{ EVENT_TASK_END, "Task Metrics/JVM GC Time", offsetof(struct event, metrics.gc_ms),
	  false },
	{ EVENT_TASK_END, "Task Metrics/Disk Bytes Spilled",
	  offsetof(struct event, metrics.disk_spilled_bytes), false },
	{ EVENT_TASK_END, "Task Metrics/Shuffle Read Metrics/Total Records Read",
	  offsetof(struct event, metrics.shuffle_read_records), false },
	{ EVENT_TASK_END, "Task Metrics/Shuffle Write Metrics/Shuffle Bytes Written",
	  offsetof(struct event, metrics.shuffle_write_bytes), false },
	{ EVENT_TASK_END, "Task Metrics/Input Metrics/Bytes Read",
	  offsetof(struct event, metrics.input_bytes), false },
	{ EVENT_TASK_END, "Task Metrics/Output Metrics/Records Written",
	  offsetof(struct event, metrics.output_records), false },
	{ EVENT_TASK_END, "Task End Reason/Full Stack Trace", offsetof(struct event, stack), true },
	{ EVENT_TASK_END, "Task End Reason/Class Name", offsetof(struct event, exception_class),
	  true },
	{ EVENT_TASK_START, "Task Info/Executor ID", offsetof(struct event, executor), true },
	{ EVENT_TASK_START, "Stage Attempt ID", offsetof(struct event, stage_attempt), false },
	{ EVENT_STAGE_COMPLETED, "Stage Info/Stage ID", offsetof(struct event, stage), false },
	{ EVENT_STAGE_COMPLETED, "Stage Info/Completion Time", offsetof(struct event, complete_ms),
	  false },
	{ EVENT_STAGE_COMPLETED, "Stage Info/Failure Reason", offsetof(struct event, reason),
	  true },
	{ EVENT_STAGE_COMPLETED, "Stage Info/Stage Name", offsetof(struct event, stage_name),
	  true },
	{ EVENT_STAGE_SUBMITTED, "Stage Info/Number of Tasks", offsetof(struct event, task_count),
	  false },
	{ EVENT_JOB_START, "Job ID", offsetof(struct event, id), false },
	{ EVENT_JOB_START, "Submission Time", offsetof(struct event, time_ms), false },
	{ EVENT_JOB_END, "Completion Time", offsetof(struct event, time_ms), false },
	{ EVENT_JOB_END, "Job Result/Result", offsetof(struct event, description), true },
	{ EVENT_JOB_END, "Job Result/Exception/Message", offsetof(struct event, reason), true },
	{ EVENT_EXECUTOR_ADDED, "Executor Info/Total Cores", offsetof(struct event, cores), false },
	{ EVENT_EXECUTOR_REMOVED, "Removed Reason", offsetof(struct event, reason), true },
	{ EVENT_BLOCK_MANAGER_ADDED, "Maximum Memory", offsetof(struct event, memory_bytes),
	  false },
	{ EVENT_APP_START, "App ID", offsetof(struct event, app_id), true },
	{ EVENT_APP_START, "Timestamp", offsetof(struct event, time_ms), false },
	{ EVENT_APP_END, "Timestamp", offsetof(struct event, time_ms), false },
	{ EVENT_LOG_START, "Spark Version", offsetof(struct event, version), true },
	{ EVENT_SQL_START, "executionId", offsetof(struct event, id), false },
	{ EVENT_SQL_START, "description", offsetof(struct event, description), true },
	{ EVENT_SQL_END, "time", offsetof(struct event, time_ms), false },
};

static const json_t *at_path(const json_t *value, const char *path)
{
	char key[128];

	while (value && *path) {
		size_t n = strcspn(path, "/");

		(void)snprintf(key, sizeof(key), "%.*s", (int)n, path);
		value = json_object_get(value, key);
		path += n + (path[n] == '/');
	}
	return value;
}

static void compare_fields(struct oracle *o, const struct event *e, const json_t *want,
			   uint64_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const char *at = (const char *)e + fields[i].offset;
		const json_t *value;
		int64_t n;
		struct str s;

		if (fields[i].kind != e->kind)
			continue;
		value = at_path(want, fields[i].path);
		if (fields[i].text) {
			memcpy(&s, at, sizeof(s));
			if (json_is_string(value) ? !same_text(s, value) : s.len > 0)
				differ(o, number, fields[i].path);
		} else {
			memcpy(&n, at, sizeof(n));
			if (n != (json_is_integer(value) ? json_integer_value(value) : -1))
				differ(o, number, fields[i].path);
		}
	}
}

/* --- logs ------------------------------------------------------------------------------------ */

static void compare_event(struct oracle *o, struct str line)
{
	json_t *want = json_loadb(line.ptr, line.len, 0, NULL);
	struct json_pull p = json_pull(line);
	struct event e;

	o->events++;
	event_parse(line, &e);
	/* jansson says what is JSON; of broken events the scanner may see the break or not. */
	if (want) {
		if (e.kind == EVENT_BAD)
			differ(o, o->events, "well-formed, but said to be broken");
		if (!same_value(&p, want, 0) || !pull_at_end(&p))
			differ(o, o->events, "a value differs");
		compare_fields(o, &e, want, o->events);
	}
	json_decref(want);
}

static void visit(struct walk_visitor *visitor, const struct leaf *leaf)
{
	struct oracle *o = (struct oracle *)visitor;
	struct buf b = BUF_INIT(EVENT_BYTES);
	struct str rest, line;
	char *into;

	if (leaf->kind != LEAF_EVENTLOG)
		return;
	while ((into = buf_reserve(&b, 1 << 16))) {
		size_t n = source_read(leaf->source, into, 1 << 16);

		if (!n)
			break;
		b.len += n;
	}
	o->events = o->differences = 0;
	for (rest = buf_str(&b); rest.len;) {
		(void)str_cut(rest, '\n', &line, &rest);
		if (str_trim(line).len)
			compare_event(o, str_trim(line));
	}
	buf_release(&b);
	o->tests++;
	o->failed += o->differences > 0;
	printf("%sok %u - " STR_FMT ": %" PRIu64 " events, %" PRIu64 " differences\n",
	       o->differences ? "not " : "", o->tests, STR_ARG(leaf->name), o->events,
	       o->differences);
}

static void ignore_report(struct walk_visitor *visitor, const struct walk_report *report)
{
	(void)visitor;
	(void)report;
}

static void ignore_diag(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

int main(int argc, char **argv)
{
	struct oracle o = { .visitor = { visit, ignore_report } };
	struct diag_sink diags = { .emit = ignore_diag };
	struct arena arena = ARENA_INIT((size_t)1 << 30);
	struct walk_inputs inputs = { 0 };
	struct str *paths = calloc((size_t)argc, sizeof(*paths));

	if (!paths)
		return 2;
	for (int i = 1; i < argc; i++)
		paths[i - 1] = str_from(argv[i]);
	if (!walk_expand(paths, (size_t)argc - 1, &arena, &inputs, &diags))
		return 2;
	for (size_t i = 0; i < inputs.count; i++)
		walk_input(&inputs.items[i], &o.visitor, &diags);
	arena_release(&arena);
	free(paths);
	return o.failed > 0;
}

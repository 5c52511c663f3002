#include "base/base.h"
#include "diagnose/events.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "diagnose/event_reader.h"
#include "diagnose/history.h"

enum { STACK_BYTES_MAX = 48 << 10 };

struct reader {
	struct scanner *scanner;
	struct stream_log *log;
	struct history *history;
	struct buf text;  /* a record made from an event */
	struct buf plain; /* unescaped pieces of it */
	uint32_t number;  /* of the event, from 1 */
	uint64_t bad;
	uint32_t first_bad;
};

/* --- records from events --------------------------------------------------------------------- */

static void begin_record(struct reader *r, int64_t time_ms, const char *level, const char *logger)
{
	buf_clear(&r->text);
	if (time_ms > 0)
		clock_show_iso(&r->text, time_ms);
	else if (!buf_add(&r->text, STR("1970-01-01T00:00:00.000Z")))
		return;
	if (!buf_addf(&r->text, " %s %s: ", level, logger))
		buf_clear(&r->text);
}

/* Texts past the ceiling are cut: the beginning names the failure. */
static void add_text(struct reader *r, struct str raw)
{
	if (raw.len > STACK_BYTES_MAX)
		raw.len = STACK_BYTES_MAX;
	if (!json_unescape(raw, &r->text))
		return;
}

static void end_record(struct reader *r)
{
	scanner_feed(r->scanner, r->log, buf_str(&r->text), r->number);
}

static void task_failed(struct reader *r, const struct event *e)
{
	begin_record(r, e->finish_ms, "WARN", "TaskSetManager");
	if (!buf_addf(&r->text,
		      "Lost task %" PRId64 ".%" PRId64 " in stage %" PRId64 ".%" PRId64
		      " (TID %" PRId64 ") (" STR_FMT " executor " STR_FMT "): ",
		      e->index, e->attempt, e->stage, e->stage_attempt, e->id, STR_ARG(e->host),
		      STR_ARG(e->executor)))
		return;
	if (e->task_reason == TASK_EXCEPTION) {
		if (e->stack.len) {
			add_text(r, e->stack);
		} else {
			add_text(r, e->exception_class);
			if (!buf_add(&r->text, STR(": ")))
				return;
			add_text(r, e->exception_message);
		}
	} else if (e->task_reason == TASK_EXECUTOR_LOST) {
		if (!buf_addf(&r->text,
			      "ExecutorLostFailure (executor " STR_FMT
			      " exited caused by one of the running tasks) Reason: ",
			      STR_ARG(e->executor)))
			return;
		add_text(r, e->reason);
	} else {
		if (!buf_addf(&r->text, "%s(", task_reason_name(e->task_reason)))
			return;
		add_text(r, e->exception_message.len ? e->exception_message : e->reason);
		if (!buf_add(&r->text, STR(")")))
			return;
	}
	end_record(r);
}

static void stage_failed(struct reader *r, const struct event *e)
{
	begin_record(r, e->complete_ms, "INFO", "DAGScheduler");
	if (!buf_addf(&r->text,
		      "Stage %" PRId64 "."
		      "%" PRId64 " failed: ",
		      e->stage, e->stage_attempt))
		return;
	add_text(r, e->reason);
	end_record(r);
}

static void job_failed(struct reader *r, const struct event *e)
{
	begin_record(r, e->time_ms, "ERROR", "DAGScheduler");
	if (!buf_addf(&r->text, "Job %" PRId64 " failed: ", e->id))
		return;
	add_text(r, e->reason);
	end_record(r);
}

static void executor_removed(struct reader *r, const struct event *e)
{
	const struct history_executor *x = history_executor(r->history, e->executor);

	if (!x || !x->lost)
		return;
	begin_record(r, e->time_ms, "ERROR", "TaskSchedulerImpl");
	if (!buf_addf(&r->text, "Lost executor " STR_FMT " on " STR_FMT ": ", STR_ARG(e->executor),
		      STR_ARG(x->host)))
		return;
	add_text(r, e->reason);
	end_record(r);
}

/* --- facts ----------------------------------------------------------------------------------- */

static void fact(struct reader *r, int64_t time_ms, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void fact(struct reader *r, int64_t time_ms, const char *fmt, ...)
{
	char line[2048];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(line))
		return;
	begin_record(r, time_ms, "INFO", "EventLog");
	if (buf_add(&r->text, (struct str){ line, (size_t)len }))
		end_record(r);
}

static void read_environment(struct reader *r, const struct event *e)
{
	struct json_pull p = json_pull(e->properties);
	struct str key, value;

	for (pull_object(&p); pull_key(&p, &key);) {
		value = pull_string(&p);
		if (str_starts_with(key, STR("spark.")) && value.len && value.len < 1024) {
			buf_clear(&r->plain);
			if (json_unescape(value, &r->plain) &&
			    !memchr(r->plain.ptr, '\n', r->plain.len))
				fact(r, -1, "setting " STR_FMT "=" STR_FMT, STR_ARG(key),
				     STR_ARG(buf_str(&r->plain)));
		}
		if (str_eq(key, STR("spark.master")))
			fact(r, -1, "master " STR_FMT, STR_ARG(value));
	}
}

/* As the history has it: without JSON's escapes, and the first line of what may have several. */
static void name_application(struct reader *r, const struct event *e)
{
	struct str name, rest;

	(void)str_cut(r->history->app_name, '\n', &name, &rest);
	fact(r, e->time_ms, "application " STR_FMT " named " STR_FMT, STR_ARG(r->history->app_id),
	     STR_ARG(name));
}

/* --- one event ------------------------------------------------------------------------------- */

static void read_event(struct reader *r, const struct event *e)
{
	if (e->kind == EVENT_BAD) {
		if (!r->bad++)
			r->first_bad = r->number;
		return;
	}
	history_add(r->history, e, r->number);
	if (e->kind == EVENT_LOG_START)
		fact(r, -1, "Spark version " STR_FMT, STR_ARG(e->version));
	else if (e->kind == EVENT_APP_START)
		name_application(r, e);
	else if (e->kind == EVENT_ENVIRONMENT)
		read_environment(r, e);
	else if (e->kind == EVENT_EXECUTOR_REMOVED)
		executor_removed(r, e);
	else if (e->kind == EVENT_JOB_END && !e->succeeded)
		job_failed(r, e);
	else if (e->kind == EVENT_STAGE_COMPLETED && e->reason.len)
		stage_failed(r, e);
	else if (e->kind == EVENT_TASK_END && e->task_reason != TASK_SUCCESS &&
		 e->task_reason != TASK_KILLED && e->task_reason != TASK_RESUBMITTED &&
		 e->task_reason != TASK_COMMIT_DENIED)
		task_failed(r, e);
}

static void finish(struct reader *r, const struct source *source)
{
	const struct history *h = r->history;

	if (h->start_ms > 0)
		r->log->first_ms = h->start_ms;
	if (h->end_ms > 0)
		r->log->last_ms = h->end_ms;
	if (r->bad && !(r->bad == 1 && source->grade != GRADE_OK))
		diag_report(&r->log->diags.sink, DIAG_WARNING, "eventlog-bad-event", r->log->name,
			    r->first_bad, "%" PRIu64 " broken event%s left out", r->bad,
			    r->bad == 1 ? "" : "s");
}

void events_read(struct scanner *scanner, struct stream_log *log, struct str head,
		 struct source *source)
{
	struct reader r = { .scanner = scanner,
			    .log = log,
			    .text = BUF_INIT((size_t)1 << 20),
			    .plain = BUF_INIT((size_t)1 << 16) };
	struct event_reader events;
	enum event_read got;
	struct event e;

	log->process = PROCESS_HISTORY;
	log->bound = true;
	r.history = log->history = history_new();
	event_reader_begin(&events, source, head);
	while ((got = event_reader_next(&events, &e)) != EVENT_READ_END) {
		r.number = events.number;
		if (got == EVENT_READ_OK) {
			read_event(&r, &e);
			continue;
		}
		r.bad++;
		diag_report(&log->diags.sink, DIAG_WARNING, "limit-event", log->name, r.number,
			    "an event of more than %d MiB was left out", EVENT_BYTES_MAX >> 20);
	}
	log->bytes = events.bytes;
	log->lines = events.number;
	finish(&r, source);
	event_reader_end(&events);
	buf_release(&r.text);
	buf_release(&r.plain);
}

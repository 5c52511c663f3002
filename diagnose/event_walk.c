#include "base/base.h"
#include "diagnose/event_walk.h"

#include "diagnose/event_reader.h"
#include "diagnose/history.h"
#include "parsers/bookmark.h"

/* The application of this diagnosis that a log names; NULL: another one. */
static const struct str *find_app(const struct diagnosis *d, struct str app)
{
	for (size_t i = 0; i < d->history_count; i++)
		if (str_eq(d->histories[i].history->app_id, app))
			return &d->histories[i].history->app_id;
	return NULL;
}

static bool walk_log(const struct diagnosis *d, struct event_walk *at, event_visit *visit,
		     void *context, const volatile sig_atomic_t *cancel, struct diag_sink *diags)
{
	struct source *source = bookmark_open(at->log->index.bookmark, 0);
	struct event_reader events;
	enum event_read got;
	struct event e;
	bool more = true;

	event_reader_begin(&events, source, STR(""));
	while (more && !(cancel && *cancel) &&
	       (got = event_reader_next(&events, &e)) != EVENT_READ_END) {
		const struct str *named = NULL;

		if (got != EVENT_READ_OK)
			continue;
		at->number = events.number;
		if (e.kind == EVENT_APP_START)
			named = find_app(d, e.app_id);
		if (named)
			at->app = *named;
		more = visit(context, at, &e);
	}
	if (source->grade == GRADE_FAILED)
		diag_report(diags, DIAG_WARNING, "eventlog-reread", at->log->name, 0, "%s",
			    source->note);
	event_reader_end(&events);
	source_close(source);
	return more;
}

void event_walk(const struct diagnosis *d, event_visit *visit, void *context,
		const volatile sig_atomic_t *cancel, struct diag_sink *diags)
{
	bool more = true;

	for (size_t i = 0; more && i < d->log_count; i++) {
		struct event_walk at = { .log = &d->logs[i], .app = d->logs[i].app };

		/* Of the rolled pieces of a log only the first says whose they are. */
		if (!at.app.len && d->history_count == 1)
			at.app = d->histories[0].history->app_id;
		if (!at.log->events || (at.app.len && !find_app(d, at.app)))
			continue;
		if (at.log->index.bookmark)
			more = walk_log(d, &at, visit, context, cancel, diags);
		else
			diag_report(diags, DIAG_WARNING, "eventlog-reread", at.log->name, 0,
				    "it came from a pipe and could not be kept");
	}
}

#include "base/base.h"
#include "diagnose/lanes.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/int_map.h"
#include "base/utf8.h"
#include "diagnose/history.h"

enum {
	LANES_USUAL = 12,   /* executors drawn unless all are wanted */
	LANES_MAX = 100000, /* as many executors as a run model holds */
	NAME_COLUMNS = 24,
	COLUMNS_LEAST = 60, /* of which the names take NAME_COLUMNS */
	COLUMNS_MOST = 200,
	NUMBERED = 9, /* findings that a digit can name */
};

struct span {
	int64_t from_ms, to_ms; /* TIME_NONE: not known */
	bool bad;
};

struct lane {
	size_t application;
	enum process process; /* PROCESS_UNKNOWN: the jobs */
	struct str executor, host;
	struct span whole;
	bool marked; /* a finding shows here */
};

struct lanes {
	const struct diagnosis *d;
	struct lane *items;
	size_t count, capacity;
	struct int_map index; /* of items, by lane_key() */
	int64_t from_ms, to_ms;
	size_t width; /* columns of time */
};

/* --- which lanes ----------------------------------------------------------------------------- */

/* By hash alone, as executors are found in a history. */
static int64_t lane_key(size_t application, enum process process, struct str executor)
{
	uint64_t hash = str_hash(STR_HASH_BASIS, executor);

	hash = str_hash(hash, (struct str){ (const char *)&application, sizeof(application) });
	return (int64_t)str_hash(hash, (struct str){ (const char *)&process, sizeof(process) });
}

static struct lane *lane_of(struct lanes *l, size_t application, enum process process,
			    struct str executor)
{
	int64_t key = lane_key(application, process, executor);
	size_t at = int_map_find(&l->index, key);
	struct lane *x;

	if (at != SIZE_MAX)
		return &l->items[at];
	if (l->count == LANES_MAX)
		return NULL;
	l->items = array_grow(l->items, l->count, &l->capacity, sizeof(*l->items));
	int_map_put(&l->index, key, l->count);
	x = &l->items[l->count++];
	*x = (struct lane){ .application = application,
			    .process = process,
			    .executor = executor,
			    .whole = { TIME_NONE, TIME_NONE, false } };
	return x;
}

static void see_time(struct lanes *l, int64_t ms)
{
	if (ms == TIME_NONE || ms < 0)
		return;
	l->from_ms = l->from_ms == TIME_NONE || ms < l->from_ms ? ms : l->from_ms;
	l->to_ms = l->to_ms == TIME_NONE || ms > l->to_ms ? ms : l->to_ms;
}

static void add_history(struct lanes *l, const struct application_history *a)
{
	const struct history *h = a->history;
	int64_t end = history_end_ms(h);

	for (size_t i = 0; i < h->executor_count; i++) {
		const struct history_executor *x = &h->executors[i];
		struct lane *lane = lane_of(l, a->application, PROCESS_EXECUTOR, x->id);

		if (!lane || x->added_ms < 0)
			continue;
		lane->host = x->host;
		lane->whole = (struct span){ x->added_ms, x->removed_ms > 0 ? x->removed_ms : end,
					     x->lost };
	}
	if (h->job_count)
		(void)lane_of(l, a->application, PROCESS_UNKNOWN, STR(""));
	see_time(l, h->first_ms);
	see_time(l, end);
}

static size_t application_of(const struct diagnosis *d, struct str app)
{
	for (size_t i = 0; i < d->application_count; i++)
		if (str_eq(d->applications[i].id, app))
			return i;
	return d->application_count == 1 ? 0 : SIZE_MAX;
}

/* A process whose life no event tells lives as long as its logs. */
static void add_log(struct lanes *l, const struct log_stream *log)
{
	size_t application = application_of(l->d, log->app);
	struct lane *lane;

	if (log->events || log->first_ms == TIME_NONE || application == SIZE_MAX ||
	    (log->process != PROCESS_DRIVER && log->process != PROCESS_AM &&
	     log->process != PROCESS_EXECUTOR))
		return;
	lane = lane_of(l, application, log->process, log->executor);
	if (!lane)
		return;
	if (!lane->host.len)
		lane->host = log->host;
	if (lane->whole.from_ms == TIME_NONE || log->first_ms < lane->whole.from_ms)
		lane->whole.from_ms = log->first_ms;
	if (lane->whole.to_ms == TIME_NONE ||
	    (log->last_ms > lane->whole.to_ms && !lane->whole.bad))
		lane->whole.to_ms = log->last_ms;
	see_time(l, log->first_ms);
	see_time(l, log->last_ms);
}

/* An event log is what the driver tells. */
static enum process process_of(const struct evidence *e)
{
	return e->process == PROCESS_HISTORY && !e->executor.len ? PROCESS_DRIVER : e->process;
}

static bool is_shown(const struct finding *f, const struct evidence *e)
{
	return f->role != ROLE_NOISE && f->role != ROLE_PERFORMANCE && e->time_ms != TIME_NONE;
}

static void add_findings(struct lanes *l)
{
	for (size_t i = 0; i < l->d->finding_count; i++) {
		const struct finding *f = &l->d->findings[i];

		for (size_t k = 0; k < f->evidence_count; k++) {
			const struct evidence *e = &f->evidence[k];
			struct lane *lane = is_shown(f, e) ? lane_of(l, f->application,
								     process_of(e), e->executor)
							   : NULL;

			if (!lane)
				continue;
			lane->marked = true;
			see_time(l, e->time_ms);
		}
	}
}

/* The jobs and the driver, then executors in the order of their start. */
static int by_place(const void *a, const void *b)
{
	static const int ranks[PROCESS_COUNT] = {
		[PROCESS_DRIVER] = 1, [PROCESS_CLIENT] = 2, [PROCESS_AM] = 3, [PROCESS_EXECUTOR] = 5
	};
	const struct lane *x = a, *y = b;
	int rx = x->process ? (ranks[x->process] ? ranks[x->process] : 4) : 0;
	int ry = y->process ? (ranks[y->process] ? ranks[y->process] : 4) : 0;

	if (x->application != y->application)
		return x->application < y->application ? -1 : 1;
	if (rx != ry)
		return rx < ry ? -1 : 1;
	if (x->whole.from_ms != y->whole.from_ms)
		return x->whole.from_ms < y->whole.from_ms ? -1 : 1;
	return str_compare(x->executor, y->executor);
}

/* --- drawing --------------------------------------------------------------------------------- */

enum stroke { STROKE_NONE, STROKE_LINE, STROKE_BEGIN, STROKE_END, STROKE_BAD, STROKE_MARK };

static size_t column_of(const struct lanes *l, int64_t ms)
{
	double part = (double)(ms - l->from_ms) / (double)(l->to_ms - l->from_ms);

	if (part < 0)
		part = 0;
	return part >= 1 ? l->width - 1 : (size_t)(part * (double)l->width);
}

static void draw_span(const struct lanes *l, unsigned char *row, struct span s)
{
	size_t from, to;

	if (s.from_ms == TIME_NONE || s.to_ms == TIME_NONE || s.to_ms < s.from_ms)
		return;
	from = column_of(l, s.from_ms);
	to = column_of(l, s.to_ms);
	for (size_t i = from + 1; i < to; i++)
		row[i] = STROKE_LINE;
	/* Where spans touch, what went wrong stays to be seen. */
	if (row[from] != STROKE_BAD)
		row[from] = STROKE_BEGIN;
	if (to > from || s.bad)
		row[to] = s.bad ? STROKE_BAD : STROKE_END;
}

static void draw_jobs(const struct lanes *l, unsigned char *row, size_t application)
{
	for (size_t k = 0; k < l->d->history_count; k++) {
		const struct application_history *a = &l->d->histories[k];

		for (size_t i = 0; a->application == application && i < a->history->job_count;
		     i++) {
			const struct history_job *j = &a->history->jobs[i];

			if (j->start_ms >= 0)
				draw_span(l, row,
					  (struct span){ j->start_ms,
							 j->end_ms > 0 ? j->end_ms
								       : history_end_ms(a->history),
							 j->state == WORK_FAILED });
		}
	}
}

static void draw_findings(const struct lanes *l, unsigned char *row, const struct lane *lane)
{
	/* The most important one last: it stays. */
	for (size_t i = l->d->finding_count; i > 0; i--) {
		const struct finding *f = &l->d->findings[i - 1];

		for (size_t k = 0; k < f->evidence_count; k++) {
			const struct evidence *e = &f->evidence[k];

			size_t at = is_shown(f, e) ? column_of(l, e->time_ms) : 0;

			if (!is_shown(f, e) || f->application != lane->application ||
			    process_of(e) != lane->process || !str_eq(e->executor, lane->executor))
				continue;
			/* What ended it does not hide that it ended. */
			at -= at && row[at] == STROKE_BAD;
			row[at] = (unsigned char)(STROKE_MARK + (i <= NUMBERED ? i : 0));
		}
	}
}

static bool put_strokes(const unsigned char *row, size_t width, bool utf8, struct buf *out)
{
	static const char *const drawn[] = { " ", "─", "├", "┤", "✗", "*" };
	static const char *const letters[] = { " ", "-", "[", "]", "X", "*" };
	bool ok = true;

	while (width && row[width - 1] == STROKE_NONE)
		width--;
	for (size_t i = 0; ok && i < width; i++)
		ok = row[i] > STROKE_MARK
			     ? buf_addf(out, "%d", row[i] - STROKE_MARK)
			     : buf_add(out, str_from(utf8 ? drawn[row[i]] : letters[row[i]]));
	return ok;
}

/* Padded, or cut, to NAME_COLUMNS. */
static bool put_name(const struct lane *lane, struct buf *out)
{
	struct buf name = BUF_INIT(4096);
	bool ok = buf_addf(&name, "%s", lane->process ? process_name(lane->process) : "jobs");

	if (ok && lane->executor.len)
		ok = buf_add_char(&name, ' ') && render_safe(&name, lane->executor);
	if (ok && lane->process == PROCESS_EXECUTOR && lane->host.len)
		ok = buf_add_char(&name, ' ') && render_safe(&name, lane->host);
	while (name.len && utf8_columns(buf_str(&name)) >= NAME_COLUMNS)
		name.len--;
	ok = ok && buf_add(out, buf_str(&name));
	for (size_t i = utf8_columns(buf_str(&name)); ok && i < NAME_COLUMNS; i++)
		ok = buf_add_char(out, ' ');
	buf_release(&name);
	return ok;
}

static bool put_lane(const struct lanes *l, const struct lane *lane, bool utf8, struct buf *out)
{
	unsigned char row[COLUMNS_MOST] = { 0 };

	if (lane->process)
		draw_span(l, row, lane->whole);
	else
		draw_jobs(l, row, lane->application);
	draw_findings(l, row, lane);
	return put_name(lane, out) && put_strokes(row, l->width, utf8, out) &&
	       buf_add_char(out, '\n');
}

/* Begin, middle and end of the time. */
static bool put_scale(const struct lanes *l, struct buf *out)
{
	static const size_t clock_columns = sizeof("13:06:11") - 1;
	size_t at = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < NAME_COLUMNS; i++)
		ok = buf_add_char(out, ' ');
	for (size_t k = 0; ok && k < 3; k++) {
		for (; ok && at < k * (l->width - clock_columns) / 2; at++)
			ok = buf_add_char(out, ' ');
		clock_show_time(out, l->from_ms + (int64_t)k * (l->to_ms - l->from_ms) / 2);
		at += clock_columns;
	}
	return ok && buf_add_char(out, '\n');
}

static bool put_legend(const struct lanes *l, struct buf *out)
{
	size_t line = out->len;
	bool ok = true, any = false;

	for (size_t i = 0; ok && i < l->d->finding_count && i < NUMBERED; i++) {
		const struct finding *f = &l->d->findings[i];
		bool shown = false;

		for (size_t k = 0; k < f->evidence_count; k++)
			shown |= is_shown(f, &f->evidence[k]);
		if (!shown)
			continue;
		if (any && out->len - line + f->id.len + 4 > l->width + NAME_COLUMNS) {
			ok = buf_add_char(out, '\n');
			line = out->len;
			any = false;
		}
		ok = ok && buf_addf(out, "%s%zu " STR_FMT, any ? "  " : "", i + 1, STR_ARG(f->id));
		any = true;
	}
	return ok && (!any || buf_add_char(out, '\n'));
}

/* The executors that are drawn: all, or so many, those with something to show first. */
static bool *choose(const struct lanes *l, bool all, size_t *left_out)
{
	bool *drawn = calloc(l->count + 1, sizeof(*drawn));
	size_t executors = 0;

	if (!drawn)
		die_no_memory();
	*left_out = 0;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < l->count; i++) {
			const struct lane *x = &l->items[i];
			bool telling = x->marked || x->whole.bad;

			if (x->process != PROCESS_EXECUTOR)
				drawn[i] = true;
			else if (telling == !round && (all || executors < LANES_USUAL))
				drawn[i] = ++executors;
			else if (telling == !round)
				++*left_out;
		}
	return drawn;
}

static bool put_all(const struct lanes *l, const struct render_options *o, struct buf *out)
{
	size_t left_out, before = SIZE_MAX;
	bool *drawn = choose(l, o->verbose > 0, &left_out);
	bool ok = put_scale(l, out);

	for (size_t i = 0; ok && i < l->count; i++) {
		const struct lane *x = &l->items[i];

		if (l->d->application_count > 1 && x->application != before)
			ok = render_safe(out, l->d->applications[x->application].id) &&
			     buf_add_char(out, '\n');
		before = x->application;
		ok = ok && (!drawn[i] || put_lane(l, x, o->utf8, out));
	}
	if (ok && left_out)
		ok = buf_addf(out, "... %zu more executors (-v)\n", left_out);
	free(drawn);
	return ok && put_legend(l, out);
}

bool lanes_text(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	struct lanes l = { .d = d, .from_ms = TIME_NONE, .to_ms = TIME_NONE };
	size_t columns = o->columns < COLUMNS_LEAST ? COLUMNS_LEAST : o->columns;
	bool ok = true;

	l.width = (columns < COLUMNS_MOST ? columns : COLUMNS_MOST) - NAME_COLUMNS - 1;
	for (size_t i = 0; i < d->history_count; i++)
		if (d->histories[i].application < d->application_count)
			add_history(&l, &d->histories[i]);
	for (size_t i = 0; i < d->log_count; i++)
		add_log(&l, &d->logs[i]);
	if (d->application_count)
		add_findings(&l);
	int_map_release(&l.index); /* the order changes */
	if (l.count)
		qsort(l.items, l.count, sizeof(*l.items), by_place);
	if (l.count && l.from_ms != TIME_NONE && l.to_ms > l.from_ms)
		ok = put_all(&l, o, out);
	free(l.items);
	return ok;
}

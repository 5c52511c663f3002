/*
 * Time, drawn: when findings show, and where there is an event log the lives of executors, jobs and
 * stages below them on the same scale. Across, everything is in per cent, so the drawing fits any
 * width while its letters keep their size.
 */
#include "base/base.h"
#include "diagnose/page.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/quantity.h"
#include "diagnose/history.h"

#include <math.h>

enum {
	ROW_PX = 19,
	GAP_PX = 7, /* between kinds */
	BAR_PX = 10,
	AXIS_PX = 24,
	TICKS_MAX = 8,
	LABEL_BYTES = 40,
	GROUPS = 5,
	ROWS_MAX = 1 + (GROUPS - 1) * LIMIT_PAGE_BARS,
};

struct row_of_chart {
	char label[LABEL_BYTES];
	const char *class;
	int64_t from_ms, to_ms;
	struct str told;	       /* behind the label when pointed at */
	const struct finding *finding; /* its proofs are dots; NULL */
	bool lost;		       /* did not end as it should */
	bool begins;		       /* the first of its kind */
};

struct chart {
	int64_t from_ms, to_ms;
	struct row_of_chart rows[ROWS_MAX];
	size_t count;
	size_t left; /* what found no room */
};

/* --- what is drawn --------------------------------------------------------------------------- */

static struct row_of_chart *add_row(struct chart *c, const char *class, int64_t from_ms,
				    int64_t to_ms)
{
	struct row_of_chart *r;

	if (from_ms < c->from_ms)
		from_ms = c->from_ms;
	if (to_ms > c->to_ms)
		to_ms = c->to_ms;
	if (c->count == ROWS_MAX || from_ms > c->to_ms || to_ms < from_ms)
		return NULL;
	r = &c->rows[c->count++];
	*r = (struct row_of_chart){ .class = class, .from_ms = from_ms, .to_ms = to_ms };
	return r;
}

/* One thing that lived: the failed ones are drawn first, then the longest. */
struct life {
	const char *class;
	bool failed;
	int64_t from_ms, to_ms;
	size_t index;
};

static int compare_weight(const void *a, const void *b)
{
	const struct life *x = a, *y = b;
	int64_t i = x->to_ms - x->from_ms, k = y->to_ms - y->from_ms;

	if (x->failed != y->failed)
		return x->failed ? -1 : 1;
	if (i != k)
		return i > k ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static int compare_begin(const void *a, const void *b)
{
	const struct life *x = a, *y = b;

	if (x->from_ms != y->from_ms)
		return x->from_ms < y->from_ms ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* The heaviest ones, in the order of their beginnings. */
static size_t choose(struct chart *c, struct life *lives, size_t count)
{
	size_t kept = count < LIMIT_PAGE_BARS ? count : LIMIT_PAGE_BARS;

	if (count) {
		qsort(lives, count, sizeof(*lives), compare_weight);
		qsort(lives, kept, sizeof(*lives), compare_begin);
	}
	c->left += count - kept;
	return kept;
}

static struct life *lives_new(size_t count)
{
	struct life *lives = calloc(count + 1, sizeof(*lives));

	if (!lives)
		die_no_memory();
	return lives;
}

static void add_life(const struct chart *c, struct life *lives, size_t *n, struct life life)
{
	if (life.from_ms < 0)
		return;
	if (life.to_ms < 0)
		life.to_ms = c->to_ms;
	if (life.to_ms >= life.from_ms)
		lives[(*n)++] = life;
}

static const char *class_of(enum work_state s)
{
	return s == WORK_FAILED ? "bad" : s == WORK_SUCCEEDED ? "done" : "open";
}

static void add_executors(struct chart *c, const struct history *h)
{
	struct life *lives = lives_new(h->executor_count);
	size_t n = 0;

	for (size_t i = 0; i < h->executor_count; i++) {
		const struct history_executor *x = &h->executors[i];

		add_life(c, lives, &n,
			 (struct life){ "done", x->lost, x->added_ms, x->removed_ms, i });
	}
	n = choose(c, lives, n);
	for (size_t i = 0; i < n; i++) {
		const struct history_executor *x = &h->executors[lives[i].index];
		struct row_of_chart *r =
			add_row(c, lives[i].class, lives[i].from_ms, lives[i].to_ms);

		if (!r)
			continue;
		r->begins = !i;
		(void)snprintf(r->label, LABEL_BYTES, "exec %.*s",
			       (int)(x->id.len < 24 ? x->id.len : 24), x->id.ptr);
		r->lost = x->lost;
		r->told = x->lost ? x->reason : x->host;
	}
	free(lives);
}

static void add_jobs(struct chart *c, const struct history *h)
{
	struct life *lives = lives_new(h->job_count);
	size_t n = 0;

	for (size_t i = 0; i < h->job_count; i++) {
		const struct history_job *j = &h->jobs[i];

		add_life(c, lives, &n,
			 (struct life){ class_of(j->state), j->state == WORK_FAILED, j->start_ms,
					j->end_ms, i });
	}
	n = choose(c, lives, n);
	for (size_t i = 0; i < n; i++) {
		const struct history_job *j = &h->jobs[lives[i].index];
		struct row_of_chart *r =
			add_row(c, lives[i].class, lives[i].from_ms, lives[i].to_ms);

		if (!r)
			continue;
		r->begins = !i;
		(void)snprintf(r->label, LABEL_BYTES, "job %" PRId64, j->id);
		r->told = j->call_site;
	}
	free(lives);
}

/* What costs time is marked where it does. */
static bool costs_time(const struct diagnosis *d, size_t application, const char *stage)
{
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];

		for (size_t k = 0; f->role == ROLE_PERFORMANCE && f->application == application &&
				   k < f->where.stages.count;
		     k++)
			if (str_eq(f->where.stages.items[k], str_from(stage)))
				return true;
	}
	return false;
}

static void add_stages(struct chart *c, const struct history *h, const struct diagnosis *d,
		       size_t application)
{
	struct life *lives = lives_new(h->stage_count);
	size_t n = 0;

	for (size_t i = 0; i < h->stage_count; i++) {
		const struct history_stage *s = &h->stages[i];

		if (s->state != WORK_SKIPPED && s->state != WORK_PENDING)
			add_life(c, lives, &n,
				 (struct life){ class_of(s->state), s->state == WORK_FAILED,
						s->submit_ms, s->complete_ms, i });
	}
	n = choose(c, lives, n);
	for (size_t i = 0; i < n; i++) {
		const struct history_stage *s = &h->stages[lives[i].index];
		struct row_of_chart *r =
			add_row(c, lives[i].class, lives[i].from_ms, lives[i].to_ms);

		if (!r)
			continue;
		r->begins = !i;
		(void)snprintf(r->label, LABEL_BYTES, "stage %" PRId64 ".%" PRId64, s->id,
			       s->attempt);
		if (s->state != WORK_FAILED &&
		    costs_time(d, application, r->label + strlen("stage ")))
			r->class = "cost";
		r->told = s->name;
	}
	free(lives);
}

static bool has_time(const struct finding *f, size_t application)
{
	return f->role != ROLE_NOISE && f->role != ROLE_PERFORMANCE &&
	       f->application == application && f->first_ms != TIME_NONE && f->last_ms != TIME_NONE;
}

static void add_findings(struct chart *c, const struct diagnosis *d, size_t application)
{
	struct life chosen[LIMIT_PAGE_BARS];
	size_t n = 0;

	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];

		if (!has_time(f, application) || f->last_ms < c->from_ms || f->first_ms > c->to_ms)
			continue;
		/* They are ranked. */
		if (n < LIMIT_PAGE_BARS)
			chosen[n++] = (struct life){ f->severity >= SEVERITY_ERROR ? "bad" : "warn",
						     false, f->first_ms, f->last_ms, i };
		else
			c->left++;
	}
	if (n)
		qsort(chosen, n, sizeof(*chosen), compare_begin);
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = &d->findings[chosen[i].index];
		struct row_of_chart *r =
			add_row(c, chosen[i].class, chosen[i].from_ms, chosen[i].to_ms);

		if (!r)
			continue;
		r->begins = !i;
		(void)snprintf(r->label, LABEL_BYTES, "finding %zu", chosen[i].index + 1);
		r->finding = f;
		r->told = f->title;
	}
}

/* --- the scale ------------------------------------------------------------------------------- */

static void widen(struct chart *c, int64_t ms)
{
	if (ms < 0)
		return;
	if (c->from_ms == TIME_NONE || ms < c->from_ms)
		c->from_ms = ms;
	if (c->to_ms == TIME_NONE || ms > c->to_ms)
		c->to_ms = ms;
}

/*
 * The application's time; of findings only what is near it: a line with a wrong clock would squeeze
 * everything else into a dot.
 */
static bool find_scale(struct chart *c, const struct diagnosis *d, size_t application,
		       const struct history *h)
{
	const struct application *a = &d->applications[application];
	int64_t from, to, near;

	c->from_ms = c->to_ms = TIME_NONE;
	widen(c, h ? h->start_ms : a->start_ms);
	widen(c, h ? history_end_ms(h) : a->end_ms);
	if (c->from_ms == TIME_NONE || c->to_ms == c->from_ms)
		for (size_t i = 0; i < d->finding_count; i++)
			if (has_time(&d->findings[i], application)) {
				widen(c, d->findings[i].first_ms);
				widen(c, d->findings[i].last_ms);
			}
	if (c->from_ms == TIME_NONE)
		return false;
	from = c->from_ms;
	to = c->to_ms;
	near = to - from > 60000 ? to - from : 60000;
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];

		if (has_time(f, application) && f->first_ms >= from - near &&
		    f->last_ms <= to + near) {
			widen(c, f->first_ms);
			widen(c, f->last_ms);
		}
	}
	return c->to_ms > c->from_ms;
}

static double percent(const struct chart *c, int64_t ms)
{
	return (double)(ms - c->from_ms) * 100 / (double)(c->to_ms - c->from_ms);
}

/* The finest step of a clock that gives at most TICKS_MAX. */
static int64_t step_of(int64_t span_ms)
{
	static const int64_t seconds[] = { 1,	2,   5,	   10,	 15,   30,    60,    120,  300,
					   600, 900, 1800, 3600, 7200, 10800, 21600, 43200 };
	int64_t days = 1;

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		if (span_ms / (seconds[i] * 1000) <= TICKS_MAX)
			return seconds[i] * 1000;
	while (span_ms / (days * MS_PER_DAY) > TICKS_MAX)
		days *= 2;
	return days * MS_PER_DAY;
}

/* --- drawing --------------------------------------------------------------------------------- */

static void line(struct page *p, const char *class, double x, int from_y, int to_y)
{
	html_open_class(&p->w, "line", class);
	html_attrf(&p->w, "x1", "%.2f%%", x);
	html_attrf(&p->w, "x2", "%.2f%%", x);
	html_attrf(&p->w, "y1", "%d", from_y);
	html_attrf(&p->w, "y2", "%d", to_y);
	html_close(&p->w);
}

static void axis(struct page *p, const struct chart *c, int height)
{
	int64_t step = step_of(c->to_ms - c->from_ms), at = c->from_ms;
	size_t number = 0;

	for (at += (step - at % step) % step; at <= c->to_ms; at += step, number++) {
		struct buf text = BUF_INIT(128);

		clock_show(&text, at);
		line(p, "tick", percent(c, at), 0, height - AXIS_PX + 4);
		/* A narrow screen has room for every other one. */
		html_open_class(&p->w, "text", number % 2 ? "tick odd" : "tick");
		html_attrf(&p->w, "x", "%.2f%%", percent(c, at));
		html_attrf(&p->w, "y", "%d", height - 6);
		/* "14:02:50", "11-23 14:02" */
		html_text(&p->w, step < 12 * INT64_C(3600000) ? str_skip(buf_str(&text), 11)
							      : (struct str){ text.ptr + 5, 11 });
		html_close(&p->w);
		buf_release(&text);
	}
}

static void row_title(struct page *p, const struct row_of_chart *r)
{
	struct buf b = BUF_INIT(256);

	html_open(&p->w, "title");
	page_text(p, str_from(r->label));
	if (r->told.len) {
		html_text(&p->w, STR(": "));
		page_cut(p, r->told, LIMIT_PAGE_CELL_BYTES);
	}
	html_text(&p->w, STR(", "));
	clock_show_time(&b, r->from_ms);
	if (r->to_ms > r->from_ms) {
		if (!buf_add(&b, STR(" to ")))
			p->w.failed = true;
		clock_show_time(&b, r->to_ms);
		if (!buf_add(&b, STR(", ")))
			p->w.failed = true;
		quantity_show_ms(&b, r->to_ms - r->from_ms);
	}
	html_text(&p->w, buf_str(&b));
	html_close(&p->w);
	buf_release(&b);
}

static void dot(struct page *p, double x, int y)
{
	html_open(&p->w, "circle");
	html_attrf(&p->w, "cx", "%.2f%%", x);
	html_attrf(&p->w, "cy", "%d", y + ROW_PX / 2);
	html_attr(&p->w, "r", STR("4"));
	html_close(&p->w);
}

/* Each proof with a time; what would lie on the dot before is no news. */
static void dots(struct page *p, const struct chart *c, const struct row_of_chart *r, int y)
{
	const struct finding *f = r->finding;
	double last = percent(c, r->from_ms);

	dot(p, last, y);
	for (size_t i = 0; i < f->evidence_count; i++) {
		int64_t ms = f->evidence[i].time_ms;

		if (ms == TIME_NONE || ms < c->from_ms || ms > c->to_ms ||
		    fabs(percent(c, ms) - last) < 0.5)
			continue;
		last = percent(c, ms);
		dot(p, last, y);
	}
}

/* What a finding is called, where there is room beside its dots. */
static void tag(struct page *p, const struct chart *c, const struct row_of_chart *r, int y)
{
	double from = percent(c, r->from_ms), to = percent(c, r->to_ms);
	bool before = from > 30 && to > 55;

	html_open_class(&p->w, "text", before ? "tag before" : "tag");
	html_attrf(&p->w, "x", "%.2f%%", before ? from : to < 55 ? to : from);
	html_attrf(&p->w, "dx", "%d", before ? -9 : 9);
	html_attrf(&p->w, "y", "%d", y + 14);
	html_text(&p->w, r->finding->id);
	html_close(&p->w);
}

static void draw_row(struct page *p, const struct chart *c, const struct row_of_chart *r, int y)
{
	double from = percent(c, r->from_ms), to = percent(c, r->to_ms);
	int high = r->finding ? 2 : BAR_PX;

	html_open_class(&p->w, "g", r->class);
	row_title(p, r);
	html_open_class(&p->w, "text", "label");
	html_attr(&p->w, "x", STR("-8"));
	html_attrf(&p->w, "y", "%d", y + 14);
	page_text(p, str_from(r->label));
	html_close(&p->w);
	html_open(&p->w, "rect");
	html_attrf(&p->w, "x", "%.2f%%", from);
	html_attrf(&p->w, "y", "%d", y + (ROW_PX - high) / 2);
	/* What was short is seen too. */
	html_attrf(&p->w, "width", "%.2f%%", to - from < 0.3 ? 0.3 : to - from);
	html_attrf(&p->w, "height", "%d", high);
	html_close(&p->w);
	if (r->lost)
		line(p, "lost", to, y + 2, y + ROW_PX - 2);
	if (r->finding) {
		dots(p, c, r, y);
		tag(p, c, r, y);
	}
	html_close(&p->w);
}

static void draw(struct page *p, const struct chart *c)
{
	int height = AXIS_PX, y = 0;
	struct buf b = BUF_INIT(256);

	for (size_t i = 0; i < c->count; i++)
		height += ROW_PX + (c->rows[i].begins ? GAP_PX : 0);

	html_open_class(&p->w, "div", "chart");
	html_open(&p->w, "svg");
	html_attr(&p->w, "width", STR("100%"));
	html_attrf(&p->w, "height", "%d", height);
	html_attr(&p->w, "role", STR("img"));
	clock_show(&b, c->from_ms);
	if (!buf_add(&b, STR(" to ")))
		p->w.failed = true;
	clock_show(&b, c->to_ms);
	html_attrf(&p->w, "aria-label",
		   "Timeline of %zu rows from " STR_FMT "; the tables and findings tell the same",
		   c->count, STR_ARG(buf_str(&b)));
	axis(p, c, height);
	for (size_t i = 0; i < c->count; i++, y += ROW_PX) {
		y += c->rows[i].begins ? GAP_PX : 0;
		draw_row(p, c, &c->rows[i], y);
	}
	html_close(&p->w);
	html_close(&p->w);
	page_rest(p, c->left, "not drawn", "");
	buf_release(&b);
}

void page_chart(struct page *p, size_t application, const struct application_history *h)
{
	const struct history *events = h ? h->history : NULL;
	const struct application *a = &p->d->applications[application];
	struct chart *c = calloc(1, sizeof(*c));
	struct row_of_chart *r;

	if (!c)
		die_no_memory();
	if (find_scale(c, p->d, application, events)) {
		int64_t from = events ? events->start_ms : a->start_ms;
		int64_t to = events ? history_end_ms(events) : a->end_ms;

		r = from >= 0 && to >= 0
			    ? add_row(c, a->outcome == OUTCOME_FAILED ? "bad whole" : "whole", from,
				      to)
			    : NULL;
		if (r)
			(void)snprintf(r->label, LABEL_BYTES, "application");
		add_findings(c, p->d, application);
		if (events) {
			add_executors(c, events);
			add_jobs(c, events);
			add_stages(c, events, p->d, application);
		}
		/* The application alone is one bar from edge to edge. */
		if (c->count > 1) {
			html_open_class(&p->w, "section", "time");
			page_heading(p, 0);
			html_text(&p->w, events ? STR("Timeline (UTC)") : STR("Timeline"));
			html_close(&p->w);
			draw(p, c);
			html_close(&p->w);
		}
	}
	free(c);
}

/* --format html: one page to attach to a ticket or to open from a build's artifacts. */
#include "base/base.h"
#include "diagnose/page.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "diagnose/mask.h"

#define TEXT_BYTES_READ ((size_t)1 << 16)
#define TEXT_BYTES_MAX	(TEXT_BYTES_READ * 8)

extern const char page_style[];

/* --- texts ----------------------------------------------------------------------------------- */

/* The beginning of `s`, masked. What follows is never shown: no name or line is as long. */
static void mask(struct page *p, struct buf *out, struct str s)
{
	if (s.len > TEXT_BYTES_READ)
		s.len = TEXT_BYTES_READ;
	if (!mask_secrets(out, s))
		p->w.failed = true;
}

void page_text(struct page *p, struct str s)
{
	struct buf masked = BUF_INIT(TEXT_BYTES_MAX);

	mask(p, &masked, s);
	html_text(&p->w, buf_str(&masked));
	html_text(&p->w, s.len > TEXT_BYTES_READ ? STR(" ...") : STR(""));
	buf_release(&masked);
}

/* Line ends become blanks. */
static void flatten(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->ptr[i] == '\n')
			b->ptr[i] = ' ';
}

void page_prose(struct page *p, struct str s)
{
	page_cut(p, str_trim(s), TEXT_BYTES_READ);
}

void page_cut(struct page *p, struct str s, size_t most)
{
	struct buf flat = BUF_INIT(TEXT_BYTES_MAX);
	size_t at = 0;

	/* Masked first: half a secret is one too. */
	mask(p, &flat, s);
	flatten(&flat);
	while (at < flat.len && at < most) {
		size_t n = utf8_sequence(str_skip(buf_str(&flat), at));

		at += n ? n : 1;
	}
	html_text(&p->w, (struct str){ flat.ptr, at });
	if (at < flat.len || s.len > TEXT_BYTES_READ)
		html_text(&p->w, STR(" ..."));
	buf_release(&flat);
}

void page_ms(struct page *p, int64_t ms)
{
	struct buf b = BUF_INIT(128);

	quantity_show_ms(&b, ms);
	html_text(&p->w, buf_str(&b));
	buf_release(&b);
}

void page_bytes(struct page *p, int64_t bytes)
{
	struct buf b = BUF_INIT(128);

	quantity_show_bytes(&b, bytes);
	html_text(&p->w, buf_str(&b));
	buf_release(&b);
}

void page_clock(struct page *p, int64_t epoch_ms)
{
	struct buf b = BUF_INIT(128);

	html_open(&p->w, "time");
	clock_show(&b, epoch_ms);
	html_attr(&p->w, "datetime", buf_str(&b));
	buf_clear(&b);
	clock_show_time(&b, epoch_ms);
	html_text(&p->w, buf_str(&b));
	html_close(&p->w);
	buf_release(&b);
}

void page_heading(struct page *p, unsigned below)
{
	static const char *const names[] = { "h1", "h2", "h3", "h4", "h5", "h6" };
	unsigned level = p->level + below;

	BUG_ON(!level || level > ARRAY_LEN(names));
	html_open(&p->w, names[level - 1]);
}

void page_rest(struct page *p, size_t left, const char *what, const char *how)
{
	if (!left)
		return;
	html_open_class(&p->w, "p", "rest");
	html_textf(&p->w, "and %zu more %s%s", left, what, how);
	html_close(&p->w);
}

void page_fact(struct page *p, const char *name)
{
	html_open(&p->w, "div");
	html_element(&p->w, "dt", NULL, str_from(name));
	html_open(&p->w, "dd");
}

void page_fact_end(struct page *p)
{
	html_close(&p->w);
	html_close(&p->w);
}

void page_source(struct page *p, const struct evidence *e)
{
	html_open_class(&p->w, "span", "source");
	page_text(p, str_skip(e->source, p->common));
	html_textf(&p->w, ":%" PRIu32, e->line);
	html_close(&p->w);
}

/* --- head ------------------------------------------------------------------------------------ */

static const struct {
	const char *text, *class;
} outcomes[] = {
	[OUTCOME_UNKNOWN] = { "Outcome unknown", "unknown" },
	[OUTCOME_SUCCEEDED] = { "Succeeded", "good" },
	[OUTCOME_FAILED] = { "Failed", "bad" },
	[OUTCOME_KILLED] = { "Killed", "warn" },
};

static void meta(struct page *p, const char *kind, const char *name, const char *content)
{
	html_open(&p->w, "meta");
	html_attr(&p->w, kind, str_from(name));
	html_attr(&p->w, "content", str_from(content));
	html_close(&p->w);
}

static struct str name_of(const struct application *a)
{
	return a->name.len ? a->name : a->id.len ? a->id : STR("Spark application");
}

/* "Failed: The Java heap is full - customer_profiles" */
static void page_title(struct page *p)
{
	const struct finding *root = diagnosis_root(p->d);

	html_open(&p->w, "title");
	html_text(&p->w, str_from(outcomes[p->d->verdict].text));
	if (root) {
		html_text(&p->w, STR(": "));
		page_prose(p, root->title);
	}
	if (p->d->application_count == 1) {
		html_text(&p->w, STR(" - "));
		page_text(p, name_of(&p->d->applications[0]));
	}
	html_close(&p->w);
}

static void head(struct page *p)
{
	html_open(&p->w, "head");
	html_open(&p->w, "meta");
	html_attr(&p->w, "charset", STR("utf-8"));
	html_close(&p->w);
	/* Should anything ever slip through the escaping, it can neither run nor call home. */
	meta(p, "http-equiv", "Content-Security-Policy",
	     "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
	meta(p, "name", "viewport", "width=device-width, initial-scale=1");
	meta(p, "name", "color-scheme", "light dark");
	meta(p, "name", "referrer", "no-referrer");
	meta(p, "name", "generator", "sparkdx " SPARKDX_VERSION);
	page_title(p);
	html_open(&p->w, "style");
	html_verbatim(&p->w, "\n");
	html_verbatim(&p->w, page_style);
	html_close(&p->w);
	html_verbatim(&p->w, "\n");
	html_close(&p->w);
}

/* --- an application -------------------------------------------------------------------------- */

static int64_t took(const struct application *a)
{
	return a->start_ms != TIME_NONE && a->end_ms != TIME_NONE && a->end_ms > a->start_ms
		       ? a->end_ms - a->start_ms
		       : -1;
}

static void verdict(struct page *p, const struct application *a)
{
	html_open(&p->w, "p");
	html_attrf(&p->w, "class", "verdict %s", outcomes[a->outcome].class);
	html_element(&p->w, "strong", NULL, str_from(outcomes[a->outcome].text));
	if (took(a) > 0 && a->outcome != OUTCOME_UNKNOWN) {
		html_text(&p->w, STR(" after "));
		page_ms(p, took(a));
	}
	html_close(&p->w);
}

static void part_of_identity(struct page *p, const char *before, struct str text, bool *any)
{
	if (!text.len)
		return;
	html_text(&p->w, *any ? STR(" · ") : STR(""));
	html_open_class(&p->w, "span", "id");
	html_text(&p->w, str_from(before));
	page_text(p, text);
	html_close(&p->w);
	*any = true;
}

static void identity(struct page *p, const struct application *a)
{
	bool any = false;

	html_open_class(&p->w, "p", "identity");
	part_of_identity(p, "", a->name.len ? a->id : STR(""), &any);
	part_of_identity(p, "Spark ", a->spark_version, &any);
	part_of_identity(p, "", a->master, &any);
	part_of_identity(p, "deploy mode ", a->deploy_mode, &any);
	part_of_identity(p, "attempt ", a->attempt, &any);
	if (a->start_ms != TIME_NONE) {
		struct buf b = BUF_INIT(128);

		clock_show(&b, a->start_ms);
		part_of_identity(p, "started ", buf_str(&b), &any);
		buf_release(&b);
	}
	html_close(&p->w);
}

static void count_fact(struct page *p, const char *name, int64_t n, int64_t bad, const char *how)
{
	if (n < 0)
		return;
	page_fact(p, name);
	html_textf(&p->w, "%" PRId64, n);
	if (bad > 0) {
		html_open_class(&p->w, "span", "bad");
		html_textf(&p->w, " %" PRId64 " %s", bad, how);
		html_close(&p->w);
	}
	page_fact_end(p);
}

static void counts(struct page *p, const struct application *a)
{
	const struct run_counts *n = &a->counts;

	if (n->jobs < 0 && n->stages < 0 && n->tasks < 0 && n->executors < 0)
		return;
	html_open_class(&p->w, "dl", "facts");
	count_fact(p, "Jobs", n->jobs, n->failed_jobs, "failed");
	count_fact(p, "Stages", n->stages, n->failed_stages, "failed");
	count_fact(p, "Tasks", n->tasks, n->failed_tasks, "failed");
	count_fact(p, "Executors", n->executors, n->lost_executors, "lost");
	html_close(&p->w);
}

static void how_it_ended(struct page *p, const struct application *a)
{
	const struct evidence *e = &a->outcome_evidence;

	if (!e->line)
		return;
	html_open_class(&p->w, "p", "ended");
	html_text(&p->w, STR("The end: "));
	page_source(p, e);
	html_text(&p->w, STR(" "));
	html_open(&p->w, "code");
	page_cut(p, str_trim(e->text), LIMIT_PAGE_TEXT_BYTES);
	html_close(&p->w);
	html_close(&p->w);
}

static void application_head(struct page *p, const struct application *a, const char *heading)
{
	html_open_class(&p->w, "header", "application");
	html_open(&p->w, heading);
	page_text(p, name_of(a));
	html_close(&p->w);
	verdict(p, a);
	identity(p, a);
	counts(p, a);
	how_it_ended(p, a);
	html_close(&p->w);
}

/* --- its findings ---------------------------------------------------------------------------- */

enum group { GROUP_CHAIN, GROUP_OTHER, GROUP_COST, GROUP_COUNT };

static enum group group_of(const struct diagnosis *d, size_t root, size_t i)
{
	if (d->findings[i].role == ROLE_PERFORMANCE)
		return GROUP_COST;
	return render_in_chain(d, root, i) ? GROUP_CHAIN : GROUP_OTHER;
}

static void finding_group(struct page *p, size_t root, enum group group, size_t *room)
{
	static const char *const titles[] = {
		[GROUP_CHAIN] = "What it led to",
		[GROUP_OTHER] = "Other findings",
		[GROUP_COST] = "What costs time",
	};
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < p->d->finding_count; i++) {
		const struct finding *f = &p->d->findings[i];

		if (i == root || f->role == ROLE_NOISE ||
		    f->application != p->d->findings[root].application ||
		    group_of(p->d, root, i) != group)
			continue;
		if (!*room) {
			left++;
			continue;
		}
		if (!shown++) {
			html_open_class(&p->w, "section", "group");
			page_heading(p, 0);
			html_text(&p->w, str_from(titles[group]));
			html_close(&p->w);
			html_open_class(&p->w, "div", group == GROUP_CHAIN ? "list led" : "list");
		}
		page_finding(p, i, PAGE_CARD_FOLDED);
		--*room;
	}
	if (shown)
		html_close(&p->w);
	page_rest(p, left, left == 1 ? "finding" : "findings", "; --format json has all");
	if (shown)
		html_close(&p->w);
}

static void nothing_found(struct page *p, const struct application *a)
{
	html_open(&p->w, "section");
	html_attrf(&p->w, "class", "card calm %s", outcomes[a->outcome].class);
	page_heading(p, 0);
	html_text(&p->w, p->d->lines_read ? str_from(render_nothing(a->outcome))
					  : STR("Nothing was recognised as a log."));
	html_close(&p->w);
	html_close(&p->w);
}

/* The views of each event log, or its time drawn. */
static void histories(struct page *p, size_t application, bool drawn)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < p->d->history_count; i++) {
		const struct application_history *h = &p->d->histories[i];

		if (h->application != application)
			continue;
		if (shown == LIMIT_PAGE_HISTORIES) {
			left++;
			continue;
		}
		shown++;
		if (drawn)
			page_chart(p, application, h);
		else
			page_views(p, h);
	}
	if (drawn && !shown)
		page_chart(p, application, NULL);
	else if (drawn)
		page_rest(p, left, "event logs of other attempts", "");
}

static void findings(struct page *p, size_t application)
{
	ptrdiff_t root = render_root_of(p->d, application);
	size_t room = LIMIT_PAGE_FINDINGS;

	if (root < 0)
		nothing_found(p, &p->d->applications[application]);
	else
		page_finding(p, (size_t)root, PAGE_CARD_FIRST);
	histories(p, application, true);
	for (enum group g = 0; root >= 0 && g < GROUP_COUNT; g++)
		finding_group(p, (size_t)root, g, &room);
}

static void application(struct page *p, const struct application *a)
{
	size_t index = (size_t)(a - p->d->applications);
	bool alone = p->d->application_count == 1;

	html_open(&p->w, "section");
	html_attrf(&p->w, "id", "application-%zu", index + 1);
	html_attr(&p->w, "class", STR("run"));
	if (p->d->lines_read)
		application_head(p, a, alone ? "h1" : "h2");
	/* Where nothing was read, saying so is the first heading. */
	p->level = !p->d->lines_read ? 1 : alone ? 2 : 3;
	findings(p, index);
	histories(p, index, false);
	page_settings(p, a);
	html_close(&p->w);
}

/* --- several applications -------------------------------------------------------------------- */

static bool is_bad(const struct application *a)
{
	return a->outcome == OUTCOME_FAILED || a->outcome == OUTCOME_KILLED;
}

static void overview_row(struct page *p, size_t i, bool linked)
{
	const struct application *a = &p->d->applications[i];
	ptrdiff_t root = render_root_of(p->d, i);

	html_open(&p->w, "tr");
	html_open(&p->w, "th");
	html_attr(&p->w, "scope", STR("row"));
	if (linked) {
		html_open(&p->w, "a");
		html_attrf(&p->w, "href", "#application-%zu", i + 1);
	}
	page_text(p, name_of(a));
	if (linked)
		html_close(&p->w);
	html_close(&p->w);
	html_open_class(&p->w, "td", outcomes[a->outcome].class);
	html_text(&p->w, str_from(outcomes[a->outcome].text));
	html_close(&p->w);
	html_open_class(&p->w, "td", "n");
	if (took(a) > 0)
		page_ms(p, took(a));
	html_close(&p->w);
	html_open_class(&p->w, "td", "long");
	if (root >= 0)
		page_prose(p, p->d->findings[root].title);
	html_close(&p->w);
	html_open(&p->w, "td");
	page_text(p, a->id);
	html_close(&p->w);
	html_close(&p->w);
}

static void overview_head(struct page *p)
{
	static const char *const titles[] = { "Application", "Outcome", "Took", "First finding",
					      "Id" };

	html_open(&p->w, "thead");
	html_open(&p->w, "tr");
	for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
		html_open_class(&p->w, "th", i == 2 ? "n" : NULL);
		html_attr(&p->w, "scope", STR("col"));
		html_text(&p->w, str_from(titles[i]));
		html_close(&p->w);
	}
	html_close(&p->w);
	html_close(&p->w);
}

/* What failed stands first, here and below. */
static void applications(struct page *p)
{
	size_t room = LIMIT_PAGE_APPLICATIONS, bad = 0;
	const struct diagnosis *d = p->d;

	for (size_t i = 0; i < d->application_count; i++)
		bad += is_bad(&d->applications[i]);
	html_open_class(&p->w, "header", "overview");
	html_open(&p->w, "h1");
	html_textf(&p->w, "%zu applications", d->application_count);
	if (bad)
		html_textf(&p->w, ", %zu failed", bad);
	html_close(&p->w);
	html_open_class(&p->w, "div", "scroll");
	html_open(&p->w, "table");
	overview_head(p);
	html_open(&p->w, "tbody");
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < d->application_count; i++)
			if (is_bad(&d->applications[i]) == pass && room) {
				overview_row(p, i, true);
				room--;
			}
	for (int k = 0; k < 3; k++)
		html_close(&p->w);
	if (d->application_count > LIMIT_PAGE_APPLICATIONS)
		page_rest(p, d->application_count - LIMIT_PAGE_APPLICATIONS, "applications",
			  "; --app ID looks at one");
	html_close(&p->w);
	room = LIMIT_PAGE_APPLICATIONS;
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < d->application_count; i++)
			if (is_bad(&d->applications[i]) == pass && room) {
				application(p, &d->applications[i]);
				room--;
			}
}

/* --- what is not here ------------------------------------------------------------------------ */

static void sentences(struct page *p, const char *title, const struct str *items, size_t count)
{
	if (!count)
		return;
	html_open_class(&p->w, "section", "notes");
	html_element(&p->w, "h2", NULL, str_from(title));
	html_open(&p->w, "ul");
	for (size_t i = 0; i < count; i++) {
		html_open(&p->w, "li");
		page_prose(p, items[i]);
		html_close(&p->w);
	}
	html_close(&p->w);
	html_close(&p->w);
}

static void harmless(struct page *p)
{
	size_t shown = 0;

	for (size_t i = 0; p->o->all && i < p->d->finding_count; i++) {
		const struct finding *f = &p->d->findings[i];

		if (f->role != ROLE_NOISE)
			continue;
		if (!shown++) {
			html_open_class(&p->w, "section", "notes");
			html_element(&p->w, "h2", NULL, STR("Harmless"));
			html_open(&p->w, "ul");
		}
		html_open(&p->w, "li");
		page_prose(p, f->title);
		html_text(&p->w, STR(" "));
		html_element(&p->w, "code", NULL, f->id);
		html_textf(&p->w, " %" PRIu64 "x", f->count);
		html_close(&p->w);
	}
	if (shown) {
		html_close(&p->w);
		html_close(&p->w);
	}
}

static void page_foot(struct page *p)
{
	const struct diagnosis *d = p->d;

	sentences(p, "Not here", d->absent, d->absent_count);
	for (size_t i = 0; i < d->application_count; i++)
		sentences(p, "Clock", &d->applications[i].clock_note,
			  d->applications[i].clock_note.len ? 1 : 0);
	harmless(p);
	page_inputs(p);
}

bool render_html(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	struct page p = { .d = d, .o = o, .common = render_common_prefix(d), .level = 2 };

	html_writer_init(&p.w, out);
	html_verbatim(&p.w, "<!DOCTYPE html>");
	html_open(&p.w, "html");
	html_attr(&p.w, "lang", STR("en"));
	head(&p);
	html_open(&p.w, "body");
	html_open(&p.w, "main");
	if (d->application_count == 1)
		application(&p, &d->applications[0]);
	else
		applications(&p);
	page_foot(&p);
	html_close(&p.w);
	html_open(&p.w, "footer");
	html_open(&p.w, "p");
	html_text(&p.w, STR("Written by sparkdx " SPARKDX_VERSION
			    " from the logs alone. Secrets are masked. This page loads nothing."));
	for (int i = 0; i < 4; i++)
		html_close(&p.w);
	html_verbatim(&p.w, "\n");
	return !p.w.failed;
}

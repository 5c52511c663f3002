/* A finding as a card: why, proof, where, fix, what it led to, how sure. */
#include "base/base.h"
#include "diagnose/page.h"

#include "base/limits.h"
#include "diagnose/mask.h"

enum { PLACES_SHOWN = 12, CONF_BYTES_MAX = 1 << 18 };

static void part_open(struct page *p, const char *name)
{
	html_open_class(&p->w, "section", "part");
	page_heading(p, 1);
	html_text(&p->w, str_from(name));
	html_close(&p->w);
	html_open(&p->w, "div");
}

static void part_close(struct page *p)
{
	html_close(&p->w);
	html_close(&p->w);
}

/* --- proof ----------------------------------------------------------------------------------- */

/* The line, what tells in bold. Where a secret lies across that border nothing is bold: its halves
 * could not be recognised. */
static void telling(struct page *p, const struct evidence *e)
{
	struct str head = { e->text.ptr, e->telling_at }, tail = str_skip(e->text, e->telling_at);
	struct buf whole = BUF_INIT((size_t)1 << 20), parts = BUF_INIT((size_t)1 << 20);
	bool apart = e->telling_at && e->telling_at < e->text.len;

	if (!mask_secrets(&whole, e->text) || !mask_secrets(&parts, head) ||
	    !mask_secrets(&parts, tail))
		p->w.failed = true;
	html_open(&p->w, "pre");
	html_open(&p->w, "code");
	if (apart && str_eq(buf_str(&whole), buf_str(&parts))) {
		html_open_class(&p->w, "span", "before");
		page_text(p, head);
		html_close(&p->w);
		page_text(p, tail);
	} else {
		html_text(&p->w, str_trim(buf_str(&whole)));
	}
	html_close(&p->w);
	html_close(&p->w);
	buf_release(&whole);
	buf_release(&parts);
}

static void proof_line(struct page *p, const struct evidence *e)
{
	html_open(&p->w, "li");
	html_open_class(&p->w, "p", "at");
	page_source(p, e);
	if (e->executor.len) {
		html_open_class(&p->w, "span", "who");
		html_text(&p->w, STR("executor "));
		page_text(p, e->executor);
		html_close(&p->w);
	} else if (e->process != PROCESS_UNKNOWN) {
		html_element(&p->w, "span", "who", str_from(process_name(e->process)));
	}
	if (e->time_ms != TIME_NONE)
		page_clock(p, e->time_ms);
	html_close(&p->w);
	telling(p, e);
	html_close(&p->w);
}

static void proof(struct page *p, const struct finding *f, size_t most)
{
	size_t shown = 0, last = 0;

	if (!f->evidence_count)
		return;
	part_open(p, "Proof");
	html_open_class(&p->w, "ol", "proof");
	for (size_t i = 0; i < f->evidence_count && shown < most; i++) {
		if (i && render_same_proof(&f->evidence[i], &f->evidence[last]))
			continue;
		proof_line(p, &f->evidence[i]);
		last = i;
		shown++;
	}
	html_close(&p->w);
	if (f->count > shown) {
		html_open_class(&p->w, "p", "rest");
		html_textf(&p->w, "seen %" PRIu64 " times", f->count);
		if (f->first_ms != TIME_NONE && f->last_ms != TIME_NONE) {
			html_text(&p->w, STR(", from "));
			page_clock(p, f->first_ms);
			html_text(&p->w, STR(" to "));
			page_clock(p, f->last_ms);
		}
		html_close(&p->w);
	}
	part_close(p);
}

/* --- where ----------------------------------------------------------------------------------- */

static void places(struct page *p, const char *name, const struct str_list *list)
{
	if (!list->count)
		return;
	page_fact(p, name);
	for (size_t i = 0; i < list->count && i < PLACES_SHOWN; i++) {
		html_text(&p->w, i ? STR(", ") : STR(""));
		page_text(p, list->items[i]);
	}
	if (list->count > PLACES_SHOWN)
		html_textf(&p->w, " ... %zu in all", list->count);
	page_fact_end(p);
}

static void where(struct page *p, const struct finding *f)
{
	const struct place *at = &f->where;

	if (!f->user_frame.len && !at->executors.count && !at->hosts.count && !at->stages.count)
		return;
	part_open(p, "Where");
	html_open_class(&p->w, "dl", "where");
	if (f->user_frame.len) {
		page_fact(p, "Your code");
		html_open(&p->w, "code");
		page_text(p, f->user_frame);
		html_close(&p->w);
		page_fact_end(p);
	}
	places(p, at->executors.count == 1 ? "Executor" : "Executors", &at->executors);
	places(p, at->hosts.count == 1 ? "Host" : "Hosts", &at->hosts);
	places(p, at->stages.count == 1 ? "Stage" : "Stages", &at->stages);
	html_close(&p->w);
	part_close(p);
}

/* --- fix ------------------------------------------------------------------------------------- */

static void fix_settings(struct page *p, const struct fix *x)
{
	for (size_t i = 0; i < x->set_count; i++) {
		struct buf value = BUF_INIT(CONF_BYTES_MAX);
		bool ok = mask_setting(&value, x->set[i].key, x->set[i].value);

		html_text(&p->w, STR(" "));
		html_open(&p->w, "code");
		html_text(&p->w, x->set[i].key);
		html_text(&p->w, STR("="));
		html_text(&p->w, ok ? buf_str(&value) : STR("***"));
		html_close(&p->w);
		buf_release(&value);
	}
}

static void fix(struct page *p, const struct fix *x)
{
	html_open(&p->w, "li");
	html_element(&p->w, "span", "kind", str_from(fix_kind_name(x->kind)));
	html_open(&p->w, "div");
	if (x->instead)
		html_text(&p->w, STR("Or: "));
	page_prose(p, x->text);
	fix_settings(p, x);
	if (x->now.len || x->computed_from.len) {
		html_open_class(&p->w, "span", "from");
		if (x->now.len) {
			html_text(&p->w, STR(" now "));
			page_text(p, x->now);
		}
		if (x->computed_from.len) {
			html_text(&p->w, x->now.len ? STR("; from: ") : STR(" from: "));
			page_prose(p, x->computed_from);
		}
		html_close(&p->w);
	}
	html_close(&p->w);
	html_close(&p->w);
}

/* One click selects all of the settings. */
static void fixes(struct page *p, const struct finding *f)
{
	struct buf conf = BUF_INIT(CONF_BYTES_MAX);
	struct str line, rest;
	bool any = false, more = true;

	if (!f->fix_count)
		return;
	part_open(p, "Fix");
	if (!render_settings(&conf, f, false, &any))
		p->w.failed = true;
	if (any) {
		html_open_class(&p->w, "pre", "conf");
		html_open(&p->w, "code");
		for (rest = buf_str(&conf); more;) {
			more = str_cut(rest, '\n', &line, &rest);
			html_text(&p->w, line);
			html_verbatim(&p->w, more ? "\n" : "");
		}
		html_close(&p->w);
		html_close(&p->w);
	}
	html_open_class(&p->w, "ul", "fixes");
	for (size_t i = 0; i < f->fix_count; i++)
		fix(p, &f->fixes[i]);
	html_close(&p->w);
	part_close(p);
	buf_release(&conf);
}

/* --- chain ----------------------------------------------------------------------------------- */

static void step(struct page *p, size_t i, bool linked)
{
	const struct finding *f = &p->d->findings[i];

	html_open(&p->w, "li");
	if (linked) {
		html_open(&p->w, "a");
		html_attrf(&p->w, "href", "#finding-%zu", i + 1);
	}
	page_prose(p, f->title);
	if (linked)
		html_close(&p->w);
	html_text(&p->w, STR(" "));
	html_element(&p->w, "code", NULL, f->id);
	html_open_class(&p->w, "span", "from");
	if (f->count > 1)
		html_textf(&p->w, " %" PRIu64 "x", f->count);
	if (f->first_ms != TIME_NONE) {
		html_text(&p->w, f->count > 1 ? STR(" from ") : STR(" at "));
		page_clock(p, f->first_ms);
	}
	html_close(&p->w);
	html_close(&p->w);
}

static void chain(struct page *p, size_t i)
{
	size_t steps[RENDER_CHAIN_STEPS], count = render_chain_steps(p->d, i, steps);

	if (count < 2)
		return;
	part_open(p, "Chain");
	html_open_class(&p->w, "ol", "chain");
	for (size_t k = 0; k < count; k++)
		step(p, steps[k], k > 0);
	html_close(&p->w);
	part_close(p);
}

/* --- how sure -------------------------------------------------------------------------------- */

static void certainty(struct page *p, const struct finding *f)
{
	part_open(p, "Confidence");
	html_open(&p->w, "p");
	html_textf(&p->w, "%.2f", f->confidence);
	if (f->disproof.len) {
		html_text(&p->w, STR(". Would change with: "));
		page_prose(p, f->disproof);
		html_text(&p->w, STR("."));
	}
	html_close(&p->w);
	part_close(p);
	if (!f->see_in_ui.len)
		return;
	part_open(p, "In the UI");
	html_open(&p->w, "p");
	page_prose(p, f->see_in_ui);
	html_close(&p->w);
	part_close(p);
}

/* --------------------------------------------------------------------------------------------- */

static const char *class_of(const struct finding *f)
{
	if (f->role == ROLE_PERFORMANCE)
		return "cost";
	return f->severity >= SEVERITY_ERROR	 ? "bad"
	       : f->severity == SEVERITY_WARNING ? "warn"
						 : "note";
}

/* "costs 8.6 s", "12x" */
static void weight(struct page *p, const struct finding *f)
{
	for (size_t i = 0; i < f->figure_count; i++) {
		const struct figure *x = &f->figures[i];

		if (f->role != ROLE_PERFORMANCE || x->kind != FIGURE_INT || x->number <= 0 ||
		    !str_eq(x->name, STR("cost_ms")))
			continue;
		html_open_class(&p->w, "span", "weight");
		html_text(&p->w, f->count > 1 ? STR("costs up to ") : STR("costs "));
		page_ms(p, x->number);
		html_close(&p->w);
		html_text(&p->w, STR(" "));
	}
	html_element(&p->w, "code", "name", f->id);
	if (f->count > 1) {
		html_open_class(&p->w, "span", "times");
		html_textf(&p->w, " %" PRIu64 "x", f->count);
		html_close(&p->w);
	}
}

static void body(struct page *p, size_t i, enum page_card card)
{
	const struct finding *f = &p->d->findings[i];

	if (f->why.len) {
		html_open_class(&p->w, "p", "why");
		page_prose(p, f->why);
		html_close(&p->w);
	}
	proof(p, f, card == PAGE_CARD_FIRST ? LIMIT_PAGE_PROOFS : LIMIT_PAGE_PROOFS_OTHER);
	where(p, f);
	fixes(p, f);
	if (card == PAGE_CARD_FIRST)
		chain(p, i);
	certainty(p, f);
}

static void folded(struct page *p, size_t i)
{
	const struct finding *f = &p->d->findings[i];

	html_open(&p->w, "details");
	html_attrf(&p->w, "class", "card %s", class_of(f));
	html_attrf(&p->w, "id", "finding-%zu", i + 1);
	html_open(&p->w, "summary");
	html_open_class(&p->w, "span", "title");
	page_prose(p, f->title);
	html_close(&p->w);
	html_text(&p->w, STR(" "));
	html_open_class(&p->w, "span", "meta");
	weight(p, f);
	html_close(&p->w);
	html_close(&p->w);
	body(p, i, PAGE_CARD_FOLDED);
	html_close(&p->w);
}

void page_finding(struct page *p, size_t i, enum page_card card)
{
	const struct finding *f = &p->d->findings[i];

	if (card == PAGE_CARD_FOLDED) {
		folded(p, i);
		return;
	}
	html_open(&p->w, "article");
	html_attrf(&p->w, "class", "card first %s", class_of(f));
	html_attrf(&p->w, "id", "finding-%zu", i + 1);
	html_element(&p->w, "p", "kicker", str_from(render_headline(p->d, f)));
	page_heading(p, 0);
	page_prose(p, f->title);
	html_close(&p->w);
	html_open_class(&p->w, "p", "meta");
	weight(p, f);
	html_close(&p->w);
	body(p, i, card);
	html_close(&p->w);
}

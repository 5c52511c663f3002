/*
 * page.h - what the parts of --format html share.
 *
 * One self-contained page, without a script, that loads nothing. Everything from a log goes through
 * page_text() or a sibling: secrets masked, then escaped by the writer. How much is shown is
 * bounded by LIMIT_PAGE_*; page_rest() says what was left out.
 */
#ifndef SPARKDX_DIAGNOSE_PAGE_H
#define SPARKDX_DIAGNOSE_PAGE_H

#include "base/html_writer.h"
#include "diagnose/render_formats.h"
#include "diagnose/table.h"

struct page {
	const struct diagnosis *d;
	const struct render_options *o;
	struct html_writer w;
	size_t common;	/* bytes that all sources begin with */
	unsigned level; /* of an application's own headings: 2, or 3 below its name */
};

/* --- texts, in render_html.c --- */

void page_text(struct page *p, struct str s);
/* A catalogue's text, which is wrapped where it was written. */
void page_prose(struct page *p, struct str s);
/* The same of a log's text, at most so many bytes of it. */
void page_cut(struct page *p, struct str s, size_t most);
void page_ms(struct page *p, int64_t ms);
void page_bytes(struct page *p, int64_t bytes);
/* "14:02:50", with the whole time for machines. */
void page_clock(struct page *p, int64_t epoch_ms);
/* An open heading, `below` levels under the application's own. */
void page_heading(struct page *p, unsigned below);
/* "and 12 more stages: sparkdx stages lists them"; nothing for 0. */
void page_rest(struct page *p, size_t left, const char *what, const char *how);
/* One fact of a list: "<dt>Jobs</dt><dd>3" left open. */
void page_fact(struct page *p, const char *name);
void page_fact_end(struct page *p);
/* "yarn-logs.txt:1713" */
void page_source(struct page *p, const struct evidence *e);

/* --- parts --- */

enum page_card { PAGE_CARD_FIRST, PAGE_CARD_FOLDED };

/* page_finding.c */
void page_finding(struct page *p, size_t i, enum page_card card);

/* page_chart.c: time drawn; `h` may be NULL. Nothing where no times are known. */
void page_chart(struct page *p, size_t application, const struct application_history *h);

/* page_table.c: what an event log counts, failed first, then what took longest. */
void page_views(struct page *p, const struct application_history *h);
void page_settings(struct page *p, const struct application *a);
void page_inputs(struct page *p);

#endif

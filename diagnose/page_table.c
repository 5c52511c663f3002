/* What views tell, the settings in force and the inputs, as tables of a page. */
#include "base/base.h"
#include "diagnose/page.h"

#include "base/limits.h"
#include "diagnose/config_key.h"
#include "diagnose/history.h"
#include "diagnose/mask.h"
#include "diagnose/view.h"

enum {
	BOX_WIDTH = 110,
	BOX_HEIGHT = 14,
	CELL_BYTES_MAX = 1 << 18,
	LONG_TEXT = 28, /* more is wrapped */
};

static void table_open(struct page *p, const char *label)
{
	/* It scrolls by itself where it is too wide, so the keyboard must get there. */
	html_open_class(&p->w, "div", "scroll");
	html_attr(&p->w, "tabindex", STR("0"));
	html_attr(&p->w, "role", STR("region"));
	html_attr(&p->w, "aria-label", str_from(label));
	html_open(&p->w, "table");
}

static void table_close(struct page *p)
{
	html_close(&p->w);
	html_close(&p->w);
}

/* What can be folded; its title goes between these two. */
static void fold_open(struct page *p, bool open)
{
	html_open_class(&p->w, "details", "fold");
	if (open)
		html_attr(&p->w, "open", STR("open"));
	html_open(&p->w, "summary");
	page_heading(p, 0);
}

static void fold_titled(struct page *p)
{
	html_close(&p->w);
	html_close(&p->w);
}

static void header_cell(struct page *p, const char *text, const char *class)
{
	html_open_class(&p->w, "th", class);
	html_attr(&p->w, "scope", STR("col"));
	html_text(&p->w, str_from(text));
	html_close(&p->w);
}

/* --- a view ---------------------------------------------------------------------------------- */

struct layout {
	const struct table *t;
	size_t rows; /* shown */
	bool shown[TABLE_COLUMNS_MAX];
	bool spread;	   /* some column has quantiles */
	int64_t spread_ms; /* the largest of them */
};

static const char *const quantile_titles[QUANTILE_COUNT] = { "min", "25 %", "median", "75 %",
							     "max" };

static struct layout lay_out(const struct table *t, size_t rows)
{
	struct layout l = { .t = t, .rows = rows };

	for (size_t c = 0; c < t->column_count; c++) {
		l.shown[c] = t->columns[c].title && c != t->same_column && table_column_tells(t, c);
		if (!l.shown[c] || !t->columns[c].quantiles)
			continue;
		l.spread = true;
		for (size_t r = 0; r < rows; r++) {
			const struct cell *cell = &t->rows[r].cells[c];

			if (cell->kind == CELL_QUANTILES &&
			    cell->quantiles->at[QUANTILE_MAX] > l.spread_ms)
				l.spread_ms = cell->quantiles->at[QUANTILE_MAX];
		}
	}
	return l;
}

/* Of all quantiles one row of titles above, each below. */
static void view_head(struct page *p, const struct layout *l)
{
	html_open(&p->w, "thead");
	html_open(&p->w, "tr");
	for (size_t c = 0; c < l->t->column_count; c++) {
		const struct column *column = &l->t->columns[c];

		if (!l->shown[c])
			continue;
		if (!column->quantiles) {
			header_cell(p, column->title, column->type == COLUMN_TEXT ? NULL : "n");
			continue;
		}
		header_cell(p, "Task time, s", NULL);
		for (size_t q = 0; q < QUANTILE_COUNT; q++)
			header_cell(p, quantile_titles[q], "n");
	}
	html_close(&p->w);
	html_close(&p->w);
}

static void mark(struct page *p, const char *class, double x, double y, double width, double height)
{
	html_open_class(&p->w, "rect", class);
	html_attrf(&p->w, "x", "%.1f", x);
	html_attrf(&p->w, "y", "%.1f", y);
	html_attrf(&p->w, "width", "%.1f", width);
	html_attrf(&p->w, "height", "%.1f", height);
	html_close(&p->w);
}

/* From the fastest task to the slowest, the middle half thick, on the scale of the whole table. */
static void box(struct page *p, const struct layout *l, const struct quantiles *q)
{
	double at[QUANTILE_COUNT];

	for (size_t i = 0; i < QUANTILE_COUNT; i++)
		at[i] = (double)q->at[i] / (double)l->spread_ms * (BOX_WIDTH - 2);
	html_open_class(&p->w, "svg", "box");
	html_attrf(&p->w, "width", "%d", BOX_WIDTH);
	html_attrf(&p->w, "height", "%d", BOX_HEIGHT);
	html_attr(&p->w, "aria-hidden", STR("true"));
	mark(p, "whole", at[QUANTILE_MIN], 6, at[QUANTILE_MAX] - at[QUANTILE_MIN] + 2, 2);
	mark(p, "half", at[QUANTILE_25], 3, at[QUANTILE_75] - at[QUANTILE_25] + 2, 8);
	mark(p, "middle", at[QUANTILE_50], 1, 2, 12);
	html_close(&p->w);
}

static void spread_cells(struct page *p, const struct layout *l, const struct cell *cell)
{
	bool any = cell->kind == CELL_QUANTILES && l->spread_ms > 0;

	html_open(&p->w, "td");
	if (any)
		box(p, l, cell->quantiles);
	html_close(&p->w);
	for (size_t q = 0; q < QUANTILE_COUNT; q++) {
		html_open_class(&p->w, "td", "n");
		/* All in seconds, so that a glance compares them. */
		if (any)
			html_textf(&p->w, "%.*f", l->spread_ms < 100000 ? 2 : 0,
				   (double)cell->quantiles->at[q] / 1000);
		html_close(&p->w);
	}
}

static void view_cell(struct page *p, const struct column *column, const struct cell *cell)
{
	struct buf text = BUF_INIT(CELL_BYTES_MAX);

	html_open_class(&p->w, "td",
			column->type != COLUMN_TEXT				? "n"
			: cell->kind == CELL_TEXT && cell->text.len > LONG_TEXT ? "long"
										: NULL);
	if (cell->kind == CELL_TEXT) {
		page_cut(p, cell->text, LIMIT_PAGE_CELL_BYTES);
	} else if (cell->kind != CELL_NONE) {
		if (!table_show_cell(&text, column, cell))
			p->w.failed = true;
		html_text(&p->w, buf_str(&text));
	}
	html_close(&p->w);
	buf_release(&text);
}

static void view_rows(struct page *p, const struct layout *l)
{
	html_open(&p->w, "tbody");
	for (size_t r = 0; r < l->rows; r++) {
		html_open_class(&p->w, "tr", l->t->rows[r].rank ? NULL : "bad");
		for (size_t c = 0; c < l->t->column_count; c++) {
			const struct column *column = &l->t->columns[c];
			const struct cell *cell = &l->t->rows[r].cells[c];

			if (l->shown[c] && column->quantiles)
				spread_cells(p, l, cell);
			else if (l->shown[c])
				view_cell(p, column, cell);
		}
		html_close(&p->w);
	}
	html_close(&p->w);
}

static const struct page_kind {
	const char *view, *one, *many, *bad, *all;
	const char *by; /* the longest first; NULL: as the view has it */
} kinds[] = {
	{ "stages", "stage", "stages", "failed", "; sparkdx stages lists all", "took_ms" },
	{ "executors", "executor", "executors", "lost", "; sparkdx executors lists all", NULL },
	{ "sql", "SQL execution", "SQL executions", "failed", "; sparkdx sql lists all",
	  "duration_ms" },
};

/* "7 stages, 1 failed" */
static void view_title(struct page *p, const struct page_kind *kind, const struct table *t)
{
	size_t bad = 0;

	for (size_t i = 0; i < t->row_count; i++)
		bad += t->rows[i].rank == 0;
	html_textf(&p->w, "%zu %s", t->row_count, t->row_count == 1 ? kind->one : kind->many);
	if (bad)
		html_textf(&p->w, ", %zu %s", bad, kind->bad);
}

static void page_view(struct page *p, const struct diagnosis *of, const struct page_kind *kind)
{
	struct table t;
	struct layout l;
	size_t rows;

	view_table(view_find(str_from(kind->view)), of, &t);
	if (kind->by) {
		table_sort(&t, table_column(&t, str_from(kind->by)), true);
		table_sort_by_rank(&t);
	}
	rows = t.row_count < LIMIT_PAGE_ROWS ? t.row_count : LIMIT_PAGE_ROWS;
	l = lay_out(&t, rows);
	if (rows) {
		fold_open(p, !t.rows[0].rank);
		view_title(p, kind, &t);
		fold_titled(p);
		table_open(p, kind->many);
		view_head(p, &l);
		view_rows(p, &l);
		table_close(p);
		page_rest(p, t.row_count - rows, kind->many,
			  kind->by ? ", shorter than these" : "");
		html_close(&p->w);
	}
	table_release(&t);
}

void page_views(struct page *p, const struct application_history *h)
{
	/* A view is of a diagnosis: here of one with this event log only. */
	struct application_history one = *h;
	struct diagnosis of = *p->d;

	of.applications = &p->d->applications[h->application];
	of.application_count = 1;
	of.histories = &one;
	of.history_count = 1;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		page_view(p, &of, &kinds[i]);
}

/* --- settings -------------------------------------------------------------------------------- */

/* What was chosen for this run: not a default, and not what is another in each run. */
static bool matters(const struct application *a, const struct fix_setting *s)
{
	const struct config_key *known = config_key_find(s->key);
	const char *usual = known ? config_key_default(known, a->spark_version) : NULL;

	return !config_key_changes_always(s->key) && !(usual && str_eq(s->value, str_from(usual)));
}

static int compare_settings(const void *a, const void *b)
{
	const struct fix_setting *const *x = a, *const *y = b;

	return str_compare((*x)->key, (*y)->key);
}

static void setting_row(struct page *p, const struct fix_setting *s)
{
	struct buf value = BUF_INIT(CELL_BYTES_MAX);
	bool ok = mask_setting(&value, s->key, s->value);

	html_open(&p->w, "tr");
	html_open(&p->w, "th");
	html_attr(&p->w, "scope", STR("row"));
	html_open(&p->w, "code");
	page_cut(p, s->key, LIMIT_PAGE_CELL_BYTES);
	html_close(&p->w);
	html_close(&p->w);
	html_open_class(&p->w, "td", "long");
	html_open(&p->w, "code");
	page_cut(p, ok ? buf_str(&value) : STR("***"), LIMIT_PAGE_TEXT_BYTES);
	html_close(&p->w);
	html_close(&p->w);
	html_close(&p->w);
	buf_release(&value);
}

static void setting_table(struct page *p, const struct fix_setting *const *chosen, size_t count,
			  size_t usual)
{
	size_t shown = count < LIMIT_PAGE_SETTINGS ? count : LIMIT_PAGE_SETTINGS;

	fold_open(p, false);
	html_textf(&p->w, "%zu setting%s chosen for this run", count, count == 1 ? "" : "s");
	fold_titled(p);
	table_open(p, "settings");
	html_open(&p->w, "thead");
	html_open(&p->w, "tr");
	header_cell(p, "Setting", NULL);
	header_cell(p, "Value", NULL);
	html_close(&p->w);
	html_close(&p->w);
	html_open(&p->w, "tbody");
	for (size_t i = 0; i < shown; i++)
		setting_row(p, chosen[i]);
	html_close(&p->w);
	table_close(p);
	page_rest(p, count - shown, "settings", "");
	if (usual) {
		html_open_class(&p->w, "p", "rest");
		html_textf(&p->w, "%zu are Spark's defaults or are another in each run: left out",
			   usual);
		html_close(&p->w);
	}
	html_close(&p->w);
}

void page_settings(struct page *p, const struct application *a)
{
	const struct fix_setting **chosen = calloc(a->setting_count + 1, sizeof(*chosen));
	size_t count = 0;

	if (!chosen)
		die_no_memory();
	for (size_t i = 0; i < a->setting_count; i++)
		if (matters(a, &a->settings[i]))
			chosen[count++] = &a->settings[i];
	if (count) {
		qsort(chosen, count, sizeof(*chosen), compare_settings);
		setting_table(p, chosen, count, a->setting_count - count);
	}
	free(chosen);
}

/* --- inputs ---------------------------------------------------------------------------------- */

static const struct {
	const char *text, *class;
} grades[] = {
	[GRADE_OK] = { "read", NULL },
	[GRADE_PARTIAL] = { "in part", "warn" },
	[GRADE_SKIPPED] = { "left out", NULL },
	[GRADE_FAILED] = { "failed", "bad" },
};

static bool is_damaged(const struct input_status *in)
{
	return in->grade == GRADE_PARTIAL || in->grade == GRADE_FAILED;
}

static void input_row(struct page *p, const struct input_status *in)
{
	html_open(&p->w, "tr");
	html_open(&p->w, "th");
	html_attr(&p->w, "scope", STR("row"));
	html_open(&p->w, "code");
	page_text(p, str_skip(in->path, p->common));
	html_close(&p->w);
	html_close(&p->w);
	html_element(&p->w, "td", NULL, in->kind);
	html_element(&p->w, "td", grades[in->grade].class, str_from(grades[in->grade].text));
	html_open_class(&p->w, "td", "n");
	page_bytes(p, (int64_t)in->bytes);
	html_close(&p->w);
	html_open_class(&p->w, "td", in->note.len > LONG_TEXT ? "long" : NULL);
	page_cut(p, in->note, LIMIT_PAGE_CELL_BYTES);
	html_close(&p->w);
	html_close(&p->w);
}

/* Damaged ones first. */
static void input_rows(struct page *p)
{
	size_t room = LIMIT_PAGE_INPUTS;

	html_open(&p->w, "tbody");
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < p->d->input_count; i++)
			if (is_damaged(&p->d->inputs[i]) == pass && room) {
				input_row(p, &p->d->inputs[i]);
				room--;
			}
	html_close(&p->w);
}

static void input_table(struct page *p)
{
	static const char *const titles[] = { "Input", "Kind", "Status", "Size", "Note" };

	table_open(p, "inputs");
	html_open(&p->w, "thead");
	html_open(&p->w, "tr");
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		header_cell(p, titles[i], i == 3 ? "n" : NULL);
	html_close(&p->w);
	html_close(&p->w);
	input_rows(p);
	table_close(p);
	if (p->d->input_count > LIMIT_PAGE_INPUTS)
		page_rest(p, p->d->input_count - LIMIT_PAGE_INPUTS, "inputs", "");
}

void page_inputs(struct page *p)
{
	struct buf b = BUF_INIT(CELL_BYTES_MAX);
	bool damaged = false;

	if (!p->d->input_count)
		return;
	for (size_t i = 0; i < p->d->input_count; i++)
		damaged |= is_damaged(&p->d->inputs[i]);
	p->level = 2;
	fold_open(p, damaged || !p->d->lines_read);
	html_textf(&p->w, "%zu input%s", p->d->input_count, p->d->input_count == 1 ? "" : "s");
	fold_titled(p);
	if (!render_read(&b, p->d, p->common))
		p->w.failed = true;
	html_element(&p->w, "p", NULL, buf_str(&b));
	input_table(p);
	html_close(&p->w);
	buf_release(&b);
}

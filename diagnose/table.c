#include "base/base.h"
#include "diagnose/table.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "diagnose/mask.h"
#include "diagnose/render_formats.h"

enum {
	CELL_COLUMNS_MAX = 60, /* of a text cell in a table */
	CELL_COLUMNS_CUT = 12, /* of one that gives way to the others */
};

void table_init(struct table *t, const char *name, const struct column *columns, size_t count)
{
	BUG_ON(count > TABLE_COLUMNS_MAX);
	*t = (struct table){ .name = name,
			     .columns = columns,
			     .column_count = count,
			     .same_column = SIZE_MAX,
			     .keep_column = SIZE_MAX,
			     .arena = ARENA_INIT(TABLE_BYTES_MAX) };
}

void table_release(struct table *t)
{
	free(t->rows);
	arena_release(&t->arena);
}

struct row *table_add(struct table *t, int rank)
{
	struct cell *cells = arena_alloc(&t->arena, t->column_count * sizeof(*cells));

	if (!cells) {
		t->over_limit = true;
		return NULL;
	}
	t->rows = array_grow(t->rows, t->row_count, &t->row_capacity, sizeof(*t->rows));
	t->rows[t->row_count] = (struct row){ rank, cells };
	return &t->rows[t->row_count++];
}

struct cell cell_text(struct str text)
{
	return text.len ? (struct cell){ .kind = CELL_TEXT, .text = text } : (struct cell){ 0 };
}

struct cell cell_number(int64_t number)
{
	return number < 0 ? (struct cell){ 0 }
			  : (struct cell){ .kind = CELL_NUMBER, .number = number };
}

struct cell cell_quantiles(const struct quantiles *q)
{
	return (struct cell){ .kind = CELL_QUANTILES, .quantiles = q };
}

/* --- order ----------------------------------------------------------------------------------- */

struct order {
	size_t column; /* SIZE_MAX: by rank */
	bool descending;
};

static int compare_cells(const struct cell *a, const struct cell *b, bool descending)
{
	int order;

	if ((a->kind == CELL_NONE) != (b->kind == CELL_NONE))
		return a->kind == CELL_NONE ? 1 : -1;
	if (a->kind == CELL_TEXT && b->kind == CELL_TEXT) {
		order = str_compare(a->text, b->text);
	} else if (a->kind == CELL_REAL || b->kind == CELL_REAL) {
		double x = a->kind == CELL_REAL ? a->real : (double)a->number;
		double y = b->kind == CELL_REAL ? b->real : (double)b->number;

		order = (x > y) - (x < y);
	} else {
		int64_t x = a->kind == CELL_QUANTILES ? a->quantiles->at[QUANTILE_MAX] : a->number;
		int64_t y = b->kind == CELL_QUANTILES ? b->quantiles->at[QUANTILE_MAX] : b->number;

		order = (x > y) - (x < y);
	}
	return descending ? -order : order;
}

static int compare_rows(const struct row *a, const struct row *b, struct order o)
{
	if (o.column == SIZE_MAX)
		return (a->rank > b->rank) - (a->rank < b->rank);
	return compare_cells(&a->cells[o.column], &b->cells[o.column], o.descending);
}

/* Merge sort: stable, so equal rows keep their order. */
static void sort_rows(struct row *rows, struct row *spare, size_t count, struct order o)
{
	size_t half = count / 2, i = 0, j = half;

	if (count < 2)
		return;
	sort_rows(rows, spare, half, o);
	sort_rows(rows + half, spare, count - half, o);
	memcpy(spare, rows, count * sizeof(*rows));
	for (size_t k = 0; k < count; k++) {
		bool right = i == half || (j < count && compare_rows(&spare[j], &spare[i], o) < 0);

		rows[k] = right ? spare[j++] : spare[i++];
	}
}

static void sort(struct table *t, struct order o)
{
	struct row *spare = malloc((t->row_count ? t->row_count : 1) * sizeof(*spare));

	if (!spare)
		die_no_memory();
	sort_rows(t->rows, spare, t->row_count, o);
	free(spare);
}

void table_sort_by_rank(struct table *t)
{
	sort(t, (struct order){ .column = SIZE_MAX });
}

size_t table_column(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (str_eq(name, str_from(t->columns[i].name)))
			return i;
	for (size_t i = 0; i < t->column_count; i++)
		if (t->columns[i].title && str_eq_any_case(name, str_from(t->columns[i].title)))
			return i;
	return SIZE_MAX;
}

void table_sort(struct table *t, size_t column, bool descending)
{
	BUG_ON(column >= t->column_count);
	sort(t, (struct order){ column, descending });
}

/* --- text ------------------------------------------------------------------------------------ */

static bool show_number(struct buf *out, enum column_type type, int64_t n)
{
	switch (type) {
	case COLUMN_TIME:
		clock_show(out, n);
		return true;
	case COLUMN_MS:
		quantity_show_ms(out, n);
		return true;
	case COLUMN_NS:
		quantity_show_ms(out, n / 1000000);
		return true;
	case COLUMN_BYTES:
		quantity_show_bytes(out, n);
		return true;
	case COLUMN_NUMBER:
	case COLUMN_TEXT:
		break;
	}
	return buf_addf(out, "%" PRId64, n);
}

/* Durations of one row in one unit, so that they can be compared at a glance. */
static bool show_seconds(struct buf *out, const struct quantiles *q)
{
	int digits = q->at[QUANTILE_MAX] < 1000 ? 3 : q->at[QUANTILE_MAX] < 10000 ? 2 : 1;
	bool ok = true;

	for (size_t i = 0; ok && i < QUANTILE_COUNT; i++)
		ok = buf_addf(out, "%s%.*f", i ? ".." : "", digits, (double)q->at[i] / 1000);
	return ok && buf_add(out, STR(" s"));
}

bool table_show_cell(struct buf *out, const struct column *c, const struct cell *cell)
{
	bool ok = true;

	switch (cell->kind) {
	case CELL_NONE:
		return buf_add(out, STR("-"));
	case CELL_TEXT:
		return render_safe(out, cell->text);
	case CELL_NUMBER:
		return show_number(out, c->type, cell->number);
	case CELL_REAL:
		return buf_addf(out, "%.6g", cell->real);
	case CELL_QUANTILES:
		if (c->type == COLUMN_MS)
			return show_seconds(out, cell->quantiles);
		for (size_t i = 0; ok && i < QUANTILE_COUNT; i++)
			ok = (!i || buf_add(out, STR(".."))) &&
			     show_number(out, c->type, cell->quantiles->at[i]);
		break;
	}
	return ok;
}

/* Characters, one column each. */
static size_t width_of(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; n++) {
		size_t step = utf8_sequence(str_skip(s, i));

		i += step ? step : 1;
	}
	return n;
}

/* Bytes of the first `columns` characters. */
static size_t bytes_of(struct str s, size_t columns)
{
	size_t at = 0;

	while (at < s.len && columns--) {
		size_t step = utf8_sequence(str_skip(s, at));

		at += step ? step : 1;
	}
	return at < s.len ? at : s.len;
}

static bool spaces(struct buf *out, size_t n)
{
	bool ok = true;

	while (ok && n--)
		ok = buf_add_char(out, ' ');
	return ok;
}

struct layout {
	const struct table *t;
	bool shown[TABLE_COLUMNS_MAX];
	size_t width[TABLE_COLUMNS_MAX];
	size_t last; /* shown column */
};

/* Numbers stand right, texts left; the last column is cut at the screen's edge. */
static bool put_cell(struct buf *out, const struct layout *l, size_t c, struct str text,
		     size_t room)
{
	bool number = l->t->columns[c].type != COLUMN_TEXT && !l->t->columns[c].quantiles;
	size_t width = width_of(text), limit = c == l->last ? room : l->width[c];
	bool ok = true;

	if (width > limit) {
		ok = buf_add(out, (struct str){ text.ptr, bytes_of(text, limit - 1) }) &&
		     buf_add(out, STR("~"));
		width = limit;
	} else {
		if (number)
			ok = spaces(out, l->width[c] - width);
		ok = ok && buf_add(out, text);
		if (!number && c != l->last)
			ok = ok && spaces(out, l->width[c] - width);
	}
	return ok && (c == l->last || buf_add(out, STR("  ")));
}

bool table_column_tells(const struct table *t, size_t column)
{
	for (size_t r = 0; r < t->row_count; r++) {
		const struct cell *cell = &t->rows[r].cells[column];

		if (cell->kind != CELL_NONE && (cell->kind != CELL_NUMBER || cell->number))
			return true;
	}
	return false;
}

static void measure(struct layout *l, struct buf *scratch)
{
	const struct table *t = l->t;

	for (size_t c = 0; c < t->column_count; c++) {
		if (!t->columns[c].title || c == t->same_column)
			continue;
		l->width[c] = strlen(t->columns[c].title);
		for (size_t r = 0; r < t->row_count; r++) {
			size_t width;

			buf_clear(scratch);
			if (!table_show_cell(scratch, &t->columns[c], &t->rows[r].cells[c]))
				continue;
			width = width_of(buf_str(scratch));
			if (width > CELL_COLUMNS_MAX)
				width = CELL_COLUMNS_MAX;
			if (width > l->width[c])
				l->width[c] = width;
		}
		l->shown[c] = table_column_tells(t, c);
		if (l->shown[c])
			l->last = c;
	}
}

/* The widest text that may give way, but for the last column; SIZE_MAX: none. */
static size_t widest(const struct layout *l, bool keep)
{
	size_t best = SIZE_MAX;

	for (size_t c = 0; c < l->last; c++)
		if (l->shown[c] && (c == l->t->keep_column) == keep &&
		    l->t->columns[c].type == COLUMN_TEXT && l->width[c] > CELL_COLUMNS_CUT &&
		    (best == SIZE_MAX || l->width[c] > l->width[best]))
			best = c;
	return best;
}

/* Cut the widest texts until all but the last column have room. */
static void squeeze(struct layout *l, size_t columns)
{
	size_t used = 0, c;

	for (c = 0; c < l->last; c++)
		used += l->shown[c] ? l->width[c] + 2 : 0;
	for (int keep = 0; keep <= 1; keep++)
		while (used > columns && (c = widest(l, keep)) != SIZE_MAX) {
			l->width[c]--;
			used--;
		}
}

/* Columns on the right that the screen has no room for are left out; says how many. */
static size_t fit(struct layout *l, size_t columns)
{
	size_t used = 0, hidden = 0;
	bool any = false;

	for (size_t c = 0; c < l->t->column_count; c++) {
		size_t width = l->width[c];

		if (!l->shown[c])
			continue;
		/* The last column may be cut. */
		if (c == l->last && width > 20)
			width = 20;
		if (any && used + width > columns) {
			l->shown[c] = false;
			hidden++;
			continue;
		}
		any = true;
		used += width + 2;
	}
	for (size_t c = 0; c < l->t->column_count; c++)
		if (l->shown[c])
			l->last = c;
	return hidden;
}

static bool table_rows(const struct table *t, const struct render_options *o, struct buf *out)
{
	struct layout l = { .t = t };
	struct buf scratch = BUF_INIT((size_t)1 << 16);
	size_t before = 0, room, hidden;
	bool ok = true;

	measure(&l, &scratch);
	if (t->keep_column != SIZE_MAX)
		squeeze(&l, o->columns);
	hidden = fit(&l, o->columns);
	for (size_t c = 0; c < l.last; c++)
		before += l.shown[c] ? l.width[c] + 2 : 0;
	/* Never so narrow that nothing can be read. */
	room = o->columns > before + 20 ? o->columns - before : 20;
	for (size_t r = 0; ok && r <= t->row_count; r++) {
		for (size_t c = 0; ok && c < t->column_count; c++) {
			if (!l.shown[c])
				continue;
			buf_clear(&scratch);
			ok = r ? table_show_cell(&scratch, &t->columns[c], &t->rows[r - 1].cells[c])
			       : buf_add(&scratch, str_from(t->columns[c].title));
			ok = ok && put_cell(out, &l, c, buf_str(&scratch), room);
		}
		ok = ok && buf_add_char(out, '\n');
	}
	if (ok && hidden)
		ok = buf_addf(out, "%zu more column%s: wider, -v or --format json\n", hidden,
			      hidden == 1 ? "" : "s");
	buf_release(&scratch);
	return ok;
}

/* A text of several lines (a plan) stands below its name. */
static bool put_lines(struct buf *out, struct str text)
{
	struct str line;
	bool ok = true;

	while (ok && text.len) {
		(void)str_cut(text, '\n', &line, &text);
		ok = buf_add(out, STR("\n  ")) && render_safe(out, line);
	}
	return ok;
}

static bool put_value(struct buf *out, const struct column *c, const struct cell *cell)
{
	if (cell->kind == CELL_TEXT && memchr(cell->text.ptr, '\n', cell->text.len))
		return put_lines(out, cell->text);
	return table_show_cell(out, c, cell);
}

/* With -v: each row as a block of all it has. */
static bool table_blocks(const struct table *t, struct buf *out)
{
	int width = 0;
	bool ok = true;

	for (size_t c = 0; c < t->column_count; c++) {
		int len = (int)strlen(t->columns[c].name) + 2;

		width = len > width ? len : width;
	}
	for (size_t r = 0; ok && r < t->row_count; r++) {
		ok = !r || buf_add_char(out, '\n');
		for (size_t c = 0; ok && c < t->column_count; c++) {
			const struct cell *cell = &t->rows[r].cells[c];
			static const struct quantiles nothing;

			if (cell->kind == CELL_NONE ||
			    (cell->kind == CELL_QUANTILES &&
			     !memcmp(cell->quantiles, &nothing, sizeof(nothing))))
				continue;
			ok = buf_addf(out, "%-*s", width, t->columns[c].name) &&
			     put_value(out, &t->columns[c], cell) && buf_add_char(out, '\n');
		}
	}
	return ok;
}

bool table_text(const struct table *t, const struct render_options *o, struct buf *out)
{
	if (!t->row_count)
		return buf_addf(out, "no %s\n", t->name);
	return o->verbose ? table_blocks(t, out) : table_rows(t, o, out);
}

/* --- JSON, CSV ------------------------------------------------------------------------------- */

static bool masked(struct buf *out, struct str text)
{
	buf_clear(out);
	return mask_secrets(out, text);
}

static void json_cell(struct json_writer *w, const struct cell *cell, struct buf *scratch)
{
	switch (cell->kind) {
	case CELL_NONE:
		break;
	case CELL_TEXT:
		if (masked(scratch, cell->text))
			json_str(w, buf_str(scratch));
		else
			json_str(w, STR(""));
		break;
	case CELL_NUMBER:
		json_number(w, cell->number);
		break;
	case CELL_REAL:
		json_decimal(w, cell->real, 6);
		break;
	case CELL_QUANTILES:
		json_open(w, '[');
		for (size_t i = 0; i < QUANTILE_COUNT; i++)
			json_number(w, cell->quantiles->at[i]);
		json_close(w, ']');
		break;
	}
}

bool table_json(const struct table *t, struct buf *out)
{
	struct buf scratch = BUF_INIT((size_t)1 << 16);
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, '{');
	json_name(&w, STR("schema"));
	json_str(&w, STR("sparkdx.view.v1"));
	json_name(&w, STR("view"));
	json_str(&w, str_from(t->name));
	json_name(&w, STR("rows"));
	json_open(&w, '[');
	for (size_t r = 0; r < t->row_count; r++) {
		json_open(&w, '{');
		for (size_t c = 0; c < t->column_count; c++) {
			if (t->rows[r].cells[c].kind == CELL_NONE)
				continue;
			json_name(&w, str_from(t->columns[c].name));
			json_cell(&w, &t->rows[r].cells[c], &scratch);
		}
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_release(&scratch);
	return !w.failed;
}

/* RFC 4180: quoted where needed, quotes doubled; quantiles are joined with blanks. */
static bool csv_cell(struct buf *out, const struct cell *cell, struct buf *scratch)
{
	bool ok = true;

	buf_clear(scratch);
	switch (cell->kind) {
	case CELL_NONE:
		return true;
	case CELL_NUMBER:
		return buf_addf(out, "%" PRId64, cell->number);
	case CELL_REAL:
		return buf_addf(out, "%.15g", cell->real);
	case CELL_QUANTILES:
		for (size_t i = 0; ok && i < QUANTILE_COUNT; i++)
			ok = buf_addf(out, "%s%" PRId64, i ? " " : "", cell->quantiles->at[i]);
		return ok;
	case CELL_TEXT:
		break;
	}
	ok = masked(scratch, cell->text) && buf_add_char(out, '"');
	for (size_t i = 0; ok && i < scratch->len; i++)
		ok = (scratch->ptr[i] != '"' || buf_add_char(out, '"')) &&
		     buf_add_char(out, scratch->ptr[i]);
	return ok && buf_add_char(out, '"');
}

bool table_csv(const struct table *t, struct buf *out)
{
	struct buf scratch = BUF_INIT((size_t)1 << 16);
	bool ok = true;

	for (size_t c = 0; ok && c < t->column_count; c++)
		ok = buf_addf(out, "%s%s", c ? "," : "", t->columns[c].name);
	ok = ok && buf_add(out, STR("\r\n"));
	for (size_t r = 0; ok && r < t->row_count; r++) {
		for (size_t c = 0; ok && c < t->column_count; c++)
			ok = (!c || buf_add_char(out, ',')) &&
			     csv_cell(out, &t->rows[r].cells[c], &scratch);
		ok = ok && buf_add(out, STR("\r\n"));
	}
	buf_release(&scratch);
	return ok;
}

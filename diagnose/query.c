#include "base/base.h"
#include "diagnose/query.h"

#include <sqlite3.h>

enum {
	NAME_BYTES = 64,
	SQL_BYTES_MAX = 1 << 16,
	/* What SQLite may hold to sort and group. */
	HEAP_BYTES_MAX = 512 << 20,
	TEXT_BYTES_MAX = 64 << 20,
	/* Virtual machine steps between two looks at `cancel`. */
	STEPS_PER_LOOK = 10000,
	/* No relation has an index: a full scan each time. */
	SCAN_COST = 1000000,
};

/* --- relations as virtual tables ------------------------------------------------------------- */

static const char *const quantile_names[QUANTILE_COUNT] = { "min", "p25", "median", "p75", "max" };

static const char *const type_names[] = {
	[COLUMN_TEXT] = "TEXT", [COLUMN_NUMBER] = "INTEGER", [COLUMN_TIME] = "TIME",
	[COLUMN_MS] = "MS",	[COLUMN_NS] = "NS",	     [COLUMN_BYTES] = "BYTES",
};

struct relation_table {
	sqlite3_vtab base; /* SQLite's part comes first */
	const struct relation *relation;
};

struct relation_cursor {
	sqlite3_vtab_cursor base;
	const struct relation *relation;
	void *rows;
	struct cell *cells;
	sqlite3_int64 number;
	bool ended;
};

/* "duration_ms_quantiles" -> "duration_ms" */
static int stem_len(const struct column *c)
{
	struct str name = str_from(c->name), end = STR("_quantiles");

	return (int)(c->quantiles && str_ends_with(name, end) ? name.len - end.len : name.len);
}

bool query_columns(const struct relation *r, struct buf *out)
{
	bool ok = true;

	for (size_t c = 0; ok && c < r->column_count; c++)
		ok = buf_addf(out, "%s%.*s%s", c ? " " : "", stem_len(&r->columns[c]),
			      r->columns[c].name,
			      r->columns[c].quantiles ? "_min|p25|median|p75|max" : "");
	return ok;
}

static bool declare(const struct relation *r, struct buf *sql)
{
	bool ok = buf_add(sql, STR("CREATE TABLE x("));

	for (size_t c = 0; ok && c < r->column_count; c++) {
		const struct column *column = &r->columns[c];

		for (size_t q = 0; ok && q < (column->quantiles ? QUANTILE_COUNT : 1); q++)
			ok = buf_addf(sql, "%s\"%.*s%s%s\" %s", c || q ? "," : "", stem_len(column),
				      column->name, column->quantiles ? "_" : "",
				      column->quantiles ? quantile_names[q] : "",
				      type_names[column->type]);
	}
	return ok && buf_add(sql, STR(")"));
}

static int connect_table(sqlite3 *db, void *aux, int argc, const char *const *argv,
			 sqlite3_vtab **out, char **error)
{
	struct buf sql = BUF_INIT(SQL_BYTES_MAX);
	struct relation_table *t = calloc(1, sizeof(*t));
	int result;

	(void)argc;
	(void)argv;
	if (!t)
		die_no_memory();
	t->relation = aux;
	BUG_ON(!declare(t->relation, &sql) || !buf_add_char(&sql, '\0'));
	result = sqlite3_declare_vtab(db, sql.ptr);
	buf_release(&sql);
	if (result != SQLITE_OK) {
		*error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
		free(t);
		return result;
	}
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

static int plan_scan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	info->estimatedCost = SCAN_COST;
	info->estimatedRows = SCAN_COST;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	const struct relation *r = ((struct relation_table *)base)->relation;
	struct relation_cursor *c = calloc(1, sizeof(*c));

	if (c)
		c->cells = calloc(r->column_count, sizeof(*c->cells));
	if (!c || !c->cells)
		die_no_memory();
	c->relation = r;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct relation_cursor *c = (struct relation_cursor *)base;

	if (c->rows)
		c->relation->close(c->rows);
	free(c->cells);
	free(c);
	return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
	struct relation_cursor *c = (struct relation_cursor *)base;

	for (size_t i = 0; i < c->relation->column_count; i++)
		c->cells[i] = (struct cell){ 0 };
	c->ended = !c->relation->next(c->rows, c->cells);
	c->number++;
	return SQLITE_OK;
}

static int rewind_cursor(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
			 sqlite3_value **argv)
{
	struct relation_cursor *c = (struct relation_cursor *)base;

	(void)plan;
	(void)name;
	(void)argc;
	(void)argv;
	if (c->rows)
		c->relation->close(c->rows);
	c->rows = c->relation->open(c->relation->context);
	c->number = 0;
	return next_row(base);
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
	return ((struct relation_cursor *)base)->ended;
}

static int row_number(sqlite3_vtab_cursor *base, sqlite3_int64 *number)
{
	*number = ((struct relation_cursor *)base)->number;
	return SQLITE_OK;
}

static void give(sqlite3_context *to, const struct cell *cell, size_t quantile)
{
	switch (cell->kind) {
	case CELL_NONE:
		sqlite3_result_null(to);
		break;
	case CELL_TEXT:
		sqlite3_result_text64(to, cell->text.ptr, cell->text.len, SQLITE_TRANSIENT,
				      SQLITE_UTF8);
		break;
	case CELL_NUMBER:
		sqlite3_result_int64(to, cell->number);
		break;
	case CELL_REAL:
		sqlite3_result_double(to, cell->real);
		break;
	case CELL_QUANTILES:
		sqlite3_result_int64(to, cell->quantiles->at[quantile]);
		break;
	}
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int wanted)
{
	const struct relation_cursor *c = (struct relation_cursor *)base;
	size_t left = (size_t)wanted;

	for (size_t i = 0; i < c->relation->column_count; i++) {
		size_t width = c->relation->columns[i].quantiles ? QUANTILE_COUNT : 1;

		if (left < width) {
			give(to, &c->cells[i], left);
			return SQLITE_OK;
		}
		left -= width;
	}
	return SQLITE_ERROR;
}

static const sqlite3_module relation_module = {
	.xConnect = connect_table,
	.xBestIndex = plan_scan,
	.xDisconnect = disconnect_table,
	.xOpen = open_cursor,
	.xClose = close_cursor,
	.xFilter = rewind_cursor,
	.xNext = next_row,
	.xEof = is_at_end,
	.xColumn = give_column,
	.xRowid = row_number,
};

/* --- the answer ------------------------------------------------------------------------------ */

static void complain(struct diag_sink *diags, const char *what, const char *hint)
{
	diag_report(diags, DIAG_ERROR, "query", STR(""), 0, "%.300s%s", what, hint);
}

static enum column_type type_of(const char *declared)
{
	for (size_t i = 0; declared && i < ARRAY_LEN(type_names); i++)
		if (!strcmp(declared, type_names[i]))
			return (enum column_type)i;
	return COLUMN_TEXT;
}

static struct cell answered(sqlite3_stmt *q, int c, struct arena *arena, bool *fits)
{
	const void *text;
	struct str kept = STR("");

	switch (sqlite3_column_type(q, c)) {
	case SQLITE_NULL:
		return (struct cell){ 0 };
	case SQLITE_INTEGER:
		return (struct cell){ .kind = CELL_NUMBER, .number = sqlite3_column_int64(q, c) };
	case SQLITE_FLOAT:
		return (struct cell){ .kind = CELL_REAL, .real = sqlite3_column_double(q, c) };
	default:
		text = sqlite3_column_text(q, c);
		if (text &&
		    !arena_str(arena, (struct str){ text, (size_t)sqlite3_column_bytes(q, c) },
			       &kept))
			*fits = false;
		return cell_text(kept);
	}
}

/* Columns as the answer has them, in the table's arena. */
static bool take_columns(sqlite3_stmt *q, struct column *columns, size_t count, struct table *t)
{
	for (size_t c = 0; c < count; c++) {
		struct str name;

		if (!arena_str(&t->arena, str_from(sqlite3_column_name(q, (int)c)), &name))
			return false;
		columns[c] = (struct column){ .name = name.ptr,
					      .title = name.ptr,
					      .type = type_of(sqlite3_column_decltype(q, (int)c)) };
	}
	t->columns = columns;
	t->column_count = count;
	/* Texts are cut where the screen is narrow, the last one least. */
	for (size_t c = 0; c < count; c++)
		if (columns[c].type == COLUMN_TEXT)
			t->keep_column = c;
	return true;
}

static bool take_rows(sqlite3 *db, sqlite3_stmt *q, struct column *columns, struct table *t,
		      struct diag_sink *diags)
{
	bool fits = true;
	int result;

	while (fits && (result = sqlite3_step(q)) == SQLITE_ROW) {
		struct row *r = table_add(t, 0);

		for (size_t c = 0; r && c < t->column_count; c++) {
			r->cells[c] = answered(q, (int)c, &t->arena, &fits);
			/* Numbers that were computed are set like numbers. */
			if (columns[c].type == COLUMN_TEXT &&
			    (r->cells[c].kind == CELL_NUMBER || r->cells[c].kind == CELL_REAL))
				columns[c].type = COLUMN_NUMBER;
		}
		fits = fits && r;
	}
	if (!fits) {
		t->over_limit = true;
		return true;
	}
	if (result == SQLITE_DONE)
		return true;
	complain(diags, result == SQLITE_INTERRUPT ? "cancelled" : sqlite3_errmsg(db), "");
	return false;
}

static bool answer(sqlite3 *db, sqlite3_stmt *q, struct table *t, struct diag_sink *diags)
{
	size_t count = (size_t)sqlite3_column_count(q);
	struct column *columns = arena_alloc(&t->arena, (count + 1) * sizeof(*columns));

	if (count > TABLE_COLUMNS_MAX || !columns || !take_columns(q, columns, count, t)) {
		complain(diags, "the answer has too many columns: name those you want", "");
		return false;
	}
	return take_rows(db, q, columns, t, diags);
}

static int only_reading(void *context, int action, const char *a, const char *b, const char *c,
			const char *d)
{
	(void)context;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
			       action == SQLITE_RECURSIVE
		       ? SQLITE_OK
		       : SQLITE_DENY;
}

static int look_at_cancel(void *context)
{
	const volatile sig_atomic_t *cancel = context;

	return *cancel != 0;
}

static bool prepare(sqlite3 *db, struct str sql, sqlite3_stmt **q, struct diag_sink *diags)
{
	const char *rest = NULL;
	int result;

	if (sql.len > SQL_BYTES_MAX) {
		complain(diags, "the query is too long", "");
		return false;
	}
	result = sqlite3_prepare_v2(db, sql.ptr, (int)sql.len, q, &rest);
	if (result == SQLITE_AUTH) {
		complain(diags, "only statements that read are answered: SELECT, WITH", "");
		return false;
	}
	if (result != SQLITE_OK) {
		bool quotes = strstr(sqlite3_errmsg(db), "no such column") != NULL;

		complain(diags, result == SQLITE_INTERRUPT ? "cancelled" : sqlite3_errmsg(db),
			 quotes ? " (texts keep their 'quotes' when all of the query stands in "
				  "\"double quotes\")"
				: "");
		return false;
	}
	if (!*q || str_trim(str_skip(sql, (size_t)(rest - sql.ptr))).len) {
		complain(diags, *q ? "one statement at a time" : "there is no statement", "");
		return false;
	}
	return true;
}

/* Tables are declared by a statement that only_reading() would not let through. */
static bool declare_all(sqlite3 *db, const struct relation *relations, size_t count)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct buf sql = BUF_INIT(SQL_BYTES_MAX);
		sqlite3_stmt *q = NULL;

		ok = buf_addf(&sql, "SELECT 1 FROM \"%s\"", relations[i].name) &&
		     sqlite3_create_module(db, relations[i].name, &relation_module,
					   (void *)(uintptr_t)&relations[i]) == SQLITE_OK &&
		     sqlite3_prepare_v2(db, sql.ptr, (int)sql.len, &q, NULL) == SQLITE_OK;
		(void)sqlite3_finalize(q);
		buf_release(&sql);
	}
	return ok;
}

bool query_run(const struct relation *relations, size_t count, struct str sql,
	       const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	bool ok = false;

	table_init(t, "rows", NULL, 0);
	(void)sqlite3_hard_heap_limit64(HEAP_BYTES_MAX);
	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		die_no_memory();
	BUG_ON(!declare_all(db, relations, count));
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, TEXT_BYTES_MAX);
	(void)sqlite3_set_authorizer(db, only_reading, NULL);
	if (cancel)
		sqlite3_progress_handler(db, STEPS_PER_LOOK, look_at_cancel,
					 (void *)(uintptr_t)cancel);
	if (prepare(db, sql, &q, diags))
		ok = answer(db, q, t, diags);
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
	return ok;
}

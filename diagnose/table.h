/*
 * table.h - rows of typed cells: what the views fill, and what text, JSON and queries read.
 *
 * Cells point into the diagnosis or into the table's arena. A missing number is CELL_NONE, never 0.
 */
#ifndef SPARKDX_DIAGNOSE_TABLE_H
#define SPARKDX_DIAGNOSE_TABLE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "diagnose/distribution.h"
#include "diagnose/render.h"

enum column_type {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_TIME, /* epoch ms */
	COLUMN_MS,
	COLUMN_NS,
	COLUMN_BYTES,
};

struct column {
	const char *name;  /* in JSON and queries; the unit last: "duration_ms" */
	const char *title; /* over the column; NULL: shown only with -v and in JSON */
	enum column_type type;
	bool quantiles; /* five numbers: min, 25 %, median, 75 %, max */
};

enum cell_kind { CELL_NONE, CELL_TEXT, CELL_NUMBER, CELL_REAL, CELL_QUANTILES };

struct cell {
	enum cell_kind kind;
	union {
		struct str text;
		int64_t number;
		double real; /* an answer of a query */
		const struct quantiles *quantiles;
	};
};

struct row {
	int rank; /* lower rows come first: what failed */
	struct cell *cells;
};

struct table {
	const char *name;
	const struct column *columns;
	size_t column_count;
	struct row *rows;
	size_t row_count, row_capacity;
	struct arena arena;
	size_t same_column; /* says the same in all rows: not in text; SIZE_MAX: none */
	/* Where the screen is narrow, texts are cut before columns are left out, this one last;
	 * SIZE_MAX: they are not. */
	size_t keep_column;
	bool over_limit; /* more rows than TABLE_BYTES_MAX holds: the rest is left out */
};

enum { TABLE_COLUMNS_MAX = 128 };
#define TABLE_BYTES_MAX ((size_t)512 << 20)

void table_init(struct table *t, const char *name, const struct column *columns, size_t count);
void table_release(struct table *t);
/* A row of empty cells; NULL past the ceiling. */
struct row *table_add(struct table *t, int rank);

struct cell cell_text(struct str text);
/* Negative is CELL_NONE: Spark's numbers have no sign. */
struct cell cell_number(int64_t number);
struct cell cell_quantiles(const struct quantiles *q);

/* By rank, then in the order of adding. */
void table_sort_by_rank(struct table *t);
/* The column of that name, or with that title whatever its case; SIZE_MAX: none. */
size_t table_column(const struct table *t, struct str name);
/* By a column; rows without a value come last. */
void table_sort(struct table *t, size_t column, bool descending);

/* One cell as people read it, texts masked and escaped. */
bool table_show_cell(struct buf *out, const struct column *c, const struct cell *cell) MUST_USE;
/* Has the column a value but zero? Else it tells nothing. */
bool table_column_tells(const struct table *t, size_t column);

/* Append to `out`; false past its ceiling. */
bool table_text(const struct table *t, const struct render_options *o, struct buf *out) MUST_USE;
bool table_json(const struct table *t, struct buf *out) MUST_USE;
bool table_csv(const struct table *t, struct buf *out) MUST_USE;

#endif

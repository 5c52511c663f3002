/*
 * query.h - SQL over relations: whatever gives rows of cells can be asked.
 *
 * SQLite reads the rows where they are, as virtual tables: nothing is copied into a database. Only
 * reading statements are let through. Quantiles become five columns: NAME_min, _p25, _median,
 * _p75, _max.
 */
#ifndef SPARKDX_DIAGNOSE_QUERY_H
#define SPARKDX_DIAGNOSE_QUERY_H

#include "base/diag.h"
#include "diagnose/table.h"

#include <signal.h>

struct relation {
	const char *name;
	const struct column *columns;
	size_t column_count;
	void *context;
	/* A cursor before the first row; several may be open. */
	void *(*open)(void *context);
	/* Fill `cells`, one a column, valid until the next call; false: no more. */
	bool (*next)(void *cursor, struct cell *cells);
	void (*close)(void *cursor);
};

/* Append the names of its columns, as a query writes them. False past the ceiling. */
bool query_columns(const struct relation *r, struct buf *out) MUST_USE;

/*
 * The answer to one SELECT as a table; release it with table_release(), also when false is
 * returned: then what is wrong went to `diags`. Units of columns are kept where the answer names
 * them unchanged. Ends early once `*cancel` is set (may be NULL).
 */
bool query_run(const struct relation *relations, size_t count, struct str sql,
	       const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t);

#endif

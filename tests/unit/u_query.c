#include "base/base.h"
#include "diagnose/query.h"

#include "tests/unit/test.h"

static void ignore(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

static const struct column pair_columns[] = {
	{ "name", "Name", COLUMN_TEXT, false },
	{ "size_bytes_quantiles", "Size", COLUMN_BYTES, true },
};

static void *open_pairs(void *context)
{
	size_t *at = calloc(1, sizeof(*at));

	(void)context;
	if (!at)
		die_no_memory();
	return at;
}

static bool next_pair(void *cursor, struct cell *cells)
{
	static const struct quantiles sizes = { { 1, 2, 3, 4, 5 } };
	size_t *at = cursor;

	if (*at == 3)
		return false;
	cells[0] = cell_text(*at == 1 ? STR("b") : STR("a"));
	if (*at != 2)
		cells[1] = cell_quantiles(&sizes);
	++*at;
	return true;
}

static const struct relation pairs = {
	"pairs", pair_columns, 2, NULL, open_pairs, next_pair, free
};

static bool ask(const char *sql, const volatile sig_atomic_t *cancel, struct table *t)
{
	struct diag_sink quiet = { .emit = ignore };

	return query_run(&pairs, 1, str_from(sql), cancel, &quiet, t);
}

TEST(query_reads_relations_where_they_are)
{
	struct table t;

	CHECK(ask("select p.name, q.size_bytes_p75 from pairs p join pairs q using (name) "
		  "order by 1, 2 desc",
		  NULL, &t));
	CHECK(t.row_count == 5);
	CHECK_STR(t.rows[0].cells[0].text, STR("a"));
	CHECK(t.rows[0].cells[1].number == 4);
	CHECK(t.columns[1].type == COLUMN_BYTES);
	CHECK(t.rows[2].cells[1].kind == CELL_NONE);
	table_release(&t);
}

TEST(query_only_reads)
{
	static const char *const refused[] = {
		"create table x(a)",	     "attach 'x' as y",	   "pragma hard_heap_limit=0",
		"delete from pairs",	     "select 1; select 2", "",
		"select nothing from pairs",
	};
	struct table t;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		CHECK(!ask(refused[i], NULL, &t));
		table_release(&t);
	}
}

TEST(query_is_cancelled)
{
	static const volatile sig_atomic_t cancelled = 1;
	struct table t;

	CHECK(!ask("with recursive c(x) as (select 1 union all select x + 1 from c) "
		   "select count(*) from c",
		   &cancelled, &t));
	table_release(&t);
}

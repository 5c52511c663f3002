#include "base/base.h"
#include "diagnose/table.h"
#include "tests/unit/test.h"

static const struct column columns[] = {
	{ "id", "Id", COLUMN_NUMBER, false },
	{ "name", "Name", COLUMN_TEXT, false },
	{ "zero", "Zero", COLUMN_NUMBER, false },
	{ "size_bytes", NULL, COLUMN_BYTES, false },
};

static void fill(struct table *t)
{
	static const char *const names[] = { "a \"q\"", "", "\x1b[31mred" };

	table_init(t, "things", columns, ARRAY_LEN(columns));
	for (int64_t i = 0; i < 3; i++) {
		struct row *r = table_add(t, i == 2 ? 0 : 1);

		r->cells[0] = cell_number(i);
		r->cells[1] = cell_text(str_from(names[i]));
		r->cells[2] = cell_number(0);
		r->cells[3] = cell_number(i ? 2048 : -1);
	}
}

TEST(table_text_hides_what_tells_nothing)
{
	struct buf out = BUF_INIT(4096);
	struct table t;

	fill(&t);
	CHECK(table_text(&t, &(struct render_options){ .columns = 80 }, &out));
	CHECK_STR(buf_str(&out), STR("Id  Name\n 0  a \"q\"\n 1  -\n 2  \\x1b[31mred\n"));
	buf_release(&out);
	table_release(&t);
}

TEST(table_json_leaves_out_what_is_missing)
{
	struct buf out = BUF_INIT(4096);
	struct table t;

	fill(&t);
	t.row_count = 2;
	CHECK(table_json(&t, &out));
	CHECK(str_find(buf_str(&out), STR("\"size_bytes\": 2048")) > 0);
	CHECK(str_find(buf_str(&out), STR("null")) < 0);
	CHECK(str_count(buf_str(&out), 'z') == 3);
	buf_release(&out);
	table_release(&t);
}

TEST(table_csv_quotes_texts)
{
	struct buf out = BUF_INIT(4096);
	struct table t;

	fill(&t);
	t.row_count = 2;
	CHECK(table_csv(&t, &out));
	CHECK_STR(buf_str(&out),
		  STR("id,name,zero,size_bytes\r\n0,\"a \"\"q\"\"\",0,\r\n1,,0,2048\r\n"));
	buf_release(&out);
	table_release(&t);
}

TEST(table_sorts_stably_and_missing_last)
{
	struct table t;

	fill(&t);
	table_sort_by_rank(&t);
	CHECK(t.rows[0].cells[0].number == 2 && t.rows[1].cells[0].number == 0);
	table_sort(&t, table_column(&t, STR("size_bytes")), true);
	CHECK(t.rows[2].cells[0].number == 0);
	table_sort(&t, table_column(&t, STR("name")), false);
	CHECK(t.rows[2].cells[0].number == 1);
	CHECK(table_column(&t, STR("nothing")) == SIZE_MAX);
	table_release(&t);
}

/* SQL over what the other verbs show. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "base/limits.h"
#include "diagnose/event_view.h"
#include "diagnose/log_reader.h"
#include "diagnose/query.h"
#include "diagnose/view.h"

/* --- tables ---------------------------------------------------------------------------------- */

/* A table that is made when a query first names it. */
struct lazy_table {
	struct session *s;
	const struct view *view; /* NULL: tasks, or findings */
	bool tasks;
	bool filled;
	struct table table;
};

struct table_cursor {
	const struct table *table;
	size_t at;
};

static void *open_table(void *context)
{
	struct lazy_table *l = context;
	const struct diagnosis *d = l->s->diagnosis;
	struct table_cursor *c = calloc(1, sizeof(*c));

	if (!c)
		die_no_memory();
	if (!l->filled && l->view)
		view_table(l->view, d, &l->table);
	else if (!l->filled && l->tasks)
		task_table(d, (struct task_choice){ -1, -1 }, l->s->options.diagnose.cancel,
			   l->s->diags, &l->table);
	else if (!l->filled)
		finding_table(d, true, &l->table);
	l->filled = true;
	c->table = &l->table;
	return c;
}

static bool next_of_table(void *cursor, struct cell *cells)
{
	struct table_cursor *c = cursor;

	if (c->at == c->table->row_count)
		return false;
	memcpy(cells, c->table->rows[c->at++].cells, c->table->column_count * sizeof(*cells));
	return true;
}

static void close_table(void *cursor)
{
	free(cursor);
}

/* --- records --------------------------------------------------------------------------------- */

static const struct column record_columns[] = {
	{ "app", "Application", COLUMN_TEXT, false }, { "source", "Log", COLUMN_TEXT, false },
	{ "line", "Line", COLUMN_NUMBER, false },     { "lines", NULL, COLUMN_NUMBER, false },
	{ "time_ms", "Time", COLUMN_TIME, false },    { "level", "Level", COLUMN_TEXT, false },
	{ "process", NULL, COLUMN_TEXT, false },      { "executor", NULL, COLUMN_TEXT, false },
	{ "host", NULL, COLUMN_TEXT, false },	      { "logger", "Logger", COLUMN_TEXT, false },
	{ "message", "Message", COLUMN_TEXT, false }, { "text", NULL, COLUMN_TEXT, false },
};

struct record_cursor {
	struct session *s;
	size_t log; /* to be opened next */
	struct log_reader *reader;
};

static void *open_records(void *context)
{
	struct record_cursor *c = calloc(1, sizeof(*c));

	if (!c)
		die_no_memory();
	c->s = context;
	return c;
}

static void close_reader(struct record_cursor *c)
{
	const char *trouble = c->reader ? log_reader_trouble(c->reader) : "";

	if (*trouble)
		session_error(c->s, "%.200s", trouble);
	if (c->reader)
		log_reader_close(c->reader);
	c->reader = NULL;
}

static bool read_record(struct record_cursor *c, struct log_record *r)
{
	const struct diagnosis *d = c->s->diagnosis;

	for (;;) {
		const struct log_stream *log;

		if (c->reader && log_reader_next(c->reader, r))
			return true;
		close_reader(c);
		if (c->log == d->log_count || session_cancelled(c->s))
			return false;
		log = &d->logs[c->log++];
		if (!log->events && log_filter_accepts_log(c->s->filter, log))
			c->reader = log_reader_open(log, 0, c->s->filter,
						    c->s->options.diagnose.cancel);
	}
}

static bool next_record(void *cursor, struct cell *cells)
{
	struct record_cursor *c = cursor;
	struct log_record r;
	size_t k = 0;

	if (!read_record(c, &r))
		return false;
	cells[k++] = cell_text(r.log->app);
	cells[k++] = cell_text(r.log->name);
	cells[k++] = cell_number(r.line);
	cells[k++] = cell_number(r.lines);
	cells[k++] = cell_number(r.time_ms == TIME_NONE ? -1 : r.time_ms);
	cells[k++] = cell_text(str_from(r.level == LEVEL_NONE ? "" : level_name(r.level)));
	cells[k++] = cell_text(str_from(process_name(r.log->process)));
	cells[k++] = cell_text(r.log->executor);
	cells[k++] = cell_text(r.log->host);
	cells[k++] = cell_text(r.logger);
	cells[k++] = cell_text(r.message);
	cells[k++] = cell_text(r.text);
	return true;
}

static void close_records(void *cursor)
{
	close_reader(cursor);
	free(cursor);
}

/* --- the verb -------------------------------------------------------------------------------- */

/* Views, tasks, findings, records. */
enum { RELATIONS_MAX = 16 };

struct catalogue {
	struct lazy_table tables[RELATIONS_MAX];
	struct relation relations[RELATIONS_MAX];
	size_t count;
};

static void add_relation(struct catalogue *c, struct lazy_table l, const char *name,
			 const struct column *columns, size_t count)
{
	BUG_ON(c->count == RELATIONS_MAX);
	c->tables[c->count] = l;
	c->relations[c->count] = (struct relation){ .name = name,
						    .columns = columns,
						    .column_count = count,
						    .context = &c->tables[c->count],
						    .open = open_table,
						    .next = next_of_table,
						    .close = close_table };
	c->count++;
}

static void list_relations(struct catalogue *c, struct session *s)
{
	for (size_t i = 0; i < view_count; i++)
		add_relation(c, (struct lazy_table){ .s = s, .view = &views[i] }, views[i].name,
			     views[i].columns, views[i].column_count);
	add_relation(c, (struct lazy_table){ .s = s, .tasks = true }, "tasks", task_columns,
		     task_column_count);
	add_relation(c, (struct lazy_table){ .s = s }, "findings", finding_columns,
		     finding_column_count);
	add_relation(c, (struct lazy_table){ .s = s }, "records", record_columns,
		     ARRAY_LEN(record_columns));
	c->relations[c->count - 1].context = s;
	c->relations[c->count - 1].open = open_records;
	c->relations[c->count - 1].next = next_record;
	c->relations[c->count - 1].close = close_records;
}

static const struct column relation_columns[] = {
	{ "table", "Table", COLUMN_TEXT, false },
	{ "columns", "Columns", COLUMN_TEXT, false },
};

/* Without a query: what can be asked. */
static void describe(const struct catalogue *c, struct table *t)
{
	struct buf names = BUF_INIT(LIMIT_COMMAND_BYTES);

	table_init(t, "tables", relation_columns, ARRAY_LEN(relation_columns));
	t->keep_column = 1;
	for (size_t i = 0; i < c->count; i++) {
		const struct relation *r = &c->relations[i];
		struct row *row = table_add(t, 0);
		struct str list = STR("");

		buf_clear(&names);
		if (!row || !query_columns(r, &names) ||
		    !arena_str(&t->arena, buf_str(&names), &list))
			break;
		row->cells[0] = cell_text(str_from(r->name));
		row->cells[1] = cell_text(list);
	}
	buf_release(&names);
}

enum verb_result verb_query(struct session *s, const struct call *c)
{
	struct catalogue *all = calloc(1, sizeof(*all));
	struct arena arena = ARENA_INIT((size_t)2 * LIMIT_COMMAND_BYTES);
	struct str sql = call_rest(c, 0, &arena);
	struct table t;
	bool ok = true;

	if (!all)
		die_no_memory();
	list_relations(all, s);
	if (sql.len)
		ok = query_run(all->relations, all->count, sql, s->options.diagnose.cancel,
			       s->diags, &t);
	else
		describe(all, &t);
	ok = ok && call_show(s, c, &t);
	table_release(&t);
	for (size_t i = 0; i < all->count; i++)
		if (all->tables[i].filled)
			table_release(&all->tables[i].table);
	free(all);
	arena_release(&arena);
	return ok ? VERB_OK : VERB_TROUBLE;
}

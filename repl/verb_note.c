/* What the user writes down, and what leaves the session. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "diagnose/view.h"
#include "repl/record.h"

enum { EXPORT_BYTES_MAX = 1 << 30 };

static struct note note_here(const struct session *s)
{
	struct note n = { .name = STR("") };

	if (s->cursor.set) {
		n.source = s->diagnosis->logs[s->cursor.log].name;
		n.line = s->cursor.line;
	}
	return n;
}

enum verb_result verb_mark(struct session *s, const struct call *c)
{
	struct note n = note_here(s);

	if (!session_stands(s))
		return VERB_TROUBLE;
	n.name = c->words[0];
	return session_note(s, n) ? VERB_OK : VERB_TROUBLE;
}

/* A mark or LOG:LINE. */
enum verb_result verb_go(struct session *s, const struct call *c)
{
	struct str word = c->words[0], log = word, line = STR("");
	uint64_t number;
	size_t at;

	for (size_t i = s->note_count; i > 0; i--) {
		const struct note *n = &s->notes[i - 1];

		if (n->name.len && str_eq(n->name, word) &&
		    session_find_line(s, n->source, n->line, &s->cursor))
			return record_show_here(s) ? VERB_OK : VERB_TROUBLE;
	}
	for (at = word.len; at && word.ptr[at - 1] != ':'; at--)
		continue;
	if (at) {
		log.len = at - 1;
		line = str_skip(word, at);
	}
	if (!str_to_u64(line, &number) || !number || number > UINT32_MAX) {
		session_error(s, "'%.60s' is neither a mark nor LOG:LINE", word.ptr);
		return VERB_TROUBLE;
	}
	if (!session_find_line(s, log, (uint32_t)number, &s->cursor)) {
		at = session_find_log(s, log);
		if (at == SIZE_MAX)
			return VERB_TROUBLE;
		s->cursor = (struct cursor){ true, at, (uint32_t)number };
	}
	return record_show_here(s) ? VERB_OK : VERB_TROUBLE;
}

enum verb_result verb_note(struct session *s, const struct call *c)
{
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct note n = note_here(s);
	bool ok;

	n.text = call_rest(c, 0, &arena);
	ok = session_note(s, n);
	arena_release(&arena);
	return ok ? VERB_OK : VERB_TROUBLE;
}

static const struct column note_columns[] = {
	{ "mark", "Mark", COLUMN_TEXT, false },
	{ "text", "Note", COLUMN_TEXT, false },
	{ "line", "Line", COLUMN_NUMBER, false },
	{ "source", "Log", COLUMN_TEXT, false },
};

static bool fill_notes(const struct session *s, struct table *t)
{
	table_init(t, "notes", note_columns, ARRAY_LEN(note_columns));
	for (size_t i = 0; i < s->note_count; i++) {
		const struct note *n = &s->notes[i];
		struct row *r = table_add(t, 0);

		if (!r)
			return false;
		r->cells[0] = cell_text(n->name);
		r->cells[1] = cell_text(n->text);
		r->cells[2] = cell_number(n->source.len ? (int64_t)n->line : -1);
		r->cells[3] = cell_text(n->source);
	}
	return true;
}

enum verb_result verb_notes(struct session *s, const struct call *c)
{
	struct table t;
	bool ok = fill_notes(s, &t) && call_show(s, c, &t);

	table_release(&t);
	return ok ? VERB_OK : VERB_TROUBLE;
}

/* --- export ---------------------------------------------------------------------------------- */

static bool write_file(struct session *s, struct str name, struct str text)
{
	FILE *f = session_create(s, name);

	if (!f)
		return false;
	(void)fwrite(text.ptr, 1, text.len, f); /* the stream keeps what goes wrong */
	return session_created(s, name, f);
}

/* The notes, for a diagnosis that is kept as text. */
static bool add_notes(const struct session *s, struct buf *out)
{
	struct render_options o = { .columns = 100, .verbose = 1 };
	struct table t;
	bool ok = true;

	if (!s->note_count)
		return true;
	ok = fill_notes(s, &t) && buf_add(out, STR("\n## Notes\n\n```\n")) &&
	     table_text(&t, &o, out) && buf_add(out, STR("```\n"));
	table_release(&t);
	return ok;
}

/* The findings as a table, for a spreadsheet. */
static bool render_findings_csv(const struct diagnosis *d, const struct render_options *o,
				struct buf *out)
{
	struct table t;
	bool ok;

	finding_table(d, o->all, &t);
	ok = table_csv(&t, out) && !t.over_limit;
	table_release(&t);
	return ok;
}

/* The renderer of a diagnosis for a file of that name; NULL: none. */
static const struct renderer *renderer_for(struct str file, bool *notes)
{
	static const struct renderer csv = { "csv", "findings as a table", render_findings_csv };
	static const struct {
		const char *ending, *format;
		bool notes;
	} kinds[] = {
		{ ".md", "markdown", true }, { ".html", "html", false }, { ".json", "json", false },
		{ ".txt", "text", true },    { ".conf", "conf", false },
	};

	if (str_ends_with(file, STR(".csv")))
		return &csv;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_ends_with(file, str_from(kinds[i].ending))) {
			*notes = kinds[i].notes;
			return renderer_find(str_from(kinds[i].format));
		}
	return NULL;
}

enum verb_result verb_export(struct session *s, const struct call *c)
{
	struct render_options o = { .columns = 100, .verbose = 1 };
	struct buf text = BUF_INIT(EXPORT_BYTES_MAX);
	bool notes = false, ok;
	const struct renderer *r = renderer_for(c->words[0], &notes);

	if (!r) {
		session_error(s, "the name has to end in .md, .txt, .html, .json, .csv or .conf");
		return VERB_TROUBLE;
	}
	ok = r->render(s->diagnosis, &o, &text) && (!notes || add_notes(s, &text)) &&
	     write_file(s, c->words[0], buf_str(&text));
	buf_release(&text);
	return ok ? VERB_OK : VERB_TROUBLE;
}

/* The safe edits: shown as a unified diff, or written into the files. */
#include "base/base.h"
#include "diagnose/lint_run.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>

enum { CONTEXT_LINES = 3 };

/* One file with the edits that are made in it. */
struct fix_file {
	char *path;
	struct buf text;
	size_t *lines; /* where each begins; one more behind the last */
	size_t line_count;
	size_t bom; /* bytes of a byte order mark, which columns of line 1 do not count */
	const struct lint_edit **edits;
	size_t edit_count;
	size_t cured;
};

static int compare_edits(const void *a, const void *b)
{
	const struct lint_edit *const *x = a, *const *y = b;

	if ((*x)->line != (*y)->line)
		return (*x)->line < (*y)->line ? -1 : 1;
	return (*x)->col < (*y)->col ? -1 : (*x)->col > (*y)->col;
}

static void index_lines(struct fix_file *f)
{
	size_t at = 0;

	f->lines = malloc((str_count(buf_str(&f->text), '\n') + 3) * sizeof(*f->lines));
	if (!f->lines)
		die_no_memory();
	while (at < f->text.len) {
		const char *end = memchr(f->text.ptr + at, '\n', f->text.len - at);

		f->lines[f->line_count++] = at;
		at = end ? (size_t)(end - f->text.ptr) + 1 : f->text.len;
	}
	f->lines[f->line_count] = f->text.len;
	if (str_starts_with(buf_str(&f->text), STR("\xEF\xBB\xBF")))
		f->bom = 3;
}

/* The bytes an edit replaces; false when the file has no such place any more. */
static bool span_of(const struct fix_file *f, const struct lint_edit *e, size_t *begin, size_t *end)
{
	size_t at, next;

	if (!e->line || e->line > f->line_count || !e->col || e->end_col < e->col)
		return false;
	at = f->lines[e->line - 1] + (e->line == 1 ? f->bom : 0);
	next = f->lines[e->line];
	*begin = at + e->col - 1;
	*end = at + e->end_col - 1;
	return *end <= next;
}

static bool overlaps(const struct fix_file *f, const struct lint_edit *e)
{
	for (size_t i = 0; i < f->edit_count; i++) {
		const struct lint_edit *other = f->edits[i];

		if (other->line == e->line && e->col < other->end_col && other->col < e->end_col)
			return true;
		if (other->line == e->line && e->col == other->col)
			return true;
	}
	return false;
}

/* All edits of a report or none. */
static void accept(struct fix_file *f, const struct lint_item *item)
{
	size_t begin, end;

	for (const struct lint_edit *e = item->edits; e; e = e->next)
		if (overlaps(f, e) || !span_of(f, e, &begin, &end))
			return;
	for (const struct lint_edit *e = item->edits; e; e = e->next)
		f->edits[f->edit_count++] = e;
	f->cured++;
}

static void release(struct fix_file *f)
{
	free(f->path);
	free(f->lines);
	free(f->edits);
	buf_release(&f->text);
}

/* The file of the items [from, to), with what is to be done to it. */
static bool prepare(struct fix_file *f, const struct lint_result *r, size_t from, size_t to,
		    struct diag_sink *diags)
{
	size_t count = 0;

	*f = (struct fix_file){ .text = BUF_INIT(LIMIT_LINT_FILE_BYTES + LIMIT_READ_BYTES) };
	for (size_t i = from; i < to; i++)
		for (const struct lint_edit *e = r->items[i].edits; e; e = e->next)
			count++;
	if (!count)
		return true;
	f->path = strndup(r->items[from].path.ptr, r->items[from].path.len);
	f->edits = calloc(count, sizeof(const struct lint_edit *));
	if (!f->path || !f->edits)
		die_no_memory();
	if (!file_load(f->path, &f->text)) {
		diag_report(diags, DIAG_ERROR, "lint-fix", STR(""), 0, "%s: %s", f->path,
			    strerror(errno));
		return false;
	}
	index_lines(f);
	for (size_t i = from; i < to; i++)
		if (r->items[i].edits)
			accept(f, &r->items[i]);
	if (f->edit_count)
		qsort(f->edits, f->edit_count, sizeof(const struct lint_edit *), compare_edits);
	return true;
}

/* Append line `line` (0-based) as it will be; edits from *next on. */
static bool new_line(const struct fix_file *f, size_t line, size_t *next, struct buf *out)
{
	size_t at = f->lines[line], begin, end;
	bool ok = true;

	while (ok && *next < f->edit_count && f->edits[*next]->line == line + 1) {
		const struct lint_edit *e = f->edits[(*next)++];

		BUG_ON(!span_of(f, e, &begin, &end));
		ok = buf_add(out, (struct str){ f->text.ptr + at, begin - at }) &&
		     buf_add(out, e->replacement);
		at = end;
	}
	return ok && buf_add(out, (struct str){ f->text.ptr + at, f->lines[line + 1] - at });
}

/* --- diff ------------------------------------------------------------------------------------ */

static bool add_marked(struct buf *out, char mark, struct str text)
{
	bool ok = true;

	while (ok && text.len) {
		struct str line;
		bool whole = str_cut(text, '\n', &line, &text);

		ok = buf_add_char(out, mark) && buf_add(out, line) && buf_add_char(out, '\n') &&
		     (whole || buf_add(out, STR("\\ No newline at end of file\n")));
	}
	return ok;
}

static struct str old_line(const struct fix_file *f, size_t line)
{
	return (struct str){ f->text.ptr + f->lines[line], f->lines[line + 1] - f->lines[line] };
}

/* Lines [from, to) with the edits from *next on; `shift`: lines added so far. */
static bool add_hunk(const struct fix_file *f, size_t from, size_t to, size_t *next,
		     ptrdiff_t *shift, struct buf *out)
{
	struct buf body = BUF_INIT(out->bytes_max), line = BUF_INIT(out->bytes_max);
	size_t after = 0;
	bool ok = true;

	for (size_t i = from; ok && i < to; i++) {
		if (*next >= f->edit_count || f->edits[*next]->line != i + 1) {
			ok = add_marked(&body, ' ', old_line(f, i));
			after++;
			continue;
		}
		buf_clear(&line);
		ok = new_line(f, i, next, &line) && add_marked(&body, '-', old_line(f, i)) &&
		     add_marked(&body, '+', buf_str(&line));
		after += str_count(buf_str(&line), '\n');
		after += line.len && line.ptr[line.len - 1] != '\n';
	}
	ok = ok &&
	     buf_addf(out, "@@ -%zu,%zu +%td,%zu @@\n", from + 1, to - from,
		      (ptrdiff_t)from + 1 + *shift, after) &&
	     buf_add(out, buf_str(&body));
	*shift += (ptrdiff_t)after - (ptrdiff_t)(to - from);
	buf_release(&body);
	buf_release(&line);
	return ok;
}

static bool add_diff(const struct fix_file *f, struct buf *out)
{
	ptrdiff_t shift = 0;
	size_t next = 0;
	bool rooted, ok;

	if (!f->edit_count)
		return true;
	rooted = f->path[0] == '/';
	ok = buf_addf(out, "--- %s%s\n+++ %s%s\n", rooted ? "" : "a/", f->path, rooted ? "" : "b/",
		      f->path);
	while (ok && next < f->edit_count) {
		size_t first = f->edits[next]->line - 1, last = first, k = next;
		size_t from = first > CONTEXT_LINES ? first - CONTEXT_LINES : 0, to;

		while (k < f->edit_count && f->edits[k]->line - 1 <= last + 2 * CONTEXT_LINES)
			last = f->edits[k++]->line - 1;
		to = last + CONTEXT_LINES + 1;
		ok = add_hunk(f, from, to < f->line_count ? to : f->line_count, &next, &shift, out);
	}
	return ok;
}

/* --- writing --------------------------------------------------------------------------------- */

static bool rewrite(const struct fix_file *f, struct diag_sink *diags)
{
	struct buf out = BUF_INIT((size_t)LIMIT_LINT_FILE_BYTES * 2);
	size_t next = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < f->line_count; i++)
		ok = new_line(f, i, &next, &out);
	errno = ok ? 0 : EFBIG;
	ok = ok && file_replace(f->path, buf_str(&out), 0644);
	if (!ok)
		diag_report(diags, DIAG_ERROR, "lint-fix", STR(""), 0, "%s: %s", f->path,
			    strerror(errno));
	buf_release(&out);
	return ok;
}

/* --------------------------------------------------------------------------------------------- */

/* The end of the items of one file. */
static size_t file_end(const struct lint_result *r, size_t from)
{
	size_t to = from;

	while (to < r->count && str_eq(r->items[to].path, r->items[from].path))
		to++;
	return to;
}

bool lint_fix_diff(const struct lint_result *r, struct buf *out, struct diag_sink *diags)
{
	bool ok = true;

	for (size_t from = 0, to; from < r->count; from = to) {
		struct fix_file f;

		to = file_end(r, from);
		ok = prepare(&f, r, from, to, diags) && add_diff(&f, out) && ok;
		release(&f);
	}
	return ok;
}

size_t lint_fix_apply(const struct lint_result *r, struct diag_sink *diags)
{
	size_t cured = 0;

	for (size_t from = 0, to; from < r->count; from = to) {
		struct fix_file f;

		to = file_end(r, from);
		if (prepare(&f, r, from, to, diags) && f.edit_count && rewrite(&f, diags))
			cured += f.cured;
		release(&f);
	}
	return cured;
}

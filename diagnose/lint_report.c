#include "base/base.h"
#include "diagnose/lint_report.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "diagnose/mask.h"

#define REPORT_BYTES_MAX ((size_t)256 << 20)

void lint_report_init(struct lint_report *r, struct lint_engine *engine, struct diag_sink *diags)
{
	*r = (struct lint_report){
		.arena = ARENA_INIT(REPORT_BYTES_MAX),
		.engine = engine,
		.diags = diags,
	};
}

void lint_report_release(struct lint_report *r)
{
	arena_release(&r->arena);
	free(r->lines);
	free(r->items);
}

/* --- the lines of the file ------------------------------------------------------------------- */

static void index_lines(struct lint_report *r)
{
	size_t count = str_count(r->text, '\n') + 1, at = 0;

	r->lines = malloc((count + 1) * sizeof(*r->lines));
	if (!r->lines)
		die_no_memory();
	while (r->line_count < count) {
		const char *end = memchr(r->text.ptr + at, '\n', r->text.len - at);

		r->lines[r->line_count++] = at;
		if (!end)
			break;
		at = (size_t)(end - r->text.ptr) + 1;
	}
	r->lines[r->line_count] = r->text.len + 1;
}

size_t lint_report_lines(struct lint_report *r)
{
	if (!r->lines && r->text.len)
		index_lines(r);
	return r->line_count;
}

struct str lint_report_text(struct lint_report *r, uint32_t line)
{
	struct str s;

	if (!line || line > lint_report_lines(r))
		return STR("");
	s.ptr = r->text.ptr + r->lines[line - 1];
	s.len = r->lines[line] - 1 - r->lines[line - 1];
	if (s.len && s.ptr[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* --- one report ------------------------------------------------------------------------------ */

/* How many characters precede the byte column, plus one. */
static uint32_t char_column(struct str line, uint32_t col)
{
	uint32_t n = 1;

	for (size_t at = 0; at < line.len && at + 1 < col; n++) {
		size_t step = utf8_sequence(str_skip(line, at));

		at += step ? step : 1;
	}
	return n;
}

/* Ends with a byte that no text holds, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_add(uint64_t h, struct str s)
{
	return str_hash(str_hash(h, s), STR("\xff"));
}

/* Of what does not change when lines move: the rule, and the line's text, or the message where
 * there is no line. Secrets are masked before, so that nobody can try passwords against it. */
static uint64_t fingerprint_of(const struct lint_item *item)
{
	uint64_t h = hash_add(STR_HASH_BASIS, str_from(item->rule->id));

	h = hash_add(h, item->member);
	return hash_add(h, item->snippet.len ? str_trim(item->snippet) : item->message);
}

static struct str keep_masked(struct lint_report *r, struct str s)
{
	struct buf masked = BUF_INIT((size_t)1 << 20);
	struct str copy = STR("");

	/* Masked before it is cut: half a secret might not be recognised as one. */
	if (s.len > LIMIT_RECORD_BYTES)
		s.len = LIMIT_RECORD_BYTES;
	if (mask_secrets(&masked, s)) {
		s = buf_str(&masked);
		if (s.len > LIMIT_EVIDENCE_BYTES)
			s.len = LIMIT_EVIDENCE_BYTES;
		if (!arena_str(&r->arena, s, &copy))
			copy = STR("");
	}
	buf_release(&masked);
	return copy;
}

static struct lint_item *add_item(struct lint_report *r)
{
	r->items = array_grow(r->items, r->count, &r->capacity, sizeof(*r->items));
	r->items[r->count] = (struct lint_item){ .rule = NULL };
	return &r->items[r->count++];
}

PRINTF_LIKE(4, 0)
static void add_report(struct lint_report *r, const struct lint_rule *rule, struct lint_place at,
		       const char *format, va_list args)
{
	struct lint_item *item;
	char message[1024];

	r->has_last = false;
	if (!lint_engine_wants(r->engine, rule))
		return;
	if (r->count >= LIMIT_LINT_REPORTS) {
		r->dropped++;
		return;
	}
	if (at.piece)
		at.text = lint_report_text(r, at.line);
	(void)vsnprintf(message, sizeof(message), format, args);
	item = add_item(r);
	item->rule = rule;
	item->path = r->path;
	item->line = at.line;
	item->col = at.col;
	item->end_col = at.end_col;
	if (at.line && at.col)
		item->from_char = char_column(at.text, at.col);
	if (at.line && at.end_col)
		item->to_char = char_column(at.text, at.end_col);
	item->message = keep_masked(r, str_from(message));
	item->snippet = at.line && !at.hidden ? keep_masked(r, at.text) : STR("");
	if (r->member.len && !arena_str(&r->arena, r->member, &item->member))
		item->member = STR("");
	item->fingerprint = fingerprint_of(item);
	r->has_last = true;
}

void lint_report_add(struct lint_report *r, const struct lint_rule *rule, uint32_t line,
		     uint32_t col, uint32_t end_col, const char *format, ...)
{
	struct lint_place at = {
		.line = line, .col = col, .end_col = end_col, .text = lint_report_text(r, line)
	};
	va_list args;

	va_start(args, format);
	add_report(r, rule, at, format, args);
	va_end(args);
}

void lint_report_at(struct lint_report *r, const struct lint_rule *rule, struct lint_place at,
		    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_report(r, rule, at, format, args);
	va_end(args);
}

void lint_report_edit(struct lint_report *r, uint32_t line, uint32_t col, uint32_t end_col,
		      struct str replacement)
{
	struct lint_edit *e, **last;

	if (!r->has_last)
		return;
	e = arena_new(&r->arena, struct lint_edit);
	if (!e)
		return;
	*e = (struct lint_edit){ .line = line, .col = col, .end_col = end_col };
	e->from_char = char_column(lint_report_text(r, line), col);
	e->to_char = char_column(lint_report_text(r, line), end_col);
	if (!arena_str(&r->arena, replacement, &e->replacement))
		return;
	for (last = &r->items[r->count - 1].edits; *last; last = &(*last)->next)
		;
	*last = e;
}

/* --- order ----------------------------------------------------------------------------------- */

int lint_item_compare(const void *a, const void *b)
{
	const struct lint_item *x = a, *y = b;
	int order = str_compare(x->path, y->path);

	if (!order)
		order = str_compare(x->member, y->member);
	if (!order && x->line != y->line)
		order = x->line < y->line ? -1 : 1;
	if (!order && x->col != y->col)
		order = x->col < y->col ? -1 : 1;
	if (!order)
		order = strcmp(x->rule->id, y->rule->id);
	return order ? order : str_compare(x->message, y->message);
}

void lint_report_sort(struct lint_report *r)
{
	size_t kept = 0;

	if (!r->count)
		return;
	qsort(r->items, r->count, sizeof(*r->items), lint_item_compare);
	for (size_t i = 0; i < r->count; i++)
		if (!kept || lint_item_compare(&r->items[kept - 1], &r->items[i]))
			r->items[kept++] = r->items[i];
	r->count = kept;
}

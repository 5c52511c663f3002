/*
 * The baseline: what was reported on the day it was written, by file, rule and fingerprint, so that
 * an old repository can start today and only hears of what is new.
 */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/array.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "diagnose/lint_formats.h"
#include "parsers/json_pull.h"

#include <errno.h>
#include <unistd.h>

#define BASELINE_BYTES_MAX ((size_t)64 << 20)

struct entry {
	struct str file, rule, fingerprint;
	int64_t count;
};

struct baseline {
	struct arena arena;
	struct entry *items;
	size_t count, capacity;
};

/* As it is seen from the working directory: `./a`, `/here/a` and `a` are one file. */
static struct str seen_from_here(struct str path)
{
	char here[4096];
	struct str dir;

	while (str_starts_with(path, STR("./")))
		path = str_skip(path, 2);
	if (!str_starts_with(path, STR("/")) || !getcwd(here, sizeof(here)))
		return path;
	dir = str_from(here);
	if (str_starts_with(path, dir) && str_starts_with(str_skip(path, dir.len), STR("/")))
		return str_skip(path, dir.len + 1);
	return path;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = str_compare(x->file, y->file);

	if (!order)
		order = str_compare(x->rule, y->rule);
	return order ? order : str_compare(x->fingerprint, y->fingerprint);
}

/* --- writing --------------------------------------------------------------------------------- */

static void write_entry(struct json_writer *w, const struct entry *e)
{
	json_open(w, '{');
	json_name(w, STR("file"));
	json_str(w, e->file);
	json_name(w, STR("rule"));
	json_str(w, e->rule);
	json_name(w, STR("fingerprint"));
	json_str(w, e->fingerprint);
	json_name(w, STR("count"));
	json_number(w, e->count);
	json_close(w, '}');
}

static struct entry *entries_of(const struct lint_result *r, struct arena *arena, size_t *count)
{
	struct entry *list = calloc(r->count ? r->count : 1, sizeof(*list));

	if (!list)
		die_no_memory();
	*count = 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct lint_item *item = &r->items[i];
		char digits[LINT_FINGERPRINT_BYTES];
		struct entry *e = &list[i];

		e->file = seen_from_here(item->path);
		e->rule = str_from(item->rule->id);
		if (!arena_str(arena, lint_fingerprint(item, digits), &e->fingerprint))
			die_no_memory();
		e->count = 1;
	}
	if (r->count)
		qsort(list, r->count, sizeof(*list), compare_entries);
	for (size_t i = 0; i < r->count; i++) {
		if (*count && !compare_entries(&list[*count - 1], &list[i]))
			list[*count - 1].count++;
		else
			list[(*count)++] = list[i];
	}
	return list;
}

bool lint_baseline_write(const struct lint_result *r, struct str path, struct diag_sink *diags)
{
	struct arena arena = ARENA_INIT(BASELINE_BYTES_MAX);
	struct buf text = BUF_INIT(BASELINE_BYTES_MAX);
	char *name = strndup(path.ptr, path.len);
	struct json_writer w;
	struct entry *list;
	size_t count;
	bool ok;

	if (!name)
		die_no_memory();
	list = entries_of(r, &arena, &count);
	json_writer_init(&w, &text);
	json_open(&w, '{');
	json_name(&w, STR("schema"));
	json_str(&w, STR("sparkdx.baseline.v1"));
	json_name(&w, STR("reports"));
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		write_entry(&w, &list[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	ok = !w.failed;
	if (!ok)
		diag_report(diags, DIAG_ERROR, "limit-baseline", STR(""), 0,
			    "%s: too many reports for a baseline", name);
	else if (!(ok = file_replace(name, buf_str(&text), 0644)))
		diag_report(diags, DIAG_ERROR, "lint-baseline", STR(""), 0, "%s: %s", name,
			    strerror(errno));
	free(name);
	free(list);
	buf_release(&text);
	arena_release(&arena);
	return ok;
}

/* --- reading --------------------------------------------------------------------------------- */

static struct str keep_json(struct baseline *b, struct str raw)
{
	struct buf text = BUF_INIT((size_t)1 << 16);
	struct str copy = STR("");

	if (json_unescape(raw, &text) && !arena_str(&b->arena, buf_str(&text), &copy))
		copy = STR("");
	buf_release(&text);
	return copy;
}

static void read_entry(struct baseline *b, struct json_pull *p)
{
	struct entry e = { .count = 1 };
	struct str key;

	for (bool in = pull_object(p); in && pull_key(p, &key);) {
		if (str_eq(key, STR("file")))
			e.file = keep_json(b, pull_string(p));
		else if (str_eq(key, STR("rule")))
			e.rule = keep_json(b, pull_string(p));
		else if (str_eq(key, STR("fingerprint")))
			e.fingerprint = keep_json(b, pull_string(p));
		else if (str_eq(key, STR("count")))
			e.count = pull_int(p, 1);
		else
			pull_skip(p);
	}
	b->items = array_grow(b->items, b->count, &b->capacity, sizeof(*b->items));
	b->items[b->count++] = e;
}

static bool read_baseline(struct baseline *b, struct str text)
{
	struct json_pull p = json_pull(text);
	bool known = false;
	struct str key;

	for (bool in = pull_object(&p); in && pull_key(&p, &key);) {
		if (str_eq(key, STR("schema")))
			known = str_eq(pull_string(&p), STR("sparkdx.baseline.v1"));
		else if (str_eq(key, STR("reports")))
			for (bool list = pull_array(&p); list && pull_element(&p);)
				read_entry(b, &p);
		else
			pull_skip(&p);
	}
	if (b->count)
		qsort(b->items, b->count, sizeof(*b->items), compare_entries);
	return known && !p.bad && pull_at_end(&p);
}

/* Is the report in the baseline, as often as it was then? */
static bool take_from(struct baseline *b, const struct lint_item *item)
{
	char digits[LINT_FINGERPRINT_BYTES];
	struct entry key = { .file = seen_from_here(item->path),
			     .rule = str_from(item->rule->id),
			     .fingerprint = lint_fingerprint(item, digits) };
	struct entry *e =
		b->count ? bsearch(&key, b->items, b->count, sizeof(*b->items), compare_entries)
			 : NULL;

	if (!e || e->count <= 0)
		return false;
	e->count--;
	return true;
}

bool lint_baseline_apply(struct lint_result *r, struct str path, struct diag_sink *diags)
{
	struct baseline b = { .arena = ARENA_INIT(BASELINE_BYTES_MAX * 2) };
	struct buf text = BUF_INIT(BASELINE_BYTES_MAX);
	char *name = strndup(path.ptr, path.len);
	size_t kept = 0;
	bool ok;

	if (!name)
		die_no_memory();
	ok = file_load(name, &text);
	if (!ok)
		diag_report(diags, DIAG_ERROR, "lint-baseline", STR(""), 0, "%s: %s", name,
			    strerror(errno));
	else if (!(ok = read_baseline(&b, buf_str(&text))))
		diag_report(diags, DIAG_ERROR, "lint-baseline", STR(""), 0,
			    "%s: no baseline of sparkdx lint", name);
	for (size_t i = 0; ok && i < r->count; i++) {
		if (take_from(&b, &r->items[i]))
			r->baselined++;
		else
			r->items[kept++] = r->items[i];
	}
	if (ok)
		r->count = kept;
	free(name);
	free(b.items);
	arena_release(&b.arena);
	buf_release(&text);
	return ok;
}

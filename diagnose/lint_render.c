/* What lint reports, for people, machines, code hosts and build servers. */
#include "base/base.h"
#include "diagnose/lint_run.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "diagnose/lint_formats.h"

const struct lint_renderer lint_renderers[] = {
	{ "text", "file:line:col: level: message [rule]", lint_render_text },
	{ "json", "the sparkdx.lint.v1 contract", lint_render_json },
	{ "sarif", "SARIF 2.1.0, for code scanning", lint_render_sarif },
	{ "junit", "JUnit XML, for build servers", lint_render_junit },
	{ "github", "annotations of GitHub's workflows", lint_render_github },
};
const size_t lint_renderer_count = ARRAY_LEN(lint_renderers);

const struct lint_renderer *lint_renderer_find(struct str name)
{
	for (size_t i = 0; i < lint_renderer_count; i++)
		if (str_eq(name, str_from(lint_renderers[i].name)))
			return &lint_renderers[i];
	return NULL;
}

/* --- text ------------------------------------------------------------------------------------ */

bool lint_show_path(struct buf *out, const struct lint_item *item)
{
	return utf8_escape(out, item->path) &&
	       (!item->member.len || (buf_add_char(out, '!') && utf8_escape(out, item->member)));
}

static bool show_item(struct buf *out, const struct lint_item *item)
{
	bool ok = lint_show_path(out, item);

	if (ok && item->line)
		ok = buf_addf(out, ":%" PRIu32 ":%" PRIu32, item->line, item->col ? item->col : 1);
	ok = ok && buf_addf(out, ": %s: ", severity_name(item->rule->severity)) &&
	     utf8_escape(out, item->message) && buf_addf(out, " [%s]\n", item->rule->id);
	return ok && buf_addf(out, "  fix: %s%s\n", item->rule->fix,
			      item->edits ? " (--fix does it)" : "");
}

static size_t count_severity(const struct lint_result *r, enum severity from, enum severity to)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->items[i].rule->severity >= from && r->items[i].rule->severity <= to;
	return n;
}

static bool show_count(struct buf *out, size_t n, const char *what, bool first)
{
	return !n || buf_addf(out, "%s%zu %s%s", first ? "" : ", ", n, what, n == 1 ? "" : "s");
}

static bool show_summary(struct buf *out, const struct lint_result *r)
{
	size_t errors = count_severity(r, SEVERITY_ERROR, SEVERITY_CRITICAL);
	size_t warnings = count_severity(r, SEVERITY_WARNING, SEVERITY_WARNING);
	size_t notes = count_severity(r, SEVERITY_NONE, SEVERITY_INFO);
	bool ok = show_count(out, errors, "error", true) &&
		  show_count(out, warnings, "warning", !errors) &&
		  show_count(out, notes, "note", !errors && !warnings) &&
		  buf_addf(out, " in %zu file%s", r->file_count, r->file_count == 1 ? "" : "s");

	if (ok && r->fixable)
		ok = buf_addf(out, "; --fix cures %zu", r->fixable);
	if (ok && r->baselined)
		ok = buf_addf(out, "; %zu in the baseline", r->baselined);
	if (ok && r->suppressed)
		ok = buf_addf(out, "; %zu suppressed", r->suppressed);
	if (ok && r->dropped)
		ok = buf_addf(out, "; %" PRIu64 " more not shown", r->dropped);
	return ok && buf_add_char(out, '\n');
}

bool lint_render_text(const struct lint_result *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++)
		if (!show_item(out, &r->items[i]))
			return false;
	return !r->count || show_summary(out, r);
}

/* --- JSON ------------------------------------------------------------------------------------ */

struct str lint_fingerprint(const struct lint_item *item, char into[LINT_FINGERPRINT_BYTES])
{
	(void)snprintf(into, LINT_FINGERPRINT_BYTES, "%016" PRIx64, item->fingerprint);
	return (struct str){ into, LINT_FINGERPRINT_BYTES - 1 };
}

static void name_str(struct json_writer *w, const char *name, struct str value)
{
	json_name(w, str_from(name));
	json_str(w, value);
}

static void name_number(struct json_writer *w, const char *name, int64_t value)
{
	json_name(w, str_from(name));
	json_number(w, value);
}

static void write_edits(struct json_writer *w, const struct lint_item *item)
{
	json_name(w, STR("edits"));
	json_open(w, '[');
	for (const struct lint_edit *e = item->edits; e; e = e->next) {
		json_open(w, '{');
		name_number(w, "line", e->line);
		name_number(w, "column", e->col);
		name_number(w, "end_column", e->end_col);
		name_str(w, "replacement", e->replacement);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_item(struct json_writer *w, const struct lint_item *item)
{
	char fingerprint[LINT_FINGERPRINT_BYTES];

	json_open(w, '{');
	name_str(w, "file", item->path);
	if (item->member.len)
		name_str(w, "member", item->member);
	name_number(w, "line", item->line);
	name_number(w, "column", item->col);
	name_number(w, "end_column", item->end_col);
	name_str(w, "severity", str_from(severity_name(item->rule->severity)));
	name_str(w, "rule", str_from(item->rule->id));
	name_str(w, "family", str_from(item->rule->family));
	name_str(w, "message", item->message);
	name_str(w, "why", str_from(item->rule->why));
	name_str(w, "fix", str_from(item->rule->fix));
	if (item->edits)
		write_edits(w, item);
	name_str(w, "fingerprint", lint_fingerprint(item, fingerprint));
	json_close(w, '}');
}

bool lint_render_json(const struct lint_result *r, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, '{');
	name_str(&w, "schema", STR("sparkdx.lint.v1"));
	name_number(&w, "files", (int64_t)r->file_count);
	name_number(&w, "suppressed", (int64_t)r->suppressed);
	name_number(&w, "baselined", (int64_t)r->baselined);
	name_number(&w, "dropped", (int64_t)r->dropped);
	json_name(&w, STR("trouble"));
	json_flag(&w, r->trouble);
	json_name(&w, STR("reports"));
	json_open(&w, '[');
	for (size_t i = 0; i < r->count; i++)
		write_item(&w, &r->items[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	return !w.failed;
}

/* --- GitHub ---------------------------------------------------------------------------------- */

/* Workflow commands end at the line's end; properties also at `,` and `:`. */
static bool add_command_text(struct buf *out, struct str s, bool property)
{
	struct buf safe = BUF_INIT((size_t)1 << 20);
	bool ok = utf8_escape(&safe, s);

	for (size_t i = 0; ok && i < safe.len; i++) {
		char c = safe.ptr[i];

		if (c == '%' || (property && (c == ',' || c == ':')))
			ok = buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			ok = buf_add_char(out, c);
	}
	buf_release(&safe);
	return ok;
}

static const char *command_of(enum severity s)
{
	return s >= SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "notice";
}

/* Lines inside of an archive are none of the file's: they go into the message. */
static bool add_place(struct buf *out, const struct lint_item *item)
{
	if (item->member.len || !item->line)
		return true;
	return buf_addf(out, ",line=%" PRIu32, item->line) &&
	       (!item->from_char || buf_addf(out, ",col=%" PRIu32, item->from_char)) &&
	       (item->to_char <= item->from_char ||
		buf_addf(out, ",endColumn=%" PRIu32, item->to_char));
}

bool lint_render_github(const struct lint_result *r, struct buf *out)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->count; i++) {
		const struct lint_item *item = &r->items[i];

		ok = buf_addf(out, "::%s file=", command_of(item->rule->severity)) &&
		     add_command_text(out, item->path, true) && add_place(out, item) &&
		     buf_addf(out, ",title=%s::", item->rule->id);
		if (ok && item->member.len)
			ok = add_command_text(out, item->member, false) &&
			     buf_addf(out, ":%" PRIu32 ": ", item->line);
		ok = ok && add_command_text(out, item->message, false) && buf_add(out, STR(". ")) &&
		     add_command_text(out, str_from(item->rule->fix), false) &&
		     buf_add_char(out, '\n');
	}
	return ok;
}

/* --- JUnit ----------------------------------------------------------------------------------- */

static bool add_xml(struct buf *out, struct str s)
{
	static const struct {
		char c;
		struct str text;
	} marks[] = {
		{ '&', { "&amp;", 5 } },
		{ '<', { "&lt;", 4 } },
		{ '>', { "&gt;", 4 } },
		{ '"', { "&quot;", 6 } },
	};
	struct buf safe = BUF_INIT((size_t)1 << 20);
	bool ok = utf8_escape(&safe, s);

	for (size_t i = 0; ok && i < safe.len; i++) {
		struct str text = { safe.ptr + i, 1 };

		for (size_t k = 0; k < ARRAY_LEN(marks); k++)
			if (marks[k].c == safe.ptr[i])
				text = marks[k].text;
		ok = buf_add(out, text);
	}
	buf_release(&safe);
	return ok;
}

static bool add_failure(struct buf *out, const struct lint_item *item)
{
	return buf_add(out, STR("    <testcase classname=\"")) && add_xml(out, item->path) &&
	       buf_addf(out, "\" name=\"%s", item->rule->id) &&
	       (!item->member.len || (buf_add(out, STR(" ")) && add_xml(out, item->member))) &&
	       buf_addf(out, " %" PRIu32 ":%" PRIu32 "\">\n      <failure type=\"%s\" message=\"",
			item->line, item->col, severity_name(item->rule->severity)) &&
	       add_xml(out, item->message) && buf_add(out, STR("\">")) &&
	       add_xml(out, str_from(item->rule->fix)) &&
	       buf_add(out, STR("</failure>\n    </testcase>\n"));
}

static int compare_path(const void *key, const void *item)
{
	const struct str *path = key;
	const struct lint_item *i = item;

	return str_compare(*path, i->path);
}

/* Items are sorted by file. */
static bool has_reports(const struct lint_result *r, struct str path)
{
	return r->count && bsearch(&path, r->items, r->count, sizeof(*r->items), compare_path);
}

/* Build servers count test cases: each report is a failed one, each clean file one that passed. */
bool lint_render_junit(const struct lint_result *r, struct buf *out)
{
	size_t clean = 0;
	bool ok;

	for (size_t i = 0; i < r->file_count; i++)
		clean += !has_reports(r, r->files[i]);
	ok = buf_addf(out,
		      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		      "  <testsuite name=\"sparkdx\" tests=\"%zu\" failures=\"%zu\">\n",
		      r->count + clean, r->count);
	for (size_t i = 0; ok && i < r->count; i++)
		ok = add_failure(out, &r->items[i]);
	for (size_t i = 0; ok && i < r->file_count; i++)
		if (!has_reports(r, r->files[i]))
			ok = buf_add(out, STR("    <testcase classname=\"")) &&
			     add_xml(out, r->files[i]) &&
			     buf_add(out, STR("\" name=\"clean\"/>\n"));
	return ok && buf_add(out, STR("  </testsuite>\n</testsuites>\n"));
}

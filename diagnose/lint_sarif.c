/* SARIF 2.1.0, as code hosts and editors read it. */
#include "base/base.h"
#include "diagnose/lint_formats.h"

#include "base/json_writer.h"

static const char schema[] =
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

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

static void open_named(struct json_writer *w, const char *name, char bracket)
{
	json_name(w, str_from(name));
	json_open(w, bracket);
}

static void message(struct json_writer *w, const char *name, struct str text)
{
	open_named(w, name, '{');
	name_str(w, "text", text);
	json_close(w, '}');
}

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

/* --- rules ----------------------------------------------------------------------------------- */

/* The rules that reported, each once; `order[i]` is where the rule of item i stands among them. */
static size_t used_rules(const struct lint_result *r, const struct lint_rule **rules, size_t *order)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		size_t k = 0;

		while (k < count && rules[k] != r->items[i].rule)
			k++;
		if (k == count)
			rules[count++] = r->items[i].rule;
		order[i] = k;
	}
	return count;
}

static void write_rule(struct json_writer *w, const struct lint_rule *rule)
{
	json_open(w, '{');
	name_str(w, "id", str_from(rule->id));
	message(w, "shortDescription", str_from(rule->title));
	message(w, "fullDescription", str_from(rule->why));
	message(w, "help", str_from(rule->fix));
	open_named(w, "defaultConfiguration", '{');
	name_str(w, "level", str_from(level_of(rule->severity)));
	json_close(w, '}');
	open_named(w, "properties", '{');
	open_named(w, "tags", '[');
	json_str(w, str_from(rule->family));
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, '}');
}

/* --- places ---------------------------------------------------------------------------------- */

/* RFC 3986: what is not unreserved or a slash is escaped, so any path is a URI reference. */
static void write_uri(struct json_writer *w, struct str path)
{
	struct buf uri = BUF_INIT((size_t)1 << 20);
	bool ok = true;

	while (str_starts_with(path, STR("./")))
		path = str_skip(path, 2);
	if (str_starts_with(path, STR("/")))
		ok = buf_add(&uri, STR("file://"));
	for (size_t i = 0; ok && i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			     c == '-' || c == '.' || c == '_' || c == '~' || c == '/';

		ok = plain ? buf_add_char(&uri, (char)c) : buf_addf(&uri, "%%%02X", c);
	}
	name_str(w, "uri", ok ? buf_str(&uri) : STR(""));
	buf_release(&uri);
}

static void write_region(struct json_writer *w, const struct lint_item *item)
{
	/* A line inside of an archive is no line of the file; viewers want one all the same. */
	bool inside = item->member.len || !item->line;

	open_named(w, "region", '{');
	name_number(w, "startLine", inside ? 1 : item->line);
	if (inside) {
		json_close(w, '}');
		return;
	}
	if (item->from_char)
		name_number(w, "startColumn", item->from_char);
	if (item->to_char > item->from_char)
		name_number(w, "endColumn", item->to_char);
	if (item->snippet.len)
		message(w, "snippet", item->snippet);
	json_close(w, '}');
}

static void write_location(struct json_writer *w, const struct lint_item *item)
{
	json_open(w, '{');
	open_named(w, "physicalLocation", '{');
	open_named(w, "artifactLocation", '{');
	write_uri(w, item->path);
	json_close(w, '}');
	write_region(w, item);
	json_close(w, '}');
	if (item->member.len) {
		open_named(w, "logicalLocations", '[');
		json_open(w, '{');
		name_str(w, "fullyQualifiedName", item->member);
		name_str(w, "kind", STR("member"));
		json_close(w, '}');
		json_close(w, ']');
	}
	json_close(w, '}');
}

static void write_fix(struct json_writer *w, const struct lint_item *item)
{
	open_named(w, "fixes", '[');
	json_open(w, '{');
	message(w, "description", str_from(item->rule->fix));
	open_named(w, "artifactChanges", '[');
	json_open(w, '{');
	open_named(w, "artifactLocation", '{');
	write_uri(w, item->path);
	json_close(w, '}');
	open_named(w, "replacements", '[');
	for (const struct lint_edit *e = item->edits; e; e = e->next) {
		json_open(w, '{');
		open_named(w, "deletedRegion", '{');
		name_number(w, "startLine", e->line);
		name_number(w, "startColumn", e->from_char);
		name_number(w, "endColumn", e->to_char);
		json_close(w, '}');
		message(w, "insertedContent", e->replacement);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, ']');
}

static void write_result(struct json_writer *w, const struct lint_item *item, size_t rule)
{
	char fingerprint[LINT_FINGERPRINT_BYTES];
	struct buf text = BUF_INIT((size_t)1 << 20);

	json_open(w, '{');
	name_str(w, "ruleId", str_from(item->rule->id));
	name_number(w, "ruleIndex", (int64_t)rule);
	name_str(w, "level", str_from(level_of(item->rule->severity)));
	if (item->member.len && buf_add(&text, item->member) &&
	    buf_addf(&text, ":%" PRIu32 ": ", item->line) && buf_add(&text, item->message))
		message(w, "message", buf_str(&text));
	else
		message(w, "message", item->message);
	open_named(w, "locations", '[');
	write_location(w, item);
	json_close(w, ']');
	open_named(w, "partialFingerprints", '{');
	name_str(w, "sparkdxLine/v1", lint_fingerprint(item, fingerprint));
	json_close(w, '}');
	if (item->edits)
		write_fix(w, item);
	json_close(w, '}');
	buf_release(&text);
}

/* --------------------------------------------------------------------------------------------- */

static void write_run(struct json_writer *w, const struct lint_result *r)
{
	size_t room = r->count ? r->count : 1;
	const struct lint_rule **rules = calloc(room, sizeof(const struct lint_rule *));
	size_t *order = calloc(room, sizeof(*order)), count;

	if (!rules || !order)
		die_no_memory();
	count = used_rules(r, rules, order);
	open_named(w, "tool", '{');
	open_named(w, "driver", '{');
	name_str(w, "name", STR("sparkdx"));
	name_str(w, "version", STR(SPARKDX_VERSION));
	open_named(w, "rules", '[');
	for (size_t i = 0; i < count; i++)
		write_rule(w, rules[i]);
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, '}');
	name_str(w, "columnKind", STR("unicodeCodePoints"));
	open_named(w, "results", '[');
	for (size_t i = 0; i < r->count; i++)
		write_result(w, &r->items[i], order[i]);
	json_close(w, ']');
	free(rules);
	free(order);
}

bool lint_render_sarif(const struct lint_result *r, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, '{');
	name_str(&w, "$schema", str_from(schema));
	name_str(&w, "version", STR("2.1.0"));
	open_named(&w, "runs", '[');
	json_open(&w, '{');
	write_run(&w, r);
	json_close(&w, '}');
	json_close(&w, ']');
	json_close(&w, '}');
	return !w.failed;
}

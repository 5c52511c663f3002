#include "base/base.h"
#include "patterns/pack.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "patterns/literal.h"
#include "patterns/regex.h"

struct pack {
	struct arena arena;
	struct literal_model *literals;
	struct pattern **patterns;
	size_t count, capacity;
};

/* One file being read, and the pattern at hand. */
struct reader {
	struct pack *pack;
	struct diag_sink *diags;
	struct str file;
	yaml_document_t *doc;
	struct pattern *pattern;
	bool bad; /* the pattern at hand has a defect */
};

struct pack *pack_new(void)
{
	struct pack *p = calloc(1, sizeof(*p));

	if (!p)
		die_no_memory();
	p->arena = (struct arena)ARENA_INIT(LIMIT_PACK_BYTES);
	p->literals = literal_model_new();
	return p;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	literal_model_free(p->literals);
	free(p->patterns);
	free(p);
}

size_t pack_count(const struct pack *p)
{
	return p->count;
}

const struct pattern *pack_pattern(const struct pack *p, size_t index)
{
	return p->patterns[index];
}

/* --- nodes -------------------------------------------------------------------------------------
 */

static uint32_t line_of(const yaml_node_t *n)
{
	return (uint32_t)n->start_mark.line + 1;
}

PRINTF_LIKE(4, 5)
static void defect(struct reader *r, const yaml_node_t *at, const char *code, const char *fmt, ...)
{
	char message[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	r->bad = true;
	if (r->pattern && r->pattern->id.len)
		diag_report(r->diags, DIAG_ERROR, code, r->file, line_of(at), STR_FMT ": %s",
			    STR_ARG(r->pattern->id), message);
	else
		diag_report(r->diags, DIAG_ERROR, code, r->file, line_of(at), "%s", message);
}

static void *take(struct reader *r, const yaml_node_t *at, size_t size)
{
	void *p = arena_alloc(&r->pack->arena, size);

	if (!p)
		defect(r, at, "limit-pack-bytes", "the patterns exceed %d bytes", LIMIT_PACK_BYTES);
	return p;
}

static struct str node_text(const yaml_node_t *n)
{
	return (struct str){ (const char *)n->data.scalar.value, n->data.scalar.length };
}

static bool expect(struct reader *r, const yaml_node_t *n, yaml_node_type_t type, const char *what)
{
	static const char *const kinds[] = {
		[YAML_NO_NODE] = "nothing",
		[YAML_SCALAR_NODE] = "text",
		[YAML_SEQUENCE_NODE] = "a list",
		[YAML_MAPPING_NODE] = "a mapping",
	};

	if (n->type == type)
		return true;
	defect(r, n, "pattern-field-type", "%s must be %s, not %s", what, kinds[type],
	       kinds[n->type]);
	return false;
}

/* Text of a scalar, copied, without the line feed a YAML block ends with. */
static void read_text(struct reader *r, const yaml_node_t *n, const char *what, struct str *out)
{
	struct str text;

	if (!expect(r, n, YAML_SCALAR_NODE, what))
		return;
	text = node_text(n);
	while (text.len && text.ptr[text.len - 1] == '\n')
		text.len--;
	if (!text.len)
		defect(r, n, "pattern-field-empty", "%s is empty", what);
	else if (!arena_str(&r->pack->arena, text, out))
		defect(r, n, "limit-pack-bytes", "the patterns exceed %d bytes", LIMIT_PACK_BYTES);
}

/* Items of a list, or the node itself when a single text may stand for a list of one. */
struct items {
	yaml_node_t *only;
	yaml_node_item_t *first;
	size_t count;
};

static bool read_items(struct reader *r, yaml_node_t *n, const char *what, bool one_will_do,
		       struct items *items)
{
	*items = (struct items){ .only = n, .count = 1 };
	if (one_will_do && n->type == YAML_SCALAR_NODE)
		return true;
	if (!expect(r, n, YAML_SEQUENCE_NODE, what))
		return false;
	items->only = NULL;
	items->first = n->data.sequence.items.start;
	items->count = (size_t)(n->data.sequence.items.top - items->first);
	if (items->count && items->count <= LIMIT_PATTERN_ITEMS)
		return true;
	if (items->count)
		defect(r, n, "limit-pattern-items", "%s has %zu items, at most %d allowed", what,
		       items->count, LIMIT_PATTERN_ITEMS);
	else
		defect(r, n, "pattern-field-empty", "%s is an empty list", what);
	return false;
}

static yaml_node_t *item_node(struct reader *r, const struct items *items, size_t i)
{
	return items->only ? items->only : yaml_document_get_node(r->doc, items->first[i]);
}

static void read_texts(struct reader *r, yaml_node_t *n, const char *what, const struct str **out,
		       size_t *count)
{
	struct items items;
	struct str *texts;

	if (!read_items(r, n, what, true, &items))
		return;
	texts = take(r, n, items.count * sizeof(*texts));
	if (!texts)
		return;
	for (size_t i = 0; i < items.count; i++)
		read_text(r, item_node(r, &items, i), what, &texts[i]);
	*out = texts;
	*count = items.count;
}

/* Index of the scalar in `names` ("" entries never match); -1 and a defect when it is in none. */
static int read_name(struct reader *r, const yaml_node_t *n, const char *what,
		     const char *const *names)
{
	char known[256];
	size_t used = 0;

	if (!expect(r, n, YAML_SCALAR_NODE, what))
		return -1;
	for (int i = 0; names[i]; i++)
		if (*names[i] && str_eq(node_text(n), str_from(names[i])))
			return i;
	known[0] = '\0';
	for (int i = 0; names[i] && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? " " : "", names[i]);
	defect(r, n, "pattern-value", "%s: \"" STR_FMT "\" is none of: %s", what,
	       STR_ARG(node_text(n)), known);
	return -1;
}

static uint32_t read_bits(struct reader *r, yaml_node_t *n, const char *what,
			  const char *const *names)
{
	struct items items;
	uint32_t bits = 0;

	if (!read_items(r, n, what, true, &items))
		return 0;
	for (size_t i = 0; i < items.count; i++) {
		int at = read_name(r, item_node(r, &items, i), what, names);

		if (at >= 0)
			bits |= (uint32_t)1 << at;
	}
	return bits;
}

/* --- mappings ----------------------------------------------------------------------------------
 */

/* One key a mapping may have; `into` is what the mapping is read into. */
struct field {
	const char *name;
	void (*read)(struct reader *r, yaml_node_t *n, void *into);
};

static void read_pair(struct reader *r, const yaml_node_pair_t *pair, const struct field *fields,
		      void *into, uint64_t *seen)
{
	yaml_node_t *key = yaml_document_get_node(r->doc, pair->key);
	size_t i = 0;

	if (!expect(r, key, YAML_SCALAR_NODE, "a key"))
		return;
	while (fields[i].name && !str_eq(node_text(key), str_from(fields[i].name)))
		i++;
	if (!fields[i].name) {
		defect(r, key, "pattern-field-unknown", "unknown field \"" STR_FMT "\"",
		       STR_ARG(node_text(key)));
		return;
	}
	if (*seen & (uint64_t)1 << i) {
		defect(r, key, "pattern-field-twice", "field \"%s\" is given twice",
		       fields[i].name);
		return;
	}
	*seen |= (uint64_t)1 << i;
	fields[i].read(r, yaml_document_get_node(r->doc, pair->value), into);
}

/* Bit i of the result: field i was there. */
static uint64_t read_mapping(struct reader *r, yaml_node_t *n, const char *what,
			     const struct field *fields, void *into)
{
	uint64_t seen = 0;

	if (!expect(r, n, YAML_MAPPING_NODE, what))
		return 0;
	for (yaml_node_pair_t *pair = n->data.mapping.pairs.start; pair < n->data.mapping.pairs.top;
	     pair++)
		read_pair(r, pair, fields, into, &seen);
	return seen;
}

/* `{name: text}` of any names. */
static void read_settings(struct reader *r, yaml_node_t *n, const char *what,
			  const struct fix_setting **out, size_t *count)
{
	struct fix_setting *settings;
	size_t pairs;

	if (!expect(r, n, YAML_MAPPING_NODE, what))
		return;
	pairs = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (pairs > LIMIT_PATTERN_ITEMS) {
		defect(r, n, "limit-pattern-items", "%s has %zu items, at most %d allowed", what,
		       pairs, LIMIT_PATTERN_ITEMS);
		return;
	}
	settings = take(r, n, pairs * sizeof(*settings));
	if (!settings)
		return;
	for (size_t i = 0; i < pairs; i++) {
		const yaml_node_pair_t *pair = n->data.mapping.pairs.start + i;

		read_text(r, yaml_document_get_node(r->doc, pair->key), what, &settings[i].key);
		read_text(r, yaml_document_get_node(r->doc, pair->value), what, &settings[i].value);
	}
	*out = settings;
	*count = pairs;
}

/* --- simple fields -----------------------------------------------------------------------------
 */

#define TEXT_FIELD(field)                                                      \
	static void read_##field(struct reader *r, yaml_node_t *n, void *into) \
	{                                                                      \
		read_text(r, n, #field, &((struct pattern *)into)->field);     \
	}
TEXT_FIELD(title)
TEXT_FIELD(why)
TEXT_FIELD(see_in_ui)
TEXT_FIELD(match)

static bool is_kebab(struct str s)
{
	bool dash = true;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '-' ? dash : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
		dash = c == '-';
	}
	return s.len && !dash;
}

static void read_id(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_text(r, n, "id", &p->id);
	if (p->id.len && (!is_kebab(p->id) || p->id.len > LIMIT_PATTERN_ID_BYTES))
		defect(r, n, "pattern-id",
		       "an id is lower-case words and digits joined by single dashes, at most %d "
		       "bytes",
		       LIMIT_PATTERN_ID_BYTES);
}

static void read_severity(struct reader *r, yaml_node_t *n, void *into)
{
	/* "none" is what a fact has by saying nothing. */
	int i = read_name(r, n, "severity", severity_names + 1);

	if (i >= 0)
		((struct pattern *)into)->severity = (enum severity)(i + 1);
}

static void read_role(struct reader *r, yaml_node_t *n, void *into)
{
	int i = read_name(r, n, "role", role_names);

	if (i >= 0)
		((struct pattern *)into)->role = (enum role)i;
}

static void read_where(struct reader *r, yaml_node_t *n, void *into)
{
	if (n->type == YAML_SCALAR_NODE && str_eq(node_text(n), STR("any")))
		return;
	((struct pattern *)into)->where = read_bits(r, n, "where", pattern_process_names);
}

static void read_only_in(struct reader *r, yaml_node_t *n, void *into)
{
	((struct pattern *)into)->only_in = read_bits(r, n, "only_in", pattern_process_names);
}

static void read_level(struct reader *r, yaml_node_t *n, void *into)
{
	((struct pattern *)into)->levels = read_bits(r, n, "level", pattern_level_names);
}

static void read_literal(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "literal", &p->literals, &p->literal_count);
	if (p->literal_count > LIMIT_PATTERN_LITERALS) {
		defect(r, n, "limit-pattern-literals", "%zu literals, at most %d allowed",
		       p->literal_count, LIMIT_PATTERN_LITERALS);
		p->literal_count = 0;
	}
	for (size_t i = 0; i < p->literal_count; i++) {
		enum literal_defect d = literal_judge(p->literals[i]);

		if (d != LITERAL_FINE && p->literals[i].len)
			defect(r, n, literal_defect_code(d), "literal \"" STR_FMT "\" %s",
			       STR_ARG(p->literals[i]), literal_defect_text(d));
	}
}

static void read_group_by(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "group_by", &p->group_by, &p->group_by_count);
}

static void read_needs(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "needs", &p->needs, &p->needs_count);
}

static void read_unless(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "unless", &p->unless, &p->unless_count);
}

static void read_refuted_by(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "refuted_by", &p->refuters, &p->refuter_count);
}

static void read_misses(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;

	read_texts(r, n, "miss", &p->misses, &p->miss_count);
}

static void read_outcome(struct reader *r, yaml_node_t *n, void *into)
{
	/* "unknown" is said by saying nothing. */
	int i = read_name(r, n, "outcome", outcome_names + 1);

	if (i >= 0)
		((struct pattern *)into)->outcome = (enum outcome)(i + 1);
}

static void read_authority(struct reader *r, yaml_node_t *n, void *into)
{
	if (!expect(r, n, YAML_SCALAR_NODE, "authority"))
		return;
	if (node_text(n).len == 1 && node_text(n).ptr[0] >= '1' && node_text(n).ptr[0] <= '9')
		((struct pattern *)into)->authority = (uint8_t)(node_text(n).ptr[0] - '0');
	else
		defect(r, n, "pattern-value", "authority is a digit from 1 to 9");
}

static void read_fact(struct reader *r, yaml_node_t *n, void *into)
{
	int i = read_name(r, n, "fact", fact_names);

	if (i >= 0)
		((struct pattern *)into)->fact = (enum fact)i;
}

static void read_binds(struct reader *r, yaml_node_t *n, void *into)
{
	int i = read_name(r, n, "binds", pattern_process_names);

	if (i >= 0)
		((struct pattern *)into)->binds = (uint8_t)(i + 1);
}

static bool read_flag(struct reader *r, yaml_node_t *n, const char *what)
{
	static const char *const names[] = { "false", "true", NULL };

	return read_name(r, n, what, names) == 1;
}

static void read_terminal(struct reader *r, yaml_node_t *n, void *into)
{
	((struct pattern *)into)->terminal = read_flag(r, n, "terminal");
}

static void read_survivable(struct reader *r, yaml_node_t *n, void *into)
{
	((struct pattern *)into)->survivable = read_flag(r, n, "survivable");
}

static void read_after_stop(struct reader *r, yaml_node_t *n, void *into)
{
	static const char *const names[] = { "noise", NULL };

	((struct pattern *)into)->noise_after_stop = read_name(r, n, "after_stop", names) == 0;
}

static void read_status(struct reader *r, yaml_node_t *n, void *into)
{
	static const char *const names[] = { "unproven", NULL };

	((struct pattern *)into)->unproven = read_name(r, n, "status", names) == 0;
}

/* A text, or a list of versions, which is kept as one text. */
static void read_versions(struct reader *r, yaml_node_t *n, void *into)
{
	struct buf all = BUF_INIT(4096);
	const struct str *texts = NULL;
	size_t count = 0;
	bool fits = true;

	read_texts(r, n, "versions", &texts, &count);
	for (size_t i = 0; i < count && fits; i++)
		fits = buf_addf(&all, "%s" STR_FMT, i ? ", " : "", STR_ARG(texts[i]));
	if (!fits ||
	    !arena_str(&r->pack->arena, buf_str(&all), &((struct pattern *)into)->versions))
		defect(r, n, "limit-pack-bytes", "versions is too long");
	buf_release(&all);
}

/* --- nested fields -----------------------------------------------------------------------------
 */

static enum place_kind place_of(struct str name)
{
	for (int i = PLACE_NONE + 1; i < PLACE_COUNT; i++)
		if (str_eq(name, str_from(place_names[i])))
			return (enum place_kind)i;
	return PLACE_NONE;
}

static void read_captures(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern *p = into;
	struct capture_spec *specs;
	size_t pairs;

	if (!expect(r, n, YAML_MAPPING_NODE, "captures"))
		return;
	pairs = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (pairs > LIMIT_CAPTURES) {
		defect(r, n, "limit-captures", "%zu captures, at most %d allowed", pairs,
		       LIMIT_CAPTURES);
		return;
	}
	/* Room for the places that need no type: see complete_captures(). */
	specs = take(r, n, LIMIT_CAPTURES * sizeof(*specs));
	if (!specs)
		return;
	for (size_t i = 0; i < pairs; i++) {
		const yaml_node_pair_t *pair = n->data.mapping.pairs.start + i;
		yaml_node_t *value = yaml_document_get_node(r->doc, pair->value);
		int type = read_name(r, value, "capture type", capture_type_names);

		read_text(r, yaml_document_get_node(r->doc, pair->key), "a capture's name",
			  &specs[i].name);
		specs[i].place = place_of(specs[i].name);
		if (type > CAPTURE_TEXT && specs[i].place != PLACE_NONE)
			defect(r, value, "pattern-capture-type",
			       "\"" STR_FMT "\" is a place: always text", STR_ARG(specs[i].name));
		specs[i].type = type < 0 ? CAPTURE_TEXT : (enum capture_type)type;
	}
	p->captures = specs;
	p->capture_count = pairs;
}

static void read_edge_id(struct reader *r, yaml_node_t *n, void *into)
{
	read_text(r, n, "explains id", &((struct explains_edge *)into)->id);
}

static void read_edge_same(struct reader *r, yaml_node_t *n, void *into)
{
	int i = read_name(r, n, "same", same_names);

	if (i >= 0)
		((struct explains_edge *)into)->same = (enum same)i;
}

static void read_explains(struct reader *r, yaml_node_t *n, void *into)
{
	static const struct field fields[] = {
		{ .name = "id", .read = read_edge_id },
		{ .name = "same", .read = read_edge_same },
		{ .name = NULL },
	};
	struct pattern *p = into;
	struct explains_edge *edges;
	struct items items;

	if (!read_items(r, n, "explains", true, &items))
		return;
	edges = take(r, n, items.count * sizeof(*edges));
	if (!edges)
		return;
	for (size_t i = 0; i < items.count; i++) {
		yaml_node_t *item = item_node(r, &items, i);

		if (item->type == YAML_SCALAR_NODE)
			read_edge_id(r, item, &edges[i]);
		else if (!(read_mapping(r, item, "explains", fields, &edges[i]) & 1))
			defect(r, item, "pattern-field-missing", "an explains edge has no id");
	}
	p->explains = edges;
	p->explains_count = items.count;
}

static void read_fix_set(struct reader *r, yaml_node_t *n, void *into)
{
	struct fix_spec *fix = into;

	read_settings(r, n, "set", &fix->set, &fix->set_count);
}

static void read_fix(struct reader *r, yaml_node_t *n, struct fix_spec *fix, enum fix_kind kind)
{
	if (fix->text.len) {
		defect(r, n, "pattern-fix", "a fix has one of conf, code, data, cluster");
		return;
	}
	fix->kind = kind;
	read_text(r, n, "a fix", &fix->text);
}

#define FIX_FIELD(name, kind)                                                     \
	static void read_fix_##name(struct reader *r, yaml_node_t *n, void *into) \
	{                                                                         \
		read_fix(r, n, into, kind);                                       \
	}
FIX_FIELD(conf, FIX_CONF)
FIX_FIELD(code, FIX_CODE)
FIX_FIELD(data, FIX_DATA)
FIX_FIELD(cluster, FIX_CLUSTER)

static void read_fix_instead(struct reader *r, yaml_node_t *n, void *into)
{
	struct str word = STR("");

	read_text(r, n, "instead", &word);
	if (!str_eq(word, STR("true")))
		defect(r, n, "pattern-fix", "`instead` is true or absent");
	((struct fix_spec *)into)->instead = true;
}

static void read_fixes(struct reader *r, yaml_node_t *n, void *into)
{
	static const struct field fields[] = {
		{ .name = "conf", .read = read_fix_conf },
		{ .name = "code", .read = read_fix_code },
		{ .name = "data", .read = read_fix_data },
		{ .name = "cluster", .read = read_fix_cluster },
		{ .name = "set", .read = read_fix_set },
		{ .name = "instead", .read = read_fix_instead },
		{ .name = NULL },
	};
	struct pattern *p = into;
	struct fix_spec *fixes;
	struct items items;

	if (!read_items(r, n, "fixes", false, &items))
		return;
	fixes = take(r, n, items.count * sizeof(*fixes));
	if (!fixes)
		return;
	for (size_t i = 0; i < items.count; i++) {
		yaml_node_t *item = item_node(r, &items, i);

		read_mapping(r, item, "a fix", fields, &fixes[i]);
		if (!fixes[i].text.len)
			defect(r, item, "pattern-fix",
			       "a fix has one of conf, code, data, cluster");
		else if (fixes[i].set_count && fixes[i].kind != FIX_CONF)
			defect(r, item, "pattern-fix", "`set` stands beside `conf` only");
		fixes[i].computed =
			fixes[i].kind == FIX_CONF && !fixes[i].set_count && is_kebab(fixes[i].text);
	}
	p->fixes = fixes;
	p->fix_count = items.count;
}

static void read_hit_text(struct reader *r, yaml_node_t *n, void *into)
{
	read_text(r, n, "hit text", &((struct pattern_example *)into)->text);
}

static void read_hit_captures(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern_example *hit = into;

	read_settings(r, n, "hit captures", &hit->captures, &hit->capture_count);
}

static void read_hit_also(struct reader *r, yaml_node_t *n, void *into)
{
	struct pattern_example *hit = into;

	read_texts(r, n, "also", &hit->also, &hit->also_count);
}

static void read_hits(struct reader *r, yaml_node_t *n, void *into)
{
	static const struct field fields[] = {
		{ .name = "text", .read = read_hit_text },
		{ .name = "captures", .read = read_hit_captures },
		{ .name = "also", .read = read_hit_also },
		{ .name = NULL },
	};
	struct pattern *p = into;
	struct pattern_example *hits;
	struct items items;

	if (!read_items(r, n, "hit", false, &items))
		return;
	hits = take(r, n, items.count * sizeof(*hits));
	if (!hits)
		return;
	for (size_t i = 0; i < items.count; i++) {
		yaml_node_t *item = item_node(r, &items, i);

		if (!(read_mapping(r, item, "a hit", fields, &hits[i]) & 1))
			defect(r, item, "pattern-field-missing", "a hit has no text");
	}
	p->hits = hits;
	p->hit_count = items.count;
}

/* --- patterns ----------------------------------------------------------------------------------
 */

enum {
	FIELD_ID,
	FIELD_TITLE,
	FIELD_SEVERITY,
	FIELD_ROLE,
	FIELD_WHERE,
	FIELD_MATCH,
	FIELD_HIT,
	FIELD_MISS,
	FIELD_ONLY_IN,
	FIELD_LEVEL,
	FIELD_LITERAL,
	FIELD_CAPTURES,
	FIELD_GROUP_BY,
	FIELD_EXPLAINS,
	FIELD_OUTCOME,
	FIELD_AUTHORITY,
	FIELD_FACT,
	FIELD_BINDS,
	FIELD_TERMINAL,
	FIELD_SURVIVABLE,
	FIELD_AFTER_STOP,
	FIELD_NEEDS,
	FIELD_UNLESS,
	FIELD_REFUTED_BY,
	FIELD_WHY,
	FIELD_FIXES,
	FIELD_SEE_IN_UI,
	FIELD_VERSIONS,
	FIELD_STATUS,
	FIELD_COUNT,
};

static const struct field pattern_fields[FIELD_COUNT + 1] = {
	[FIELD_ID] = { .name = "id", .read = read_id },
	[FIELD_TITLE] = { .name = "title", .read = read_title },
	[FIELD_SEVERITY] = { .name = "severity", .read = read_severity },
	[FIELD_ROLE] = { .name = "role", .read = read_role },
	[FIELD_WHERE] = { .name = "where", .read = read_where },
	[FIELD_MATCH] = { .name = "match", .read = read_match },
	[FIELD_HIT] = { .name = "hit", .read = read_hits },
	[FIELD_MISS] = { .name = "miss", .read = read_misses },
	[FIELD_ONLY_IN] = { .name = "only_in", .read = read_only_in },
	[FIELD_LEVEL] = { .name = "level", .read = read_level },
	[FIELD_LITERAL] = { .name = "literal", .read = read_literal },
	[FIELD_CAPTURES] = { .name = "captures", .read = read_captures },
	[FIELD_GROUP_BY] = { .name = "group_by", .read = read_group_by },
	[FIELD_EXPLAINS] = { .name = "explains", .read = read_explains },
	[FIELD_OUTCOME] = { .name = "outcome", .read = read_outcome },
	[FIELD_AUTHORITY] = { .name = "authority", .read = read_authority },
	[FIELD_FACT] = { .name = "fact", .read = read_fact },
	[FIELD_BINDS] = { .name = "binds", .read = read_binds },
	[FIELD_TERMINAL] = { .name = "terminal", .read = read_terminal },
	[FIELD_SURVIVABLE] = { .name = "survivable", .read = read_survivable },
	[FIELD_AFTER_STOP] = { .name = "after_stop", .read = read_after_stop },
	[FIELD_NEEDS] = { .name = "needs", .read = read_needs },
	[FIELD_UNLESS] = { .name = "unless", .read = read_unless },
	[FIELD_REFUTED_BY] = { .name = "refuted_by", .read = read_refuted_by },
	[FIELD_WHY] = { .name = "why", .read = read_why },
	[FIELD_FIXES] = { .name = "fixes", .read = read_fixes },
	[FIELD_SEE_IN_UI] = { .name = "see_in_ui", .read = read_see_in_ui },
	[FIELD_VERSIONS] = { .name = "versions", .read = read_versions },
	[FIELD_STATUS] = { .name = "status", .read = read_status },
	[FIELD_COUNT] = { .name = NULL },
};

static const struct capture_spec *spec_named(const struct pattern *p, struct str name)
{
	for (size_t i = 0; i < p->capture_count; i++)
		if (str_eq(p->captures[i].name, name))
			return &p->captures[i];
	return NULL;
}

/* Names with a fixed meaning need no type. */
static bool is_text_by_name(struct str name)
{
	return place_of(name) != PLACE_NONE || str_eq(name, STR("class")) ||
	       str_eq(name, STR("message")) || str_eq(name, STR("frame"));
}

static void add_capture(struct reader *r, const yaml_node_t *at, struct str name)
{
	struct pattern *p = r->pattern;
	struct capture_spec *specs;

	if (p->capture_count == LIMIT_CAPTURES) {
		defect(r, at, "limit-captures", "more than %d captures", LIMIT_CAPTURES);
		return;
	}
	specs = take(r, at, (p->capture_count + 1) * sizeof(*specs));
	if (!specs)
		return;
	if (p->capture_count)
		memcpy(specs, p->captures, p->capture_count * sizeof(*specs));
	if (!arena_str(&r->pack->arena, name, &specs[p->capture_count].name)) {
		defect(r, at, "limit-pack-bytes", "the patterns exceed %d bytes", LIMIT_PACK_BYTES);
		return;
	}
	specs[p->capture_count].place = place_of(name);
	p->captures = specs;
	p->capture_count++;
}

/* Compile `match` and hold its groups against `captures`. */
static void check_regex(struct reader *r, const yaml_node_t *at)
{
	struct pattern *p = r->pattern;
	struct regex_error error;
	struct regex *regex = regex_new(p->match, &error);
	size_t declared = p->capture_count;
	bool was_bad = r->bad;

	if (!regex) {
		defect(r, at, "pattern-regex", "match, at byte %zu: %s", error.offset,
		       error.message);
		return;
	}
	for (size_t i = 0; i < regex_name_count(regex); i++) {
		uint32_t group;
		struct str name = regex_name(regex, i, &group);

		if (spec_named(p, name))
			continue;
		if (is_text_by_name(name))
			add_capture(r, at, name);
		else if (!was_bad)
			defect(r, at, "pattern-capture-undeclared",
			       "group \"" STR_FMT "\" has no type in captures", STR_ARG(name));
	}
	for (size_t i = 0; i < declared; i++) {
		bool found = false;
		uint32_t group;

		for (size_t k = 0; k < regex_name_count(regex) && !found; k++)
			found = str_eq(regex_name(regex, k, &group), p->captures[i].name);
		if (!found)
			defect(r, at, "pattern-capture-unknown",
			       "captures names \"" STR_FMT "\", which is no group of match",
			       STR_ARG(p->captures[i].name));
	}
	regex_free(regex);
}

static void check_group_by(struct reader *r, const yaml_node_t *at)
{
	const struct pattern *p = r->pattern;

	for (size_t i = 0; i < p->group_by_count; i++)
		if (!spec_named(p, p->group_by[i]))
			defect(r, at, "pattern-group-by",
			       "group_by names \"" STR_FMT "\", which is no capture",
			       STR_ARG(p->group_by[i]));
}

/* What the fields demand of each other. */
static void check_fields(struct reader *r, const yaml_node_t *at, uint64_t seen)
{
	static const uint8_t needed[] = { FIELD_ID,    FIELD_TITLE, FIELD_ROLE,
					  FIELD_WHERE, FIELD_MATCH, FIELD_HIT };
	const struct pattern *p = r->pattern;
	bool has_severity = seen & (uint64_t)1 << FIELD_SEVERITY;
	bool has_outcome = seen & (uint64_t)1 << FIELD_OUTCOME;
	bool has_authority = seen & (uint64_t)1 << FIELD_AUTHORITY;
	bool was_bad = r->bad;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!(seen & (uint64_t)1 << needed[i]))
			defect(r, at, "pattern-field-missing", "field \"%s\" is missing",
			       pattern_fields[needed[i]].name);
	/* A field that could not be read would be complained of a second time. */
	if (was_bad || !(seen & (uint64_t)1 << FIELD_ROLE))
		return;
	if (p->role == ROLE_FACT && has_severity)
		defect(r, at, "pattern-field-extra", "a fact has no severity");
	if (p->role != ROLE_FACT && !has_severity)
		defect(r, at, "pattern-field-missing", "field \"severity\" is missing");
	if (has_outcome != has_authority)
		defect(r, at, "pattern-field-missing", "outcome and authority go together");
	if (p->role == ROLE_FACT && p->fact == FACT_NONE && p->outcome == OUTCOME_UNKNOWN &&
	    !p->binds)
		defect(r, at, "pattern-field-missing",
		       "a fact tells something: one of fact, outcome, binds");
}

/* Derive what was not given, and choose the windows. */
static void complete_literals(struct reader *r, const yaml_node_t *at)
{
	struct pattern *p = r->pattern;
	uint8_t *windows;

	if (r->bad)
		return;
	if (!p->literal_count && !literal_derive(r->pack->literals, p->match, &r->pack->arena,
						 &p->literals, &p->literal_count)) {
		defect(r, at, "pattern-literal-none",
		       "no usable literal can be derived from match: give one in \"literal\"");
		return;
	}
	windows = take(r, at, p->literal_count);
	if (!windows)
		return;
	for (size_t i = 0; i < p->literal_count; i++) {
		struct str window = literal_window(r->pack->literals, p->literals[i]);

		windows[i] = (uint8_t)(window.ptr - p->literals[i].ptr);
	}
	p->windows = windows;
}

static bool is_duplicate(struct reader *r, const yaml_node_t *at)
{
	const struct pack *pack = r->pack;

	for (size_t i = 0; i < pack->count; i++) {
		const struct pattern *other = pack->patterns[i];

		if (!str_eq(other->id, r->pattern->id))
			continue;
		defect(r, at, "pattern-duplicate", "this id is also in " STR_FMT ":%" PRIu32,
		       STR_ARG(other->file), other->line);
		return true;
	}
	return false;
}

static void keep(struct reader *r, const yaml_node_t *at)
{
	struct pack *pack = r->pack;

	if (pack->count == LIMIT_PATTERNS) {
		defect(r, at, "limit-patterns", "more than %d patterns", LIMIT_PATTERNS);
		return;
	}
	pack->patterns =
		array_grow(pack->patterns, pack->count, &pack->capacity, sizeof(*pack->patterns));
	pack->patterns[pack->count++] = r->pattern;
}

static void read_pattern(struct reader *r, yaml_node_t *n, struct str category)
{
	struct pattern *p;
	uint64_t seen;

	r->pattern = NULL;
	r->bad = false;
	p = take(r, n, sizeof(*p));
	if (!p || !expect(r, n, YAML_MAPPING_NODE, "a pattern"))
		return;
	r->pattern = p;
	p->file = r->file;
	p->line = line_of(n);
	p->category = category;
	seen = read_mapping(r, n, "a pattern", pattern_fields, p);
	check_fields(r, n, seen);
	if (p->match.len)
		check_regex(r, n);
	check_group_by(r, n);
	complete_literals(r, n);
	if (!r->bad && !is_duplicate(r, n))
		keep(r, n);
	r->pattern = NULL;
}

/* --- files -------------------------------------------------------------------------------------
 */

static void report_syntax(struct reader *r, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		die_no_memory();
	diag_report(r->diags, DIAG_ERROR, "pattern-yaml", r->file,
		    (uint32_t)parser->problem_mark.line + 1, "%s",
		    parser->problem ? parser->problem : "not valid YAML");
}

/* An alias can stand for any amount of YAML, and no pattern needs one: refuse before loading. */
static bool has_no_alias(struct reader *r, struct str text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool good = true, end = false;

	if (!yaml_parser_initialize(&parser))
		die_no_memory();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	while (good && !end) {
		if (!yaml_parser_parse(&parser, &event)) {
			report_syntax(r, &parser);
			good = false;
			break;
		}
		if (event.type == YAML_ALIAS_EVENT) {
			diag_report(r->diags, DIAG_ERROR, "pattern-yaml", r->file,
				    (uint32_t)event.start_mark.line + 1,
				    "aliases (*name) are not allowed");
			good = false;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return good;
}

static struct str stem_of(struct str path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/') {
			path = str_skip(path, i);
			break;
		}
	if (str_ends_with(path, STR(".yaml")))
		path.len -= strlen(".yaml");
	return path;
}

static void read_document(struct reader *r)
{
	yaml_node_t *root = yaml_document_get_root_node(r->doc);

	if (!root)
		return;
	if (root->type != YAML_SEQUENCE_NODE) {
		diag_report(r->diags, DIAG_ERROR, "pattern-field-type", r->file, line_of(root),
			    "a pattern file is a YAML list of patterns");
		return;
	}
	for (yaml_node_item_t *item = root->data.sequence.items.start;
	     item < root->data.sequence.items.top; item++)
		read_pattern(r, yaml_document_get_node(r->doc, *item), stem_of(r->file));
}

void pack_add_text(struct pack *p, struct str file, struct str text, struct diag_sink *diags)
{
	struct reader r = { .pack = p, .diags = diags };
	yaml_parser_t parser;
	yaml_document_t doc;

	if (!arena_str(&p->arena, file, &r.file)) {
		diag_report(diags, DIAG_ERROR, "limit-pack-bytes", file, 0,
			    "the patterns exceed %d bytes", LIMIT_PACK_BYTES);
		return;
	}
	if (!text.ptr)
		text.ptr = "";
	if (!has_no_alias(&r, text))
		return;
	if (!yaml_parser_initialize(&parser))
		die_no_memory();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	for (bool more = true; more;) {
		if (!yaml_parser_load(&parser, &doc)) {
			report_syntax(&r, &parser);
			break;
		}
		r.doc = &doc;
		more = yaml_document_get_root_node(&doc) != NULL;
		read_document(&r);
		yaml_document_delete(&doc);
	}
	yaml_parser_delete(&parser);
}

static void report_unreadable(struct diag_sink *diags, struct str path, const char *why)
{
	diag_report(diags, DIAG_ERROR, "pattern-file", path, 0, "%s", why);
}

static void add_file(struct pack *p, const char *path, struct diag_sink *diags)
{
	struct buf text = BUF_INIT(LIMIT_PACK_FILE_BYTES);

	if (file_load(path, &text))
		pack_add_text(p, str_from(path), buf_str(&text), diags);
	else if (errno == EFBIG)
		diag_report(diags, DIAG_ERROR, "limit-pack-file", str_from(path), 0,
			    "a pattern file has at most %d bytes", LIMIT_PACK_FILE_BYTES);
	else
		report_unreadable(diags, str_from(path), strerror(errno));
	buf_release(&text);
}

static int is_yaml_name(const struct dirent *entry)
{
	struct str name = str_from(entry->d_name);

	return name.ptr[0] != '.' && str_ends_with(name, STR(".yaml"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	/* By byte, so that the order does not depend on the locale. */
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_dir(struct pack *p, const char *path, struct diag_sink *diags)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_yaml_name, by_name);

	if (count < 0)
		report_unreadable(diags, str_from(path), strerror(errno));
	if (count > LIMIT_PACK_FILES)
		diag_report(diags, DIAG_ERROR, "limit-pack-files", str_from(path), 0,
			    "%d pattern files, only the first %d are read", count,
			    LIMIT_PACK_FILES);
	for (int i = 0; i < count; i++) {
		char *file = NULL;

		if (i < LIMIT_PACK_FILES) {
			if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
				die_no_memory();
			add_file(p, file, diags);
		}
		free(file);
		free(entries[i]);
	}
	free(entries);
}

void pack_add_path(struct pack *p, struct str path, struct diag_sink *diags)
{
	char *name = strndup(path.ptr ? path.ptr : "", path.len);
	struct stat st;

	if (!name)
		die_no_memory();
	if (stat(name, &st))
		report_unreadable(diags, path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		add_dir(p, name, diags);
	else if (S_ISREG(st.st_mode))
		add_file(p, name, diags);
	else
		report_unreadable(diags, path, "neither a file nor a directory");
	free(name);
}

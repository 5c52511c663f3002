/*
 * Pattern files, through the checks of `sparkdx patterns check`. A file is judged with the pattern
 * files beside it, because patterns name each other; what neither holds may be in the built-in
 * catalogue.
 */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/limits.h"
#include "diagnose/advice.h"
#include "patterns/check.h"
#include "patterns/pack.h"

#include <dirent.h>
#include <stdio.h>

enum { RULE_SYNTAX, RULE_FIELD, RULE_REGEX, RULE_EXAMPLE, RULE_REFERENCE, RULE_ADVICE };

#define PATTERN(fields) "- id: my-failure\n" fields
#define REST                  \
	"  severity: error\n" \
	"  role: root\n"      \
	"  where: [driver]\n"
#define ADVICE                          \
	"  why: The gateway is down.\n" \
	"  fixes:\n"                    \
	"    - cluster: Start it.\n"
#define HIT   "  hit:\n    - text: 'the gateway refused the batch'\n"
#define MISS  "  miss:\n    - 'the batch was refused'\n"
#define TITLE "  title: The gateway does not answer\n"
#define MATCH "  match: 'gateway refused the batch'\n"
#define GOOD  "# file: mine.yaml\n" PATTERN(TITLE REST MATCH ADVICE HIT MISS)

const struct lint_rule lint_pattern_rules[] = {
	[RULE_SYNTAX] = {
		.id = "pattern-syntax",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "A pattern file that is no YAML list of patterns",
		.why = "None of its patterns loads, so none of its failures is found.",
		.fix = "The message says where YAML gave up; most often it is an indentation or a quote.",
		.bad = "# file: mine.yaml 2:1\n- id: my-failure\n\tmatch: the gateway is down\n",
		.good = GOOD,
	},
	[RULE_FIELD] = {
		.id = "pattern-field",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "A field that is missing, unknown, or has an impossible value",
		.why = "The pattern is left out when the file is loaded.",
		.fix = "docs/patterns.md lists all fields and their values.",
		.bad = "# file: mine.yaml 2:3\n"
		       PATTERN("  titel: x\n" TITLE REST MATCH ADVICE HIT MISS),
		.good = GOOD,
	},
	[RULE_REGEX] = {
		.id = "pattern-regex",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "A regex or literal that is invalid, too common or too slow",
		.why = "A literal decides where the regex is tried at all; a slow regex stops the whole scan "
		       "on a log made for it.",
		.fix = "Choose rare text of six bytes or more as the literal, and bound gaps: {0,200} instead "
		       "of *.",
		.bad = "# file: mine.yaml 6:10\n"
		       PATTERN(TITLE REST "  match: 'gateway (refused the batch'\n" ADVICE HIT MISS),
		.good = GOOD,
	},
	[RULE_EXAMPLE] = {
		.id = "pattern-example",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "An example that the pattern does not bear out",
		.why = "A hit that does not match, or a miss that does, means the pattern is not what its "
		       "author thinks.",
		.fix = "`sparkdx patterns test FILE` shows what matches and what does not.",
		.bad = "# file: mine.yaml 12:3\n"
		       PATTERN(TITLE REST MATCH ADVICE HIT "  miss:\n"
			       "    - 'a gateway refused the batch'\n"),
		.good = GOOD,
	},
	[RULE_REFERENCE] = {
		.id = "pattern-reference",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "Ids that clash, lead nowhere, or in a circle",
		.why = "`explains` and `needs` are how causes are found; an id that does not exist breaks the "
		       "chain.",
		.fix = "`sparkdx patterns list` prints all ids.",
		.bad = "# file: mine.yaml 7:13\n"
		       PATTERN(TITLE REST MATCH "  explains: [no-such-failure]\n" ADVICE HIT MISS),
		.good = GOOD,
	},
	[RULE_ADVICE] = {
		.id = "pattern-advice",
		.severity = SEVERITY_ERROR,
		.family = "patterns",
		.title = "A pattern that does not say why, or what helps",
		.why = "A finding without an explanation and a cure is only a longer log line.",
		.fix = "Add `why` in plain sentences and at least one of `fixes`.",
		.bad = "# file: mine.yaml 1:3\n" PATTERN(
			TITLE REST MATCH "  fixes:\n    - cluster: Start it.\n" HIT MISS),
		.good = GOOD,
	},
};
const size_t lint_pattern_rule_count = ARRAY_LEN(lint_pattern_rules);

/* The rule behind a defect's code; what is not listed is about a field. */
static const struct {
	const char *code;
	unsigned rule;
	const char *field; /* it speaks of; the defect itself only knows its pattern */
} codes[] = {
	{ "pattern-yaml", RULE_SYNTAX, NULL },
	{ "pattern-file", RULE_SYNTAX, NULL },
	{ "pattern-regex", RULE_REGEX, "match" },
	{ "pattern-slow", RULE_REGEX, "match" },
	{ "pattern-literal-none", RULE_REGEX, "match" },
	{ "pattern-literal-short", RULE_REGEX, NULL },
	{ "pattern-literal-long", RULE_REGEX, NULL },
	{ "pattern-literal-escaped", RULE_REGEX, NULL },
	{ "pattern-literal-common", RULE_REGEX, NULL },
	{ "pattern-hit", RULE_EXAMPLE, "hit" },
	{ "pattern-hit-literal", RULE_EXAMPLE, "hit" },
	{ "pattern-hit-captures", RULE_EXAMPLE, "hit" },
	{ "pattern-capture-untested", RULE_EXAMPLE, NULL },
	{ "pattern-miss", RULE_EXAMPLE, "miss" },
	{ "pattern-no-miss", RULE_EXAMPLE, NULL },
	{ "pattern-collision", RULE_EXAMPLE, "hit" },
	{ "pattern-also", RULE_REFERENCE, "hit" },
	{ "pattern-duplicate", RULE_REFERENCE, NULL },
	{ "pattern-explains-cycle", RULE_REFERENCE, "explains" },
	{ "pattern-explains-unknown", RULE_REFERENCE, "explains" },
	{ "pattern-needs-unknown", RULE_REFERENCE, "needs" },
	{ "pattern-refuted-by-unknown", RULE_REFERENCE, "refuted_by" },
	{ "pattern-advice", RULE_ADVICE, NULL },
	{ "pattern-title", RULE_ADVICE, "title" },
	{ "pattern-unknown-fix", RULE_ADVICE, "fixes" },
};

static unsigned rule_of(const char *code, const char **field)
{
	*field = NULL;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (!strcmp(codes[i].code, code)) {
			*field = codes[i].field;
			return codes[i].rule;
		}
	return RULE_FIELD;
}

/* Where `field:` stands in the pattern that begins in line *line: its value, or the key when the
 * value is in the lines below. Nothing is changed when it is not found. */
static void find_field(struct lint_report *r, const char *field, uint32_t *line, uint32_t *col)
{
	struct str key = str_from(field);

	for (uint32_t at = *line; at <= lint_report_lines(r); at++) {
		struct str text = lint_report_text(r, at), rest = text;

		if (at > *line && str_starts_with(text, STR("- ")))
			return;
		while (rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '-'))
			rest = str_skip(rest, 1);
		if (!str_starts_with(rest, key) ||
		    !str_starts_with(str_skip(rest, key.len), STR(":")))
			continue;
		if (str_trim(str_skip(rest, key.len + 1)).len)
			rest = str_trim(str_skip(rest, key.len + 1));
		*line = at;
		*col = (uint32_t)(rest.ptr - text.ptr) + 1;
		return;
	}
}

/* Defects on their way to reports; those of other files are theirs. */
struct defects {
	struct diag_sink sink; /* first member */
	const struct lint_file *file;
	struct lint_report *report;
	bool references;      /* some id was not found */
	bool only_references; /* the second look: everything else was reported before */
};

static bool is_unknown_id(const char *code)
{
	return !strcmp(code, "pattern-explains-unknown") ||
	       !strcmp(code, "pattern-needs-unknown") ||
	       !strcmp(code, "pattern-refuted-by-unknown") || !strcmp(code, "pattern-also");
}

static void take_defect(struct diag_sink *sink, const struct diag *d)
{
	struct defects *t = (struct defects *)sink;
	uint32_t line = d->loc.line ? d->loc.line : 1, col = 1;
	const char *field;
	unsigned rule;
	struct str text;

	if (!str_eq(d->loc.file, t->file->path))
		return;
	if (is_unknown_id(d->code)) {
		t->references = true;
		if (!t->only_references)
			return;
	} else if (t->only_references) {
		return;
	}
	text = lint_report_text(t->report, line);
	while (col <= text.len && (text.ptr[col - 1] == ' ' || text.ptr[col - 1] == '-'))
		col++;
	if (d->loc.column)
		col = d->loc.column;
	rule = rule_of(d->code, &field);
	if (field)
		find_field(t->report, field, &line, &col);
	lint_report_add(t->report, &lint_pattern_rules[rule], line, col, 0, STR_FMT " (%s)",
			STR_ARG(d->message), d->code);
}

static bool is_pattern_file(const char *path)
{
	char *head = malloc(LIMIT_SNIFF_BYTES);
	FILE *in = fopen(path, "re");
	bool is = false;

	if (!head)
		die_no_memory();
	if (in) {
		struct str text = { head, fread(head, 1, LIMIT_SNIFF_BYTES, in) };

		is = lint_kind_of(str_from(path), text) == LINT_PATTERNS;
		fclose(in);
	}
	free(head);
	return is;
}

/* The other pattern files of the directory, whose own defects are not asked for here. */
static void add_neighbours(struct pack *pack, struct str path, struct diag_sink *sink)
{
	size_t slash = path.len;
	struct dirent *e;
	char *dir;
	DIR *d;

	while (slash && path.ptr[slash - 1] != '/')
		slash--;
	dir = slash ? strndup(path.ptr, slash) : strdup("./");
	d = dir ? opendir(dir) : NULL;
	for (size_t n = 0; d && n < LIMIT_PACK_FILES && (e = readdir(d)); n++) {
		char child[4096];
		struct str name = str_from(e->d_name);

		if (str_eq(name, str_skip(path, slash)) ||
		    (!str_ends_with(name, STR(".yaml")) && !str_ends_with(name, STR(".yml"))) ||
		    snprintf(child, sizeof(child), "%s%s", dir, e->d_name) >= (int)sizeof(child))
			continue;
		if (is_pattern_file(child))
			pack_add_path(pack, str_from(child), sink);
	}
	if (d)
		closedir(d);
	free(dir);
}

/* The patterns of the pack; with a catalogue, those of it that the pack does not define go first.
 * Returns where those of the pack from index `own` on begin. */
static size_t list_patterns(const struct pack *pack, size_t own, const struct matcher *catalogue,
			    const struct pattern **list, size_t *count)
{
	size_t builtin = catalogue ? matcher_builtin_count(catalogue) : 0;

	*count = 0;
	for (size_t i = 0; i < builtin; i++) {
		const struct pattern *p = matcher_pattern(catalogue, i);
		bool defined = false;

		for (size_t k = 0; k < pack_count(pack) && !defined; k++)
			defined = str_eq(p->id, pack_pattern(pack, k)->id);
		if (!defined)
			list[(*count)++] = p;
	}
	for (size_t i = 0; i < pack_count(pack); i++)
		list[(*count)++] = pack_pattern(pack, i);
	return *count - pack_count(pack) + own;
}

static void check_list(const struct pack *pack, size_t own, const struct matcher *catalogue,
		       struct defects *t)
{
	size_t count = pack_count(pack) + (catalogue ? matcher_builtin_count(catalogue) : 0), first;
	const struct pattern **list = calloc(count + 1, sizeof(const struct pattern *));
	struct matcher *m;

	if (!list)
		die_no_memory();
	first = list_patterns(pack, own, catalogue, list, &count);
	if (first < count) {
		m = matcher_new_from(list, count);
		check_patterns(m, first, &t->sink);
		advice_check(m, first, &t->sink);
		matcher_free(m);
	}
	free(list);
}

void lint_patterns(const struct lint_file *f, struct lint_report *r)
{
	struct defects t = { .sink = { .emit = take_defect }, .file = f, .report = r };
	struct pack *pack = pack_new();
	size_t own;

	add_neighbours(pack, f->path, &t.sink);
	own = pack_count(pack);
	pack_add_text(pack, f->path, f->text, &t.sink);
	check_list(pack, own, NULL, &t);
	if (t.references) {
		t.only_references = true;
		check_list(pack, own, lint_engine_catalogue(r->engine), &t);
	}
	pack_free(pack);
}

/*
 * Comments that switch rules off:
 *
 *	spark.executor.memory 1t  # sparkdx: ignore[conf-…] the node has two
 *	// sparkdx: ignore[rule, rule] reason
 *	-- sparkdx: ignore[rule] reason
 *	<!-- sparkdx: ignore[rule] reason -->
 *	# sparkdx: ignore-file[rule] reason
 *
 * Behind something, a comment is about its own line; alone in its line, about the next one. The
 * last form is about the whole file.
 */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/limits.h"

enum { RULE_UNUSED, RULE_UNKNOWN, RULE_REASON };

const struct lint_rule lint_suppress_rules[] = {
	[RULE_UNUSED] = {
		.id = "suppression-unused",
		.severity = SEVERITY_WARNING,
		.family = "lint",
		.title = "A suppression that suppresses nothing",
		.why = "The rule no longer reports there, so the comment only hides what comes next.",
		.fix = "Remove the comment, or the rule's id from its list.",
		.bad = "# file: log4j2.properties 1:1\n"
		       "# sparkdx: ignore[logging-no-timestamp] the console adds one\n"
		       "rootLogger.level = info\n",
		.good = "# file: log4j2.properties\n"
			"appender.a.type = Console\n"
			"appender.a.target = SYSTEM_ERR\n"
			"appender.a.layout.type = PatternLayout\n"
			"# sparkdx: ignore[logging-no-timestamp] the collector adds one\n"
			"appender.a.layout.pattern = %p %c: %m%n%ex\n",
	},
	[RULE_UNKNOWN] = {
		.id = "suppression-unknown-rule",
		.severity = SEVERITY_WARNING,
		.family = "lint",
		.title = "A suppression names a rule that does not exist",
		.why = "A mistyped id switches nothing off.",
		.fix = "`sparkdx lint --list-rules` prints all ids.",
		.bad = "# file: log4j2.properties 1:19\n"
		       "# sparkdx: ignore[logging-no-time] the console adds one\n"
		       "rootLogger.level = info\n",
		.good = "# file: log4j2.properties\n"
			"rootLogger.level = info\n",
	},
	[RULE_REASON] = {
		.id = "suppression-no-reason",
		.severity = SEVERITY_INFO,
		.family = "lint",
		.title = "A suppression without a reason",
		.why = "Whoever reads it later cannot tell whether it still holds.",
		.fix = "Write the reason behind the bracket.",
		.bad = "# file: log4j2.properties 4:1\n"
		       "appender.a.type = Console\n"
		       "appender.a.target = SYSTEM_ERR\n"
		       "appender.a.layout.type = PatternLayout\n"
		       "# sparkdx: ignore[logging-no-timestamp]\n"
		       "appender.a.layout.pattern = %p %c: %m%n%ex\n",
		.good = "# file: log4j2.properties\n"
			"appender.a.type = Console\n"
			"appender.a.target = SYSTEM_ERR\n"
			"appender.a.layout.type = PatternLayout\n"
			"# sparkdx: ignore[logging-no-timestamp] the collector adds one\n"
			"appender.a.layout.pattern = %p %c: %m%n%ex\n",
	},
};
const size_t lint_suppress_rule_count = ARRAY_LEN(lint_suppress_rules);

static const struct str word = { "sparkdx: ignore", 15 };

/* One comment in one line. */
struct comment {
	uint32_t line, col; /* where the comment's mark stands */
	uint32_t covers;    /* the line it is about; 0: the whole file */
	struct str ids;	    /* between the brackets */
	uint32_t ids_col;
	struct str reason;
};

static struct str trim_left(struct str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	return s;
}

/* The length of the comment mark that ends `before`, blanks behind it aside; 0: none. */
static size_t mark_length(struct str before, size_t *at)
{
	static const struct str marks[] = { { "<!--", 4 }, { "//", 2 }, { "--", 2 }, { "#", 1 } };

	while (before.len && before.ptr[before.len - 1] == ' ')
		before.len--;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_ends_with(before, marks[i])) {
			*at = before.len - marks[i].len;
			return marks[i].len;
		}
	return 0;
}

static bool read_comment(struct str text, uint32_t line, struct comment *c)
{
	ptrdiff_t at = str_find(text, word);
	struct str rest, before;
	size_t mark = 0;
	bool file;

	if (at < 0 || !mark_length((struct str){ text.ptr, (size_t)at }, &mark))
		return false;
	rest = str_skip(text, (size_t)at + word.len);
	file = str_starts_with(rest, STR("-file"));
	if (file)
		rest = str_skip(rest, 5);
	if (!str_starts_with(rest, STR("[")))
		return false;
	rest = str_skip(rest, 1);
	*c = (struct comment){ .line = line, .col = (uint32_t)mark + 1 };
	c->ids_col = (uint32_t)(rest.ptr - text.ptr) + 1;
	if (!str_cut(rest, ']', &c->ids, &c->reason))
		return false;
	c->reason = str_trim(c->reason);
	if (str_ends_with(c->reason, STR("-->")))
		c->reason = str_trim((struct str){ c->reason.ptr, c->reason.len - 3 });
	before = trim_left((struct str){ text.ptr, mark });
	c->covers = file ? 0 : before.len ? line : line + 1;
	return true;
}

/* Mark what the comment takes away; whether there was something. */
static bool take_away(struct lint_report *r, size_t count, const struct comment *c, struct str id)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		struct lint_item *item = &r->items[i];

		if (!str_eq(id, str_from(item->rule->id)) || (c->covers && item->line != c->covers))
			continue;
		item->suppressed = true;
		any = true;
	}
	return any;
}

/* `count`: reports of the families, before this file's own. */
static void apply_comment(struct lint_report *r, size_t count, const struct comment *c)
{
	struct str ids = c->ids;

	while (ids.len) {
		struct str id;
		const struct lint_rule *rule;
		uint32_t col;

		(void)str_cut(ids, ',', &id, &ids);
		id = str_trim(id);
		if (!id.len)
			continue;
		col = c->ids_col + (uint32_t)(id.ptr - c->ids.ptr);
		rule = lint_rule_find(id);
		if (!rule)
			lint_report_add(r, &lint_suppress_rules[RULE_UNKNOWN], c->line, col,
					col + (uint32_t)id.len, "no rule is called " STR_FMT,
					STR_ARG(id));
		else if (!take_away(r, count, c, id) && lint_engine_wants(r->engine, rule))
			lint_report_add(r, &lint_suppress_rules[RULE_UNUSED], c->line, c->col, 0,
					STR_FMT " reports nothing %s", STR_ARG(id),
					c->covers ? "there" : "in this file");
	}
	if (!c->reason.len)
		lint_report_add(r, &lint_suppress_rules[RULE_REASON], c->line, c->col, 0,
				"ignore[" STR_FMT "] gives no reason", STR_ARG(c->ids));
}

void lint_suppress(const struct lint_file *f, struct lint_report *r)
{
	size_t count = r->count, lines;

	if (str_find(f->text, word) < 0)
		return;
	lines = lint_report_lines(r);
	for (uint32_t line = 1; line <= lines; line++) {
		struct comment c;

		if (read_comment(lint_report_text(r, line), line, &c))
			apply_comment(r, count, &c);
	}
}

/* The examples of the rules are their tests: every bad one is reported at the places it names,
 * every good one is silent. */
#include "base/base.h"
#include "diagnose/lint_run.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void ignore_diag(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

/* "# file: NAME PLACES\n" and the content. */
struct example {
	char name[128];
	struct str places, content;
};

static bool read_example(const char *text, struct example *e)
{
	struct str head, name, rest = str_from(text);

	if (!str_starts_with(rest, STR("# file: ")))
		return false;
	if (!str_cut(str_skip(rest, 8), '\n', &head, &e->content))
		return false;
	(void)str_cut(head, ' ', &name, &e->places);
	return snprintf(e->name, sizeof(e->name), STR_FMT, STR_ARG(name)) < (int)sizeof(e->name);
}

static char *directory(void)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "/var/tmp/u_lint.XXXXXX");
	return mkdtemp(path);
}

static bool write_file(const char *path, struct str text)
{
	FILE *out = fopen(path, "w");
	bool ok = out && fwrite(text.ptr, 1, text.len, out) == text.len;

	return out && !fclose(out) && ok;
}

/* Lint the one file of an example; `id` empty: with the rules that are on. */
static struct lint_result *lint_example(const struct example *e, const char *dir, struct str select)
{
	struct diag_sink sink = { .emit = ignore_diag };
	char path[256];
	struct str named;
	struct lint_options o = {
		.paths = &named,
		.path_count = 1,
		.select = select,
		.jobs = 1,
	};
	struct lint_result *r;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, e->name);
	named = str_from(path);
	CHECK(write_file(path, e->content));
	r = lint_run(&o, &sink);
	CHECK(!sink.count[DIAG_ERROR]);
	(void)unlink(path);
	return r;
}

/* Every family, and the rule at hand even when it is off. */
static struct str everything_and(const struct lint_rule *rule, struct buf *list)
{
	const char *family = "";

	for (size_t i = 0; i < lint_rule_count(); i++) {
		if (strcmp(lint_rule_at(i)->family, family) != 0)
			CHECK(buf_addf(list, "%s,", lint_rule_at(i)->family));
		family = lint_rule_at(i)->family;
	}
	CHECK(buf_add(list, str_from(rule->id)));
	return buf_str(list);
}

static void check_bad(const struct lint_rule *rule, const char *dir)
{
	struct lint_result *r;
	struct example e;
	struct buf got = BUF_INIT(1 << 16);
	struct buf select = BUF_INIT(1 << 10);

	if (!read_example(rule->bad, &e)) {
		printf("# %s: the bad example has no `# file:` line\n", rule->id);
		CHECK(false);
		return;
	}
	r = lint_example(&e, dir, everything_and(rule, &select));
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].rule == rule)
			CHECK(buf_addf(&got, "%s%" PRIu32 ":%" PRIu32, got.len ? " " : "",
				       r->items[i].line, r->items[i].col));
	if (!str_eq(buf_str(&got), e.places))
		printf("# bad example of %s\n", rule->id);
	CHECK_STR(buf_str(&got), e.places);
	CHECK(e.places.len > 0);
	lint_result_free(r);
	buf_release(&got);
	buf_release(&select);
}

static void check_good(const struct lint_rule *rule, const char *dir)
{
	struct lint_result *r;
	struct example e;
	struct buf select = BUF_INIT(1 << 10);

	if (!read_example(rule->good, &e)) {
		printf("# %s: the good example has no `# file:` line\n", rule->id);
		CHECK(false);
		return;
	}
	r = lint_example(&e, dir, everything_and(rule, &select));
	for (size_t i = 0; i < r->count; i++)
		printf("# good example of %s: %" PRIu32 ":%" PRIu32 ": " STR_FMT " [%s]\n",
		       rule->id, r->items[i].line, r->items[i].col, STR_ARG(r->items[i].message),
		       r->items[i].rule->id);
	CHECK(!r->count);
	lint_result_free(r);
	buf_release(&select);
}

TEST(lint_rules_catch_their_bad_and_pass_their_good)
{
	const char *dir = directory();
	size_t without = 0;

	CHECK(dir != NULL);
	for (size_t i = 0; dir && i < lint_rule_count(); i++) {
		const struct lint_rule *rule = lint_rule_at(i);

		if (!rule->bad) {
			without++;
			continue;
		}
		check_bad(rule, dir);
		check_good(rule, dir);
	}
	/* Only what no small text can show. */
	CHECK(without == 1);
	if (dir)
		CHECK(!rmdir(dir));
}

TEST(lint_rules_are_complete)
{
	for (size_t i = 0; i < lint_rule_count(); i++) {
		const struct lint_rule *rule = lint_rule_at(i);

		CHECK(lint_rule_find(str_from(rule->id)) == rule);
		CHECK(rule->family && rule->title && rule->why && rule->fix);
		CHECK(rule->severity != SEVERITY_NONE);
		CHECK(!str_ends_with(str_from(rule->title), STR(".")));
		CHECK(str_ends_with(str_from(rule->fix), STR(".")));
		CHECK(!rule->bad == !rule->good);
	}
	CHECK(!lint_rule_find(STR("no-such-rule")));
}

#include "base/base.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/diagnose.h"
#include "cli/lint.h"
#include "diagnose/advice.h"
#include "diagnose/test_patterns.h"
#include "patterns/check.h"
#include "patterns/matcher.h"
#include "patterns/pack.h"

#define VIEW_DETAILS                                                                           \
	"PATH as for diagnose. --format json and csv give every column; -v shows each row in " \
	"full."

/* --- patterns -------------------------------------------------------------------------------- */

static void list_patterns(const struct matcher *m, FILE *out)
{
	for (size_t i = 0; i < matcher_pattern_count(m); i++) {
		const struct pattern *p = matcher_pattern(m, i);

		fprintf(out, STR_FMT "\t" STR_FMT "\t%s\t%s\t" STR_FMT "\n", STR_ARG(p->id),
			STR_ARG(p->category), role_name(p->role), severity_name(p->severity),
			STR_ARG(p->title));
	}
}

static void print_block(FILE *out, const char *label, struct str text)
{
	if (text.len)
		fprintf(out, "%s\n  " STR_FMT "\n", label, STR_ARG(str_trim(text)));
}

static void print_fixes(FILE *out, const struct pattern *p)
{
	for (size_t i = 0; i < p->fix_count; i++) {
		const struct fix_spec *f = &p->fixes[i];

		fprintf(out, "fix (%s)\n  " STR_FMT "%s", fix_kind_name(f->kind), STR_ARG(f->text),
			f->computed ? " (computed from the run's numbers)" : "");
		for (size_t k = 0; k < f->set_count; k++)
			fprintf(out, "\n  --conf " STR_FMT "=" STR_FMT, STR_ARG(f->set[k].key),
				STR_ARG(f->set[k].value));
		fputc('\n', out);
	}
}

/* What `explain` and `patterns show` share: what it means and what helps. */
static void print_meaning(FILE *out, const struct pattern *p)
{
	fprintf(out, STR_FMT "  [" STR_FMT "]\n", STR_ARG(p->title), STR_ARG(p->id));
	if (p->role != ROLE_FACT)
		fprintf(out, "%s, %s\n", severity_name(p->severity), role_name(p->role));
	print_block(out, "why", p->why);
	print_fixes(out, p);
	print_block(out, "in the UI", p->see_in_ui);
	for (size_t i = 0; i < p->explains_count; i++)
		fprintf(out, "%s" STR_FMT "%s", i ? ", " : "can cause\n  ",
			STR_ARG(p->explains[i].id), i + 1 == p->explains_count ? "\n" : "");
}

static void show_pattern(FILE *out, const struct pattern *p)
{
	print_meaning(out, p);
	print_block(out, "versions", p->versions);
	fprintf(out, "literals\n");
	for (size_t i = 0; i < p->literal_count; i++)
		fprintf(out, "  " STR_FMT "\n", STR_ARG(p->literals[i]));
	print_block(out, "regex", p->match);
	for (size_t i = 0; i < p->hit_count; i++)
		print_block(out, "example", p->hits[i].text);
	fprintf(out, "defined in " STR_FMT ":%" PRIu32 "%s\n", STR_ARG(p->file), p->line,
		p->unproven ? " (wording not seen in a real log yet)" : "");
}

/* Edits between two ids, for "did you mean"; rows of at most 64. */
static size_t distance(struct str a, struct str b)
{
	size_t row[65];

	if (a.len > 64 || b.len > 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);

			diagonal = row[j];
			row[j] = row[j] + 1 < change ? row[j] + 1 : change;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
		}
	}
	return row[b.len];
}

static const struct pattern *nearest(const struct matcher *m, struct str id)
{
	const struct pattern *best = NULL;
	size_t best_distance = id.len / 2 + 1;

	for (size_t i = 0; i < matcher_pattern_count(m); i++) {
		size_t n = distance(id, matcher_pattern(m, i)->id);

		if (n < best_distance) {
			best_distance = n;
			best = matcher_pattern(m, i);
		}
	}
	return best;
}

static const struct pattern *find_pattern(const struct matcher *m, const char *word,
					  struct diag_sink *diags)
{
	struct str id = str_from(word);
	ptrdiff_t at = matcher_find(m, id);
	const struct pattern *near;

	if (at >= 0)
		return matcher_pattern(m, (size_t)at);
	near = nearest(m, id);
	if (near)
		diag_report(diags, DIAG_ERROR, "unknown-id", STR(""), 0,
			    "no pattern is called %.60s; nearest is " STR_FMT, word,
			    STR_ARG(near->id));
	else
		diag_report(diags, DIAG_ERROR, "unknown-id", STR(""), 0,
			    "no pattern is called %.60s; `sparkdx patterns list` names them all",
			    word);
	return NULL;
}

/* A computed fix must be one we can compute. */
static void check_advice(const struct matcher *m, size_t first, struct diag_sink *diags)
{
	for (size_t i = first; i < matcher_pattern_count(m); i++) {
		const struct pattern *p = matcher_pattern(m, i);

		for (size_t k = 0; k < p->fix_count; k++)
			if (p->fixes[k].computed && !advice_is_known(p->fixes[k].text))
				diag_report(diags, DIAG_ERROR, "pattern-unknown-fix", p->file,
					    p->line, "no computed fix is called " STR_FMT,
					    STR_ARG(p->fixes[k].text));
	}
}

/* The patterns of the named directories by themselves, or the built-in ones. */
static enum exit_status check_packs(char **words, size_t count, FILE *out, struct diag_sink *diags)
{
	struct pack *pack = pack_new();
	const struct pattern **list;
	struct matcher *m;
	struct check_counts n;

	for (size_t i = 0; i < count; i++)
		pack_add_path(pack, str_from(words[i]), diags);
	list = calloc(pack_count(pack) + 1, sizeof(const struct pattern *));
	if (!list)
		die_no_memory();
	for (size_t i = 0; i < pack_count(pack); i++)
		list[i] = pack_pattern(pack, i);
	m = count ? matcher_new_from(list, pack_count(pack)) : matcher_new(NULL, 0, diags);
	n = check_patterns(m, 0, diags);
	check_advice(m, 0, diags);
	fprintf(out, "%zu patterns, %zu hits, %zu misses: %" PRIu32 " defects\n", n.patterns,
		n.hits, n.misses, diags->count[DIAG_ERROR]);
	matcher_free(m);
	free(list);
	pack_free(pack);
	return diags->count[DIAG_ERROR] ? EXIT_SOMETHING : EXIT_NOTHING;
}

static enum exit_status run_patterns(const struct options *o, char **words, size_t count, FILE *out,
				     struct diag_sink *diags)
{
	const char *verb = count ? words[0] : "list";
	enum exit_status status = EXIT_NOTHING;
	struct matcher *m;

	if (!strcmp(verb, "check"))
		return check_packs(words + 1, count - 1, out, diags);
	m = matcher_new(o->pattern_dirs, o->pattern_dir_count, diags);
	if (!strcmp(verb, "list")) {
		list_patterns(m, out);
	} else if (!strcmp(verb, "regexes")) {
		for (size_t i = 0; i < matcher_pattern_count(m); i++)
			fprintf(out, STR_FMT "\n", STR_ARG(matcher_pattern(m, i)->match));
	} else if (!strcmp(verb, "show") && count == 2) {
		const struct pattern *p = find_pattern(m, words[1], diags);

		if (p)
			show_pattern(out, p);
		else
			status = EXIT_TROUBLE;
	} else if (!strcmp(verb, "test") && count == 2) {
		struct buf text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);

		if (!test_patterns(m, str_from(words[1]), &text, diags) || !cli_write(out, &text))
			status = EXIT_TROUBLE;
		buf_release(&text);
	} else {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "patterns list, show ID, check [DIR...], test FILE, regexes");
		status = EXIT_TROUBLE;
	}
	matcher_free(m);
	return status;
}

/* --- explain, help --------------------------------------------------------------------------- */

static enum exit_status run_explain(const struct options *o, char **words, size_t count, FILE *out,
				    struct diag_sink *diags)
{
	struct matcher *m = matcher_new(o->pattern_dirs, o->pattern_dir_count, diags);
	enum exit_status status = EXIT_TROUBLE;

	if (count == 1 && lint_explain(out, str_from(words[0]))) {
		status = EXIT_NOTHING;
	} else if (count == 1) {
		const struct pattern *p = find_pattern(m, words[0], diags);

		if (p) {
			print_meaning(out, p);
			status = EXIT_NOTHING;
		}
	} else {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "explain ID");
	}
	matcher_free(m);
	return status;
}

static enum exit_status run_help(const struct options *o, char **words, size_t count, FILE *out,
				 struct diag_sink *diags)
{
	const struct command *c = count ? command_find(words[0]) : NULL;

	(void)o;
	if (count && !c) {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "no command is called %.60s",
			    words[0]);
		return EXIT_TROUBLE;
	}
	if (c)
		help_command(out, c);
	else
		help_overview(out);
	return EXIT_NOTHING;
}

static enum exit_status run_generate(const struct options *o, char **words, size_t count, FILE *out,
				     struct diag_sink *diags)
{
	(void)o;
	if (count == 1 && help_generate(out, words[0]))
		return EXIT_NOTHING;
	diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "generate man|bash|zsh|fish");
	return EXIT_TROUBLE;
}

const struct command command_table[] = {
	{ "diagnose", "PATH...", "say what failed first, why, and what cures it",
	  "PATH is a file, a directory, an archive (tar, zip, 7z, nested, compressed), a glob, or "
	  "- for "
	  "standard input: driver and executor logs, `yarn logs` text, raw aggregated YARN logs, "
	  "collected container directories. What each file is, is recognised by its content. "
	  "`diagnose` may be left out.",
	  "sparkdx app_logs.tar.gz", false, run_diagnose },
	{ "runs", "PATH...", "applications, how they ended, and what they counted",
	  "One row per application. " VIEW_DETAILS, "sparkdx runs logs.tar.gz", false, run_runs },
	{ "jobs", "PATH...", "jobs of an event log, failed first", VIEW_DETAILS,
	  "sparkdx jobs eventlog.zstd", false, run_jobs },
	{ "stages", "PATH...", "stages, failed first, with the spread of their tasks",
	  "Quantiles are those of the Spark UI: minimum, 25 %, median, 75 %, maximum over the "
	  "successful tasks. " VIEW_DETAILS,
	  "sparkdx stages -v eventlog.zstd", false, run_stages },
	{ "executors", "PATH...", "executors, lost ones first", VIEW_DETAILS,
	  "sparkdx executors eventlog.zstd", false, run_executors },
	{ "sql", "PATH...", "SQL executions; with -v their plans and metrics", VIEW_DETAILS,
	  "sparkdx sql -v eventlog.zstd", false, run_sql },
	{ "timeline", "PATH...", "what happened when, from text logs and event logs", VIEW_DETAILS,
	  "sparkdx timeline logs.tar.gz", false, run_timeline },
	{ "lint", "FILE...", "stop bad logs, bad configuration and broken patterns before a commit",
	  "Checks log files, notebooks, Spark and logging configuration, and pattern files; FILE "
	  "may "
	  "be a directory. Prints file:line:col: level: message [rule]. --list-rules prints all "
	  "rules, `explain RULE` one of them. --select and --ignore take rules or families (logs, "
	  "conf, logging, patterns). A comment switches a rule off for its line, or, alone in its "
	  "line, for the next: # sparkdx: ignore[rule] reason. ignore-file holds for the whole "
	  "file. "
	  "--write-baseline keeps what is reported today, --baseline leaves it out from then on. "
	  "--diff shows what the safe edits would change, --fix makes them.",
	  "sparkdx lint conf/ jobs/", false, run_lint },
	{ "explain", "ID", "what a finding or a lint rule means and what helps",
	  "ID is the name in brackets behind a finding or a report of lint.",
	  "sparkdx explain yarn-pmem-killed", false, run_explain },
	{ "patterns", "list|show ID|check [DIR...]|test FILE|regexes",
	  "look at and check the catalogue",
	  "list prints id, category, role, severity and title, one pattern a line. show prints all "
	  "of "
	  "one pattern. check runs every check on the packs in DIR, or on the built-in catalogue. "
	  "test "
	  "says which patterns match which records of FILE, and which were looked at in vain. "
	  "regexes prints "
	  "the regular expressions alone, one a line, for other tools.",
	  "sparkdx patterns show yarn-pmem-killed", false, run_patterns },
	{ "help", "[COMMAND]", "print help", "With a COMMAND, all about it.",
	  "sparkdx help diagnose", false, run_help },
	{ "generate", "man|bash|zsh|fish", "print the manual page or shell completions", "", "",
	  true, run_generate },
};
const size_t command_count = ARRAY_LEN(command_table);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (!strcmp(command_table[i].name, name))
			return &command_table[i];
	return NULL;
}

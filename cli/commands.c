#include "base/base.h"
#include "cli/commands.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/compare.h"
#include "cli/diagnose.h"
#include "cli/explain.h"
#include "cli/lint.h"
#include "cli/repl.h"
#include "diagnose/advice.h"
#include "diagnose/explain.h"
#include "diagnose/test_patterns.h"
#include "patterns/check.h"
#include "patterns/matcher.h"
#include "patterns/pack.h"

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

static bool show_pattern(FILE *out, const struct pattern *p)
{
	struct buf text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	bool ok = explain_pattern(p, &text) && cli_write(out, &text);

	buf_release(&text);
	print_block(out, "versions", p->versions);
	fprintf(out, "literals\n");
	for (size_t i = 0; i < p->literal_count; i++)
		fprintf(out, "  " STR_FMT "\n", STR_ARG(p->literals[i]));
	print_block(out, "regex", p->match);
	for (size_t i = 0; i < p->hit_count; i++)
		print_block(out, "example", p->hits[i].text);
	fprintf(out, "defined in " STR_FMT ":%" PRIu32 "%s\n", STR_ARG(p->file), p->line,
		p->unproven ? " (wording not seen in a real log yet)" : "");
	return ok;
}

static const struct pattern *find_pattern(const struct matcher *m, const char *word,
					  struct diag_sink *diags)
{
	struct str id = str_from(word);
	ptrdiff_t at = matcher_find(m, id);

	if (at >= 0)
		return matcher_pattern(m, (size_t)at);
	cli_unknown(m, word, diags);
	return NULL;
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
	advice_check(m, 0, diags);
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
	m = matcher_new(o->pattern_dirs.items, o->pattern_dirs.count, diags);
	if (!strcmp(verb, "list")) {
		list_patterns(m, out);
	} else if (!strcmp(verb, "regexes")) {
		for (size_t i = 0; i < matcher_pattern_count(m); i++)
			fprintf(out, STR_FMT "\n", STR_ARG(matcher_pattern(m, i)->match));
	} else if (!strcmp(verb, "show") && count == 2) {
		const struct pattern *p = find_pattern(m, words[1], diags);

		if (!p || !show_pattern(out, p))
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

/* --- help, generate ------------------------------------------------------------------------- */

static enum exit_status run_help(const struct options *o, char **words, size_t count, FILE *out,
				 struct diag_sink *diags)
{
	struct command c;
	bool found = count && command_find(words[0], &c);

	(void)o;
	if (count && !found) {
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "no command is called %.60s",
			    words[0]);
		return EXIT_TROUBLE;
	}
	if (found)
		help_command(out, &c);
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

static const struct command command_table[] = {
	{ "diagnose", "PATH...", "say what failed first, why, and what cures it",
	  "PATH is a file, a directory, an archive (tar, zip, 7z, nested, compressed), a glob, or "
	  "- for "
	  "standard input: driver and executor logs, `yarn logs` text, raw aggregated YARN logs, "
	  "collected container directories. What each file is, is recognised by its content. "
	  "`diagnose` may be left out.",
	  "sparkdx app_logs.tar.gz", false, NULL, run_diagnose },
	{ "repl", "[PATH...]", "explore a run: why, fix, next, grep, filter, stages ...",
	  "PATH as for diagnose. Greets with the diagnosis in five lines, then asks for commands; "
	  "`help` lists them. -c runs commands and ends, -f those of a file; without a terminal "
	  "they "
	  "are read from standard input. Exits with 1 when a command found nothing, with 2 when "
	  "one "
	  "failed. History is kept in $XDG_STATE_HOME/sparkdx/history unless --private is given.",
	  "sparkdx repl -c 'why; context 3' logs.tar.gz", false, NULL, run_repl },
	{ "compare", "BEFORE AFTER", "what changed between two runs, most telling first",
	  "BEFORE and AFTER are each as PATH for diagnose: a failed run and one that passed, "
	  "yesterday's and today's. Says how both ended, which findings came and went, which "
	  "settings differ, which plans, stages and totals changed by more than chance. "
	  "Applications are "
	  "matched by name, then by order. --format json and csv give every column; -v shows each "
	  "row in full.",
	  "sparkdx compare yesterday.tar.gz today.tar.gz", false, NULL, run_compare },
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
	  "sparkdx lint conf/ jobs/", false, NULL, run_lint },
	{ "explain", "[WHAT|-]", "what a finding, exit status, setting, term or message means",
	  "WHAT is the name in brackets behind a finding or a report of lint, an exit status (143, "
	  "-100, SIGKILL), a "
	  "setting (spark.executor.memoryOverhead), a term (shuffle spill), "
	  "an error of Spark (DIVIDE_BY_ZERO, 22012), or a log line, message or "
	  "stack trace as it was printed. - reads it from standard input. Without WHAT: what there "
	  "is.",
	  "sparkdx explain exit code 143", false, NULL, run_explain },
	{ "patterns", "list|show ID|check [DIR...]|test FILE|regexes",
	  "look at and check the catalogue",
	  "list prints id, category, role, severity and title, one pattern a line. show prints all "
	  "of "
	  "one pattern. check runs every check on the packs in DIR, or on the built-in catalogue. "
	  "test "
	  "says which patterns match which records of FILE, and which were looked at in vain. "
	  "regexes prints "
	  "the regular expressions alone, one a line, for other tools.",
	  "sparkdx patterns show yarn-pmem-killed", false, NULL, run_patterns },
	{ "help", "[COMMAND]", "print help", "With a COMMAND, all about it.",
	  "sparkdx help diagnose", false, NULL, run_help },
	{ "generate", "man|bash|zsh|fish", "print the manual page or shell completions", "", "",
	  true, NULL, run_generate },
};

static bool is_command(const struct verb *v)
{
	return v->flags & FLAG_COMMAND;
}

static struct command of_verb(const struct verb *v)
{
	return (struct command){ .name = v->name,
				 .summary = v->summary,
				 .details = v->details ? v->details : "",
				 .example = "",
				 .verb = v,
				 .run = run_verb };
}

size_t command_count(void)
{
	size_t n = ARRAY_LEN(command_table);

	for (size_t i = 0; i < verb_count; i++)
		n += is_command(&verbs[i]);
	return n;
}

struct command command_at(size_t i)
{
	size_t left = i - ARRAY_LEN(command_table);
	const struct verb *v = verbs;

	if (i < ARRAY_LEN(command_table))
		return command_table[i];
	for (; !is_command(v) || left; v++)
		left -= is_command(v);
	return of_verb(v);
}

bool command_find(const char *name, struct command *c)
{
	for (size_t i = 0; i < command_count(); i++) {
		*c = command_at(i);
		if (!strcmp(c->name, name))
			return true;
	}
	return false;
}

void command_usage(const struct command *c, struct buf *out)
{
	bool fits;

	if (c->verb)
		verb_usage(c->verb, out);
	fits = c->verb ? buf_add(out, STR(" PATH..."))
		       : buf_addf(out, "%s %s", c->name, c->arguments);
	(void)fits;
}

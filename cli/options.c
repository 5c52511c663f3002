#include "base/base.h"
#include "cli/options.h"

#include "base/clock.h"
#include "diagnose/render.h"
#include "parsers/line.h"

enum { WHY_BYTES = 256 };

static bool fail(char *why, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool fail(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, WHY_BYTES, fmt, args);
	va_end(args);
	return false;
}

/* Which of them a command has, it says itself. */
static const char *const formats[] = { "text",	"json",	 "markdown", "conf", "csv",
				       "sarif", "junit", "github",   NULL };

static bool set_format(struct options *o, const char *value, char *why)
{
	for (size_t i = 0; formats[i]; i++)
		if (!strcmp(formats[i], value)) {
			o->format = str_from(value);
			return true;
		}
	return fail(why, "unknown format '%.40s'", value);
}

static bool set_output(struct options *o, const char *value, char *why)
{
	(void)why;
	o->output = value;
	return true;
}

static bool set_app(struct options *o, const char *value, char *why)
{
	(void)why;
	o->app = str_from(value);
	return true;
}

/* "2026-11-23 14:02:50", with or without fraction, T and zone; a date alone is its midnight. */
static bool parse_time(const char *value, int64_t *ms, char *why)
{
	return line_time(str_from(value), ms) ||
	       fail(why, "'%.40s' is no time; write 2026-11-23 14:02:50", value);
}

static bool set_since(struct options *o, const char *value, char *why)
{
	return parse_time(value, &o->since_ms, why);
}

static bool set_until(struct options *o, const char *value, char *why)
{
	return parse_time(value, &o->until_ms, why);
}

static const char *const severities[] = { "never", "info", "warning", "error", "critical", NULL };

static bool find_choice(const char *const *choices, const char *value, size_t *index, char *why)
{
	for (*index = 0; choices[*index]; ++*index)
		if (!strcmp(choices[*index], value))
			return true;
	return fail(why, "'%.40s' is none of its values", value);
}

static bool set_fail_on(struct options *o, const char *value, char *why)
{
	size_t i;

	if (!find_choice(severities, value, &i, why))
		return false;
	o->fail_on = (enum severity)i; /* "never" stands where SEVERITY_NONE does */
	return true;
}

static bool set_patterns(struct options *o, const char *value, char *why)
{
	if (o->pattern_dir_count == PATTERN_DIRS_MAX)
		return fail(why, "more than %d directories of patterns", PATTERN_DIRS_MAX);
	o->pattern_dirs[o->pattern_dir_count++] = str_from(value);
	return true;
}

static bool set_jobs(struct options *o, const char *value, char *why)
{
	uint64_t n;

	if (!str_to_u64(str_from(value), &n) || !n || n > 1024)
		return fail(why, "'%.40s' is no number of threads from 1 to 1024", value);
	o->jobs = (unsigned)n;
	return true;
}

static bool set_spark_home(struct options *o, const char *value, char *why)
{
	(void)why;
	o->spark_home = value;
	return true;
}

static const char *const whens[] = { "auto", "always", "never", NULL };

static bool set_when(enum when *to, const char *value, char *why)
{
	size_t i;

	if (!find_choice(whens, value, &i, why))
		return false;
	*to = (enum when)i;
	return true;
}

static bool set_color(struct options *o, const char *value, char *why)
{
	return set_when(&o->color, value, why);
}

static bool set_progress(struct options *o, const char *value, char *why)
{
	return set_when(&o->progress, value, why);
}

static bool set_all(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->all = true;
}

static bool set_verbose(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	o->verbose++;
	return true;
}

static bool set_version(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->version = true;
}

static bool set_help(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->help = true;
}

static bool set_select(struct options *o, const char *value, char *why)
{
	(void)why;
	o->select = str_from(value);
	return true;
}

static bool set_ignore(struct options *o, const char *value, char *why)
{
	(void)why;
	o->ignore = str_from(value);
	return true;
}

static bool set_baseline(struct options *o, const char *value, char *why)
{
	(void)why;
	o->baseline = str_from(value);
	return true;
}

static bool set_write_baseline(struct options *o, const char *value, char *why)
{
	(void)why;
	o->write_baseline = str_from(value);
	return true;
}

static bool set_fix(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->fix = true;
}

static bool set_diff(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->diff = true;
}

static bool set_list_rules(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->list_rules = true;
}

static bool set_sort(struct options *o, const char *value, char *why)
{
	(void)why;
	o->sort = str_from(value);
	return true;
}

static bool set_limit(struct options *o, const char *value, char *why)
{
	(void)why;
	o->limit = str_from(value);
	return true;
}

static bool set_commands(struct options *o, const char *value, char *why)
{
	(void)why;
	o->commands = value;
	return true;
}

static bool set_script(struct options *o, const char *value, char *why)
{
	(void)why;
	o->script = value;
	return true;
}

static bool set_safe(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->safe = true;
}

static bool set_private(struct options *o, const char *value, char *why)
{
	(void)value;
	(void)why;
	return o->private = true;
}

const struct option_spec option_table[] = {
	{ "format", '\0', OPTION_CHOICE, "FORMAT", formats,
	  "text, json, markdown, conf, sarif, junit, github; tables: text, json, csv", set_format },
	{ "output", 'o', OPTION_PATH, "FILE", NULL, "write there instead of standard output",
	  set_output },
	{ "app", '\0', OPTION_TEXT, "ID", NULL, "only this application, when there are several",
	  set_app },
	{ "since", '\0', OPTION_TIME, "TIME", NULL, "leave out what was logged before", set_since },
	{ "until", '\0', OPTION_TIME, "TIME", NULL, "leave out what was logged after", set_until },
	{ "fail-on", '\0', OPTION_CHOICE, "SEVERITY", severities,
	  "exit with 1 from this severity on (default error)", set_fail_on },
	{ "patterns", '\0', OPTION_DIRECTORY, "DIR", NULL, "add the patterns in DIR (repeatable)",
	  set_patterns },
	{ "spark-home", '\0', OPTION_DIRECTORY, "DIR", NULL,
	  "Spark or pyspark whose words for an error to print", set_spark_home },
	{ "jobs", 'j', OPTION_NUMBER, "N", NULL, "threads (default: processors)", set_jobs },
	{ "color", '\0', OPTION_CHOICE, "WHEN", whens, "auto, always or never", set_color },
	{ "progress", '\0', OPTION_CHOICE, "WHEN", whens, "auto, always or never", set_progress },
	{ "all", 'a', OPTION_FLAG, NULL, NULL, "also what is harmless", set_all },
	{ "verbose", 'v', OPTION_COUNT, NULL, NULL,
	  "more evidence and all fixes (twice: everything)", set_verbose },
	{ "sort", '\0', OPTION_TEXT, "COLUMN", NULL, "tables: by a column; =-COLUMN: descending",
	  set_sort },
	{ "limit", '\0', OPTION_NUMBER, "N", NULL, "tables and logs: so many at most", set_limit },
	{ "select", '\0', OPTION_TEXT, "RULES", NULL, "lint: only these rules or families",
	  set_select },
	{ "ignore", '\0', OPTION_TEXT, "RULES", NULL, "lint: not these rules or families",
	  set_ignore },
	{ "list-rules", '\0', OPTION_FLAG, NULL, NULL, "lint: print all rules", set_list_rules },
	{ "baseline", '\0', OPTION_PATH, "FILE", NULL, "lint: leave out what FILE holds",
	  set_baseline },
	{ "write-baseline", '\0', OPTION_PATH, "FILE", NULL,
	  "lint: write what is reported into FILE", set_write_baseline },
	{ "fix", '\0', OPTION_FLAG, NULL, NULL, "lint: make the safe edits", set_fix },
	{ "diff", '\0', OPTION_FLAG, NULL, NULL, "lint: show the safe edits", set_diff },
	{ "command", 'c', OPTION_TEXT, "COMMANDS", NULL, "repl: run these, separated by ;",
	  set_commands },
	{ "script", 'f', OPTION_PATH, "FILE", NULL, "repl: run the commands in FILE", set_script },
	{ "safe", '\0', OPTION_FLAG, NULL, NULL, "repl: no shell, no file is written", set_safe },
	{ "private", '\0', OPTION_FLAG, NULL, NULL, "repl: remember nothing on disk", set_private },
	{ "version", 'V', OPTION_FLAG, NULL, NULL, "print the version", set_version },
	{ "help", 'h', OPTION_FLAG, NULL, NULL, "print this help", set_help },
};
const size_t option_count = ARRAY_LEN(option_table);

static const struct option_spec *find_long(const char *name, size_t len)
{
	for (size_t i = 0; i < option_count; i++)
		if (strlen(option_table[i].name) == len && !memcmp(option_table[i].name, name, len))
			return &option_table[i];
	return NULL;
}

static const struct option_spec *find_short(char letter)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].letter && option_table[i].letter == letter)
			return &option_table[i];
	return NULL;
}

/* Applies one option; *next is the following argument and is cleared when it was used. */
static bool apply(struct options *o, const struct option_spec *spec, const char *attached,
		  char **next, char *why)
{
	char reason[WHY_BYTES] = "";

	if (!spec->value) {
		if (attached)
			return fail(why, "--%s takes no value", spec->name);
		return spec->set(o, NULL, why);
	}
	if (!attached) {
		if (!*next)
			return fail(why, "--%s needs %s", spec->name, spec->value);
		attached = *next;
		*next = NULL;
	}
	if (!spec->set(o, attached, reason))
		return fail(why, "--%s: %.200s", spec->name, reason);
	return true;
}

static bool parse_long(struct options *o, char *arg, char **next, char *why)
{
	char *equals = strchr(arg, '=');
	size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
	const struct option_spec *spec = find_long(arg, len);

	if (!spec)
		return fail(why, "unknown option --%.60s", arg);
	return apply(o, spec, equals ? equals + 1 : NULL, next, why);
}

/* -vv, -j4, -j 4 */
static bool parse_letters(struct options *o, char *arg, char **next, char *why)
{
	for (; *arg; arg++) {
		const struct option_spec *spec = find_short(*arg);

		if (!spec)
			return fail(why, "unknown option -%c", *arg);
		if (spec->value)
			return apply(o, spec, arg[1] ? arg + 1 : NULL, next, why);
		if (!spec->set(o, NULL, why))
			return false;
	}
	return true;
}

bool options_parse(struct options *o, int argc, char **argv, char *why)
{
	bool only_words = false;

	*o = (struct options){
		.format = STR("text"),
		.since_ms = TIME_NONE,
		.until_ms = TIME_NONE,
		.fail_on = SEVERITY_ERROR,
		.words = argv + 1,
	};
	for (int i = 1; i < argc; i++) {
		char *arg = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL, *given = next;

		/* No option is a digit: -100 is an exit status to explain. */
		if (only_words || arg[0] != '-' || !arg[1] || (arg[1] >= '0' && arg[1] <= '9')) {
			o->words[o->word_count++] = arg;
			continue;
		}
		if (!strcmp(arg, "--")) {
			only_words = true;
			continue;
		}
		if (!(arg[1] == '-' ? parse_long(o, arg + 2, &next, why)
				    : parse_letters(o, arg + 1, &next, why)))
			return false;
		i += given && !next;
	}
	return true;
}

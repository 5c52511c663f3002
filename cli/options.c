#include "base/base.h"
#include "cli/options.h"

#include "base/clock.h"
#include "diagnose/render.h"
#include "parsers/line.h"

enum { WHY_BYTES = 256, THREADS_MAX = 1024 };

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
static const char *const formats[] = { "text", "json",	"markdown", "html",   "conf",
				       "csv",  "sarif", "junit",    "github", NULL };
/* In the order of enum severity; "never" stands where SEVERITY_NONE does. */
static const char *const severities[] = { "never", "info", "warning", "error", "critical", NULL };
/* In the order of enum when. */
static const char *const whens[] = { "auto", "always", "never", NULL };

#define AT(member) offsetof(struct options, member)

const struct option_spec option_table[] = {
	{ "format", '\0', OPTION_NAME, "FORMAT", formats, AT(format),
	  "text, json, markdown, html, conf, sarif, junit, github; tables: text, json, csv" },
	{ "output", 'o', OPTION_PATH, "FILE", NULL, AT(output),
	  "write there instead of standard output" },
	{ "app", '\0', OPTION_TEXT, "ID", NULL, AT(app),
	  "only this application, when there are several" },
	{ "since", '\0', OPTION_TIME, "TIME", NULL, AT(since_ms),
	  "leave out what was logged before" },
	{ "until", '\0', OPTION_TIME, "TIME", NULL, AT(until_ms),
	  "leave out what was logged after" },
	{ "fail-on", '\0', OPTION_CHOICE, "SEVERITY", severities, AT(fail_on),
	  "exit with 1 from this severity on (default error)" },
	{ "patterns", '\0', OPTION_DIRECTORIES, "DIR", NULL, AT(pattern_dirs),
	  "add the patterns in DIR (repeatable)" },
	{ "spark-home", '\0', OPTION_DIRECTORY, "DIR", NULL, AT(spark_home),
	  "Spark or pyspark whose words for an error to print" },
	{ "jobs", 'j', OPTION_THREADS, "N", NULL, AT(jobs), "threads (default: processors)" },
	{ "color", '\0', OPTION_CHOICE, "WHEN", whens, AT(color), "auto, always or never" },
	{ "progress", '\0', OPTION_CHOICE, "WHEN", whens, AT(progress), "auto, always or never" },
	{ "all", 'a', OPTION_FLAG, NULL, NULL, AT(all), "also what is harmless" },
	{ "verbose", 'v', OPTION_COUNT, NULL, NULL, AT(verbose),
	  "more evidence and all fixes (twice: everything)" },
	{ "sort", '\0', OPTION_TEXT, "COLUMN", NULL, AT(sort),
	  "tables: by a column; =-COLUMN: descending" },
	{ "limit", '\0', OPTION_TEXT, "N", NULL, AT(limit), "tables and logs: so many at most" },
	{ "select", '\0', OPTION_TEXT, "RULES", NULL, AT(select),
	  "lint: only these rules or families" },
	{ "ignore", '\0', OPTION_TEXT, "RULES", NULL, AT(ignore),
	  "lint: not these rules or families" },
	{ "list-rules", '\0', OPTION_FLAG, NULL, NULL, AT(list_rules), "lint: print all rules" },
	{ "baseline", '\0', OPTION_PATH, "FILE", NULL, AT(baseline),
	  "lint: leave out what FILE holds" },
	{ "write-baseline", '\0', OPTION_PATH, "FILE", NULL, AT(write_baseline),
	  "lint: write what is reported into FILE" },
	{ "fix", '\0', OPTION_FLAG, NULL, NULL, AT(fix), "lint: make the safe edits" },
	{ "diff", '\0', OPTION_FLAG, NULL, NULL, AT(diff), "lint: show the safe edits" },
	{ "command", 'c', OPTION_TEXT, "COMMANDS", NULL, AT(commands),
	  "repl: run these, separated by ;" },
	{ "script", 'f', OPTION_PATH, "FILE", NULL, AT(script), "repl: run the commands in FILE" },
	{ "safe", '\0', OPTION_FLAG, NULL, NULL, AT(safe), "repl: no shell, no file is written" },
	{ "private", '\0', OPTION_FLAG, NULL, NULL, AT(private), "repl: remember nothing on disk" },
	{ "version", 'V', OPTION_FLAG, NULL, NULL, AT(version), "print the version" },
	{ "help", 'h', OPTION_FLAG, NULL, NULL, AT(help), "print this help" },
};
const size_t option_count = ARRAY_LEN(option_table);

/* --- values ---------------------------------------------------------------------------------- */

static bool take_flag(void *to, const struct option_spec *spec, const char *value, char *why)
{
	(void)spec;
	(void)value;
	(void)why;
	return *(bool *)to = true;
}

static bool take_count(void *to, const struct option_spec *spec, const char *value, char *why)
{
	(void)spec;
	(void)value;
	(void)why;
	++*(unsigned *)to;
	return true;
}

static bool find_choice(const struct option_spec *spec, const char *value, unsigned *index,
			char *why)
{
	char list[WHY_BYTES / 2] = "";

	for (*index = 0; spec->choices[*index]; ++*index) {
		size_t used = strlen(list);

		if (!strcmp(spec->choices[*index], value))
			return true;
		(void)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
			       spec->choices[*index]);
	}
	return fail(why, "'%.40s' is none of %s", value, list);
}

static bool take_choice(void *to, const struct option_spec *spec, const char *value, char *why)
{
	unsigned i;

	if (!find_choice(spec, value, &i, why))
		return false;
	memcpy(to, &i, sizeof(i)); /* an enum */
	return true;
}

static bool take_text(void *to, const struct option_spec *spec, const char *value, char *why)
{
	(void)spec;
	(void)why;
	*(struct str *)to = str_from(value);
	return true;
}

static bool take_name(void *to, const struct option_spec *spec, const char *value, char *why)
{
	unsigned i;

	return find_choice(spec, value, &i, why) && take_text(to, spec, value, why);
}

/* "2026-11-23 14:02:50", with or without fraction, T and zone; a date alone is its midnight. */
static bool take_time(void *to, const struct option_spec *spec, const char *value, char *why)
{
	(void)spec;
	return line_time(str_from(value), to) ||
	       fail(why, "'%.40s' is no time; write 2026-11-23 14:02:50", value);
}

static bool take_threads(void *to, const struct option_spec *spec, const char *value, char *why)
{
	uint64_t n;

	(void)spec;
	if (!str_to_u64(str_from(value), &n) || !n || n > THREADS_MAX)
		return fail(why, "'%.40s' is no number of threads from 1 to %d", value,
			    THREADS_MAX);
	*(unsigned *)to = (unsigned)n;
	return true;
}

static bool take_directory(void *to, const struct option_spec *spec, const char *value, char *why)
{
	struct option_directories *list = to;

	(void)spec;
	if (list->count == PATTERN_DIRS_MAX)
		return fail(why, "more than %d directories", PATTERN_DIRS_MAX);
	list->items[list->count++] = str_from(value);
	return true;
}

_Static_assert(sizeof(enum when) == sizeof(unsigned) && sizeof(enum severity) == sizeof(unsigned),
	       "take_choice() stores enums as unsigned");

/* False with a message in `why`: the value is not usable. */
static bool (*const takers[])(void *to, const struct option_spec *spec, const char *value,
			      char *why) = {
	[OPTION_FLAG] = take_flag,
	[OPTION_COUNT] = take_count,
	[OPTION_CHOICE] = take_choice,
	[OPTION_NAME] = take_name,
	[OPTION_TEXT] = take_text,
	[OPTION_PATH] = take_text,
	[OPTION_DIRECTORY] = take_text,
	[OPTION_TIME] = take_time,
	[OPTION_DIRECTORIES] = take_directory,
	[OPTION_THREADS] = take_threads,
};

static bool take(struct options *o, const struct option_spec *spec, const char *value, char *why)
{
	return takers[spec->type]((char *)o + spec->offset, spec, value, why);
}

/* --- arguments ------------------------------------------------------------------------------- */

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
		return take(o, spec, NULL, why);
	}
	if (!attached) {
		if (!*next)
			return fail(why, "--%s needs %s", spec->name, spec->value);
		attached = *next;
		*next = NULL;
	}
	if (!take(o, spec, attached, reason))
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
		if (!take(o, spec, NULL, why))
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

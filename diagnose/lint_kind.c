/* What a file is taken for, by its name first, by its first bytes where names say nothing. */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/limits.h"
#include "base/path.h"
#include "parsers/line.h"

/* `pattern` in lower case; `*` stands for any bytes. */
static bool name_matches(struct str name, const char *pattern)
{
	const char *star = NULL;
	size_t at = 0, back = 0;

	while (at < name.len) {
		if (*pattern == '*') {
			star = ++pattern;
			back = at;
		} else if (*pattern && *pattern == ascii_lower(name.ptr[at])) {
			pattern++;
			at++;
		} else if (star) {
			pattern = star;
			at = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

/* --- logs ------------------------------------------------------------------------------------ */

static const char *const log_names[] = {
	"*.log",  "*.log.*", "*.out",	"*.err",   "*.stderr", "*.stdout",
	"stderr", "stdout",  "stderr*", "stdout*", "syslog",   "*-stderr*",
};

/* Files of these names quote logs at most. */
static const char *const never_logs[] = {
	"*.md",	  "*.rst",   "*.html",	"*.htm",   "*.adoc", "*.csv",	     "*.tsv",
	"*.sql",  "*.java",  "*.scala", "*.py",	   "*.r",    "*.kt",	     "*.go",
	"*.c",	  "*.h",     "*.cpp",	"*.js",	   "*.ts",   "*.css",	     "*.xml",
	"*.yaml", "*.yml",   "*.toml",	"*.ini",   "*.cfg",  "*.json",	     "*.conf",
	"*.tf",	  "*.proto", "*.diff",	"*.patch", "*.svg",  "*.properties",
};

static bool any_name(struct str name, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name_matches(name, patterns[i]))
			return true;
	return false;
}

/* Lines that open a record, among the first that are not empty. */
static bool has_heads(struct str head)
{
	enum { LOOKED_AT = 60, ENOUGH = 3 };
	struct buf scratch = BUF_INIT(LIMIT_RECORD_BYTES);
	struct str line;
	int seen = 0, heads = 0;

	while (head.len && seen < LOOKED_AT) {
		struct line_head h;

		(void)str_cut(head, '\n', &line, &head);
		line = str_trim(line);
		if (!line.len)
			continue;
		seen++;
		if (line_head(line, &h) || line_head(line_peel(line, &scratch).text, &h))
			heads++;
	}
	buf_release(&scratch);
	return heads >= ENOUGH && heads * 5 >= seen;
}

bool lint_is_log(struct str path, struct str head)
{
	struct str name = path_name(path);

	if (any_name(name, log_names, ARRAY_LEN(log_names)))
		return true;
	return !any_name(name, never_logs, ARRAY_LEN(never_logs)) && has_heads(head);
}

/* --- by content ------------------------------------------------------------------------------ */

static bool first_setting_starts(struct str head, struct str prefix)
{
	struct str line;

	while (head.len) {
		(void)str_cut(head, '\n', &line, &head);
		line = str_trim(line);
		if (line.len && line.ptr[0] != '#' && line.ptr[0] != '!')
			return str_starts_with(line, prefix);
	}
	return false;
}

/* Some line, blanks aside, starts with `prefix`. */
static bool some_line_starts(struct str head, struct str prefix)
{
	struct str line;

	while (head.len) {
		(void)str_cut(head, '\n', &line, &head);
		if (str_starts_with(str_trim(line), prefix))
			return true;
	}
	return false;
}

static bool is_pattern_file(struct str head)
{
	return some_line_starts(head, STR("- id:")) &&
	       (some_line_starts(head, STR("match:")) || some_line_starts(head, STR("hit:")));
}

static bool is_logging_properties(struct str head)
{
	static const struct str prefixes[] = { { "log4j.", 6 },
					       { "rootLogger", 10 },
					       { "appender.", 9 } };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (some_line_starts(head, prefixes[i]))
			return true;
	return false;
}

static bool is_log4j_xml(struct str head)
{
	return str_find(head, STR("<Configuration")) >= 0 ||
	       str_find(head, STR("<log4j:configuration")) >= 0 ||
	       str_find(head, STR("<configuration")) >= 0;
}

static bool has_loggers_section(struct str head)
{
	return some_line_starts(head, STR("[loggers]"));
}

static bool has_spark_settings(struct str head)
{
	return first_setting_starts(head, STR("spark.")) ||
	       some_line_starts(head, STR("# spark.")) || some_line_starts(head, STR("spark."));
}

static bool is_event_log(struct str head)
{
	return str_starts_with(head, STR("{\"Event\":\""));
}

static bool starts_shell(struct str head)
{
	struct str line;

	if (!str_starts_with(head, STR("#!")))
		return false;
	(void)str_cut(head, '\n', &line, &head);
	return str_find(line, STR("sh")) >= 0 && str_find(line, STR("python")) < 0;
}

static bool starts_python(struct str head)
{
	struct str line;

	if (!str_starts_with(head, STR("#!")))
		return false;
	(void)str_cut(head, '\n', &line, &head);
	return str_find(line, STR("python")) >= 0;
}

/* The first that fits; one with a test holds only where the content agrees. */
static const struct {
	const char *name;
	bool (*agrees)(struct str head);
	enum lint_kind kind;
} kinds[] = {
	{ "*.ipynb", NULL, LINT_NOTEBOOK },
	{ "log4j*.xml*", is_log4j_xml, LINT_LOGGING },
	{ "log4j*.properties*", NULL, LINT_LOGGING },
	{ "log4j*.y*ml*", NULL, LINT_LOGGING },
	{ "logging*.conf", has_loggers_section, LINT_LOGGING },
	{ "logging*.ini", has_loggers_section, LINT_LOGGING },
	{ "*.ini", has_loggers_section, LINT_LOGGING },
	{ "*.cfg", has_loggers_section, LINT_LOGGING },
	{ "spark-defaults*", NULL, LINT_CONF },
	{ "*.properties*", is_logging_properties, LINT_LOGGING },
	{ "*.properties*", has_spark_settings, LINT_CONF },
	{ "*.conf*", has_loggers_section, LINT_LOGGING },
	{ "*.conf*", has_spark_settings, LINT_CONF },
	{ "makefile*", NULL, LINT_MAKEFILE },
	{ "gnumakefile", NULL, LINT_MAKEFILE },
	{ "*.mk", NULL, LINT_MAKEFILE },
	{ "dockerfile*", NULL, LINT_DOCKERFILE },
	{ "*.dockerfile", NULL, LINT_DOCKERFILE },
	{ "containerfile*", NULL, LINT_DOCKERFILE },
	{ "*.sh", NULL, LINT_SHELL },
	{ "*.sh.template", NULL, LINT_SHELL },
	{ "*.bash", NULL, LINT_SHELL },
	{ "*.ksh", NULL, LINT_SHELL },
	{ "*.zsh", NULL, LINT_SHELL },
	{ "*.py", NULL, LINT_PYTHON },
	{ "*.scala", NULL, LINT_PYTHON },
	{ "*.sc", NULL, LINT_PYTHON },
	{ "*.java", NULL, LINT_PYTHON },
	{ "*.kt", NULL, LINT_PYTHON },
	{ "*.y*ml", is_pattern_file, LINT_PATTERNS },
	{ "*.y*ml", NULL, LINT_YAML },
	{ "*.y*ml.template", NULL, LINT_YAML },
	{ "*.json", is_event_log, LINT_LOG },
	{ "*.json", NULL, LINT_JSON },
	{ "*", is_event_log, LINT_LOG },
};

/* Where the name says nothing, what the first line says. */
static const struct {
	bool (*agrees)(struct str head);
	enum lint_kind kind;
} contents[] = {
	{ starts_python, LINT_PYTHON },
	{ starts_shell, LINT_SHELL },
};

enum lint_kind lint_kind_of(struct str path, struct str head)
{
	struct str name = path_name(path);

	if (str_starts_with(head, STR("\xEF\xBB\xBF")))
		head = str_skip(head, 3);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (name_matches(name, kinds[i].name) &&
		    (!kinds[i].agrees || kinds[i].agrees(head)))
			return kinds[i].kind;
	if (any_name(name, log_names, ARRAY_LEN(log_names)))
		return LINT_LOG;
	for (size_t i = 0; i < ARRAY_LEN(contents); i++)
		if (contents[i].agrees(head))
			return contents[i].kind;
	return lint_is_log(path, head) ? LINT_LOG : LINT_OTHER;
}

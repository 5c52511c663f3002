/* The rules about logging configuration: what keeps a log from being read later. */
#include "base/base.h"
#include "diagnose/lint_logging.h"

#include "diagnose/lint_engine.h"

enum {
	RULE_TIMESTAMP,
	RULE_DATE,
	RULE_LEVEL,
	RULE_LOGGER,
	RULE_THROWABLE,
	RULE_ROOT_DEBUG,
	RULE_STDOUT,
	RULE_JSON,
};

#define CONSOLE                                  \
	"appender.console.type = Console\n"      \
	"appender.console.target = SYSTEM_ERR\n" \
	"appender.console.layout.type = PatternLayout\n"
#define GOOD                                \
	"# file: log4j2.properties\n"       \
	"rootLogger.level = info\n" CONSOLE \
	"appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex\n"

const struct lint_rule lint_logging_rules[] = {
	[RULE_TIMESTAMP] = {
		.id = "logging-no-timestamp",
		.severity = SEVERITY_ERROR,
		.family = "logging",
		.title = "The layout writes no time",
		.why = "Without times nobody can say what came first, in one log or across driver and "
		       "executors.",
		.fix = "Begin the pattern with %d{yy/MM/dd HH:mm:ss}, or %(asctime)s in Python.",
		.bad = "# file: log4j2.properties 4:35\n" CONSOLE
		       "appender.console.layout.pattern = %p %c{1}: %m%n%ex\n",
		.good = GOOD,
	},
	[RULE_DATE] = {
		.id = "logging-no-date",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "The layout writes the time of day without the date",
		.why = "Past midnight the order of the records is lost, and days cannot be told apart.",
		.fix = "Use %d{yy/MM/dd HH:mm:ss} or %d{ISO8601}.",
		.bad = "# file: log4j2.properties 4:35\n" CONSOLE
		       "appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex\n",
		.good = GOOD,
	},
	[RULE_LEVEL] = {
		.id = "logging-no-level",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "The layout writes no level",
		.why = "Errors cannot be told from what is merely said.",
		.fix = "Put %p behind the time, or %(levelname)s in Python.",
		.bad = "# file: log4j.properties 3:49\n"
		       "log4j.appender.console=org.apache.log4j.ConsoleAppender\n"
		       "log4j.appender.console.target=System.err\n"
		       "log4j.appender.console.layout.Conversion" "Pattern=%d{ISO8601} %c: %m%n\n",
		.good = GOOD,
	},
	[RULE_LOGGER] = {
		.id = "logging-no-logger",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "The layout writes no logger",
		.why = "The class that speaks tells Spark's own messages from those of libraries and of the "
		       "job, and is what tools search for.",
		.fix = "Put %c{1} behind the level, or %(name)s in Python.",
		.bad = "# file: logging.conf 9:8\n"
		       "[loggers]\nkeys=root\n[handlers]\nkeys=file\n[formatters]\nkeys=plain\n"
		       "[logger_root]\n[formatter_plain]\n"
		       "format=%(asctime)s %(levelname)s %(message)s\n",
		.good = "# file: logging.conf\n"
			"[loggers]\nkeys=root\n[handlers]\nkeys=file\n[formatters]\nkeys=plain\n"
			"[logger_root]\nlevel=INFO\n[formatter_plain]\n"
			"format=%(asctime)s %(levelname)s %(name)s: %(message)s\n",
	},
	[RULE_THROWABLE] = {
		.id = "logging-no-throwable",
		.severity = SEVERITY_ERROR,
		.family = "logging",
		.title = "The layout drops stack traces",
		.why = "The cause of a failure stands in the trace, most often in its last `Caused by`.",
		.fix = "End the pattern with %ex, and leave alwaysWriteExceptions as it is.",
		.bad = "# file: log4j2.xml 3:25\n"
		       "<Configuration><Appenders>\n"
		       "<Console name=\"a\" target=\"SYSTEM_ERR\">\n"
		       "<PatternLayout pattern=\"%d %p %c: %m%n%ex{none}\"/>\n"
		       "</Console></Appenders></Configuration>\n",
		.good = "# file: log4j2.xml\n"
			"<Configuration><Appenders>\n"
			"<Console name=\"a\" target=\"SYSTEM_ERR\">\n"
			"<PatternLayout pattern=\"%d %p %c: %m%n%ex\"/>\n"
			"</Console></Appenders></Configuration>\n",
	},
	[RULE_ROOT_DEBUG] = {
		.id = "logging-root-debug",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "Everything is logged at DEBUG or below",
		.why = "Spark writes gigabytes at DEBUG: disks fill up, the run slows down, and what matters "
		       "drowns.",
		.fix = "Set the root logger to info, and single loggers to debug while they are needed.",
		.bad = "# file: log4j2.yaml 4:14\n"
		       "Configuration:\n  Loggers:\n    Root:\n      level: debug\n",
		.good = "# file: log4j2.yaml\n"
			"Configuration:\n  Loggers:\n    Root:\n      level: info\n",
	},
	[RULE_STDOUT] = {
		.id = "logging-stdout",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "Log records go to standard output",
		.why = "There they mix with what the program prints, and whoever reads its output as data "
		       "gets log lines. Spark's own configuration writes to standard error.",
		.fix = "Set the target to SYSTEM_ERR (System.err in log4j 1, sys.stderr in Python).",
		.bad = "# file: log4j2.properties 2:27\n"
		       "appender.console.type = Console\n"
		       "appender.console.target = SYSTEM_OUT\n",
		.good = GOOD,
	},
	[RULE_JSON] = {
		.id = "logging-json-half-set",
		.severity = SEVERITY_WARNING,
		.family = "logging",
		.title = "A JSON layout that is set by half",
		.why = "Tools read one JSON object per line with known names. JsonTemplateLayout without a "
		       "template writes another vocabulary than Spark's; JsonLayout that is not compact "
		       "spreads a record over many lines; a template under PatternLayout has no effect.",
		.fix = "Use JsonTemplateLayout with eventTemplateUri = "
		       "classpath:org/apache/spark/SparkLayout.json (Spark 4), or JsonLayout with "
		       "compact and eventEol true.",
		.bad = "# file: log4j2.properties 3:32\n"
		       "appender.console.type = Console\n"
		       "appender.console.target = SYSTEM_ERR\n"
		       "appender.console.layout.type = JsonTemplateLayout\n",
		.good = "# file: log4j2.properties\n"
			"appender.console.type = Console\n"
			"appender.console.target = SYSTEM_ERR\n"
			"appender.console.layout.type = JsonTemplateLayout\n"
			"appender.console.layout.eventTemplateUri = "
			"classpath:org/apache/spark/SparkLayout.json\n",
	},
};
const size_t lint_logging_rule_count = ARRAY_LEN(lint_logging_rules);

struct checker {
	const struct lint_file *file;
	struct lint_report *report;
	struct logging_model model;
};

/* --- where ----------------------------------------------------------------------------------- */

static void report_value(struct checker *c, unsigned rule, struct str value, const char *message)
{
	struct str before = { c->file->text.ptr, (size_t)(value.ptr - c->file->text.ptr) };
	uint32_t line = (uint32_t)str_count(before, '\n') + 1;
	struct str text = lint_report_text(c->report, line);
	uint32_t col = (uint32_t)(value.ptr - text.ptr) + 1;

	lint_report_add(c->report, &lint_logging_rules[rule], line, col, col + (uint32_t)value.len,
			"%s", message);
}

static bool has_word(struct str s, const char *word)
{
	return str_find_any_case(s, str_from(word)) >= 0;
}

static bool is_word(struct str s, const char *word)
{
	return str_eq_any_case(s, str_from(word));
}

/* --- what a pattern writes ------------------------------------------------------------------- */

struct writes {
	bool time, time_only, level, logger, no_trace;
};

/* log4j takes the longest name it knows at the front of the letters behind `%`. */
static void take_conversion(struct writes *w, struct str name, struct str option)
{
	static const char *const traces[] = { "ex",	   "xEx",	 "rEx",
					      "throwable", "xThrowable", "rThrowable",
					      "exception", "xException", "rException" };

	if (str_starts_with(name, STR("d"))) {
		w->time = true;
		w->time_only = option.len && !memchr(option.ptr, 'd', option.len) &&
			       !memchr(option.ptr, 'D', option.len) && !has_word(option, "ISO") &&
			       !has_word(option, "UNIX") && !has_word(option, "COMPACT");
	} else if (str_starts_with(name, STR("level"))) {
		w->level = true;
	} else if (str_starts_with(name, STR("p")) && !str_starts_with(name, STR("pid")) &&
		   !str_starts_with(name, STR("process"))) {
		w->level = true;
	} else if (name.len && (ascii_lower(name.ptr[0]) == 'c' || name.ptr[0] == 'l')) {
		w->logger = true; /* %c, %C, %class, %logger, %l, %location */
	} else {
		bool cut = is_word(option, "none") || is_word(option, "0") ||
			   str_starts_with(option, STR("short"));

		for (size_t i = 0; i < ARRAY_LEN(traces); i++)
			if (str_eq(name, str_from(traces[i])) && cut)
				w->no_trace = true;
	}
}

static bool is_letter(char c)
{
	return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static struct writes read_pattern(struct str s)
{
	struct writes w = { .time = false };

	for (size_t at = 0; at < s.len; at++) {
		size_t begin, end;
		struct str option = STR("");

		if (s.ptr[at] != '%')
			continue;
		begin = at + 1;
		while (begin < s.len && (s.ptr[begin] == '-' || s.ptr[begin] == '.' ||
					 (s.ptr[begin] >= '0' && s.ptr[begin] <= '9')))
			begin++;
		for (end = begin; end < s.len && is_letter(s.ptr[end]); end++)
			;
		if (end < s.len && s.ptr[end] == '{') {
			const char *close = memchr(s.ptr + end, '}', s.len - end);

			if (close)
				option = (struct str){ s.ptr + end + 1,
						       (size_t)(close - s.ptr) - end - 1 };
		}
		take_conversion(&w, (struct str){ s.ptr + begin, end - begin }, option);
		at = end > begin ? end - 1 : begin - 1;
	}
	return w;
}

static struct writes read_python(const struct logging_appender *a)
{
	struct str s = a->fields[FIELD_PATTERN], date = a->fields[FIELD_DATE];
	struct writes w = {
		.time = has_word(s, "asctime") || has_word(s, "created"),
		.level = has_word(s, "levelname") || has_word(s, "levelno"),
		.logger = has_word(s, "(name)") || has_word(s, "{name") || has_word(s, "$name") ||
			  has_word(s, "module") || has_word(s, "pathname"),
	};

	w.time_only = date.len && str_find(date, STR("%d")) < 0 && str_find(date, STR("%j")) < 0 &&
		      str_find(date, STR("%D")) < 0 && str_find(date, STR("%F")) < 0 &&
		      str_find(date, STR("%x")) < 0 && str_find(date, STR("%c")) < 0;
	return w;
}

/* `${name}` is looked up; a pattern that still holds one is not judged. */
static struct str resolve(const struct checker *c, struct str value)
{
	struct str name;

	for (int depth = 0;
	     depth < 8 && str_starts_with(value, STR("${")) && value.ptr[value.len - 1] == '}';
	     depth++) {
		struct str next = STR("");

		name = (struct str){ value.ptr + 2, value.len - 3 };
		if (str_starts_with(name, STR("sys:")))
			name = str_skip(name, 4);
		for (size_t i = 0; i < c->model.property_count; i++)
			if (str_eq(c->model.properties[i].name, name))
				next = c->model.properties[i].value;
		if (!next.len)
			break;
		value = next;
	}
	return value;
}

/* --- the rules ------------------------------------------------------------------------------- */

static void check_pattern(struct checker *c, const struct logging_appender *a)
{
	struct str stated = a->fields[FIELD_PATTERN], pattern = resolve(c, stated);
	struct str exceptions = a->fields[FIELD_EXCEPTIONS];
	struct writes w;

	if (!pattern.len || str_find(pattern, STR("${")) >= 0)
		return;
	w = c->model.dialect == LOGGING_PYTHON ? read_python(a) : read_pattern(pattern);
	if (!w.time)
		report_value(c, RULE_TIMESTAMP, stated, "the pattern holds no time");
	else if (w.time_only)
		report_value(c, RULE_DATE, stated, "the pattern holds no date");
	if (!w.level)
		report_value(c, RULE_LEVEL, stated, "the pattern holds no level");
	if (!w.logger)
		report_value(c, RULE_LOGGER, stated, "the pattern holds no logger");
	if (w.no_trace)
		report_value(c, RULE_THROWABLE, stated, "the pattern cuts stack traces off");
	else if (is_word(exceptions, "false") && str_find(pattern, STR("%ex")) < 0 &&
		 str_find(pattern, STR("Ex")) < 0 && str_find(pattern, STR("hrowable")) < 0)
		report_value(c, RULE_THROWABLE, exceptions,
			     "no stack trace is written: the pattern has no %ex either");
}

static void check_layout(struct checker *c, const struct logging_appender *a)
{
	struct str layout = a->fields[FIELD_LAYOUT], template = a->fields[FIELD_TEMPLATE];

	if (str_ends_with(layout, STR("SimpleLayout"))) {
		report_value(c, RULE_TIMESTAMP, layout, "SimpleLayout writes no time");
		report_value(c, RULE_LOGGER, layout, "SimpleLayout writes no logger");
	} else if (str_ends_with(layout, STR("JsonTemplateLayout"))) {
		if (!template.ptr)
			report_value(c, RULE_JSON, layout, "no eventTemplateUri is set");
	} else if (str_ends_with(layout, STR("JsonLayout"))) {
		if (!is_word(a->fields[FIELD_COMPACT], "true") ||
		    !is_word(a->fields[FIELD_EOL], "true"))
			report_value(c, RULE_JSON, layout,
				     "JsonLayout writes one record per line only with compact and "
				     "eventEol true");
	} else if (str_ends_with(layout, STR("PatternLayout")) && template.ptr) {
		report_value(c, RULE_JSON, template, "a template has no effect on PatternLayout");
	} else if (str_ends_with(layout, STR("PatternLayout")) && !a->fields[FIELD_PATTERN].ptr) {
		report_value(c, RULE_TIMESTAMP, layout,
			     "PatternLayout without a pattern writes the message only");
	}
}

/* Spark up to 3.3 ships a console on standard output itself; whoever kept its configuration as it
 * was is not blamed for that. */
static bool is_sparks_own(const struct logging_appender *a)
{
	return str_eq(a->fields[FIELD_PATTERN], STR("%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex"));
}

static void check_target(struct checker *c, const struct logging_appender *a)
{
	static const char *const names[] = { "SYSTEM_OUT", "System.out", "sys.stdout" };
	struct str target = a->fields[FIELD_TARGET], type = a->fields[FIELD_TYPE];

	if (is_sparks_own(a))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (has_word(target, names[i])) {
			report_value(c, RULE_STDOUT, target, "records go to standard output");
			return;
		}
	if (!target.ptr && (is_word(type, "Console") || has_word(type, "ConsoleAppender")))
		report_value(c, RULE_STDOUT, type,
			     "no target is set, and the default is standard output");
}

static void check_root(struct checker *c)
{
	static const char *const levels[] = { "debug", "trace", "all", "finest", "notset" };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (is_word(c->model.root_level, levels[i]))
			report_value(c, RULE_ROOT_DEBUG, c->model.root_level,
				     "the root logger lets everything through");
}

static bool name_has(struct str path, const char *part)
{
	size_t at = path.len;

	while (at && path.ptr[at - 1] != '/')
		at--;
	return has_word(str_skip(path, at), part);
}

void lint_logging(const struct lint_file *f, struct lint_report *r)
{
	struct checker *c = calloc(1, sizeof(*c));

	if (!c)
		die_no_memory();
	c->file = f;
	c->report = r;
	c->model.dialect = LOGGING_LOG4J2;
	if (name_has(f->path, ".xml"))
		logging_read_xml(f->text, &c->model);
	else if (name_has(f->path, ".yaml") || name_has(f->path, ".yml"))
		logging_read_yaml(f->text, &c->model);
	else if (name_has(f->path, ".properties"))
		logging_read_properties(f->text, &c->model);
	else
		logging_read_ini(f->text, &c->model);
	for (size_t i = 0; i < c->model.appender_count; i++) {
		check_layout(c, &c->model.appenders[i]);
		check_pattern(c, &c->model.appenders[i]);
		check_target(c, &c->model.appenders[i]);
	}
	check_root(c);
	free(c);
}

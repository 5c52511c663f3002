/* Logging configuration in four notations, read into one model. Lenient: what is not understood is
 * left out, because a rule must not report what it guessed. */
#include "base/base.h"
#include "diagnose/lint_logging.h"

static bool same_word(struct str s, const char *word)
{
	return str_eq_any_case(s, str_from(word));
}

static struct str unquote(struct str s)
{
	s = str_trim(s);
	if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
		return (struct str){ s.ptr + 1, s.len - 2 };
	return s;
}

/* `prefix` in any case; *rest gets what follows it. */
static bool cut_prefix(struct str s, const char *prefix, struct str *rest)
{
	size_t len = strlen(prefix);

	if (s.len < len || !same_word((struct str){ s.ptr, len }, prefix))
		return false;
	*rest = str_skip(s, len);
	return true;
}

/* --- the model ------------------------------------------------------------------------------- */

struct logging_appender *logging_appender(struct logging_model *m, struct str name)
{
	for (size_t i = 0; i < m->appender_count; i++)
		if (str_eq(m->appenders[i].name, name))
			return &m->appenders[i];
	if (m->appender_count == LOGGING_APPENDERS_MAX)
		return NULL;
	m->appenders[m->appender_count] = (struct logging_appender){ .name = name };
	return &m->appenders[m->appender_count++];
}

void logging_property(struct logging_model *m, struct str name, struct str value)
{
	if (m->property_count < LOGGING_PROPERTIES_MAX)
		m->properties[m->property_count++] =
			(struct logging_property){ .name = name, .value = value };
}

void logging_set(struct logging_appender *a, struct str name, struct str value)
{
	static const struct {
		const char *name;
		enum logging_field field;
	} fields[] = {
		{ "type", FIELD_TYPE },
		{ "target", FIELD_TARGET },
		{ "layout", FIELD_LAYOUT },
		{ "layout.type", FIELD_LAYOUT },
		{ "layout.pattern", FIELD_PATTERN },
		{ "layout.conversionPattern", FIELD_PATTERN },
		{ "layout.eventTemplate", FIELD_TEMPLATE },
		{ "layout.eventTemplateUri", FIELD_TEMPLATE },
		{ "layout.compact", FIELD_COMPACT },
		{ "layout.eventEol", FIELD_EOL },
		{ "layout.alwaysWriteExceptions", FIELD_EXCEPTIONS },
		{ "datefmt", FIELD_DATE },
	};

	if (!a)
		return;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (same_word(name, fields[i].name))
			a->fields[fields[i].field] = value;
}

/* --- properties ------------------------------------------------------------------------------ */

/* `log4j.rootLogger=DEBUG, console`: the first word is the level. */
static struct str first_word(struct str s)
{
	struct str head, rest;

	(void)str_cut(s, ',', &head, &rest);
	return str_trim(head);
}

static void take_appender(struct logging_model *m, struct str rest, struct str value)
{
	struct str name, field;

	if (str_cut(rest, '.', &name, &field))
		logging_set(logging_appender(m, name), field, value);
	else
		logging_set(logging_appender(m, name), STR("type"), value);
}

static void take_setting(struct logging_model *m, struct str key, struct str value)
{
	struct str rest;

	if (cut_prefix(key, "log4j.appender.", &rest)) {
		m->dialect = LOGGING_LOG4J1;
		take_appender(m, rest, value);
	} else if (same_word(key, "log4j.rootLogger") || same_word(key, "log4j.rootCategory")) {
		m->dialect = LOGGING_LOG4J1;
		m->root_level = first_word(value);
	} else if (cut_prefix(key, "appender.", &rest)) {
		take_appender(m, rest, value);
	} else if (same_word(key, "rootLogger.level")) {
		m->root_level = value;
	} else if (same_word(key, "rootLogger")) {
		m->root_level = first_word(value);
	} else if (cut_prefix(key, "property.", &rest)) {
		logging_property(m, rest, value);
	} else {
		logging_property(m, key, value);
	}
}

void logging_read_properties(struct str text, struct logging_model *m)
{
	bool continued = false;

	while (text.len) {
		struct str line, key, value;
		bool goes_on;

		(void)str_cut(text, '\n', &line, &text);
		line = str_trim(line);
		goes_on = line.len && line.ptr[line.len - 1] == '\\';
		/* A value over several lines is not put together: it is not judged either. */
		if (!continued && !goes_on && line.len && line.ptr[0] != '#' &&
		    line.ptr[0] != '!' &&
		    (str_cut(line, '=', &key, &value) || str_cut(line, ':', &key, &value)))
			take_setting(m, str_trim(key), str_trim(value));
		continued = goes_on;
	}
}

/* --- XML ------------------------------------------------------------------------------------- */

enum { XML_DEPTH_MAX = 32 };

struct xml_reader {
	struct logging_model *model;
	struct str stack[XML_DEPTH_MAX]; /* names of the open elements */
	size_t depth;
	struct logging_appender *appender;
	size_t appender_depth;
	struct str property; /* name of the <Property> that is open */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next `name="value"`; false at the end of the tag. */
static bool next_attribute(struct str *tag, struct str *name, struct str *value)
{
	struct str s = *tag;
	size_t n = 0;
	char quote;

	while (s.len && is_space(s.ptr[0]))
		s = str_skip(s, 1);
	while (n < s.len && s.ptr[n] != '=' && !is_space(s.ptr[n]))
		n++;
	*name = (struct str){ s.ptr, n };
	s = str_skip(s, n);
	while (s.len && (is_space(s.ptr[0]) || s.ptr[0] == '='))
		s = str_skip(s, 1);
	if (!n || !s.len || (s.ptr[0] != '"' && s.ptr[0] != '\''))
		return false;
	quote = s.ptr[0];
	return str_cut(str_skip(s, 1), quote, value, tag);
}

static bool in_element(const struct xml_reader *x, const char *name)
{
	return x->depth && same_word(x->stack[x->depth - 1], name);
}

static bool is_layout(struct str element)
{
	return str_ends_with(element, STR("Layout")) || same_word(element, "layout");
}

/* An attribute of an element inside an appender. */
static void take_inner(struct xml_reader *x, struct str element, struct str name, struct str value)
{
	char path[64];
	int len;

	if (!is_layout(element) || same_word(name, "class"))
		return;
	len = snprintf(path, sizeof(path), "layout." STR_FMT, STR_ARG(name));
	if (len > 0 && (size_t)len < sizeof(path))
		logging_set(x->appender, (struct str){ path, (size_t)len }, value);
}

/* log4j 1: <param name="Target" value="System.out"/>, in the appender or in its layout. */
static void take_param(struct xml_reader *x, struct str name, struct str value)
{
	char path[64];
	int len = snprintf(path, sizeof(path), "%s" STR_FMT,
			   x->depth && is_layout(x->stack[x->depth - 1]) ? "layout." : "",
			   STR_ARG(name));

	if (len > 0 && (size_t)len < sizeof(path))
		logging_set(x->appender, (struct str){ path, (size_t)len }, value);
}

/* An element that is an appender: <Console name="…"> in log4j 2, <appender class="…"> in 1. */
static void begin_appender(struct xml_reader *x, struct str element)
{
	/* Names may be absent or used twice; the slice's own place tells them apart. */
	x->appender = logging_appender(x->model, (struct str){ element.ptr, element.len });
	if (x->appender && x->appender->fields[FIELD_TYPE].ptr &&
	    x->appender->fields[FIELD_TYPE].ptr != element.ptr) {
		struct logging_model *m = x->model;

		x->appender = NULL;
		if (m->appender_count < LOGGING_APPENDERS_MAX) {
			x->appender = &m->appenders[m->appender_count++];
			*x->appender = (struct logging_appender){ .name = element };
		}
	}
	logging_set(x->appender, STR("type"), element);
	x->appender_depth = x->depth;
}

static void take_attribute(struct xml_reader *x, struct str element, struct str name,
			   struct str value)
{
	bool is_root = same_word(element, "Root") || same_word(element, "AsyncRoot");

	if (is_root && same_word(name, "level"))
		x->model->root_level = value;
	else if ((same_word(element, "level") || same_word(element, "priority")) &&
		 in_element(x, "root") && same_word(name, "value"))
		x->model->root_level = value;
	else if (same_word(element, "Property") && same_word(name, "name"))
		x->property = value;
	else if (same_word(element, "Property") && same_word(name, "value"))
		logging_property(x->model, x->property, value);
	else if (x->appender && x->depth > x->appender_depth)
		take_inner(x, element, name, value);
	else if (x->appender && same_word(name, "class"))
		logging_set(x->appender, STR("type"), value);
	else if (x->appender)
		logging_set(x->appender, name, value);
}

static void begin_element(struct xml_reader *x, struct str tag)
{
	struct str element, name, value, param = STR("");
	size_t n = 0;

	while (n < tag.len && !is_space(tag.ptr[n]) && tag.ptr[n] != '/')
		n++;
	element = (struct str){ tag.ptr, n };
	tag = str_skip(tag, n);
	if (in_element(x, "Appenders") || same_word(element, "appender"))
		begin_appender(x, element);
	else if (x->appender && x->depth > x->appender_depth && is_layout(element))
		logging_set(x->appender, STR("layout"), element);
	if (same_word(element, "Property"))
		x->property = STR("");
	while (next_attribute(&tag, &name, &value)) {
		if (!same_word(element, "param"))
			take_attribute(x, element, name, value);
		else if (same_word(name, "name"))
			param = value;
		else if (same_word(name, "value"))
			take_param(x, param, value);
	}
	if (x->depth < XML_DEPTH_MAX)
		x->stack[x->depth] = element;
	x->depth++;
}

static void end_element(struct xml_reader *x)
{
	if (x->depth)
		x->depth--;
	if (x->appender && x->depth <= x->appender_depth)
		x->appender = NULL;
}

/* Text between tags: <Pattern>…</Pattern>, <Property name="…">…</Property>. */
static void take_content(struct xml_reader *x, struct str text)
{
	text = str_trim(text);
	if (!text.len || x->depth > XML_DEPTH_MAX)
		return;
	if (in_element(x, "Pattern") && x->appender)
		logging_set(x->appender, STR("layout.pattern"), text);
	else if (in_element(x, "Property"))
		logging_property(x->model, x->property, text);
}

void logging_read_xml(struct str text, struct logging_model *m)
{
	struct xml_reader x = { .model = m };

	if (str_find(text, STR("log4j:configuration")) >= 0)
		m->dialect = LOGGING_LOG4J1;
	while (text.len) {
		struct str content, tag;
		ptrdiff_t end;

		if (!str_cut(text, '<', &content, &text))
			return;
		take_content(&x, content);
		if (str_starts_with(text, STR("!--"))) {
			end = str_find(text, STR("-->"));
			text = end < 0 ? STR("") : str_skip(text, (size_t)end + 3);
			continue;
		}
		if (!str_cut(text, '>', &tag, &text))
			return;
		if (!tag.len || tag.ptr[0] == '?' || tag.ptr[0] == '!')
			continue;
		if (tag.ptr[0] == '/') {
			end_element(&x);
			continue;
		}
		begin_element(&x, tag);
		if (tag.ptr[tag.len - 1] == '/')
			end_element(&x);
	}
}

/* --- YAML ------------------------------------------------------------------------------------ */

enum { YAML_DEPTH_MAX = 32 };

struct yaml_reader {
	struct logging_model *model;
	struct {
		size_t indent;
		struct str key;
	} stack[YAML_DEPTH_MAX];
	size_t depth;
	struct logging_appender *appender;
	struct str property;
};

static bool yaml_path(const struct yaml_reader *y, size_t level, const char *key)
{
	return level < y->depth && same_word(y->stack[level].key, key);
}

/* A value below Configuration / Appenders / Console [/ PatternLayout]. */
static void take_yaml_appender(struct yaml_reader *y, struct str key, struct str value)
{
	struct str layout;
	char path[64];
	int len;

	if (y->depth == 3) {
		logging_set(y->appender, key, value);
		return;
	}
	layout = y->stack[3].key;
	if (!y->appender || !is_layout(layout))
		return;
	if (!y->appender->fields[FIELD_LAYOUT].ptr)
		logging_set(y->appender, STR("layout"), layout);
	len = snprintf(path, sizeof(path), "layout." STR_FMT, STR_ARG(key));
	if (len > 0 && (size_t)len < sizeof(path))
		logging_set(y->appender, (struct str){ path, (size_t)len }, value);
}

static void take_yaml(struct yaml_reader *y, struct str key, struct str value)
{
	if (yaml_path(y, 1, "Appenders") && y->depth >= 3)
		take_yaml_appender(y, key, value);
	else if (yaml_path(y, 1, "Loggers") && yaml_path(y, 2, "Root") && same_word(key, "level"))
		y->model->root_level = value;
	else if (yaml_path(y, 1, "Properties") && same_word(key, "name"))
		y->property = value;
	else if (yaml_path(y, 1, "Properties") && same_word(key, "value"))
		logging_property(y->model, y->property, value);
}

static bool is_fresh(const struct logging_appender *a)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (a->fields[i].ptr && i != FIELD_TYPE)
			return false;
	return true;
}

/* The key of a type begins an appender; so does each item of the list that may stand below it. */
static void begin_yaml_appender(struct yaml_reader *y, struct str type)
{
	struct logging_model *m = y->model;

	if (y->appender && y->appender->fields[FIELD_TYPE].ptr == type.ptr && is_fresh(y->appender))
		return;
	y->appender = NULL;
	if (m->appender_count == LOGGING_APPENDERS_MAX)
		return;
	y->appender = &m->appenders[m->appender_count++];
	*y->appender = (struct logging_appender){ .name = type };
	y->appender->fields[FIELD_TYPE] = type;
}

static void yaml_line(struct yaml_reader *y, struct str line)
{
	struct str key, value, body = line;
	size_t indent;
	bool item = false;

	while (body.len && body.ptr[0] == ' ')
		body = str_skip(body, 1);
	if (!body.len || body.ptr[0] == '#')
		return;
	if (str_starts_with(body, STR("- "))) {
		item = true;
		body = str_skip(body, 2);
	}
	indent = (size_t)(body.ptr - line.ptr);
	if (!str_cut(body, ':', &key, &value))
		return;
	while (y->depth && y->stack[y->depth - 1].indent >= indent - (item ? 2 : 0))
		y->depth--;
	value = unquote(value);
	/* Another item of a list of appenders of one type. */
	if (item && y->depth == 3 && yaml_path(y, 1, "Appenders"))
		begin_yaml_appender(y, y->stack[2].key);
	if (value.len) {
		take_yaml(y, str_trim(key), value);
		return;
	}
	if (y->depth < YAML_DEPTH_MAX) {
		y->stack[y->depth].indent = indent;
		y->stack[y->depth++].key = str_trim(key);
	}
	if (y->depth == 3 && yaml_path(y, 1, "Appenders"))
		begin_yaml_appender(y, y->stack[2].key);
}

void logging_read_yaml(struct str text, struct logging_model *m)
{
	struct yaml_reader y = { .model = m };

	while (text.len) {
		struct str line;

		(void)str_cut(text, '\n', &line, &text);
		yaml_line(&y, line);
	}
}

/* --- Python's logging.conf ------------------------------------------------------------------- */

static void take_ini(struct logging_model *m, struct str section, struct str key, struct str value)
{
	struct str name;

	if (cut_prefix(section, "formatter_", &name)) {
		struct logging_appender *a = logging_appender(m, section);

		logging_set(a, STR("layout"), section);
		if (same_word(key, "format"))
			logging_set(a, STR("layout.pattern"), value);
		else
			logging_set(a, key, value);
	} else if (cut_prefix(section, "handler_", &name)) {
		struct logging_appender *a = logging_appender(m, section);

		if (same_word(key, "class"))
			logging_set(a, STR("type"), value);
		else if (same_word(key, "args"))
			logging_set(a, STR("target"), value);
	} else if (same_word(section, "logger_root") && same_word(key, "level")) {
		m->root_level = value;
	}
}

void logging_read_ini(struct str text, struct logging_model *m)
{
	struct str section = STR("");

	m->dialect = LOGGING_PYTHON;
	while (text.len) {
		struct str line, key, value;

		(void)str_cut(text, '\n', &line, &text);
		line = str_trim(line);
		if (!line.len || line.ptr[0] == '#' || line.ptr[0] == ';')
			continue;
		if (line.ptr[0] == '[' && line.ptr[line.len - 1] == ']')
			section = (struct str){ line.ptr + 1, line.len - 2 };
		else if (str_cut(line, '=', &key, &value) || str_cut(line, ':', &key, &value))
			take_ini(m, section, str_trim(key), str_trim(value));
	}
}

/*
 * lint_logging.h - what a logging configuration says, whatever notation it is written in.
 *
 * The readers fill one model, the rules look at that only. Slices point into the file's text, so
 * every value knows where it stands.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_LOGGING_H
#define SPARKDX_DIAGNOSE_LINT_LOGGING_H

#include "base/base.h"
#include "base/str.h"

enum {
	/* Appenders, and properties that stand in for values; the rest is not looked at. */
	LOGGING_APPENDERS_MAX = 64,
	LOGGING_PROPERTIES_MAX = 128,
};

enum logging_dialect { LOGGING_LOG4J1, LOGGING_LOG4J2, LOGGING_PYTHON };

/* What one appender (handler) and its layout (formatter) state; `ptr` NULL: nothing. */
enum logging_field {
	FIELD_TYPE,
	FIELD_TARGET,
	FIELD_LAYOUT,
	FIELD_PATTERN,
	FIELD_TEMPLATE,	  /* JsonTemplateLayout: eventTemplate, eventTemplateUri */
	FIELD_COMPACT,	  /* JsonLayout */
	FIELD_EOL,	  /* JsonLayout */
	FIELD_EXCEPTIONS, /* alwaysWriteExceptions */
	FIELD_DATE,	  /* Python: datefmt */
	FIELD_COUNT,
};

struct logging_appender {
	struct str name;
	struct str fields[FIELD_COUNT];
};

struct logging_property {
	struct str name, value;
};

struct logging_model {
	enum logging_dialect dialect;
	struct logging_appender appenders[LOGGING_APPENDERS_MAX];
	size_t appender_count;
	struct logging_property properties[LOGGING_PROPERTIES_MAX];
	size_t property_count;
	struct str root_level;
};

/* Find or add; NULL past the maximum. */
struct logging_appender *logging_appender(struct logging_model *m, struct str name);
void logging_property(struct logging_model *m, struct str name, struct str value);
/* Set the field that an attribute or key is about, by its name in any case (`pattern`,
 * `conversionPattern`, `target` …); what is not looked at is ignored. */
void logging_set(struct logging_appender *a, struct str name, struct str value);

/* One reader per notation. */
void logging_read_properties(struct str text, struct logging_model *m);
void logging_read_xml(struct str text, struct logging_model *m);
void logging_read_yaml(struct str text, struct logging_model *m);
void logging_read_ini(struct str text, struct logging_model *m);

#endif

/*
 * trace.h - exceptions inside a record's text: Java traces, Python tracebacks, and either inside
 * the other.
 *
 * trace_parse() lists every exception stated, in order of appearance, each with its class,
 * message, first frames, and what it is: the one that was raised last or lies innermost is the
 * cause. `Lost task …: java.io.IOException: x` has its exception in the middle of a line;
 * `: org.apache.spark.SparkException:` begins a Py4J line; PythonException's message is a whole
 * Python traceback.
 */
#ifndef SPARKDX_PARSERS_TRACE_H
#define SPARKDX_PARSERS_TRACE_H

#include "base/base.h"
#include "base/limits.h"
#include "base/str.h"

enum trace_language { TRACE_JAVA, TRACE_PYTHON };

struct trace_cause {
	enum trace_language language;
	struct str name;      /* java.lang.OutOfMemoryError, KeyError */
	struct str message;   /* may span lines */
	size_t at;	      /* offset of the name in the text */
	size_t end;	      /* behind its last frame */
	struct str frame;     /* Java: first frame outside java., javax., jdk., sun., scala.,
			       * org.apache., com.fasterxml., py4j., io.netty., com.google. */
	struct str top_frame; /* Java: very first frame `pkg.Class.method(File.java:12)` */
	struct str file;      /* Python: innermost user frame's file (not in pyspark, py4j,
				 site-packages, <frozen) */
	uint32_t line;	      /* its line; 0 when none */
	struct str function;
	uint32_t depth; /* 0 outermost; +1 per Caused by or nesting */
};

struct trace {
	struct trace_cause causes[LIMIT_TRACE_CAUSES];
	size_t count;
	size_t innermost; /* index of the cause to blame; valid when count > 0 */
};

void trace_parse(struct str text, struct trace *out);
/* Does a line at the margin name a Python exception, `pkg.BadRow: x`, and not code? */
bool trace_begins_class(struct str line);
/* The last component of a dotted name: `OutOfMemoryError`. */
struct str trace_short_name(struct str name);

#endif

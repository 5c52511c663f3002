#include "base/base.h"
#include "parsers/trace.h"

enum {
	/* Lines a message may span before frames must follow. */
	MESSAGE_LINES_MAX = 400,
	NAME_BYTES_MAX = 200,
};

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
	       c == '$' || c == '.';
}

struct str trace_short_name(struct str name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.ptr[i - 1] == '.' || name.ptr[i - 1] == '$')
			return str_skip(name, i);
	return name;
}

/* The dotted or plain name at the front of `s`. */
static struct str name_at(struct str s)
{
	size_t n = 0;

	while (n < s.len && n < NAME_BYTES_MAX && is_name_char(s.ptr[n]))
		n++;
	while (n && s.ptr[n - 1] == '.')
		n--;
	return (struct str){ s.ptr, n };
}

static bool is_exception_name(struct str name)
{
	static const char *const endings[] = { "Exception", "Error", "Failure",	   "Interrupt",
					       "Exit",	    "Fault", "Exception$", "Iteration" };
	struct str last = trace_short_name(name);

	if (!last.len || last.ptr[0] < 'A' || last.ptr[0] > 'Z')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends_with(last, str_from(endings[i])))
			return true;
	return false;
}

static bool is_java_name(struct str name)
{
	return is_exception_name(name) && memchr(name.ptr, '.', name.len) && name.ptr[0] >= 'a' &&
	       name.ptr[0] <= 'z';
}

/* --- lines of the text ----------------------------------------------------------------------- */

struct cursor {
	struct str text;
	size_t pos; /* of the next line */
	struct str line;
	size_t at; /* of the line */
};

static bool next_line(struct cursor *c)
{
	const char *lf;

	if (c->pos >= c->text.len)
		return false;
	c->at = c->pos;
	lf = memchr(c->text.ptr + c->pos, '\n', c->text.len - c->pos);
	c->line.ptr = c->text.ptr + c->at;
	c->line.len = lf ? (size_t)(lf - c->line.ptr) : c->text.len - c->at;
	c->pos = c->at + c->line.len + 1;
	return true;
}

static size_t indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

/* --- building -------------------------------------------------------------------------------- */

struct builder {
	struct trace *out;
	struct str text;
	struct trace_cause *cur; /* whose message or frames are being read */
	bool in_message;
	size_t message_lines;
	bool suppressed; /* inside Suppressed: its causes are not to blame */
	uint32_t depth;
	/* Python */
	bool in_python; /* between Traceback and the exception's line */
	struct str file, function;
	uint32_t line;
	bool flush;	    /* a collector moved the traceback's lines to the margin */
	bool chained;	    /* a chain marker came before this traceback */
	bool direct;	    /* … the marker of `raise X from Y` */
	size_t chain_first; /* first cause of the chain, and its depth */
	uint32_t chain_depth;
};

static struct trace_cause *add_cause(struct builder *b, enum trace_language language,
				     struct str name, size_t at)
{
	struct trace_cause *c;

	if (b->out->count == LIMIT_TRACE_CAUSES)
		return NULL;
	c = &b->out->causes[b->out->count++];
	*c = (struct trace_cause){ .language = language,
				   .name = name,
				   .at = at,
				   .end = at + name.len,
				   .depth = b->depth };
	return c;
}

static void start_message(struct builder *b, struct trace_cause *c, struct str rest)
{
	ptrdiff_t close;

	b->cur = c;
	b->in_message = c != NULL;
	b->message_lines = 0;
	if (!c)
		return;
	/* RemoteException(org.apache.hadoop.security.AccessControlException): message */
	close = rest.len && rest.ptr[0] == '(' ? str_find(rest, STR("): ")) : -1;
	if (close > 0)
		rest = str_skip(rest, (size_t)close + 1);
	if (str_starts_with(rest, STR(": ")))
		rest = str_skip(rest, 2);
	else if (str_starts_with(rest, STR(":")))
		rest = str_skip(rest, 1);
	else
		rest.len = 0;
	c->message = rest;
	c->end = rest.len ? (size_t)(rest.ptr + rest.len - b->text.ptr) : c->at + c->name.len;
}

static void grow_message(struct builder *b, const struct cursor *k)
{
	struct trace_cause *c = b->cur;

	if (!c || ++b->message_lines > MESSAGE_LINES_MAX)
		return;
	if (!c->message.len)
		c->message.ptr = k->line.ptr;
	c->message.len = (size_t)(k->line.ptr + k->line.len - c->message.ptr);
	c->end = k->at + k->line.len;
}

/* --- Java ------------------------------------------------------------------------------------ */

static bool is_library_frame(struct str frame)
{
	static const char *const prefixes[] = {
		"java.",
		"javax.",
		"jdk.",
		"sun.",
		"scala.",
		"org.apache.",
		"com.fasterxml.",
		"py4j.",
		"io.netty.",
		"com.google.",
		"org.sparkproject.",
		"net.jpountz.",
		"org.xerial.",
		"com.github.luben.",
		"io.delta.",
		"org.roaringbitmap.",
		"com.databricks.",
		"com.amazonaws.",
		"software.amazon.",
		"org.postgresql.",
		"com.mysql.",
		"oracle.jdbc.",
		"com.microsoft.sqlserver.",
		"com.univocity.",
		"org.rocksdb.",
		"io.fabric8.",
		"okhttp3.",
		"com.ctc.wstx.",
		"org.jvnet.",
		"org.glassfish.",
		"com.sun.",
		"net.razorvine.",
		"org.codehaus.",
		"org.json4s.",
		"com.esotericsoftware.",
	};
	const char *paren = memchr(frame.ptr, '(', frame.len);
	const char *slash = paren ? memrchr(frame.ptr, '/', (size_t)(paren - frame.ptr)) : NULL;

	/* Loader and module stand before the class: `app//`, `java.base/`. A lambda's class has a
	 * slash too, before its address: `a.B$$Lambda$12/0x00007f.apply`. */
	if (slash && !(slash[1] >= '0' && slash[1] <= '9'))
		frame = str_skip(frame, (size_t)(slash - frame.ptr) + 1);
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (str_starts_with(frame, str_from(prefixes[i])))
			return true;
	return false;
}

static bool read_java_frame(struct builder *b, const struct cursor *k)
{
	struct str s = str_skip(k->line, indent_of(k->line));

	if (str_starts_with(s, STR("... ")) && str_ends_with(s, STR(" more")))
		return true;
	if (!str_starts_with(s, STR("at ")) || !memchr(s.ptr, '(', s.len))
		return false;
	s = str_skip(s, 3);
	b->in_message = false;
	if (!b->cur)
		return true;
	b->cur->end = k->at + k->line.len;
	if (!b->cur->top_frame.len)
		b->cur->top_frame = s;
	if (!b->cur->frame.len && !is_library_frame(s) && !str_starts_with(s, STR("$")))
		b->cur->frame = s;
	return true;
}

/* A Java name at offset `at` of the line that stands there as an exception: blank, bracket or colon
 * before it, colon, bracket or the end behind it. */
static bool exception_at(struct str line, size_t at, struct str *name)
{
	char before = at ? line.ptr[at - 1] : ' ', behind;

	*name = name_at(str_skip(line, at));
	if (!is_java_name(*name) || (before != ' ' && before != '(' && before != ':'))
		return false;
	behind = at + name->len < line.len ? line.ptr[at + name->len] : ' ';
	return behind == ':' || behind == ' ' || behind == ')' || behind == '(';
}

static void add_java(struct builder *b, struct str name, struct str rest)
{
	size_t at = (size_t)(name.ptr - b->text.ptr);

	start_message(b, add_cause(b, TRACE_JAVA, name, at), rest);
}

/* What failed lies in the abort's own line: `Job aborted …: Lost task 0.0 in stage 1.0 (TID 1)
 * (host executor 1): java.io.IOException: x`. The frames that follow are the inner one's. */
static void read_nested(struct builder *b, struct str rest)
{
	struct str name;
	ptrdiff_t at;

	while ((at = str_find(rest, STR("): "))) >= 0) {
		rest = str_skip(rest, (size_t)at + 3);
		if (!exception_at(rest, 0, &name))
			continue;
		rest = str_skip(rest, name.len);
		b->depth++;
		add_java(b, name, rest);
	}
}

/* `Caused by: x.Y: msg`, `Suppressed: x.Y: msg`, `: x.Y: msg` of Py4J */
static bool read_java_marked(struct builder *b, const struct cursor *k)
{
	static const struct {
		const char *mark;
		bool suppressed;
	} marks[] = {
		{ "Caused by: ", false },
		{ "Suppressed: ", true },
		{ ": ", false },
	};
	struct str s = str_skip(k->line, indent_of(k->line));

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		struct str name, rest;

		if (!str_starts_with(s, str_from(marks[i].mark)))
			continue;
		rest = str_skip(s, strlen(marks[i].mark));
		name = name_at(rest);
		if (!is_java_name(name))
			return false;
		rest = str_skip(rest, name.len);
		/* Causes of a suppressed exception are indented further. */
		b->suppressed = marks[i].suppressed || (b->suppressed && indent_of(k->line));
		if (b->suppressed) {
			start_message(b, NULL, rest);
			return true;
		}
		b->depth++;
		add_java(b, name, rest);
		read_nested(b, rest);
		return true;
	}
	return false;
}

/* An exception's name in the middle of a line: `Lost task …: java.io.IOException: x`. */
static bool read_java_inline(struct builder *b, struct str line, bool at_start_only)
{
	struct str name, rest;

	for (size_t i = 0; i < line.len;) {
		if (!is_name_char(line.ptr[i])) {
			if (at_start_only)
				return false;
			i++;
			continue;
		}
		if (exception_at(line, i, &name)) {
			rest = str_skip(line, i + name.len);
			add_java(b, name, rest);
			read_nested(b, rest);
			return true;
		}
		if (at_start_only)
			return false;
		i += name.len ? name.len : 1;
	}
	return false;
}

/* --- Python ---------------------------------------------------------------------------------- */

static bool is_library_file(struct str file)
{
	static const char *const parts[] = { "/pyspark/",     "pyspark.zip", "/py4j/",
					     "py4j-",	      "<frozen",     "site-packages",
					     "dist-packages", "/lib/python", "<string>",
					     "pyspark-" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (str_find(file, str_from(parts[i])) >= 0)
			return true;
	/* Compiled by Cython (pyarrow, pandas): a path inside the library's own sources. */
	return str_ends_with(file, STR(".pxi")) || str_ends_with(file, STR(".pyx"));
}

/* `  File "/opt/jobs/a.py", line 9, in <module>` */
static bool read_python_frame(struct builder *b, struct str line)
{
	struct str s = str_trim(line), file, rest, number;
	uint64_t value;
	size_t n = 0;

	if (!str_starts_with(s, STR("File \"")) || !str_cut(str_skip(s, 6), '"', &file, &rest) ||
	    !str_starts_with(rest, STR(", line ")))
		return false;
	rest = str_skip(rest, 7);
	while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
		n++;
	number = (struct str){ rest.ptr, n };
	rest = str_skip(rest, n);
	if (!str_to_u64(number, &value) || value > UINT32_MAX)
		return false;
	if (is_library_file(file))
		return true;
	b->file = file;
	b->line = (uint32_t)value;
	b->function = str_starts_with(rest, STR(", in ")) ? str_skip(rest, 5) : STR("");
	return true;
}

/*
 * A worker's traceback is the message of the Java exception around it: deeper. The blocks of a
 * chain share a depth, and the last was raised; but what `raise X from Y` names as its cause, and
 * what has a Java side (a job that failed, reported by the code that caught it), lies deeper than
 * what follows.
 */
static void begin_traceback(struct builder *b)
{
	bool causal = b->direct, chained = b->chained;

	b->in_python = true;
	b->in_message = b->flush = b->chained = b->direct = false;
	b->file = b->function = STR("");
	b->line = 0;
	if (!chained) {
		b->depth += b->out->count > 0;
		b->chain_first = b->out->count;
		b->chain_depth = b->depth;
		return;
	}
	for (size_t i = b->chain_first; i < b->out->count; i++)
		causal |= b->out->causes[i].language == TRACE_JAVA;
	for (size_t i = b->chain_first; causal && i < b->out->count; i++)
		b->out->causes[i].depth++;
	b->depth = b->chain_depth;
}

/* `KeyError`, `pkg.mod.Error`, `__main__.f.<locals>.Failed`: all up to the colon. */
static struct str python_name(struct str s)
{
	size_t n = 0;

	while (n < s.len && n < NAME_BYTES_MAX &&
	       (is_name_char(s.ptr[n]) || s.ptr[n] == '<' || s.ptr[n] == '>'))
		n++;
	return (struct str){ s.ptr, n < s.len && s.ptr[n] != ':' ? 0 : n };
}

/* The line behind the frames: `KeyError: 'x'`. */
static void end_traceback(struct builder *b, struct str line)
{
	struct str name = python_name(line);
	struct trace_cause *c;

	b->in_python = false;
	b->cur = NULL;
	/* No name: decoration or a line that was cut; nothing to blame. What is suppressed is not
	 * to blame either. */
	if (!name.len || b->suppressed)
		return;
	c = add_cause(b, TRACE_PYTHON, name, (size_t)(line.ptr - b->text.ptr));
	start_message(b, c, str_skip(line, name.len));
	if (!c)
		return;
	c->file = b->file;
	c->line = b->line;
	c->function = b->function;
}

/* Exception groups draw a margin: `  | ValueError: x`. */
static struct str without_margin(struct str line)
{
	size_t n = indent_of(line);
	bool margin = n + 1 < line.len && line.ptr[n] == '|' && line.ptr[n + 1] == ' ';

	return margin ? str_skip(line, n + 2) : line;
}

/* At the margin code and the exception look alike, but classes begin with a capital. */
bool trace_begins_class(struct str line)
{
	struct str last = trace_short_name(python_name(line));

	return last.len && last.ptr[0] >= 'A' && last.ptr[0] <= 'Z';
}

static bool read_python(struct builder *b, const struct cursor *k)
{
	ptrdiff_t mark = str_find(k->line, STR("Traceback (most recent call last):"));
	struct str line = without_margin(k->line);
	struct cursor before = *k;

	if (mark >= 0) {
		b->suppressed &= mark > 0;
		before.line.len = (size_t)mark;
		if (mark > 0 && !read_java_marked(b, &before))
			(void)read_java_inline(b, before.line, false);
		begin_traceback(b);
		return true;
	}
	if (!b->in_python)
		return false;
	if (read_python_frame(b, line)) {
		b->flush = !indent_of(line);
		return true;
	}
	if (!line.len || indent_of(line) || (b->flush && !trace_begins_class(line)))
		return true;
	end_traceback(b, line);
	return true;
}

static bool read_chain_marker(struct builder *b, struct str line)
{
	if (str_starts_with(line, STR("During handling of the above exception"))) {
		b->chained = true;
	} else if (str_starts_with(line, STR("The above exception was the direct cause"))) {
		b->chained = true;
		b->direct = true;
	} else if (str_starts_with(line, STR("Driver stacktrace:"))) {
		b->cur = NULL;
	} else {
		return false;
	}
	b->in_message = false;
	return true;
}

/* --- whom to blame --------------------------------------------------------------------------- */

/* Exceptions that only carry another one. */
static bool is_wrapper(const struct trace_cause *c)
{
	static const char *const names[] = { "Py4JJavaError",
					     "PythonException",
					     "InvocationTargetException",
					     "ExecutionException",
					     "SparkUserAppException",
					     "UndeclaredThrowableException",
					     "SparkConnectGrpcException" };
	struct str name = trace_short_name(c->name);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_from(names[i])))
			return true;
	return false;
}

/* The deepest cause is to blame; of several at one depth the last, which was raised. */
static size_t choose_innermost(const struct trace *t)
{
	size_t best = t->count;

	for (size_t i = 0; i < t->count; i++) {
		if (is_wrapper(&t->causes[i]))
			continue;
		if (best == t->count || t->causes[i].depth >= t->causes[best].depth)
			best = i;
	}
	return best == t->count ? t->count - 1 : best;
}

static void read_line(struct builder *b, const struct cursor *k, bool first)
{
	if (read_chain_marker(b, k->line) || read_python(b, k))
		return;
	if (read_java_frame(b, k) || read_java_marked(b, k))
		return;
	if (first) {
		(void)read_java_inline(b, k->line, false);
		return;
	}
	/* The exception behind the line that logs it, or behind `User class threw exception: `. */
	if (!indent_of(k->line) && !b->suppressed && read_java_inline(b, k->line, true))
		return;
	if (b->in_message && !(k->line.len == 0 && b->cur && b->cur->language == TRACE_PYTHON))
		grow_message(b, k);
	else
		b->in_message = false;
}

void trace_parse(struct str text, struct trace *out)
{
	struct builder b = { .out = out, .text = text };
	struct cursor k = { .text = text };
	bool first = true;

	out->count = 0;
	out->innermost = 0;
	while (next_line(&k)) {
		read_line(&b, &k, first);
		first = false;
	}
	if (out->count)
		out->innermost = choose_innermost(out);
}

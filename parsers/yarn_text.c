/*
 * `yarn logs -applicationId` text (splitter.h):
 *
 * Container: container_1778738889964_0059_01_000002 on worker-node-1_38887
 * ========================================================================
 * LogType:stderr
 * LogLength:100
 * LogContents:
 * <the log>
 * End of LogType:stderr
 *
 * Hadoop 2.x and 3.x differ in blanks, in the lines between LogType and contents, and in whether
 * there is an end line. The length is not trusted: `-size` cuts the text and keeps the full length,
 * and copies change line ends. The log ends at its own end line, or at the next `Container:` or
 * `LogType:` header at the start of a line.
 */
#include "base/base.h"
#include "parsers/splitter.h"

#include "base/limits.h"

enum { WINDOW_BYTES = 2 * LIMIT_READ_BYTES };

/* --- recognising ----------------------------------------------------------------------------- */

static bool is_container_line(struct str line)
{
	return str_starts_with(line, STR("Container: container_")) &&
	       str_find(line, STR(" on ")) > 0;
}

static bool is_log_type_line(struct str line)
{
	return str_starts_with(line, STR("LogType:")) && line.len < 300;
}

static bool is_contents_line(struct str line)
{
	return str_eq(line, STR("LogContents:")) || str_eq(line, STR("Log Contents:"));
}

static struct str trim_cr(struct str line)
{
	while (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static int text_bid(struct str head, struct str name)
{
	struct str line, rest = head;
	bool container = false;

	(void)name;
	while (rest.len) {
		(void)str_cut(rest, '\n', &line, &rest);
		line = trim_cr(line);
		if (is_container_line(line))
			container = true;
		else if (container && is_log_type_line(line))
			return 160;
		else if (container && is_contents_line(line))
			return 160;
	}
	return 0;
}

/* --- reading --------------------------------------------------------------------------------- */

/* A window on the source; [at, len) is not used yet. */
struct text {
	struct source *source;
	char *bytes;
	size_t at, len;
	bool ended;
	uint32_t line; /* number of the line at `at` */
};

/* Make the window hold at least one whole line at `at`, if there is one. */
static void refill(struct text *t)
{
	size_t n;

	if (t->ended || (t->len > t->at && memchr(t->bytes + t->at, '\n', t->len - t->at)))
		return;
	memmove(t->bytes, t->bytes + t->at, t->len - t->at);
	t->len -= t->at;
	t->at = 0;
	n = source_read_full(t->source, t->bytes + t->len, WINDOW_BYTES - t->len);
	t->ended = !n && t->len < WINDOW_BYTES;
	t->len += n;
}

/* The line at `at` without its newline; *next is where the following one begins. A line longer
 * than the window comes in pieces. */
static bool peek_line(struct text *t, struct str *line, size_t *next)
{
	const char *lf;

	refill(t);
	if (t->at == t->len)
		return false;
	lf = memchr(t->bytes + t->at, '\n', t->len - t->at);
	*next = lf ? (size_t)(lf - t->bytes) + 1 : t->len;
	*line = trim_cr((struct str){ t->bytes + t->at, (lf ? *next - 1 : t->len) - t->at });
	return true;
}

static void take(struct text *t, size_t next)
{
	for (size_t i = t->at; i < next; i++)
		t->line += t->bytes[i] == '\n';
	t->at = next;
}

/* --- one log as a source --------------------------------------------------------------------- */

struct log_source {
	struct source source; /* first member */
	struct text *text;
	struct str log_type;  /* what the end line must name */
	size_t whole;	      /* bytes from `at` known to be inside */
	bool ended;
};

/* Is the line at offset `at` of the window one that ends this log? */
static bool ends_log(const struct log_source *s, struct str line)
{
	if (str_starts_with(line, STR("End of LogType:"))) {
		struct str rest = str_trim(str_skip(line, 15));

		return str_starts_with(rest, s->log_type);
	}
	return is_container_line(line);
}

/* Candidates begin with E or C at the start of a line: jump from one to the next. */
static size_t find_end(struct log_source *s, bool *found)
{
	struct text *t = s->text;
	size_t pos = t->at;

	*found = false;
	while (pos < t->len) {
		const char *lf;
		struct str line;

		lf = memchr(t->bytes + pos, '\n', t->len - pos);
		line = trim_cr((struct str){ t->bytes + pos,
					     lf ? (size_t)(lf - t->bytes) - pos : t->len - pos });
		if (!lf && !t->ended && line.len < 400)
			return pos; /* may become an end line */
		if (line.len > 8 && (line.ptr[0] == 'E' || line.ptr[0] == 'C') && ends_log(s, line)) {
			*found = true;
			return pos;
		}
		pos = lf ? (size_t)(lf - t->bytes) + 1 : t->len;
	}
	return pos;
}

static size_t log_read(struct source *source, char *into, size_t capacity)
{
	struct log_source *s = (struct log_source *)source;
	struct text *t = s->text;
	size_t n;

	while (!s->whole && !s->ended) {
		refill(t);
		s->whole = find_end(s, &s->ended) - t->at;
		if (!s->whole && (t->ended || t->at == t->len))
			s->ended = true;
		if (!s->whole && !s->ended) {
			/* A line without its end fills the window's rest: get more of it. */
			size_t before = t->len - t->at;

			memmove(t->bytes, t->bytes + t->at, before);
			t->len = before;
			t->at = 0;
			n = source_read_full(t->source, t->bytes + t->len, WINDOW_BYTES - t->len);
			t->ended = !n;
			t->len += n;
		}
	}
	n = s->whole < capacity ? s->whole : capacity;
	memcpy(into, t->bytes + t->at, n);
	take(t, t->at + n);
	s->whole -= n;
	return n;
}

static void log_close(struct source *source)
{
	(void)source; /* lives in split_text() */
}

static const struct source_ops log_ops = { log_read, log_close, NULL };

/* --- splitting ------------------------------------------------------------------------------- */

struct header {
	char container[160], host[256], log_type[256];
};

static struct str keep(char *field, size_t size, struct str value)
{
	if (value.len >= size)
		value.len = size - 1;
	memcpy(field, value.ptr, value.len);
	field[value.len] = '\0';
	return (struct str){ field, value.len };
}

/* `host_port` and `host_port_millis` name the node. */
static struct str node_host(struct str node)
{
	struct str host = node;

	for (int i = 0; i < 2; i++) {
		size_t n = host.len;

		while (n && host.ptr[n - 1] >= '0' && host.ptr[n - 1] <= '9')
			n--;
		if (n && n < host.len && host.ptr[n - 1] == '_')
			host.len = n - 1;
	}
	return host;
}

static void read_container(struct header *h, struct str line)
{
	struct str rest = str_skip(line, 11), id, node;
	ptrdiff_t on = str_find(rest, STR(" on "));

	id = (struct str){ rest.ptr, on > 0 ? (size_t)on : 0 };
	node = str_trim(str_skip(rest, id.len + 4));
	(void)keep(h->container, sizeof(h->container), id);
	(void)keep(h->host, sizeof(h->host), node_host(node));
}

static void visit_log(struct text *t, const struct header *h, struct part_visitor *visitor)
{
	struct log_source s = { .source.ops = &log_ops,
				.text = t,
				.log_type = str_from(h->log_type) };
	struct part part = {
		.container = str_from(h->container),
		.host = str_from(h->host),
		.log_name = str_from(h->log_type),
		.first_line = t->line,
		.source = &s.source,
		.text_in_place = true,
	};
	char scrap[4096];

	visitor->part(visitor, &part);
	while (source_read(&s.source, scrap, sizeof(scrap)))
		continue;
}

/* What the terminal showed before the first container: the client's own lines. */
static bool is_between(struct str line)
{
	return !line.len || line.ptr[0] == '=' || line.ptr[0] == '*' ||
	       str_starts_with(line, STR("LogLength:")) ||
	       str_starts_with(line, STR("LogAggregationType:")) ||
	       str_starts_with(line, STR("LogLastModifiedTime:")) ||
	       str_starts_with(line, STR("Log Upload Time:")) ||
	       str_starts_with(line, STR("End of LogType:"));
}

static void split_text(struct source *source, struct str name, struct part_visitor *visitor)
{
	struct text t = { .source = source, .bytes = malloc(WINDOW_BYTES), .line = 1 };
	struct header h = { .container = "" };
	struct str line;
	size_t next;
	bool headed = false;

	(void)name;
	if (!t.bytes)
		die_no_memory();
	while (peek_line(&t, &line, &next)) {
		if (is_container_line(line)) {
			read_container(&h, line);
			h.log_type[0] = '\0';
			headed = true;
		} else if (is_log_type_line(line)) {
			(void)keep(h.log_type, sizeof(h.log_type), str_trim(str_skip(line, 8)));
		} else if (is_contents_line(line) && headed) {
			take(&t, next);
			visit_log(&t, &h, visitor);
			continue;
		} else if (!headed && !is_between(line)) {
			/* Not a header yet: up to the first container it is the client's output. */
			(void)keep(h.log_type, sizeof(h.log_type), STR("client"));
			visit_log(&t, &h, visitor);
			headed = true;
			continue;
		}
		take(&t, next);
	}
	free(t.bytes);
}

const struct splitter yarn_text_splitter = { "yarn-logs", text_bid, split_text };

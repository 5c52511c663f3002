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
 * Hadoop releases differ in blanks, in the lines between LogType and contents, and in whether there
 * is an end line. LogLength alone is not trusted: `-size` cuts the text and keeps the full length,
 * and copies change line ends. So a log ends at its own end line or at the next header, whichever
 * comes first at the start of a line. Where such a line stands before LogLength bytes are through,
 * and the real end is in the window at exactly LogLength, the line belongs to the log: an
 * application may print `yarn logs` text itself. Further ahead than a window nobody looks.
 */
#include "base/base.h"
#include "parsers/splitter.h"

#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/yarn_name.h"

enum {
	WINDOW_BYTES = 2 * LIMIT_READ_BYTES,
	/* Longer than any header line; names of files have up to 255 bytes. */
	HEADER_LINE_BYTES = 512,
	/* Line ends Hadoop puts behind a log: LF LF, or CRLF CRLF in a copy. */
	HELD_BYTES = 4,
	/* What a window surely has room for behind held bytes. */
	LOOK_AHEAD_BYTES = WINDOW_BYTES - 2 * HEADER_LINE_BYTES,
};

/* --- lines of the frame ---------------------------------------------------------------------- */

static struct str trim_cr(struct str line)
{
	while (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool is_container_line(struct str line)
{
	return line.len < HEADER_LINE_BYTES &&
	       str_starts_with(line, STR("Container: container_")) &&
	       str_find(line, STR(" on ")) > 0;
}

static bool is_log_type_line(struct str line)
{
	return line.len < HEADER_LINE_BYTES && str_starts_with(line, STR("LogType:"));
}

static bool is_contents_line(struct str line)
{
	return str_eq(line, STR("LogContents:")) || str_eq(line, STR("Log Contents:"));
}

/* What stands between LogType and the contents. */
static bool is_detail_line(struct str line)
{
	return str_starts_with(line, STR("LogLength:")) ||
	       str_starts_with(line, STR("LogLastModifiedTime:")) ||
	       str_starts_with(line, STR("Log Upload Time:"));
}

static struct str first_line(struct str text, struct str *rest)
{
	struct str line;

	(void)str_cut(text, '\n', &line, rest);
	return trim_cr(line);
}

static int text_bid(struct str head, struct str name)
{
	struct str rest = head, line;
	ptrdiff_t at;

	(void)name;
	/* A header of a log: LogType at the start of a line, its details, its contents. */
	while ((at = str_find(rest, STR("LogType:"))) >= 0) {
		bool at_start =
			(at == 0 && rest.ptr == head.ptr) || (at > 0 && rest.ptr[at - 1] == '\n');

		line = first_line(str_skip(rest, (size_t)at), &rest);
		if (!at_start || !is_log_type_line(line))
			continue;
		line = first_line(rest, &rest);
		for (int i = 0; i < 4 && is_detail_line(line); i++)
			line = first_line(rest, &rest);
		if (is_contents_line(line))
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
	uint32_t line; /* number of the line that is looked at */
};

/* Move what is left to the front and fill the window up. */
static void refill(struct text *t)
{
	if (t->ended)
		return;
	if (t->at && t->len > t->at)
		memmove(t->bytes, t->bytes + t->at, t->len - t->at);
	t->len -= t->at;
	t->at = 0;
	t->len += source_read_full(t->source, t->bytes + t->len, WINDOW_BYTES - t->len);
	t->ended = t->len < WINDOW_BYTES;
}

/* --- one log as a source --------------------------------------------------------------------- */

struct header {
	char container[160], host[256], log_type[256];
	uint64_t length;
	bool has_length;
};

struct log_source {
	struct source source; /* first member */
	struct text *text;
	const struct header *header;
	size_t scan;	  /* offset in the window up to which lines are known to be inside */
	size_t ready;	  /* [at, ready) may be handed out */
	uint64_t given;	  /* bytes handed out */
	uint64_t trusted; /* bytes from the start that are inside whatever they look like */
	bool in_line;	  /* `scan` is behind the start of a line that is inside */
	bool ended;
	bool marked; /* ended by a line of the frame, not by the end of the file */
	bool is_client;
};

static struct str window_from(const struct text *t, size_t pos)
{
	return pos < t->len ? (struct str){ t->bytes + pos, t->len - pos } : STR("");
}

static bool is_end_line(const struct log_source *s, struct str line)
{
	struct str type = str_from(s->header->log_type);
	struct str rest;

	if (!str_starts_with(line, STR("End of LogType:")))
		return false;
	rest = str_trim(str_skip(line, sizeof("End of LogType:") - 1));
	/* `End of LogType:stderr.This log file belongs to a running container …` */
	return type.len && str_starts_with(rest, type) &&
	       (rest.len == type.len || rest.ptr[type.len] == '.');
}

/* Does the window at `pos` start with a line of the frame that ends this log? */
static bool is_end(const struct log_source *s, struct str from)
{
	struct str next, line = first_line(from, &next);

	if (is_end_line(s, line))
		return true;
	if (is_container_line(line)) {
		line = first_line(next, &next);
		return !line.len || line.ptr[0] == '=' || is_log_type_line(line) ||
		       str_starts_with(line, STR("LogAggregationType:"));
	}
	return is_log_type_line(line) && is_detail_line(first_line(next, &next));
}

/* Is there, LogLength bytes into the log, the end it should have? */
static bool ends_at_length(const struct log_source *s, size_t pos, uint64_t offset)
{
	const struct text *t = s->text;
	struct str from;

	if (!s->header->has_length || s->header->length <= offset)
		return false;
	if (s->header->length - offset >= t->len - pos)
		return false;
	from = window_from(t, pos + (size_t)(s->header->length - offset));
	for (int i = 0; i < HELD_BYTES && from.len && (from.ptr[0] == '\n' || from.ptr[0] == '\r');
	     i++)
		from = str_skip(from, 1);
	return is_end(s, from);
}

static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

/* Where the log ends when `pos` is the end: line ends behind LogLength bytes are not the log's. */
static size_t end_by_length(const struct log_source *s, size_t pos)
{
	const struct text *t = s->text;
	uint64_t offset = s->given + (pos - t->at);
	uint64_t length = s->header->length;

	if (!s->header->has_length || offset < length || offset - length > HELD_BYTES)
		return pos;
	for (; offset > length && pos > t->at && is_newline(t->bytes[pos - 1]); offset--)
		pos--;
	return pos;
}

/* The same where a line of the frame is at `pos`: without a length that fits, one line end goes. */
static size_t end_before(const struct log_source *s, size_t pos)
{
	const struct text *t = s->text;
	size_t end = end_by_length(s, pos);

	if (end < pos || (s->header->has_length && s->given + (pos - t->at) == s->header->length))
		return end;
	if (end > t->at && t->bytes[end - 1] == '\n')
		end--;
	if (end > t->at && end < pos && t->bytes[end - 1] == '\r')
		end--;
	return end;
}

/* What comes before `scan` is inside, but line ends may turn out to be the frame's. */
static size_t ready_before(const struct log_source *s)
{
	const struct text *t = s->text;
	size_t end = s->scan;

	while (end > t->at && s->scan - end < HELD_BYTES && is_newline(t->bytes[end - 1]))
		end--;
	return end;
}

enum verdict { INSIDE, END, UNSURE };

/* The line at `scan` begins like one of the frame. */
static enum verdict judge(struct log_source *s)
{
	const struct text *t = s->text;
	struct str from = window_from(t, s->scan);
	uint64_t ahead, offset = s->given + (s->scan - t->at);

	if (offset < s->trusted)
		return INSIDE;
	/* Two lines decide. */
	if (!t->ended && from.len < 2 * (size_t)HEADER_LINE_BYTES)
		return UNSURE;
	if (!is_end(s, from))
		return INSIDE;
	if (!s->header->has_length || offset >= s->header->length)
		return END;
	ahead = s->header->length - offset;
	if (!t->ended && ahead < LOOK_AHEAD_BYTES && ahead + HEADER_LINE_BYTES > from.len)
		return UNSURE;
	if (!ends_at_length(s, s->scan, offset))
		return END;
	s->trusted = s->header->length;
	return INSIDE;
}

static bool may_be_frame(char c)
{
	return c == 'E' || c == 'C' || c == 'L';
}

/* Look at lines from `scan` on, up to the end of the window or of the log. */
static void scan_lines(struct log_source *s)
{
	struct text *t = s->text;

	while (s->scan < t->len) {
		const char *lf;

		if (!s->in_line && may_be_frame(t->bytes[s->scan])) {
			enum verdict verdict = judge(s);

			if (verdict == UNSURE)
				break;
			if (verdict == END) {
				s->ended = s->marked = true;
				s->ready = end_before(s, s->scan);
				return;
			}
		}
		lf = memchr(t->bytes + s->scan, '\n', t->len - s->scan);
		s->in_line = !lf;
		s->scan = lf ? (size_t)(lf - t->bytes) + 1 : t->len;
		t->line += lf != NULL;
	}
	s->ready = ready_before(s);
	if (t->ended && s->scan == t->len) {
		s->ended = true;
		s->ready = end_by_length(s, t->len);
	}
}

/* Say how it ended, once. */
static void grade_log(struct log_source *s)
{
	const struct header *h = s->header;
	struct source *file = s->text->source;

	source_degrade(&s->source, file->grade, "%s", file->note);
	/* Transcoded copies lose a few bytes, cut logs lose more. */
	if (s->is_client || !h->has_length || s->given + h->length / 100 >= h->length)
		return;
	source_degrade(&s->source, GRADE_PARTIAL,
		       s->marked ? "only the first %" PRIu64 " of %" PRIu64 " bytes (-size)"
				 : "truncated after %" PRIu64 " of %" PRIu64 " bytes",
		       s->given, h->length);
	if (!s->marked)
		source_degrade(file, GRADE_PARTIAL, "ends inside %s of %s", h->log_type,
			       h->container);
}

static size_t log_read(struct source *source, char *into, size_t capacity)
{
	struct log_source *s = (struct log_source *)source;
	struct text *t = s->text;
	size_t n;

	if (s->ready == t->at && !s->ended)
		scan_lines(s);
	while (s->ready == t->at && !s->ended) {
		size_t moved = t->at;

		if (t->ended)
			moved = 0;
		refill(t);
		s->scan -= moved;
		scan_lines(s);
	}
	n = s->ready - t->at;
	if (n > capacity)
		n = capacity;
	if (n)
		memcpy(into, t->bytes + t->at, n);
	else
		grade_log(s);
	t->at += n;
	s->given += n;
	return n;
}

static void log_close(struct source *source)
{
	(void)source; /* lives in visit_log() */
}

static const struct source_ops log_ops = { .read = log_read, .close = log_close };

/* --- splitting ------------------------------------------------------------------------------- */

static void keep(char *field, size_t size, struct str value)
{
	if (value.len >= size)
		value.len = size - 1;
	if (value.len)
		memcpy(field, value.ptr, value.len);
	field[value.len] = '\0';
}

static void read_container(struct header *h, struct str line)
{
	struct str rest = str_skip(line, sizeof("Container: ") - 1), id, node, host;
	ptrdiff_t on = str_find(rest, STR(" on "));

	id = (struct str){ rest.ptr, on > 0 ? (size_t)on : 0 };
	node = str_trim(str_skip(rest, id.len + 4));
	host = yarn_node_host(node);
	keep(h->container, sizeof(h->container), id);
	keep(h->host, sizeof(h->host), host.len ? host : node);
	h->log_type[0] = '\0';
}

static void visit_log(struct text *t, const struct header *h, bool is_client,
		      struct part_visitor *visitor)
{
	struct log_source s = {
		.source.ops = &log_ops,
		.text = t,
		.header = h,
		.scan = t->at,
		.ready = t->at,
		.is_client = is_client,
	};
	char app[YARN_APP_BYTES], scrap[4096];
	struct part part = {
		.container = str_from(h->container),
		.host = str_from(h->host),
		.app = yarn_app_of_container(str_from(h->container), app),
		.log_name = str_from(h->log_type),
		.first_line = t->line,
		.size_bytes = h->has_length ? h->length : 0,
		.source = &s.source,
		.text_in_place = true,
	};

	s.source.bookmark =
		bookmark_of_part(t->source->bookmark, t->source->read_bytes - (t->len - t->at));
	visitor->part(visitor, &part);
	bookmark_release(s.source.bookmark);
	while (source_read(&s.source, scrap, sizeof(scrap)))
		continue;
	/* The line ends before the frame's next line are counted already. */
	t->at = s.scan;
}

/*
 * What comes before the first header is what the client wrote to the terminal; or, where the front
 * of the file is lost, the rest of a log that its end line names.
 */
static void visit_front(struct text *t, struct part_visitor *visitor)
{
	struct header h = { .container = "" };
	struct str window, end;
	ptrdiff_t at;
	bool is_client = true;

	refill(t);
	window = window_from(t, t->at);
	at = str_find(window, STR("\nContainer: container_"));
	if (at >= 0)
		window.len = (size_t)at + 1;
	at = str_find(window, STR("\nLogType:"));
	if (at >= 0)
		window.len = (size_t)at + 1;
	at = str_find(window, STR("\nEnd of LogType:"));
	keep(h.log_type, sizeof(h.log_type), STR("client"));
	if (at >= 0) {
		window = str_skip(window, (size_t)at + sizeof("\nEnd of LogType:") - 1);
		end = str_trim(first_line(window, &window));
		at = str_find(end, STR(".This log file"));
		if (at > 0)
			end.len = (size_t)at;
		keep(h.log_type, sizeof(h.log_type), end);
		is_client = false;
	}
	visit_log(t, &h, is_client, visitor);
}

/* The line at `at` without its line end; *next is where the following one begins. A line that does
 * not fit into the window comes in pieces. */
static bool peek_line(struct text *t, struct str *line, size_t *next)
{
	const char *lf = t->len > t->at ? memchr(t->bytes + t->at, '\n', t->len - t->at) : NULL;

	if (!lf) {
		refill(t);
		if (t->at == t->len)
			return false;
		lf = memchr(t->bytes + t->at, '\n', t->len - t->at);
	}
	*next = lf ? (size_t)(lf - t->bytes) + 1 : t->len;
	*line = trim_cr((struct str){ t->bytes + t->at, (lf ? *next - 1 : t->len) - t->at });
	return true;
}

static bool is_frame_line(struct str line)
{
	return !line.len || line.ptr[0] == '=' || line.ptr[0] == '*' || is_container_line(line) ||
	       is_log_type_line(line) || is_detail_line(line);
}

/* True when the log's contents come next. */
static bool read_header_line(struct header *h, struct str line)
{
	if (is_container_line(line)) {
		read_container(h, line);
	} else if (is_log_type_line(line)) {
		keep(h->log_type, sizeof(h->log_type),
		     str_trim(str_skip(line, sizeof("LogType:") - 1)));
		h->has_length = false;
	} else if (str_starts_with(line, STR("LogLength:"))) {
		h->has_length =
			str_to_u64(str_trim(str_skip(line, sizeof("LogLength:") - 1)), &h->length);
	}
	return h->log_type[0] && is_contents_line(line);
}

static void split_text(struct source *source, struct str name, struct part_visitor *visitor)
{
	struct text t = { .source = source, .bytes = malloc(WINDOW_BYTES), .line = 1 };
	struct header h = { .container = "" };
	struct str line;
	size_t next;
	bool framed = false;

	(void)name;
	if (!t.bytes)
		die_no_memory();
	refill(&t);
	if (str_starts_with(window_from(&t, 0), STR("\xEF\xBB\xBF")))
		t.at = 3;
	while (peek_line(&t, &line, &next)) {
		if (!framed && !is_frame_line(line)) {
			framed = true;
			visit_front(&t, visitor);
			continue;
		}
		framed = framed || line.len > 0;
		t.line += t.bytes[next - 1] == '\n';
		t.at = next;
		if (!read_header_line(&h, line))
			continue;
		visit_log(&t, &h, false, visitor);
		h.log_type[0] = '\0';
	}
	free(t.bytes);
}

const struct splitter yarn_text_splitter = { "yarn-logs", text_bid, split_text };

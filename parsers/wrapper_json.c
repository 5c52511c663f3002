#include "base/base.h"
#include "parsers/wrapper_json.h"

#include "parsers/json_pull.h"

enum {
	/* `_source` of a hit holds `kubernetes`, which holds `pod`: nothing lies deeper. */
	DEPTH_MAX = 4,
	/* Digits of milliseconds, microseconds and nanoseconds since 1970, from 2001 to 2286. */
	MS_DIGITS = 13,
	US_DIGITS = 16,
	NS_DIGITS = 19,
	/* Lines of a stream's beginning that must be a document's. */
	DOCUMENT_LINES = 4,
};

enum member {
	MEMBER_OTHER,
	MEMBER_TEXT,
	MEMBER_TIME,
	MEMBER_INSIDE, /* an object that may hold one of the others */
	MEMBER_POD,    /* a pod's name; an object that holds it as its `name` */
	MEMBER_PLAIN,  /* what docker itself writes beside text and time */
};

static const struct {
	const char *key;
	enum member member;
} members[] = {
	{ "log", MEMBER_TEXT },		/* docker, Fluentd, Fluent Bit */
	{ "message", MEMBER_TEXT },	/* Filebeat, Logstash, CloudWatch, Cloud Logging */
	{ "MESSAGE", MEMBER_TEXT },	/* journald */
	{ "textPayload", MEMBER_TEXT }, /* Cloud Logging */
	{ "event", MEMBER_TEXT },	/* Airflow 3 */
	{ "_raw", MEMBER_TEXT },	/* Splunk */
	{ "time", MEMBER_TIME },	{ "timestamp", MEMBER_TIME },
	{ "@timestamp", MEMBER_TIME },	{ "__REALTIME_TIMESTAMP", MEMBER_TIME },
	{ "_source", MEMBER_INSIDE },	{ "jsonPayload", MEMBER_INSIDE },
	{ "result", MEMBER_INSIDE },	{ "kubernetes", MEMBER_INSIDE },
	{ "resource", MEMBER_INSIDE },	{ "labels", MEMBER_INSIDE },
	{ "pod_name", MEMBER_POD },	{ "pod", MEMBER_POD },
	{ "stream", MEMBER_PLAIN },	{ "attrs", MEMBER_PLAIN },
};

static enum member member_of(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (str_eq(key, str_from(members[i].key)))
			return members[i].member;
	return MEMBER_OTHER;
}

struct object {
	struct str text, time, pod;
	bool has_text;
	bool docker; /* nothing but what docker's json-file holds */
};

/* The text between the quotes; nothing when the value is no string. */
static struct str string_of(struct str raw)
{
	return raw.len >= 2 && raw.ptr[0] == '"' ? (struct str){ raw.ptr + 1, raw.len - 2 }
						 : STR("");
}

static struct str name_of(struct str object)
{
	struct json_pull p = json_pull(object);
	struct str key, name = STR("");

	for (pull_object(&p); pull_key(&p, &key);) {
		if (str_eq(key, STR("name")))
			name = pull_string(&p);
		else
			pull_skip(&p);
	}
	return p.bad ? STR("") : name;
}

static void take_member(struct object *o, enum member member, struct str raw)
{
	if (member == MEMBER_TIME && !o->time.len)
		o->time = raw;
	if (member == MEMBER_POD && !o->pod.len)
		o->pod = raw.ptr[0] == '{' ? name_of(raw) : string_of(raw);
	if (member == MEMBER_TEXT && !o->has_text && raw.ptr[0] == '"') {
		o->text = string_of(raw);
		o->has_text = true;
	}
}

/* False when the text is no JSON. The depth is bounded, and so is the stack. */
static bool read_object(struct str text, struct object *o, int depth)
{
	struct json_pull p = json_pull(text);
	struct str key, raw;
	bool fine = true;

	for (pull_object(&p); pull_key(&p, &key);) {
		enum member member = member_of(key);

		o->docker &= !depth && (member == MEMBER_TEXT || member == MEMBER_TIME ||
					member == MEMBER_PLAIN);
		raw = pull_raw(&p);
		if (!raw.len)
			break;
		if (member == MEMBER_INSIDE && raw.ptr[0] == '{' && depth + 1 < DEPTH_MAX)
			fine &= read_object(raw, o, depth + 1);
		else
			take_member(o, member, raw);
	}
	return fine && !p.bad;
}

/* A time as it is written in JSON: a string of any layout, or a number since 1970. */
static int64_t read_time(struct str raw)
{
	struct line_head head;
	uint64_t n;

	if (raw.len > 2 && raw.ptr[0] == '"')
		raw = (struct str){ raw.ptr + 1, raw.len - 2 };
	if (str_to_u64(raw, &n)) {
		if (raw.len == MS_DIGITS)
			return (int64_t)n;
		if (raw.len == US_DIGITS)
			return (int64_t)(n / 1000);
		return raw.len == NS_DIGITS ? (int64_t)(n / 1000000) : TIME_NONE;
	}
	return line_head(raw, &head) && !head.time_only ? head.time_ms : TIME_NONE;
}

static void drop_line_end(struct str *s)
{
	while (str_ends_with(*s, STR("\n")) || str_ends_with(*s, STR("\r")))
		s->len--;
}

bool wrapper_json_peel(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct object o = { STR(""), STR(""), STR(""), .docker = true };

	/* Spark's own JSON is no wrapper: it is the record. */
	if (line.len < 2 || line_is_structured(line))
		return false;
	if (!read_object(line, &o, 0) || !o.has_text || !json_unescape(o.text, scratch))
		return false;
	out->text = buf_str(scratch);
	/* Docker cuts long lines; the others hand out whole ones, mostly without their end. */
	out->partial = o.docker && str_starts_with(line, STR("{\"log\":")) &&
		       !str_ends_with(out->text, STR("\n"));
	drop_line_end(&out->text);
	out->time_ms = read_time(o.time);
	out->source = o.pod;
	out->escaped = true;
	return true;
}

/* --- documents ------------------------------------------------------------------------------- */

static bool opens_or_closes(struct str s)
{
	return s.len <= 2 && s.len && memchr("{}[]", s.ptr[0], 4) &&
	       (s.len == 1 || s.ptr[1] == ',');
}

/* `"key": …` or an element that is a string. */
static bool is_member(struct str line)
{
	struct str s = str_trim(line);

	return s.len && s.len < line.len && s.ptr[0] == '"';
}

bool wrapper_json_is_document(struct str head)
{
	struct str line;
	size_t lines = 0, kept = 0;

	while (lines < DOCUMENT_LINES && head.len) {
		(void)str_cut(head, '\n', &line, &head);
		if (!lines && !opens_or_closes(str_trim(line)))
			return false;
		kept += is_member(line) || opens_or_closes(str_trim(line));
		lines++;
	}
	return lines == DOCUMENT_LINES && kept == lines;
}

/* The raw string at the front of `s`, and what follows it. */
static bool take_string(struct str *s, struct str *raw)
{
	size_t n = 1;

	if (!s->len || s->ptr[0] != '"')
		return false;
	while (n < s->len && s->ptr[n] != '"')
		n += s->ptr[n] == '\\' ? 2 : 1;
	if (n >= s->len)
		return false;
	*raw = (struct str){ s->ptr + 1, n - 1 };
	*s = str_trim(str_skip(*s, n + 1));
	return true;
}

void wrapper_json_document_peel(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str s = str_trim(line), key = STR(""), raw;
	bool text;

	*out = (struct line_peeled){
		.text = STR(""), .source = STR(""), .time_ms = TIME_NONE, .wrapped = true
	};
	buf_clear(scratch);
	out->dropped = true;
	if (!take_string(&s, &raw))
		return;
	text = true; /* an element: a line of a notebook's output */
	if (s.len && s.ptr[0] == ':') {
		key = raw;
		s = str_trim(str_skip(s, 1));
		text = take_string(&s, &raw) && member_of(key) == MEMBER_TEXT;
	}
	if (!text || (s.len && !str_eq(s, STR(","))) || !json_unescape(raw, scratch))
		return;
	out->text = buf_str(scratch);
	drop_line_end(&out->text);
	out->escaped = true;
	out->dropped = false;
}

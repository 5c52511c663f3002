/* line_peel() of line.h: what collectors put around a line. */
#include "base/base.h"
#include "parsers/line.h"

#include "base/clock.h"
#include "base/limits.h"
#include "parsers/json_pull.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `2016-10-06T00:17:09.669794202Z` and a blank; false when the line does not begin so. */
static bool take_rfc3339(struct str *s, int64_t *ms, size_t *fraction)
{
	struct line_head head;
	size_t n = 0, i;

	while (n < s->len && n < 40 && s->ptr[n] != ' ')
		n++;
	/* A colon behind it makes it the JVM's own: `2024-05-01T10:00:00.123+0000: 1.234: [GC`. */
	if (n < 20 || n == s->len || s->ptr[4] != '-' || s->ptr[10] != 'T' || s->ptr[19] == ' ' ||
	    s->ptr[n - 1] == ':')
		return false;
	*fraction = 0;
	for (i = 20; s->ptr[19] == '.' && i < n && is_digit(s->ptr[i]); i++)
		++*fraction;
	if (!line_head((struct str){ s->ptr, n }, &head) || !head.zoned || head.time_only)
		return false;
	*ms = head.time_ms;
	*s = str_skip(*s, n + 1);
	return true;
}

static bool peel_docker(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct json_pull p = json_pull(line);
	struct str key, log = STR(""), time = STR("");
	struct line_head head;

	if (!str_starts_with(line, STR("{\"log\":")))
		return false;
	for (pull_object(&p); pull_key(&p, &key);) {
		if (str_eq(key, STR("log")))
			log = pull_string(&p);
		else if (str_eq(key, STR("time")))
			time = pull_string(&p);
		else
			pull_skip(&p);
	}
	if (p.bad || !json_unescape(log, scratch))
		return false;
	out->text = buf_str(scratch);
	out->partial = !str_ends_with(out->text, STR("\n"));
	while (str_ends_with(out->text, STR("\n")) || str_ends_with(out->text, STR("\r")))
		out->text.len--;
	if (line_head(time, &head))
		out->time_ms = head.time_ms;
	out->escaped = true;
	return true;
}

static bool peel_airflow_json(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct json_pull p = json_pull(line);
	struct str key, text = STR(""), time = STR("");
	struct line_head head;
	bool has_text = false;

	if (!str_starts_with(line, STR("{\"timestamp\":")))
		return false;
	for (pull_object(&p); pull_key(&p, &key);) {
		if (str_eq(key, STR("event"))) {
			text = pull_string(&p);
			has_text = true;
		} else if (str_eq(key, STR("timestamp"))) {
			time = pull_string(&p);
		} else {
			pull_skip(&p);
		}
	}
	if (p.bad || !has_text || !json_unescape(text, scratch))
		return false;
	out->text = buf_str(scratch);
	if (line_head(time, &head))
		out->time_ms = head.time_ms;
	out->escaped = true;
	return true;
}

static bool peel_cri(struct str line, struct line_peeled *out, struct buf *scratch)
{
	size_t fraction;
	int64_t ms;

	(void)scratch;
	if (!take_rfc3339(&line, &ms, &fraction))
		return false;
	if (!str_starts_with(line, STR("stdout ")) && !str_starts_with(line, STR("stderr ")))
		return false;
	line = str_skip(line, 7);
	if (line.len && (line.ptr[0] == 'F' || line.ptr[0] == 'P') &&
	    (line.len == 1 || line.ptr[1] == ' ' || line.ptr[1] == ':')) {
		out->partial = line.ptr[0] == 'P';
		while (line.len && line.ptr[0] != ' ') /* further tags follow a colon */
			line = str_skip(line, 1);
		line = str_skip(line, 1);
	}
	out->text = line;
	out->time_ms = ms;
	return true;
}

/* kubectl --timestamps writes nanoseconds, CloudWatch milliseconds; Spark itself never `T…Z `
 * before anything but a level, which stays the line's own head. */
static bool peel_timestamp(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct line_head whole, inner;
	struct str rest = line;
	size_t fraction;
	int64_t ms;

	(void)scratch;
	if (!take_rfc3339(&rest, &ms, &fraction))
		return false;
	if (fraction < 7 && line_head(line, &whole) && whole.level != LEVEL_NONE &&
	    !line_head(rest, &inner))
		return false;
	out->text = rest;
	out->time_ms = ms;
	return true;
}

/* `[pod/NAME/CONTAINER] text` */
static bool peel_kubectl_prefix(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str name, rest;

	(void)scratch;
	if (!str_starts_with(line, STR("[pod/")) || !str_cut(line, ']', &name, &rest) ||
	    !rest.len || rest.ptr[0] != ' ')
		return false;
	out->text = str_skip(rest, 1);
	return true;
}

/* `[time] {file.py:573} INFO - text`, with one or two braces. */
static bool peel_airflow(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct line_head head = { .time_ms = TIME_NONE };
	struct str stamp, rest, where, level;

	(void)scratch;
	if (line.len < 30 || line.ptr[0] != '[' || !is_digit(line.ptr[1]) ||
	    !str_cut(line, ']', &stamp, &rest) || !str_starts_with(rest, STR(" {")))
		return false;
	rest = str_skip(rest, 2);
	if (rest.len && rest.ptr[0] == '{')
		rest = str_skip(rest, 1);
	if (!str_cut(rest, '}', &where, &rest) || !memchr(where.ptr, ':', where.len))
		return false;
	if (rest.len && rest.ptr[0] == '}')
		rest = str_skip(rest, 1);
	if (!rest.len || rest.ptr[0] != ' ')
		return false;
	(void)str_cut(str_skip(rest, 1), ' ', &level, &rest);
	if (level_from_name(level) == LEVEL_NONE || !rest.ptr || !rest.len || rest.ptr[0] != '-')
		return false;
	rest = str_skip(rest, 1);
	if (rest.len && rest.ptr[0] == ' ')
		rest = str_skip(rest, 1);
	(void)line_head(str_skip(stamp, 1), &head);
	out->text = rest;
	out->time_ms = head.time_ms;
	return true;
}

/* `18/06/09 06:42:56 INFO LineBufferedStream: stdout: text` */
static bool peel_livy(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct line_head head;
	ptrdiff_t at;

	(void)scratch;
	if (!line.len || !is_digit(line.ptr[0]))
		return false;
	at = str_find((struct str){ line.ptr, line.len < 80 ? line.len : 80 },
		      STR("LineBufferedStream: "));
	if (at < 0 || !line_head(line, &head))
		return false;
	out->text = head.message;
	if (str_starts_with(out->text, STR("stdout: ")) ||
	    str_starts_with(out->text, STR("stderr: ")))
		out->text = str_skip(out->text, 8);
	out->time_ms = head.time_ms;
	return true;
}

/* `service-1  | text`, `service_1 | text` of docker compose. */
static bool peel_compose(struct str line, struct line_peeled *out, struct buf *scratch)
{
	size_t n = 0;

	(void)scratch;
	while (n < line.len && n < 64 && line.ptr[n] != ' ' && line.ptr[n] != '|')
		n++;
	if (n < 3 || !is_digit(line.ptr[n - 1]) ||
	    (line.ptr[n - 2] != '-' && line.ptr[n - 2] != '_'))
		return false;
	while (n < line.len && line.ptr[n] == ' ')
		n++;
	if (n + 1 >= line.len || line.ptr[n] != '|' || line.ptr[n + 1] != ' ')
		return false;
	out->text = str_skip(line, n + 2);
	return true;
}

/* `Nov 23 10:00:00 host process[123]: text` */
static bool peel_syslog(struct str line, struct line_peeled *out, struct buf *scratch)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct str name, rest;
	char month[4] = { 0 };
	const char *found;

	(void)scratch;
	if (line.len < 20 || line.ptr[3] != ' ' || line.ptr[6] != ' ' || line.ptr[9] != ':' ||
	    line.ptr[12] != ':' || line.ptr[15] != ' ')
		return false;
	memcpy(month, line.ptr, 3);
	found = strstr(months, month);
	if (!found || (found - months) % 3)
		return false;
	(void)str_cut(str_skip(line, 16), ' ', &name, &rest); /* host */
	if (!rest.ptr || !str_cut(rest, ' ', &name, &rest) || !str_ends_with(name, STR("]:")))
		return false;
	out->text = rest;
	return true;
}

static bool is_pod_name(struct str s)
{
	return str_ends_with(s, STR("-driver")) || str_find(s, STR("-exec-")) > 0;
}

/* stern: `pod container text` */
static bool peel_stern(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str pod, container, rest;

	(void)scratch;
	if (!str_cut(line, ' ', &pod, &rest) || !is_pod_name(pod) ||
	    !str_cut(rest, ' ', &container, &rest) || !str_starts_with(container, STR("spark-")))
		return false;
	out->text = rest;
	return true;
}

/* Most lines have no wrapper, and their first byte says so. */
static const struct {
	char first; /* of the line; '0' is any digit, 'A' and 'a' any letter of that case */
	bool (*peel)(struct str line, struct line_peeled *out, struct buf *scratch);
} wrappers[] = {
	{ '{', peel_docker },	 { '{', peel_airflow_json },   { '0', peel_cri },
	{ '0', peel_timestamp }, { '[', peel_kubectl_prefix }, { '[', peel_airflow },
	{ '0', peel_livy },	 { 'a', peel_compose },	       { 'A', peel_syslog },
	{ 'a', peel_stern },
};

static char kind_of(struct str line)
{
	char c = line.len ? line.ptr[0] : '\0';

	if (is_digit(c))
		return '0';
	if (c >= 'A' && c <= 'Z')
		return 'A';
	return c >= 'a' && c <= 'z' ? 'a' : c;
}

struct line_peeled line_peel(struct str line, struct buf *scratch)
{
	struct line_peeled out = { .text = line, .time_ms = TIME_NONE };

	buf_clear(scratch);
	for (size_t depth = 0; depth < LIMIT_WRAPPERS; depth++) {
		char kind = kind_of(out.text);
		bool peeled = false;

		for (size_t i = 0; i < ARRAY_LEN(wrappers) && !peeled; i++) {
			struct line_peeled inner = { .time_ms = TIME_NONE };
			size_t kept = scratch->len;

			/* Unescaped text lies in the scratch, which a second unescape could move.
			 */
			if (kind != wrappers[i].first || (out.escaped && kind == '{'))
				continue;
			peeled = wrappers[i].peel(out.text, &inner, scratch);
			if (!peeled) {
				scratch->len = kept;
				continue;
			}
			out.text = inner.text;
			out.wrapped = true;
			out.partial |= inner.partial;
			out.escaped |= inner.escaped;
			if (inner.time_ms != TIME_NONE)
				out.time_ms = inner.time_ms;
		}
		if (!peeled)
			break;
	}
	return out;
}

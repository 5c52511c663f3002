/* line_peel() of line.h: what collectors put around a line. */
#include "base/base.h"
#include "parsers/line.h"

#include "base/clock.h"
#include "base/limits.h"
#include "parsers/wrapper_json.h"

enum {
	/* Names of hosts, units, streams, jobs and sets of labels. */
	NAME_BYTES_MAX = 256,
};

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
	(void)str_cut(str_skip(name, sizeof("[pod/") - 1), '/', &out->source, &rest);
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
	/* Not the head's message: that has lost its indentation. */
	out->text = str_skip(line, (size_t)at + sizeof("LineBufferedStream: ") - 1);
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
	out->source = pod;
	return true;
}

/* `[2026-11-23T13:06:12.345Z] text` of Jenkins. */
static bool peel_jenkins(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str stamp, rest;
	struct line_head head;

	(void)scratch;
	if (line.len < 22 || !is_digit(line.ptr[1]) || line.ptr[11] != 'T' ||
	    !str_cut(str_skip(line, 1), ']', &stamp, &rest) || !rest.len || rest.ptr[0] != ' ' ||
	    !line_head(stamp, &head) || !head.zoned)
		return false;
	out->text = str_skip(rest, 1);
	out->time_ms = head.time_ms;
	return true;
}

/* `13:06:12  text`: two blanks; a level behind them makes the time the line's own. */
static bool peel_clock(struct str line, struct line_peeled *out, struct buf *scratch)
{
	static const char form[] = "00:00:00  ";
	struct str word, rest;

	(void)scratch;
	if (line.len < sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? !is_digit(line.ptr[i]) : line.ptr[i] != form[i])
			return false;
	(void)str_cut(str_skip(line, sizeof(form) - 1), ' ', &word, &rest);
	if (level_from_name(word) != LEVEL_NONE)
		return false;
	out->text = str_skip(line, sizeof(form) - 1);
	return true;
}

/* `<14>1 2026-11-23T13:06:12Z host app 4711 - - text` of RFC 5424. */
static bool peel_syslog_5424(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str priority, rest, field;
	size_t fraction;
	int64_t ms;

	(void)scratch;
	if (!str_cut(line, '>', &priority, &rest) || priority.len < 2 || priority.len > 4 ||
	    !str_starts_with(rest, STR("1 ")))
		return false;
	rest = str_skip(rest, 2);
	if (!take_rfc3339(&rest, &ms, &fraction))
		return false;
	for (size_t i = 0; i < 4; i++) /* host, application, process, message id */
		if (!str_cut(rest, ' ', &field, &rest))
			return false;
	/* Structured data: none, or in brackets. */
	if (!str_cut(rest, rest.len && rest.ptr[0] == '[' ? ']' : '-', &field, &rest) ||
	    !str_starts_with(rest, STR(" ")))
		return false;
	out->text = str_skip(rest, 1);
	out->time_ms = ms;
	return true;
}

/* `job\tstep\t2026-11-23T13:06:12.1234567Z text` of `gh run view --log`. */
static bool peel_github(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str job, step, rest;
	size_t fraction;
	int64_t ms;

	(void)scratch;
	if (!str_cut(line, '\t', &job, &rest) || job.len > NAME_BYTES_MAX ||
	    !str_cut(rest, '\t', &step, &rest) || step.len > NAME_BYTES_MAX ||
	    !take_rfc3339(&rest, &ms, &fraction) || fraction < 7)
		return false;
	out->text = rest;
	out->time_ms = ms;
	return true;
}

/* --- what stands between a collector's time and the line ----------------------------------------
 */

/* `01O text`, `00E+text` of GitLab: number of the stream, which one, and whether it goes on. */
static bool peel_gitlab(struct str line, struct line_peeled *out, struct buf *scratch)
{
	(void)scratch;
	if (line.len < 4 || !is_digit(line.ptr[1]) || (line.ptr[2] != 'O' && line.ptr[2] != 'E') ||
	    (line.ptr[3] != ' ' && line.ptr[3] != '+'))
		return false;
	out->text = str_skip(line, 4);
	return true;
}

/* `{app="etl", pod="a"} text` of Loki. */
static bool peel_loki(struct str line, struct line_peeled *out, struct buf *scratch)
{
	ptrdiff_t quote = str_find(line, STR("=\"")), end = str_find(line, STR("\"} "));

	(void)scratch;
	if (quote < 2 || end < quote || quote > NAME_BYTES_MAX)
		return false;
	out->text = str_skip(line, (size_t)end + 3);
	return true;
}

/* `host app[123]: text` of journald and rsyslog. */
static bool peel_unit(struct str line, struct line_peeled *out, struct buf *scratch)
{
	struct str host, name, rest;

	(void)scratch;
	if (!str_cut(line, ' ', &host, &rest) || host.len > NAME_BYTES_MAX ||
	    !str_cut(rest, ' ', &name, &rest) || name.len > NAME_BYTES_MAX ||
	    !str_ends_with(name, STR("]:")) || !memchr(name.ptr, '[', name.len))
		return false;
	out->text = rest;
	return true;
}

/* `jr_0a1b_g-77 text`: the stream's name, as `aws logs tail` prints it. */
static bool peel_cloudwatch_stream(struct str line, struct line_peeled *out, struct buf *scratch)
{
	static const char *const parts[] = { "/SPARK_DRIVER/", "/SPARK_EXECUTOR/", "/containers/" };
	struct str name, rest;
	bool known;

	(void)scratch;
	if (!str_cut(line, ' ', &name, &rest) || name.len > NAME_BYTES_MAX)
		return false;
	known = str_starts_with(name, STR("jr_"));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		known |= str_find(name, str_from(parts[i])) > 0;
	if (!known)
		return false;
	out->text = rest;
	return true;
}

/* Most lines have no wrapper, and their first byte says so. */
static const struct {
	char first; /* of the line; '0' is any digit, 'A' and 'a' any letter of that case */
	bool (*peel)(struct str line, struct line_peeled *out, struct buf *scratch);
	bool behind_time; /* only where a wrapper with a time was just taken off */
} wrappers[] = {
	{ '0', peel_gitlab, true },	   { '{', peel_loki, true },
	{ '{', wrapper_json_peel, false }, { '0', peel_cri, false },
	{ '0', peel_timestamp, false },	   { '[', peel_kubectl_prefix, false },
	{ '[', peel_airflow, false },	   { '[', peel_jenkins, false },
	{ '0', peel_livy, false },	   { '0', peel_clock, false },
	{ '<', peel_syslog_5424, false },  { 'a', peel_compose, false },
	{ 'A', peel_syslog, false },	   { 'a', peel_stern, false },
	{ 'a', peel_github, false },	   { 'A', peel_github, false },
	{ 'a', peel_unit, true },	   { 'A', peel_unit, true },
	{ '0', peel_unit, true },	   { 'a', peel_cloudwatch_stream, true },
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
	struct line_peeled out = { .text = line, .source = STR(""), .time_ms = TIME_NONE };
	bool timed = false;

	buf_clear(scratch);
	for (size_t depth = 0; depth < LIMIT_WRAPPERS; depth++) {
		char kind = kind_of(out.text);
		bool peeled = false, behind_time = timed;

		for (size_t i = 0; i < ARRAY_LEN(wrappers) && !peeled; i++) {
			struct line_peeled inner = { .source = STR(""), .time_ms = TIME_NONE };
			size_t kept = scratch->len;

			/* Unescaped text lies in the scratch, which a second unescape could move.
			 */
			if (kind != wrappers[i].first ||
			    (wrappers[i].behind_time && !behind_time) ||
			    (out.escaped && kind == '{'))
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
			if (inner.source.len)
				out.source = inner.source;
			timed = inner.time_ms != TIME_NONE;
			if (timed)
				out.time_ms = inner.time_ms;
		}
		if (!peeled)
			break;
	}
	return out;
}

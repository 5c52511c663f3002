/*
 * Structured logging of Spark 4 and of the PySpark logger (line.h), rewritten as text:
 *
 * {"ts":"2024-03-19T07:18:41.123Z","level":"ERROR","msg":"Error in executor 1.",
 *  "context":{"executor_id":"1"},"exception":{"class":"a.B","msg":"OOM","stacktrace":[…]},
 *  "logger":"TaskSetManager"}
 */
#include "base/base.h"
#include "parsers/line.h"

#include "parsers/json_pull.h"

bool line_is_structured(struct str line)
{
	struct str rest;

	if (!str_starts_with(line, STR("{\"ts\"")))
		return false;
	rest = str_trim(str_skip(line, 5));
	return rest.len > 2 && rest.ptr[0] == ':';
}

struct structured {
	struct str ts, level, msg, logger;
	struct str exception; /* raw JSON */
	struct str context;
};

static bool read_structured(struct str line, struct structured *s)
{
	static const struct {
		const char *key;
		size_t offset;
		bool raw;
	} fields[] = {
		{ "ts", offsetof(struct structured, ts), false },
		{ "level", offsetof(struct structured, level), false },
		{ "msg", offsetof(struct structured, msg), false },
		{ "logger", offsetof(struct structured, logger), false },
		{ "exception", offsetof(struct structured, exception), true },
		{ "context", offsetof(struct structured, context), true },
	};
	struct json_pull p = json_pull(line);
	struct str key, value;
	size_t i;

	*s = (struct structured){ .ts = STR("") };
	for (pull_object(&p); pull_key(&p, &key);) {
		for (i = 0; i < ARRAY_LEN(fields); i++)
			if (str_eq(key, str_from(fields[i].key)))
				break;
		if (i == ARRAY_LEN(fields)) {
			pull_skip(&p);
			continue;
		}
		value = fields[i].raw ? pull_raw(&p) : pull_string(&p);
		memcpy((char *)s + fields[i].offset, &value, sizeof(value));
	}
	return !p.bad && s->ts.len && s->level.len;
}

static bool add_frame(struct json_pull *p, struct buf *out)
{
	struct str key, class = STR(""), method = STR(""), file = STR("");
	int64_t line = -1;
	bool ok;

	for (pull_object(p); pull_key(p, &key);) {
		if (str_eq(key, STR("class")))
			class = pull_string(p);
		else if (str_eq(key, STR("method")))
			method = pull_string(p);
		else if (str_eq(key, STR("file")))
			file = pull_string(p);
		else if (str_eq(key, STR("line")))
			line = pull_int(p, -1);
		else
			pull_skip(p);
	}
	/* A Python frame has no class. */
	if (!class.len)
		return buf_addf(out, "\n  File \"" STR_FMT "\", line %" PRId64 ", in " STR_FMT,
				STR_ARG(file), line, STR_ARG(method));
	ok = buf_add(out, STR("\n\tat ")) && json_unescape(class, out) && buf_add_char(out, '.') &&
	     json_unescape(method, out) && buf_add_char(out, '(') && json_unescape(file, out);
	if (ok && line >= 0)
		ok = buf_addf(out, ":%" PRId64, line);
	return ok && buf_add_char(out, ')');
}

static bool add_exception(struct str raw, struct buf *out)
{
	struct json_pull p = json_pull(raw);
	struct str key, class = STR(""), msg = STR(""), frames = STR("");
	bool ok;

	for (pull_object(&p); pull_key(&p, &key);) {
		if (str_eq(key, STR("class")))
			class = pull_string(&p);
		else if (str_eq(key, STR("msg")))
			msg = pull_string(&p);
		else if (str_eq(key, STR("stacktrace")))
			frames = pull_raw(&p);
		else
			pull_skip(&p);
	}
	if (!class.len)
		return true;
	ok = buf_add_char(out, '\n') && json_unescape(class, out);
	if (ok && msg.len)
		ok = buf_add(out, STR(": ")) && json_unescape(msg, out);
	p = json_pull(frames);
	if (frames.len && pull_array(&p))
		while (ok && pull_element(&p))
			ok = add_frame(&p, out);
	return ok;
}

/* Places that the message itself may leave to the context. */
static bool add_context(struct str raw, struct str msg, struct buf *out)
{
	static const char *const keys[] = { "executor_id", "stage_id", "task_id",
					    "host",	   "app_id",   "exit_code" };
	struct json_pull p = json_pull(raw);
	struct str key;
	bool first = true, ok = true;

	if (!raw.len)
		return true;
	for (pull_object(&p); ok && pull_key(&p, &key);) {
		struct str value = STR("");
		size_t i = 0;

		while (i < ARRAY_LEN(keys) && !str_eq(key, str_from(keys[i])))
			i++;
		if (i == ARRAY_LEN(keys)) {
			pull_skip(&p);
			continue;
		}
		value = pull_string(&p);
		if (!value.len || str_find(msg, value) >= 0)
			continue;
		ok = buf_add(out, first ? STR(" [") : STR(" ")) && buf_add(out, key) &&
		     buf_add_char(out, '=') && json_unescape(value, out);
		first = false;
	}
	return ok && (first || buf_add_char(out, ']'));
}

bool line_from_structured(struct str line, struct buf *out)
{
	struct structured s;
	struct str ts;
	size_t kept = out->len;
	bool ok;

	if (!line_is_structured(line) || !read_structured(line, &s))
		return false;
	ts = s.ts;
	/* `2024-03-19T07:18:41.123Z` stays as it is: it is a head with a zone. */
	ok = json_unescape(ts, out) && buf_add_char(out, ' ') && json_unescape(s.level, out) &&
	     buf_add_char(out, ' ') && json_unescape(s.logger.len ? s.logger : STR("root"), out) &&
	     buf_add(out, STR(": ")) && json_unescape(s.msg, out) &&
	     add_context(s.context, s.msg, out) && add_exception(s.exception, out);
	if (!ok)
		out->len = kept;
	return ok;
}

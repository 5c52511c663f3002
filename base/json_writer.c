#include "base/base.h"
#include "base/json_writer.h"

#include "base/utf8.h"

static void put(struct json_writer *w, struct str s)
{
	if (!w->failed && !buf_add(w->out, s))
		w->failed = true;
}

static void new_line(struct json_writer *w)
{
	if (w->compact)
		return;
	put(w, STR("\n"));
	for (unsigned i = 0; i < w->depth; i++)
		put(w, STR(" "));
}

/* Before any value or name. */
static void separate(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (!w->depth)
		return;
	if (w->has_items[w->depth])
		put(w, STR(","));
	w->has_items[w->depth] = true;
	new_line(w);
}

void json_writer_init(struct json_writer *w, struct buf *out)
{
	*w = (struct json_writer){ .out = out };
}

void json_open(struct json_writer *w, char bracket)
{
	separate(w);
	BUG_ON(w->depth + 1 >= JSON_DEPTH_MAX);
	w->has_items[++w->depth] = false;
	put(w, (struct str){ &bracket, 1 });
}

void json_close(struct json_writer *w, char bracket)
{
	bool had = w->has_items[w->depth];

	BUG_ON(!w->depth || w->after_key);
	w->depth--;
	if (had)
		new_line(w);
	put(w, (struct str){ &bracket, 1 });
	if (!w->depth)
		put(w, STR("\n"));
}

static void quoted(struct json_writer *w, struct str s)
{
	put(w, STR("\""));
	while (s.len) {
		size_t n = utf8_sequence(s);
		unsigned char c = (unsigned char)s.ptr[0];

		if (!n)
			put(w, STR("\xEF\xBF\xBD"));
		else if (c == '"' || c == '\\')
			put(w, (struct str){ (char[]){ '\\', (char)c }, 2 });
		else if (c == '\n')
			put(w, STR("\\n"));
		else if (c == '\t')
			put(w, STR("\\t"));
		else if (c < 0x20 || c == 0x7F)
			w->failed |= !buf_addf(w->out, "\\u%04x", (unsigned)c);
		else
			put(w, (struct str){ s.ptr, n });
		s = str_skip(s, n ? n : 1);
	}
	put(w, STR("\""));
}

void json_name(struct json_writer *w, struct str name)
{
	BUG_ON(w->after_key);
	separate(w);
	quoted(w, name);
	put(w, STR(": "));
	w->after_key = true;
}

void json_str(struct json_writer *w, struct str value)
{
	separate(w);
	quoted(w, value);
}

void json_number(struct json_writer *w, int64_t value)
{
	separate(w);
	w->failed |= !buf_addf(w->out, "%" PRId64, value);
}

void json_decimal(struct json_writer *w, double value, int digits)
{
	separate(w);
	w->failed |= !buf_addf(w->out, "%.*f", digits, value);
}

void json_flag(struct json_writer *w, bool value)
{
	separate(w);
	put(w, value ? STR("true") : STR("false"));
}

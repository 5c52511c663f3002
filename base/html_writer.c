#include "base/base.h"
#include "base/html_writer.h"

#include "base/utf8.h"

/* A sentence of a page, as formatted by us: more is a defect. */
enum { FORMATTED_BYTES = 4096 };

#define ESCAPED_BYTES_MAX ((size_t)4 << 20)

void html_writer_init(struct html_writer *w, struct buf *out)
{
	*w = (struct html_writer){ .out = out };
}

static void put(struct html_writer *w, struct str s)
{
	w->failed = w->failed || !buf_add(w->out, s);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Elements that stand in a line of text; the others begin one of their own. */
static bool is_inline(const char *name)
{
	static const char *const names[] = { "a",    "b",    "bdi",   "code",	"em",
					     "mark", "span", "small", "strong", "td",
					     "th",   "time", "tspan" };

	return is_one_of(name, names, ARRAY_LEN(names));
}

/* Elements that HTML closes by themselves; any other has an end tag. */
static bool is_void(const char *name)
{
	static const char *const names[] = { "br", "meta", "rect", "line", "circle", "path" };

	return is_one_of(name, names, ARRAY_LEN(names));
}

static void end_tag(struct html_writer *w)
{
	if (w->in_tag)
		put(w, STR(">"));
	w->in_tag = false;
}

void html_open(struct html_writer *w, const char *element)
{
	end_tag(w);
	BUG_ON(w->depth == HTML_DEPTH_MAX);
	w->open[w->depth++] = element;
	put(w, is_inline(element) ? STR("<") : STR("\n<"));
	put(w, str_from(element));
	w->in_tag = true;
}

static void escape(struct html_writer *w, struct str s)
{
	static const struct {
		char c;
		struct str text;
	} marks[] = {
		{ '&', { "&amp;", 5 } },  { '<', { "&lt;", 4 } },   { '>', { "&gt;", 4 } },
		{ '"', { "&quot;", 6 } }, { '\'', { "&#39;", 5 } },
	};
	struct buf safe = BUF_INIT(ESCAPED_BYTES_MAX);

	w->failed = w->failed || !utf8_escape(&safe, s);
	for (size_t i = 0; i < safe.len; i++) {
		struct str text = { safe.ptr + i, 1 };

		for (size_t k = 0; k < ARRAY_LEN(marks); k++)
			if (marks[k].c == safe.ptr[i])
				text = marks[k].text;
		put(w, text);
	}
	buf_release(&safe);
}

void html_attr(struct html_writer *w, const char *name, struct str value)
{
	BUG_ON(!w->in_tag);
	put(w, STR(" "));
	put(w, str_from(name));
	put(w, STR("=\""));
	escape(w, value);
	put(w, STR("\""));
}

/* In `text`, which has room for FORMATTED_BYTES. */
static struct str format(char *text, const char *fmt, va_list args)
{
	int len = vsnprintf(text, FORMATTED_BYTES, fmt, args);

	BUG_ON(len < 0 || len >= FORMATTED_BYTES);
	return (struct str){ text, (size_t)len };
}

void html_attrf(struct html_writer *w, const char *name, const char *fmt, ...)
{
	char text[FORMATTED_BYTES];
	va_list args;

	va_start(args, fmt);
	html_attr(w, name, format(text, fmt, args));
	va_end(args);
}

void html_text(struct html_writer *w, struct str text)
{
	end_tag(w);
	escape(w, text);
}

void html_textf(struct html_writer *w, const char *fmt, ...)
{
	char text[FORMATTED_BYTES];
	va_list args;

	va_start(args, fmt);
	html_text(w, format(text, fmt, args));
	va_end(args);
}

void html_verbatim(struct html_writer *w, const char *text)
{
	end_tag(w);
	put(w, str_from(text));
}

void html_close(struct html_writer *w)
{
	const char *element;

	BUG_ON(!w->depth);
	element = w->open[--w->depth];
	if (w->in_tag && is_void(element)) {
		put(w, STR("/>"));
		w->in_tag = false;
		return;
	}
	end_tag(w);
	put(w, STR("</"));
	put(w, str_from(element));
	put(w, STR(">"));
}

void html_open_class(struct html_writer *w, const char *element, const char *class)
{
	html_open(w, element);
	if (class)
		html_attr(w, "class", str_from(class));
}

void html_element(struct html_writer *w, const char *element, const char *class, struct str text)
{
	html_open_class(w, element, class);
	html_text(w, text);
	html_close(w);
}

#include "base/base.h"
#include "parsers/sniff.h"

#include "base/path.h"
#include "base/utf8.h"

static const struct {
	struct str magic;
	const char *what;
} formats[] = {
	{ { "\x89PNG", 4 }, "a PNG picture" },
	{ { "\xFF\xD8\xFF", 3 }, "a JPEG picture" },
	{ { "GIF8", 4 }, "a GIF picture" },
	{ { "RIFF", 4 }, "a media file" },
	{ { "%PDF-", 5 }, "a PDF document" },
	{ { "\xD0\xCF\x11\xE0", 4 }, "an Office document" },
	{ { "\xCA\xFE\xBA\xBE", 4 }, "a Java class" },
	{ { "\xAC\xED\0\5", 4 }, "serialized Java objects" },
	{ { "JAVA PROFILE", 12 }, "a Java heap dump" },
	{ { "FLR\0", 4 }, "a Java flight recording" },
	{ { "\xFE\xED\xFE\xED", 4 }, "a Java key store" },
	{ { "\x7F\x45LF", 4 }, "a program" },
	{ { "\xCF\xFA\xED\xFE", 4 }, "a program" },
	{ { "MZ", 2 }, "a program" },
	{ { "PAR1", 4 }, "a Parquet file" },
	{ { "Obj\1", 4 }, "an Avro file" },
	{ { "ORC", 3 }, "an ORC file" },
	{ { "SEQ\6", 4 }, "a Hadoop sequence file" },
	{ { "\x89HDF", 4 }, "an HDF5 file" },
	{ { "ARROW1", 6 }, "an Arrow file" },
	{ { "\x93NUMPY", 6 }, "a NumPy array" },
	{ { "\x80\4\x95", 3 }, "a Python pickle" },
	{ { "SQLite format 3", 15 }, "an SQLite database" },
	{ { "\xFF\6\0\0sNaPpY", 10 }, "a framed snappy stream, which Spark never writes" },
	{ { "xar!", 4 }, "a xar archive" },
	{ { "wOF", 3 }, "a font" },
};

enum {
	/* Lines looked at for an event; the first may be damaged. */
	EVENT_LINES = 8,
	PYC_HEADER_BYTES = 16,
};

static bool is_text_byte(unsigned char c)
{
	return c >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\b' ||
	       c == 0x1B;
}

static bool has_event_line(struct str head)
{
	struct str line, rest = head;

	if (str_starts_with(rest, STR("\xEF\xBB\xBF")))
		rest = str_skip(rest, 3);
	for (int i = 0; i < EVENT_LINES && rest.len; i++) {
		(void)str_cut(rest, '\n', &line, &rest);
		if (str_starts_with(line, STR("{\"Event\":\"")))
			return true;
	}
	return false;
}

/* What kinds of bytes a head is made of. */
struct texture {
	size_t nul;
	size_t odd;   /* control bytes no log has */
	size_t stray; /* bytes that are no UTF-8 */
};

static struct texture texture_of(struct str head)
{
	struct texture t = { 0 };

	for (size_t i = 0; i < head.len;) {
		unsigned char c = (unsigned char)head.ptr[i];
		size_t step = c < 0x80 ? 1 : utf8_sequence(str_skip(head, i));

		t.nul += c == 0;
		t.odd += c && !is_text_byte(c);
		t.stray += !step;
		i += step ? step : 1;
	}
	return t;
}

static bool is_text(const struct texture *t, size_t len)
{
	/* A byte may be damaged here and there; Latin-1 is no UTF-8, but has no control bytes. */
	if (t->odd > len / 50 + 8 || (t->odd > len / 100 + 1 && t->stray > len / 16))
		return false;
	/* A log may hold runs of NULs, as copytruncate leaves them; tables of numbers hold NULs
	 * and much else that is odd. */
	return t->nul <= len / 8 || t->odd + t->stray <= len / 200;
}

static const char *format_of(struct str head, const struct texture *t)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (!str_starts_with(head, formats[i].magic))
			continue;
		/* A line of text may begin with the letters of a magic number. */
		if (t->nul + t->odd + t->stray)
			return formats[i].what;
	}
	/* The version, CR LF, a word of flags of which few are known. */
	if (head.len >= PYC_HEADER_BYTES && head.ptr[2] == '\r' && head.ptr[3] == '\n' &&
	    !head.ptr[5] && !head.ptr[6] && !head.ptr[7])
		return "compiled Python";
	return NULL;
}

struct sniffed sniff(struct str head)
{
	struct texture t;
	const char *what;

	if (!head.len)
		return (struct sniffed){ CONTENT_EMPTY, "empty" };
	if (str_starts_with(head, (struct str){ "crc\0", 4 }))
		return (struct sniffed){ CONTENT_IGNORED, "a checksum" };
	if (str_starts_with(head, STR("\xFF\xFE")) || str_starts_with(head, STR("\xFE\xFF")))
		return (struct sniffed){ CONTENT_UTF16, "text" };
	t = texture_of(head);
	if (t.nul == head.len)
		return (struct sniffed){ CONTENT_HOLE, "nothing but NULs" };
	what = format_of(head, &t);
	if (what)
		return (struct sniffed){ CONTENT_OTHER, what };
	if (has_event_line(head))
		return (struct sniffed){ CONTENT_EVENTLOG, "an event log" };
	if (!is_text(&t, head.len))
		return (struct sniffed){ CONTENT_OTHER, "binary, not a log" };
	return (struct sniffed){ CONTENT_TEXT, "text" };
}

bool sniff_is_marker(struct str path)
{
	static const struct str starts[] = { { "appstatus_", 10 },
					     { "_started_", 9 },
					     { "_committed_", 11 },
					     { "._", 2 } /* macOS, beside every file */ };
	struct str name = path_name(path);

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts_with(name, starts[i]))
			return true;
	return str_eq(name, STR("_SUCCESS")) || str_eq(name, STR(".DS_Store")) ||
	       str_ends_with(name, STR(".crc"));
}

const char *sniff_program_archive(struct str head, struct str path)
{
	static const struct {
		const char *suffix, *what;
	} kinds[] = {
		{ ".jar", "a Java archive" },	   { ".war", "a Java archive" },
		{ ".whl", "a Python package" },	   { ".egg", "a Python package" },
		{ ".xlsx", "an Office document" }, { ".docx", "an Office document" },
		{ ".pptx", "an Office document" }, { ".odt", "an Office document" },
		{ ".npz", "NumPy arrays" },
	};

	if (!str_starts_with(head, STR("PK")))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_ends_with(path, str_from(kinds[i].suffix)))
			return kinds[i].what;
	/* The name of a zip's first member stands at offset 30. */
	if (str_starts_with(str_skip(head, 30), STR("META-INF/")))
		return "a Java archive";
	if (str_starts_with(str_skip(head, 30), STR("[Content_Types].xml")))
		return "an Office document";
	return NULL;
}

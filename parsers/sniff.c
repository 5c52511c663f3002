#include "base/base.h"
#include "parsers/sniff.h"

static const struct {
	const char *magic;
	size_t len;
	const char *what;
} formats[] = {
	{ "\x89PNG", 4, "a PNG picture" },
	{ "\xFF\xD8\xFF", 3, "a JPEG picture" },
	{ "GIF8", 4, "a GIF picture" },
	{ "%PDF", 4, "a PDF document" },
	{ "\xCA\xFE\xBA\xBE", 4, "a Java class" },
	{ "\x7F"
	  "ELF",
	  4, "a program" },
	{ "MZ\x90", 3, "a program" },
	{ "PAR1", 4, "a Parquet file" },
	{ "Obj\1", 4, "an Avro file" },
	{ "ORC", 3, "an ORC file" },
	{ "SEQ\6", 4, "a Hadoop sequence file" },
	{ "SQLite format 3", 15, "an SQLite database" },
	{ "JAVA PROFILE", 12, "a Java heap dump" },
	{ "\xAC\xED\0\5", 4, "serialized Java objects" },
	{ "wOF", 3, "a font" },
	{ "OggS", 4, "an audio file" },
	{ "ID3", 3, "an audio file" },
	{ "RIFF", 4, "a media file" },
	{ "II*\0", 4, "a TIFF picture" },
	{ "BM", 2, NULL }, /* text may begin so: decided by the bytes below */
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
	/* The first line may be damaged. */
	for (int i = 0; i < 8 && rest.len; i++) {
		(void)str_cut(rest, '\n', &line, &rest);
		if (str_starts_with(line, STR("{\"Event\":\"")))
			return true;
	}
	return false;
}

struct sniffed sniff(struct str head)
{
	size_t odd = 0, nul = 0;

	if (!head.len)
		return (struct sniffed){ CONTENT_EMPTY, "empty" };
	if (head.len >= 8 && !memcmp(head.ptr, "crc\0", 4))
		return (struct sniffed){ CONTENT_IGNORED, "a checksum" };
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (formats[i].what && head.len >= formats[i].len &&
		    !memcmp(head.ptr, formats[i].magic, formats[i].len))
			return (struct sniffed){ CONTENT_OTHER, formats[i].what };
	if (head.len >= 2 && (!memcmp(head.ptr, "\xFF\xFE", 2) || !memcmp(head.ptr, "\xFE\xFF", 2)))
		return (struct sniffed){ CONTENT_UTF16, "text" };
	if (has_event_line(head))
		return (struct sniffed){ CONTENT_EVENTLOG, "an event log" };
	for (size_t i = 0; i < head.len; i++) {
		nul += head.ptr[i] == '\0';
		odd += !is_text_byte((unsigned char)head.ptr[i]) && head.ptr[i];
	}
	/* Holes after copytruncate are runs of NULs, and a byte may be damaged; binary files are
	 * odd throughout. */
	if (odd > head.len / 50 + 8 || (nul > head.len / 2 && nul + odd > head.len - 16) ||
	    (nul > head.len / 8 && odd > head.len / 200))
		return (struct sniffed){ CONTENT_OTHER, "no text: not a log" };
	return (struct sniffed){ CONTENT_TEXT, "text" };
}

static struct str base_name(struct str path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '!')
			return str_skip(path, i);
	return path;
}

bool sniff_is_marker(struct str path)
{
	struct str name = base_name(path);

	return str_eq(name, STR("_SUCCESS")) || str_starts_with(name, STR("appstatus_")) ||
	       str_starts_with(name, STR("_started_")) ||
	       str_starts_with(name, STR("_committed_")) || str_ends_with(name, STR(".crc")) ||
	       str_ends_with(name, STR("-checksum")) || str_eq(name, STR(".DS_Store"));
}

bool sniff_is_program_archive(struct str head, struct str path)
{
	static const char *const suffixes[] = { ".jar",	 ".war",  ".whl",  ".egg", ".apk",
						".xlsx", ".docx", ".pptx", ".odt" };

	/* A Java archive's first member, at offset 30 of a zip, is its manifest's directory. */
	if (head.len > 38 && !memcmp(head.ptr + 30, "META-INF", 8))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (str_ends_with(path, str_from(suffixes[i])))
			return true;
	return false;
}

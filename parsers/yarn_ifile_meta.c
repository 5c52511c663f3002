#include "base/base.h"
#include "parsers/yarn_ifile_meta.h"

#include "base/limits.h"

enum {
	/* Objects inside each other: the list needs 7, and a class counts with its own. */
	DEPTH_MAX = 48,
	SUPERCLASSES_MAX = 16,
	HANDLE_BASE = 0x7E0000,
	/* An entry is an object and a name; each container adds a list and its id. */
	HANDLES_MAX = 4 * LIMIT_ARCHIVE_MEMBERS,
	FLAG_WRITE_METHOD = 1, /* the class wrote data of its own behind the fields */
	FLAG_EXTERNALIZABLE = 4,
};

enum tag {
	TAG_NULL = 0x70,
	TAG_REFERENCE = 0x71,
	TAG_CLASS = 0x72,
	TAG_OBJECT = 0x73,
	TAG_STRING = 0x74,
	TAG_BLOCK = 0x77,
	TAG_END_BLOCK = 0x78,
	TAG_LONG_BLOCK = 0x7A,
	TAG_LONG_STRING = 0x7C,
	TAG_ENUM = 0x7E,
};

/* What a later reference may name; `none` is all other objects. */
enum handle_kind { HANDLE_NONE, HANDLE_STRING, HANDLE_CLASS };

struct handle {
	struct str text;   /* a string's bytes, a class's name */
	struct str fields; /* of a class: as described in the stream */
	uint32_t parent;   /* of a class: handle of its superclass, or NO_PARENT */
	uint16_t field_count;
	uint8_t flags;
	uint8_t kind;
};

#define NO_PARENT UINT32_MAX

struct java {
	struct str in;
	struct handle *handles;
	size_t count, capacity;
	unsigned depth;
	bool failed;
	struct ifile_meta *meta;
};

/* What one read gave: null and objects without text have none. */
struct content {
	enum tag tag;
	struct str text;
	uint32_t handle;
};

static bool fail(struct java *j)
{
	j->failed = true;
	j->in.len = 0;
	return false;
}

static struct str take(struct java *j, uint64_t count)
{
	struct str bytes = { j->in.ptr, (size_t)count };

	if (count > j->in.len) {
		(void)fail(j);
		return STR("");
	}
	j->in = str_skip(j->in, (size_t)count);
	return bytes;
}

static uint64_t number(struct java *j, size_t bytes)
{
	struct str s = take(j, bytes);
	uint64_t value = 0;

	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | (unsigned char)s.ptr[i];
	return value;
}

static struct str text(struct java *j)
{
	return take(j, number(j, 2));
}

static uint32_t add_handle(struct java *j, enum handle_kind kind, struct str s)
{
	if (j->count == HANDLES_MAX || j->failed) {
		(void)fail(j);
		return 0;
	}
	if (j->count == j->capacity) {
		j->capacity = j->capacity ? 2 * j->capacity : 256;
		j->handles = realloc(j->handles, j->capacity * sizeof(*j->handles));
		if (!j->handles)
			die_no_memory();
	}
	j->handles[j->count] =
		(struct handle){ .kind = (uint8_t)kind, .text = s, .parent = NO_PARENT };
	return (uint32_t)j->count++;
}

static bool reference(struct java *j, uint32_t *handle)
{
	uint64_t value = number(j, 4);

	if (j->failed || value < HANDLE_BASE || value - HANDLE_BASE >= j->count)
		return fail(j);
	*handle = (uint32_t)(value - HANDLE_BASE);
	return true;
}

static bool enter(struct java *j)
{
	return ++j->depth <= DEPTH_MAX || fail(j);
}

static struct content read_content(struct java *j);

/* Objects and blocks up to the end mark. */
static void skip_annotations(struct java *j)
{
	while (!j->failed && read_content(j).tag != TAG_END_BLOCK)
		continue;
}

/* The name of a field's class: a string, which gets a handle the first time it is read. */
static void field_class(struct java *j)
{
	uint32_t handle;
	uint64_t tag = number(j, 1);

	if (tag == TAG_STRING)
		(void)add_handle(j, HANDLE_STRING, text(j));
	else if (tag != TAG_REFERENCE || !reference(j, &handle))
		(void)fail(j);
}

static bool is_object_type(char type)
{
	return type == 'L' || type == '[';
}

static uint32_t read_class(struct java *j);

/* Behind TAG_CLASS. */
static uint32_t read_new_class(struct java *j)
{
	uint32_t handle, parent;
	struct str name = text(j), fields;
	uint64_t flags, count;

	(void)take(j, 8);
	handle = add_handle(j, HANDLE_CLASS, name);
	flags = number(j, 1);
	count = number(j, 2);
	fields = j->in;
	for (uint64_t i = 0; i < count && !j->failed; i++) {
		char type = (char)number(j, 1);

		(void)text(j);
		if (is_object_type(type))
			field_class(j);
	}
	if (j->failed || (flags & FLAG_EXTERNALIZABLE)) {
		(void)fail(j);
		return 0;
	}
	fields.len -= j->in.len;
	skip_annotations(j);
	parent = read_class(j);
	if (j->failed)
		return 0;
	j->handles[handle].fields = fields;
	j->handles[handle].field_count = (uint16_t)count;
	j->handles[handle].flags = (uint8_t)flags;
	j->handles[handle].parent = parent;
	return handle;
}

/* A class, new or known, or none. */
static uint32_t read_class(struct java *j)
{
	uint64_t tag = number(j, 1);
	uint32_t handle = NO_PARENT;

	if (!enter(j))
		return NO_PARENT;
	if (tag == TAG_CLASS)
		handle = read_new_class(j);
	else if (tag == TAG_REFERENCE && reference(j, &handle)) {
		if (j->handles[handle].kind != HANDLE_CLASS)
			(void)fail(j);
	} else if (tag != TAG_NULL)
		(void)fail(j);
	j->depth--;
	return j->failed ? NO_PARENT : handle;
}

/* --- the fields the list is about ------------------------------------------------------------ */

static const struct {
	const char *name;
	size_t offset;
} entry_numbers[] = {
	{ "startIndex", offsetof(struct ifile_entry, offset) },
	{ "fileCompressedSize", offsetof(struct ifile_entry, len) },
	{ "fileSize", offsetof(struct ifile_entry, size) },
};

static const struct {
	const char *name;
	size_t offset;
} entry_texts[] = {
	{ "containerId", offsetof(struct ifile_entry, container) },
	{ "fileName", offsetof(struct ifile_entry, name) },
};

static void set_number(struct ifile_entry *e, struct str field, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_LEN(entry_numbers); i++) {
		int64_t v = (int64_t)value;

		if (str_eq(field, str_from(entry_numbers[i].name)))
			memcpy((char *)e + entry_numbers[i].offset, &v, sizeof(v));
	}
}

static void set_text(struct java *j, struct ifile_entry *e, struct str field, struct str value)
{
	for (size_t i = 0; i < ARRAY_LEN(entry_texts); i++)
		if (str_eq(field, str_from(entry_texts[i].name)))
			memcpy((char *)e + entry_texts[i].offset, &value, sizeof(value));
	if (str_eq(field, STR("compressName")))
		j->meta->codec = value;
	if (str_eq(field, STR("nodeId")))
		j->meta->node = value;
}

static void add_entry(struct java *j, const struct ifile_entry *e)
{
	struct ifile_meta *m = j->meta;

	if (m->count == LIMIT_ARCHIVE_MEMBERS) {
		(void)fail(j);
		return;
	}
	if (m->count == m->capacity) {
		m->capacity = m->capacity ? 2 * m->capacity : 64;
		m->entries = realloc(m->entries, m->capacity * sizeof(*m->entries));
		if (!m->entries)
			die_no_memory();
	}
	m->entries[m->count++] = *e;
}

/* --- objects --------------------------------------------------------------------------------- */

static size_t width_of(char type)
{
	static const struct {
		char type;
		size_t width;
	} widths[] = { { 'B', 1 }, { 'C', 2 }, { 'D', 8 }, { 'F', 4 },
		       { 'I', 4 }, { 'J', 8 }, { 'S', 2 }, { 'Z', 1 } };

	for (size_t i = 0; i < ARRAY_LEN(widths); i++)
		if (widths[i].type == type)
			return widths[i].width;
	return 0;
}

/* The values of one class's fields. The description was checked when the class was read. */
static void read_fields(struct java *j, uint32_t class, struct ifile_entry *e)
{
	struct java names = { .in = j->handles[class].fields };
	uint16_t count = j->handles[class].field_count;

	for (uint16_t i = 0; i < count && !j->failed; i++) {
		char type = (char)number(&names, 1);
		struct str name = text(&names);

		if (!is_object_type(type)) {
			size_t width = width_of(type);

			if (!width)
				(void)fail(j);
			else
				set_number(e, name, number(j, width));
			continue;
		}
		/* Skip the name of the field's class. */
		if (number(&names, 1) == TAG_STRING)
			(void)text(&names);
		else
			(void)take(&names, 4);
		set_text(j, e, name, read_content(j).text);
	}
}

static void read_object(struct java *j)
{
	uint32_t class = read_class(j), chain[SUPERCLASSES_MAX];
	struct ifile_entry entry = { .name = STR("") };
	size_t count = 0;

	if (j->failed || class == NO_PARENT) {
		(void)fail(j);
		return;
	}
	(void)add_handle(j, HANDLE_NONE, STR(""));
	for (uint32_t c = class; c != NO_PARENT; c = j->handles[c].parent) {
		if (count == SUPERCLASSES_MAX) {
			(void)fail(j);
			return;
		}
		chain[count++] = c;
	}
	while (count-- && !j->failed) {
		read_fields(j, chain[count], &entry);
		if (!j->failed && (j->handles[chain[count]].flags & FLAG_WRITE_METHOD))
			skip_annotations(j);
	}
	if (!j->failed && str_ends_with(j->handles[class].text, STR("IndexedFileLogMeta")))
		add_entry(j, &entry);
}

static struct content read_content(struct java *j)
{
	struct content c = { .text = STR("") };

	c.tag = (enum tag)number(j, 1);
	if (j->failed || !enter(j))
		return c;
	switch (c.tag) {
	case TAG_NULL:
	case TAG_END_BLOCK:
		break;
	case TAG_REFERENCE:
		if (reference(j, &c.handle) && j->handles[c.handle].kind == HANDLE_STRING)
			c.text = j->handles[c.handle].text;
		break;
	case TAG_CLASS:
		(void)read_new_class(j);
		break;
	case TAG_OBJECT:
		read_object(j);
		break;
	case TAG_STRING:
		c.text = text(j);
		(void)add_handle(j, HANDLE_STRING, c.text);
		break;
	case TAG_LONG_STRING:
		c.text = take(j, number(j, 8));
		(void)add_handle(j, HANDLE_STRING, c.text);
		break;
	case TAG_BLOCK:
		(void)take(j, number(j, 1));
		break;
	case TAG_LONG_BLOCK:
		(void)take(j, number(j, 4));
		break;
	case TAG_ENUM:
		(void)read_class(j);
		(void)add_handle(j, HANDLE_NONE, STR(""));
		(void)read_content(j);
		break;
	default:
		(void)fail(j);
		break;
	}
	j->depth--;
	return c;
}

void ifile_meta_parse(struct ifile_meta *meta, struct str bytes)
{
	struct java j = { .in = bytes, .meta = meta };

	*meta = (struct ifile_meta){ .codec = STR(""), .node = STR("") };
	if (number(&j, 4) != 0xACED0005)
		(void)fail(&j);
	if (!j.failed)
		(void)read_content(&j);
	meta->complete = !j.failed;
	free(j.handles);
}

void ifile_meta_release(struct ifile_meta *meta)
{
	free(meta->entries);
	*meta = (struct ifile_meta){ .codec = STR("") };
}

#include "base/base.h"
#include "parsers/walk.h"

#include "base/buf.h"
#include "base/limits.h"
#include "parsers/codec.h"
#include "parsers/container.h"
#include "parsers/sniff.h"
#include "parsers/splitter.h"
#include "parsers/text_encoding.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- from paths to inputs -------------------------------------------------------------------- */

struct expander {
	struct arena *arena;
	struct walk_inputs *inputs;
	size_t capacity;
	struct diag_sink *diags;
	bool ok;
};

static void add_input(struct expander *e, struct str path, uint64_t size)
{
	struct walk_inputs *in = e->inputs;
	struct str copy;

	if (in->count == e->capacity) {
		size_t capacity = e->capacity ? e->capacity * 2 : 64;
		struct walk_input *grown = arena_alloc(e->arena, capacity * sizeof(*grown));

		if (!grown || !arena_str(e->arena, path, &copy)) {
			diag_report(e->diags, DIAG_ERROR, "limit-inputs", path, 0,
				    "too many files: the rest is not read");
			e->ok = false;
			return;
		}
		if (in->count)
			memcpy(grown, in->items, in->count * sizeof(*grown));
		in->items = grown;
		e->capacity = capacity;
	}
	if (!arena_str(e->arena, path, &copy))
		return;
	in->items[in->count++] =
		(struct walk_input){ .path = copy, .name = copy, .size_bytes = size };
}

static void trouble(struct expander *e, const char *code, const char *path, const char *what)
{
	diag_report(e->diags, DIAG_ERROR, code, STR(""), 0, "%s: %s", path, what);
	e->ok = false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of a directory in byte order; NULL when it cannot be read. */
static char **list_directory(const char *path, size_t *count)
{
	DIR *dir = opendir(path);
	char **names = NULL;
	size_t capacity = 0;
	struct dirent *entry;

	*count = 0;
	if (!dir)
		return NULL;
	names = calloc(1, sizeof(char *));
	while (names && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (*count == capacity) {
			capacity = capacity ? capacity * 2 : 32;
			names = realloc(names, capacity * sizeof(char *));
			if (!names)
				die_no_memory();
		}
		names[*count] = strdup(entry->d_name);
		if (!names[(*count)++])
			die_no_memory();
	}
	closedir(dir);
	if (!names)
		die_no_memory();
	qsort(names, *count, sizeof(char *), compare_names);
	return names;
}

static void expand_directory(struct expander *e, const char *path, unsigned depth);

/* An entry met inside a directory: links are not followed, devices and FIFOs never opened. */
static void expand_entry(struct expander *e, const char *path, unsigned depth)
{
	struct stat st;

	if (lstat(path, &st)) {
		trouble(e, "input-unreadable", path, strerror(errno));
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		expand_directory(e, path, depth + 1);
		return;
	}
	if (S_ISLNK(st.st_mode)) {
		/* A link to a file is read as the file, one to a directory could be a loop. */
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			return;
	}
	if (!S_ISREG(st.st_mode)) {
		diag_report(e->diags, DIAG_NOTE, "input-not-a-file", STR(""), 0,
			    "%s: no regular file, left out", path);
		return;
	}
	if (!sniff_is_marker(str_from(path)))
		add_input(e, str_from(path), (uint64_t)st.st_size);
}

static void expand_directory(struct expander *e, const char *path, unsigned depth)
{
	size_t count, len = strlen(path);
	char **names;

	/* Deeper than any layout of logs: a loop of mounts, or mischief. */
	if (depth > 64) {
		trouble(e, "limit-depth", path, "directories nested too deep");
		return;
	}
	names = list_directory(path, &count);
	if (!names) {
		trouble(e, "input-unreadable", path, strerror(errno));
		return;
	}
	while (len > 1 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < count; i++) {
		struct buf joined = BUF_INIT((size_t)1 << 16);

		if (buf_addf(&joined, "%.*s%s%s", (int)len, path, path[len - 1] == '/' ? "" : "/",
			     names[i]) &&
		    buf_add_char(&joined, '\0'))
			expand_entry(e, joined.ptr, depth);
		buf_release(&joined);
		free(names[i]);
	}
	free(names);
}

static void expand_path(struct expander *e, const char *path)
{
	struct stat st;
	glob_t found;
	size_t before = e->inputs->count;

	if (!strcmp(path, "-")) {
		add_input(e, STR("-"), 0);
		return;
	}
	if (stat(path, &st)) {
		int error = errno;

		if (error == ENOENT && !glob(path, 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				expand_path(e, found.gl_pathv[i]);
			globfree(&found);
			return;
		}
		trouble(e, error == ENOENT ? "input-missing" : "input-unreadable", path,
			strerror(error));
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		add_input(e, str_from(path), S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
		return;
	}
	expand_directory(e, path, 0);
	if (e->inputs->count == before && e->ok)
		diag_report(e->diags, DIAG_WARNING, "input-no-files", STR(""), 0,
			    "%s: a directory without files", path);
}

static int compare_inputs(const void *a, const void *b)
{
	return str_compare(((const struct walk_input *)a)->name,
			   ((const struct walk_input *)b)->name);
}

bool walk_expand(const struct str *paths, size_t count, struct arena *arena,
		 struct walk_inputs *inputs, struct diag_sink *diags)
{
	struct expander e = { .arena = arena, .inputs = inputs, .diags = diags, .ok = true };

	*inputs = (struct walk_inputs){ 0 };
	for (size_t i = 0; i < count; i++) {
		char *path = strndup(paths[i].ptr, paths[i].len);

		if (!path)
			die_no_memory();
		expand_path(&e, path);
		free(path);
	}
	if (inputs->count)
		qsort(inputs->items, inputs->count, sizeof(*inputs->items), compare_inputs);
	return e.ok;
}

/* --- from an input to leaves ----------------------------------------------------------------- */

/* What is the same for everything inside one input. */
struct walker {
	struct walk_visitor *visitor;
	struct diag_sink *diags;
	uint64_t bytes_left; /* of LIMIT_INPUT_BYTES */
};

/* One level: the stream `source` called `name`, inside `depth` others. */
struct level {
	struct walker *walker;
	struct str name; /* provenance */
	struct str path; /* for stream_place_from_path() */
	struct str host;
	uint32_t first_line;
	unsigned depth;
	bool compressed;
	bool in_place; /* part of a text file that is reported as a whole */
};

static void walk_stream(const struct level *l, struct source *source);

static void report(const struct level *l, const char *kind, const struct source *s,
		   enum grade grade, const char *note)
{
	if (l->in_place && grade == GRADE_OK)
		return;
	l->walker->visitor->report(l->walker->visitor, &(struct walk_report){
							       .name = l->name,
							       .kind = kind,
							       .grade = grade,
							       .note = note,
							       .bytes = s ? s->read_bytes : 0,
						       });
}

/* Read what the visitor left, so that the end and the grade are known. */
static void drain(struct source *s)
{
	char *scrap = malloc(LIMIT_READ_BYTES);

	if (!scrap)
		die_no_memory();
	while (source_read(s, scrap, LIMIT_READ_BYTES))
		continue;
	free(scrap);
}

static void visit_leaf(const struct level *l, enum leaf_kind kind, struct source *s,
		       struct str head)
{
	struct leaf leaf = {
		.kind = kind,
		.name = l->name,
		.first_line = l->first_line,
		.path = l->path,
		.host = l->host,
		.source = s,
		.head = head,
		.size_bytes = s->size_bytes,
		.compressed = l->compressed,
	};

	l->walker->visitor->leaf(l->walker->visitor, &leaf);
	drain(s);
	if (s->read_bytes > l->walker->bytes_left) {
		source_degrade(s, GRADE_PARTIAL, "more than is read of one input");
		l->walker->bytes_left = 0;
	} else {
		l->walker->bytes_left -= s->read_bytes;
	}
	report(l, kind == LEAF_EVENTLOG ? "eventlog" : "text", s, s->grade, s->note);
}

static struct str joined(struct buf *b, struct str a, const char *sep, struct str c)
{
	/* Names past the ceiling are cut: they are labels. */
	if (!buf_add(b, a) || !buf_add(b, str_from(sep)) || !buf_add(b, c))
		return buf_str(b);
	return buf_str(b);
}

/* --- containers ------------------------------------------------------------------------------ */

struct container_visitor {
	struct member_visitor visitor; /* first member */
	const struct level *level;
	size_t members;
};

static bool visit_member(struct member_visitor *visitor, const struct member *m)
{
	struct container_visitor *v = (struct container_visitor *)visitor;
	struct buf name = BUF_INIT((size_t)1 << 16), path = BUF_INIT((size_t)1 << 16);
	struct str label = m->name;
	struct level inner = *v->level;

	/* `./a/b` of `tar c .` is a/b. */
	while (str_starts_with(label, STR("./")))
		label = str_skip(label, 2);
	v->members++;
	if (sniff_is_marker(label))
		return true;
	inner.name = joined(&name, v->level->name, "!", label);
	inner.path = joined(&path, v->level->path, v->level->path.len ? "/" : "", label);
	inner.depth++;
	inner.compressed = true;
	walk_stream(&inner, source_slice(m->source, UINT64_MAX));
	buf_release(&name);
	buf_release(&path);
	return v->level->walker->bytes_left > 0;
}

static void walk_container(const struct level *l, struct source *s)
{
	struct container_visitor v = { .visitor.member = visit_member, .level = l };

	container_walk(s, &v.visitor);
	if (s->grade != GRADE_OK || !v.members)
		report(l, "archive", s, s->grade,
		       s->grade == GRADE_OK ? "no files inside" : s->note);
}

/* --- aggregated logs ------------------------------------------------------------------------- */

struct split_visitor {
	struct part_visitor visitor; /* first member */
	const struct level *level;
	const char *kind;
	size_t parts;
};

static void visit_part(struct part_visitor *visitor, const struct part *p)
{
	struct split_visitor *v = (struct split_visitor *)visitor;
	struct buf name = BUF_INIT((size_t)1 << 16), path = BUF_INIT((size_t)1 << 16);
	struct level inner = *v->level;
	struct str base = v->level->path;

	v->parts++;
	inner.path = joined(&path, base, base.len ? "/" : "", p->app);
	inner.path = joined(&path, STR(""), p->app.len ? "/" : "", p->container);
	inner.path = joined(&path, STR(""), p->container.len ? "/" : "", p->log_name);
	inner.host = p->host;
	inner.first_line = p->first_line ? p->first_line : 1;
	inner.depth++;
	inner.in_place = p->text_in_place;
	if (!p->text_in_place) {
		inner.name = joined(&name, v->level->name, "!", p->container);
		inner.name = joined(&name, STR(""), p->container.len ? "!" : "", p->log_name);
	}
	walk_stream(&inner, source_slice(p->source, UINT64_MAX));
	buf_release(&name);
	buf_release(&path);
}

static const struct splitter *const splitters[] = {
	&yarn_text_splitter,
	&yarn_tfile_splitter,
	&yarn_ifile_splitter,
};

static const struct splitter *find_splitter(struct str head, struct str name)
{
	const struct splitter *best = NULL;
	int best_bid = 0;

	for (size_t i = 0; i < ARRAY_LEN(splitters); i++) {
		int bid = splitters[i]->bid(head, name);

		if (bid > best_bid) {
			best = splitters[i];
			best_bid = bid;
		}
	}
	return best;
}

static void walk_split(const struct level *l, const struct splitter *splitter, struct source *s)
{
	struct split_visitor v = { .visitor.part = visit_part, .level = l, .kind = splitter->kind };

	splitter->split(s, l->path, &v.visitor);
	report(l, splitter->kind, s, s->grade,
	       s->grade == GRADE_OK && !v.parts ? "no log files inside" : s->note);
}

/* --- one stream ------------------------------------------------------------------------------ */

static struct str without_suffix(struct str path, const char *suffix)
{
	struct str s = str_from(suffix);

	if (str_ends_with(path, s) && path.len > s.len)
		path.len -= s.len;
	return path;
}

static void walk_codec(const struct level *l, const struct codec *codec, struct source *s)
{
	struct level inner = *l;

	inner.path = without_suffix(l->path, codec->suffix);
	inner.path = without_suffix(inner.path, ".zstd");
	inner.depth++;
	inner.compressed = true;
	walk_stream(&inner, codec->open(s));
}

static void walk_content(const struct level *l, struct source *s, struct str head)
{
	struct sniffed what = sniff(head);

	switch (what.content) {
	case CONTENT_TEXT:
		visit_leaf(l, LEAF_TEXT, s, head);
		break;
	case CONTENT_EVENTLOG:
		visit_leaf(l, LEAF_EVENTLOG, s, head);
		break;
	case CONTENT_UTF16: {
		struct source *text = text_from_utf16(source_slice(s, UINT64_MAX));

		visit_leaf(l, LEAF_TEXT, text, STR(""));
		source_close(text);
		break;
	}
	case CONTENT_EMPTY:
		/* A codec that gave nothing says why. */
		report(l, "empty", s, s->grade, s->grade == GRADE_OK ? "" : s->note);
		break;
	case CONTENT_OTHER:
		report(l, "other", s, GRADE_SKIPPED, what.what);
		break;
	case CONTENT_IGNORED:
		break;
	}
}

/* Owns `source`. */
static void walk_stream(const struct level *l, struct source *source)
{
	char *bytes = malloc(LIMIT_SNIFF_BYTES);
	const struct splitter *splitter;
	const struct codec *codec;
	struct source *s;
	struct str head;

	if (!bytes)
		die_no_memory();
	head = (struct str){ bytes, source_read_full(source, bytes, LIMIT_SNIFF_BYTES) };
	s = source_with_head(head, source);
	codec = codec_find(head);
	/* An archive shows the text of its first member: it is an archive all the same. */
	splitter = codec || container_bid(head) ? NULL : find_splitter(head, l->path);
	/* A source that ended within its head has its grade already. */
	if (head.len < LIMIT_SNIFF_BYTES)
		source_degrade(s, source->grade, "%s", source->note);
	if ((codec || container_bid(head)) && l->depth >= LIMIT_NESTING_DEPTH) {
		report(l, "other", s, GRADE_SKIPPED, "archives nested too deep");
		diag_report(l->walker->diags, DIAG_WARNING, "limit-depth", l->name, 0,
			    "archives nested more than %d deep are not opened",
			    LIMIT_NESTING_DEPTH);
		source_close(s);
	} else if (splitter) {
		walk_split(l, splitter, s);
		source_close(s);
	} else if (codec) {
		walk_codec(l, codec, s); /* the codec owns s now */
	} else if (container_bid(head)) {
		if (sniff_is_program_archive(head, l->path))
			report(l, "other", s, GRADE_SKIPPED, "a program archive or document");
		else
			walk_container(l, s);
		source_close(s);
	} else {
		walk_content(l, s, head);
		source_close(s);
	}
	free(bytes);
}

static int open_input(const struct walk_input *input, char **path)
{
	*path = strndup(input->path.ptr, input->path.len);
	if (!*path)
		die_no_memory();
	if (!strcmp(*path, "-"))
		return dup(STDIN_FILENO);
	return open(*path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/* The part of a path that says where a log is from: all of it, `./` and `/` at its front aside. */
static struct str place_path(struct str path)
{
	while (str_starts_with(path, STR("./")) || str_starts_with(path, STR("/")) ||
	       str_starts_with(path, STR("../")))
		path = str_skip(path, path.ptr[0] == '/' ? 1 : path.ptr[1] == '/' ? 2 : 3);
	return path;
}

void walk_input(const struct walk_input *input, struct walk_visitor *visitor,
		struct diag_sink *diags)
{
	struct walker walker = { .visitor = visitor,
				 .diags = diags,
				 .bytes_left = LIMIT_INPUT_BYTES };
	struct level level = { .walker = &walker,
			       .name = input->name,
			       .path = place_path(input->path),
			       .first_line = 1 };
	struct stat st;
	char *path;
	int fd = open_input(input, &path);

	if (fd < 0 || fstat(fd, &st) || S_ISDIR(st.st_mode)) {
		const char *why = fd < 0 || errno ? strerror(errno) : "a directory";

		diag_report(diags, DIAG_ERROR, "input-unreadable", STR(""), 0, "%s: %s", path, why);
		report(&level, "other", NULL, GRADE_FAILED, why);
		if (fd >= 0)
			close(fd);
		free(path);
		return;
	}
	if (S_ISREG(st.st_mode))
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	walk_stream(&level, source_from_fd(fd, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0,
					   S_ISREG(st.st_mode)));
	free(path);
}

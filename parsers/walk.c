#include "base/base.h"
#include "parsers/walk.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/codec.h"
#include "parsers/container.h"
#include "parsers/meter.h"
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

/* Names of members and paths past this are cut: they are labels. */
#define NAME_BYTES_MAX ((size_t)1 << 16)

enum {
	/* Deeper than any layout of logs: a loop of mounts, or mischief. */
	DIRECTORY_DEPTH_MAX = 64,
};

struct expander {
	struct arena *arena;
	struct walk_inputs *inputs;
	size_t capacity;
	struct diag_sink *diags;
	const char *root; /* real path of the directory that is expanded */
	bool markers;	  /* it holds files that only mark something */
	bool ok;
};

static void trouble(struct expander *e, const char *code, const char *path, const char *what)
{
	diag_report(e->diags, DIAG_ERROR, code, STR(""), 0, "%s: %s", path, what);
	e->ok = false;
}

static bool has_room(struct expander *e)
{
	struct walk_inputs *in = e->inputs;
	size_t capacity = e->capacity ? e->capacity * 2 : 64;
	struct walk_input *grown;

	if (in->count < e->capacity)
		return true;
	grown = arena_alloc(e->arena, capacity * sizeof(*grown));
	if (!grown)
		return false;
	if (in->count)
		memcpy(grown, in->items, in->count * sizeof(*grown));
	in->items = grown;
	e->capacity = capacity;
	return true;
}

static void add_input(struct expander *e, const char *path, const struct stat *st)
{
	struct walk_input input = { 0 };

	if (!has_room(e) || !arena_str(e->arena, str_from(path), &input.path)) {
		trouble(e, "limit-inputs", path, "too many files: this one is not read");
		return;
	}
	input.name = input.path;
	input.stream = !st || !S_ISREG(st->st_mode);
	input.size_bytes = input.stream ? 0 : (uint64_t)st->st_size;
	e->inputs->items[e->inputs->count++] = input;
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
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		names = array_grow(names, *count, &capacity, sizeof(*names));
		names[*count] = strdup(entry->d_name);
		if (!names[(*count)++])
			die_no_memory();
	}
	closedir(dir);
	if (!names)
		names = calloc(1, sizeof(char *));
	if (!names)
		die_no_memory();
	qsort(names, *count, sizeof(char *), compare_names);
	return names;
}

/* What a link inside the directory points to is met there anyway; what lies outside is not what
 * the user named. Not following any also ends every loop. */
static void refuse_link(struct expander *e, const char *path)
{
	char *target = realpath(path, NULL);
	size_t len = strlen(e->root);
	bool inside = target && !strncmp(target, e->root, len) &&
		      (target[len] == '/' || !target[len] || !strcmp(e->root, "/"));

	if (!inside)
		diag_report(e->diags, target ? DIAG_WARNING : DIAG_NOTE, "input-link", STR(""), 0,
			    "%s: a link to %s, not followed", path,
			    target ? target : "what does not exist");
	free(target);
}

static void expand_directory(struct expander *e, const char *path, unsigned depth);

/* An entry met inside a directory: devices, sockets and FIFOs are never opened. */
static void expand_entry(struct expander *e, const char *path, unsigned depth)
{
	struct stat st;

	if (lstat(path, &st))
		trouble(e, "input-unreadable", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		expand_directory(e, path, depth + 1);
	else if (S_ISLNK(st.st_mode))
		refuse_link(e, path);
	else if (!S_ISREG(st.st_mode))
		diag_report(e->diags, DIAG_NOTE, "input-not-a-file", STR(""), 0,
			    "%s: a FIFO, socket or device, left out", path);
	else if (sniff_is_marker(str_from(path)))
		e->markers = true;
	else
		add_input(e, path, &st);
}

static void expand_directory(struct expander *e, const char *path, unsigned depth)
{
	size_t count, len = strlen(path);
	char **names;

	if (depth > DIRECTORY_DEPTH_MAX) {
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
		struct buf joined = BUF_INIT(NAME_BYTES_MAX);

		if (buf_addf(&joined, "%.*s%s%s", (int)len, path, path[len - 1] == '/' ? "" : "/",
			     names[i]) &&
		    buf_add_char(&joined, '\0'))
			expand_entry(e, joined.ptr, depth);
		else
			trouble(e, "limit-depth", path, "a path too long to open");
		buf_release(&joined);
		free(names[i]);
	}
	free(names);
}

static void expand_root(struct expander *e, const char *path)
{
	size_t before = e->inputs->count;
	char *root = realpath(path, NULL);
	bool was_ok = e->ok;

	if (!root) {
		trouble(e, "input-unreadable", path, strerror(errno));
		return;
	}
	e->root = root;
	e->ok = true;
	e->markers = false;
	expand_directory(e, path, 0);
	if (e->inputs->count == before && e->ok)
		trouble(e, "input-no-files", path,
			e->markers
				? "only marker files (appstatus_*, _SUCCESS): the event log's own "
				  "files (events_*) are missing"
				: "a directory without files to read");
	e->ok = e->ok && was_ok;
	e->root = NULL;
	free(root);
}

static void expand_existing(struct expander *e, const char *path, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		expand_root(e, path);
	else
		add_input(e, path, st);
}

static void expand_glob(struct expander *e, const char *path)
{
	glob_t found;
	struct stat st;

	if (glob(path, 0, NULL, &found)) {
		trouble(e, "input-missing", path, "no such file, and nothing matches");
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (stat(found.gl_pathv[i], &st))
			trouble(e, "input-unreadable", found.gl_pathv[i], strerror(errno));
		else
			expand_existing(e, found.gl_pathv[i], &st);
	}
	globfree(&found);
}

static void expand_path(struct expander *e, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-"))
		add_input(e, path, NULL);
	else if (!stat(path, &st))
		expand_existing(e, path, &st);
	else if (errno == ENOENT && strpbrk(path, "*?["))
		expand_glob(e, path);
	else
		trouble(e, errno == ENOENT ? "input-missing" : "input-unreadable", path,
			strerror(errno));
}

static int compare_inputs(const void *a, const void *b)
{
	return str_compare(((const struct walk_input *)a)->name,
			   ((const struct walk_input *)b)->name);
}

/* A file named twice, or named beside its directory, is one input. */
static void drop_repeated(struct walk_inputs *inputs)
{
	size_t kept = 0;

	for (size_t i = 0; i < inputs->count; i++)
		if (!kept || !str_eq(inputs->items[kept - 1].name, inputs->items[i].name))
			inputs->items[kept++] = inputs->items[i];
	inputs->count = kept;
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
	drop_repeated(inputs);
	return e.ok;
}

/* --- from an input to leaves ----------------------------------------------------------------- */

/* What is the same for everything inside one input. */
struct walker {
	struct walk_visitor *visitor;
	struct diag_sink *diags;
	struct meter meter;
};

/* One level: the stream called `name`, inside `depth` others. */
struct level {
	struct walker *walker;
	struct str name; /* provenance */
	struct str path; /* for stream_place_from_path() */
	struct str host;
	uint32_t first_line;
	unsigned depth;
	const struct source *packed; /* what the stream is made from; NULL at the outermost */
	bool compressed;
	bool in_place; /* part of a text file that is reported as a whole */
};

/* What the first bytes of a stream say. */
struct opened {
	struct source *source; /* from its first byte */
	struct str head;
	const struct codec *codec;
	const char *archive; /* format */
	const struct splitter *splitter;
};

static void walk_stream(const struct level *l, struct source *source);

static void report(const struct level *l, const char *kind, enum grade grade, const char *note,
		   uint64_t bytes)
{
	if (l->in_place)
		return;
	l->walker->visitor->report(l->walker->visitor, &(struct walk_report){
							       .name = l->name,
							       .kind = kind,
							       .grade = grade,
							       .note = note,
							       .bytes = bytes,
						       });
}

static void visit_leaf(const struct level *l, enum leaf_kind kind, const struct opened *o)
{
	struct source *s = o->source;
	struct leaf leaf = {
		.kind = kind,
		.name = l->name,
		.first_line = l->first_line,
		.path = l->path,
		.host = l->host,
		.source = s,
		.head = o->head,
		.size_bytes = s->size_bytes,
		.compressed = l->compressed,
		.buffered = o->head.len < LIMIT_SNIFF_BYTES,
	};

	l->walker->visitor->leaf(l->walker->visitor, &leaf);
	/* What the visitor left: so the end and the grade are known. */
	source_skip(s, UINT64_MAX);
	report(l, kind == LEAF_EVENTLOG ? "eventlog" : "text", s->grade, s->note, s->read_bytes);
}

/* Append `sep` and `part` when there is a part. */
static void extend(struct buf *b, const char *sep, struct str part)
{
	/* Past the ceiling it is left out: these are labels. */
	bool fits = !part.len || ((!b->len || buf_add(b, str_from(sep))) && buf_add(b, part));

	(void)fits;
}

/* --- containers ------------------------------------------------------------------------------ */

struct container_visitor {
	struct member_visitor visitor; /* first member */
	const struct level *level;
	const struct source *archive;
	size_t members;
};

/* `./a/b` of `tar c .` is a/b, and what is absolute is so only as a label. */
static struct str relative(struct str name)
{
	while (str_starts_with(name, STR("./")) || str_starts_with(name, STR("/")))
		name = str_skip(name, name.ptr[0] == '/' ? 1 : 2);
	return name;
}

static bool visit_member(struct member_visitor *visitor, const struct member *m)
{
	struct container_visitor *v = (struct container_visitor *)visitor;
	struct buf name = BUF_INIT(NAME_BYTES_MAX), path = BUF_INIT(NAME_BYTES_MAX);
	struct str label = relative(m->name);
	struct level inner = *v->level;

	v->members++;
	if (sniff_is_marker(label))
		return true;
	extend(&name, "", inner.name);
	extend(&name, "!", label);
	extend(&path, "", inner.path);
	extend(&path, "/", label);
	inner.name = buf_str(&name);
	inner.path = buf_str(&path);
	inner.packed = v->archive;
	inner.depth++;
	inner.compressed = true;
	walk_stream(&inner, source_slice(m->source, UINT64_MAX));
	buf_release(&name);
	buf_release(&path);
	return !v->level->walker->meter.spent;
}

static void walk_container(const struct level *l, const struct opened *o)
{
	struct source *s = o->source;
	struct container_visitor v = { .visitor.member = visit_member, .level = l, .archive = s };
	const char *program = sniff_program_archive(o->head, l->path);

	if (program) {
		report(l, "other", GRADE_SKIPPED, program, o->head.len);
		return;
	}
	container_walk(s, o->archive, &v.visitor);
	if (s->grade != GRADE_OK || !v.members)
		report(l, "archive", s->grade, s->grade == GRADE_OK ? "no files inside" : s->note,
		       s->read_bytes);
}

/* --- aggregated logs ------------------------------------------------------------------------- */

struct split_visitor {
	struct part_visitor visitor; /* first member */
	const struct level *level;
	const struct source *whole;
	size_t parts;
};

static void visit_part(struct part_visitor *visitor, const struct part *p)
{
	struct split_visitor *v = (struct split_visitor *)visitor;
	struct buf name = BUF_INIT(NAME_BYTES_MAX), path = BUF_INIT(NAME_BYTES_MAX);
	struct level inner = *v->level;

	v->parts++;
	extend(&path, "", inner.path);
	extend(&path, "/", p->app);
	extend(&path, "/", p->container);
	extend(&path, "/", p->log_name);
	inner.path = buf_str(&path);
	inner.host = p->host;
	inner.first_line = p->first_line ? p->first_line : 1;
	/* Some formats are read whole before their first part: no ratio to judge a part by. */
	inner.packed = NULL;
	inner.depth++;
	inner.in_place = p->text_in_place;
	if (!p->text_in_place) {
		extend(&name, "", inner.name);
		extend(&name, "!", p->container);
		extend(&name, "!", p->log_name);
		inner.name = buf_str(&name);
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

static void walk_split(const struct level *l, const struct opened *o)
{
	struct source *s = o->source;
	struct split_visitor v = { .visitor.part = visit_part, .level = l, .whole = s };

	o->splitter->split(s, l->path, &v.visitor);
	report(l, o->splitter->kind, s->grade,
	       s->grade == GRADE_OK && !v.parts ? "no log files inside" : s->note, s->read_bytes);
}

/* --- one stream ------------------------------------------------------------------------------ */

static struct str without_suffix(struct str path, const struct codec *codec)
{
	for (size_t i = 0; i < ARRAY_LEN(codec->suffixes); i++) {
		struct str s = str_from(codec->suffixes[i] ? codec->suffixes[i] : "");

		if (s.len && path.len > s.len && str_ends_with(path, s))
			return (struct str){ path.ptr, path.len - s.len };
	}
	return path;
}

/* The codec owns the source from here. */
static void walk_codec(const struct level *l, const struct opened *o)
{
	struct level inner = *l;
	struct source *decoded;

	inner.path = without_suffix(l->path, o->codec);
	inner.packed = o->source;
	inner.depth++;
	inner.compressed = true;
	decoded = o->codec->open(o->source);
	walk_stream(&inner, decoded);
}

/* The same stream seen another way: `view` reads what is left of it. */
static void walk_view(const struct level *l, const struct source *s, struct source *view)
{
	struct level inner = *l;

	inner.packed = s;
	inner.depth++;
	walk_stream(&inner, view);
}

/* A log cut to nothing while its writer goes on has a hole up to where the writer was. */
static void walk_hole(const struct level *l, struct source *s)
{
	char *block = malloc(LIMIT_READ_BYTES);
	size_t n = 0, at = 0;
	struct source *log;

	if (!block)
		die_no_memory();
	while (at == n && s->read_bytes < LIMIT_HOLE_BYTES) {
		n = source_read(s, block, LIMIT_READ_BYTES);
		for (at = 0; at < n && !block[at];)
			at++;
		if (!n)
			break;
	}
	if (at < n) {
		log = source_with_head((struct str){ block + at, n - at },
				       source_slice(s, UINT64_MAX));
		log->bookmark = bookmark_of_part(s->bookmark, s->read_bytes - (n - at));
		walk_view(l, s, log);
	} else {
		report(l, "other", s->grade == GRADE_OK ? GRADE_SKIPPED : s->grade,
		       s->grade == GRADE_OK ? "nothing but NULs, not a log" : s->note,
		       s->read_bytes);
	}
	free(block);
}

static void walk_content(const struct level *l, const struct opened *o)
{
	struct sniffed what = sniff(o->head);
	struct source *s = o->source;

	switch (what.content) {
	case CONTENT_TEXT:
		visit_leaf(l, LEAF_TEXT, o);
		break;
	case CONTENT_EVENTLOG:
		visit_leaf(l, LEAF_EVENTLOG, o);
		break;
	case CONTENT_UTF16:
		walk_view(l, s, text_from_utf16(source_slice(s, UINT64_MAX)));
		break;
	case CONTENT_HOLE:
		walk_hole(l, s);
		break;
	case CONTENT_EMPTY:
		/* A codec that gave nothing says why. */
		report(l, s->grade == GRADE_OK ? "empty" : "other", s->grade,
		       s->grade == GRADE_OK ? "the file is empty: 0 bytes" : s->note, 0);
		break;
	case CONTENT_OTHER:
		report(l, "other", GRADE_SKIPPED, what.what, o->head.len);
		break;
	case CONTENT_IGNORED:
		break;
	}
}

static void refuse_depth(const struct level *l, const struct opened *o)
{
	report(l, "other", GRADE_SKIPPED, "archives nested too deep", o->head.len);
	diag_report(l->walker->diags, DIAG_WARNING, "limit-depth", l->name, 0,
		    "archives nested more than %d deep are not opened", LIMIT_NESTING_DEPTH);
}

static void walk_opened(const struct level *l, const struct opened *o)
{
	bool too_deep = l->depth >= LIMIT_NESTING_DEPTH;

	if (too_deep && (o->codec || o->archive)) {
		refuse_depth(l, o);
	} else if (o->codec) {
		walk_codec(l, o);
		return; /* closed with the codec */
	} else if (o->archive) {
		walk_container(l, o);
	} else if (o->splitter && !too_deep) {
		walk_split(l, o);
	} else {
		walk_content(l, o);
	}
	source_close(o->source);
}

/* Limits are met while reading, maybe in another thread: they are told once that is over. */
static void tell_limit(const struct level *l)
{
	struct meter *m = &l->walker->meter;

	if (m->tripped)
		diag_report(l->walker->diags, DIAG_WARNING, m->tripped, l->name, 0,
			    "reading stopped: %s",
			    m->spent ? "the input is too large, or expands more than logs do"
				     : "it expands more than logs do");
	m->tripped = NULL;
}

/* Owns `source`. */
static void walk_stream(const struct level *l, struct source *source)
{
	char *bytes = malloc(LIMIT_SNIFF_BYTES);
	struct opened o = { 0 };

	if (!bytes)
		die_no_memory();
	/* A plain file is as large as it is; everything else may not end. */
	if (!source->ops->read_at)
		source = meter_open(&l->walker->meter, source, l->packed);
	o.head.ptr = bytes;
	o.head.len = source_read_full(source, bytes, LIMIT_SNIFF_BYTES);
	if (str_starts_with(o.head, STR("\xEF\xBB\xBF")))
		o.head = str_skip(o.head, 3);
	o.source = source_with_head(o.head, source);
	/* A source that ended within its head has its grade already. */
	if (o.head.len < LIMIT_SNIFF_BYTES)
		source_degrade(o.source, source->grade, "%s", source->note);
	o.codec = codec_find(o.head);
	o.archive = container_bid(o.head);
	/* An archive shows the text of its first member: it is an archive all the same. */
	if (!o.codec && !o.archive)
		o.splitter = l->in_place ? NULL : find_splitter(o.head, l->path);
	walk_opened(l, &o);
	tell_limit(l);
	free(bytes);
}

/* The descriptor, or -1 and why. What was met in a directory may have become a FIFO since: opening
 * it must not wait for a writer. */
static int open_input(const struct walk_input *input, const char *path, struct stat *st,
		      const char **why)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (input->stream ? 0 : O_NONBLOCK);
	int fd = !strcmp(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, flags);

	if (fd < 0 || fstat(fd, st))
		*why = strerror(errno);
	else if (S_ISDIR(st->st_mode))
		*why = "a directory";
	else if (!S_ISREG(st->st_mode) && !input->stream)
		*why = "a FIFO, socket or device";
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct source *open_source(const struct walk_input *input, const char *path, int fd,
				  const struct stat *st, struct spool *spool)
{
	/* Standard input may be a plain file that was read in part already. */
	bool plain = S_ISREG(st->st_mode) && !lseek(fd, 0, SEEK_CUR);
	struct source *source = source_from_fd(fd, plain ? (uint64_t)st->st_size : 0, plain);

	source_set_watch(source, input->watch);
	if (plain)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (!input->shelf)
		return source;
	if (!plain)
		return spool_open(spool, source, input->spool, input->shelf);
	source->bookmark = strcmp(path, "-") ? bookmark_of_file(path, st, input->shelf)
					     : bookmark_of_fd(fd, input->shelf);
	return source;
}

/* The part of a path that says where a log is from: all of it, `./` and `/` at its front aside. */
static struct str place_path(struct str path)
{
	while (str_starts_with(path, STR("../")))
		path = str_skip(path, 3);
	return relative(path);
}

bool walk_is_aggregated(struct str head, struct str path)
{
	return find_splitter(head, path) != NULL;
}

void walk_input(const struct walk_input *input, struct walk_visitor *visitor,
		struct diag_sink *diags)
{
	struct walker walker = { .visitor = visitor, .diags = diags };
	struct level level = { .walker = &walker,
			       .name = input->name,
			       .path = place_path(input->path),
			       .first_line = 1 };
	char *path = strndup(input->path.ptr, input->path.len);
	const char *why = "";
	struct spool spool = { "" };
	struct source *source;
	struct stat st;
	int fd;

	if (!path)
		die_no_memory();
	fd = open_input(input, path, &st, &why);
	if (fd < 0) {
		diag_report(diags, DIAG_ERROR, "input-unreadable", STR(""), 0, "%s: %s", path, why);
		report(&level, "other", GRADE_FAILED, why, 0);
		free(path);
		return;
	}
	source = open_source(input, path, fd, &st, &spool);
	free(path);
	walker.meter.root = source;
	walk_stream(&level, source);
	if (*spool.trouble)
		diag_report(diags, DIAG_WARNING, "not-kept", level.name, 0, "%s", spool.trouble);
}

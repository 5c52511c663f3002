#include "base/base.h"
#include "repl/session.h"

#include "base/array.h"
#include "base/json_writer.h"
#include "base/limits.h"

#include <errno.h>

enum {
	OUT_BYTES_MAX = 1 << 30,
	MESSAGE_BYTES = 512,
	NOTES_BYTES_MAX = 16 << 20,
	PAST_MAX = 1000,
};

static const char *const format_names[SHOW_COUNT] = {
	[SHOW_TEXT] = "text", [SHOW_JSON] = "json", [SHOW_CSV] = "csv"
};

const char *show_format_name(enum show_format format)
{
	return format_names[format];
}

bool show_format_find(struct str name, enum show_format *format)
{
	for (size_t i = 0; i < SHOW_COUNT; i++)
		if (str_eq(name, str_from(format_names[i]))) {
			*format = (enum show_format)i;
			return true;
		}
	return false;
}

enum show_format show_format_of(struct str path)
{
	for (size_t i = 0; i < SHOW_COUNT; i++) {
		struct str name = str_from(format_names[i]);

		if (path.len > name.len && str_ends_with(path, name) &&
		    path.ptr[path.len - name.len - 1] == '.')
			return (enum show_format)i;
	}
	return SHOW_TEXT;
}

void session_init(struct session *s, const struct session_options *o, struct diag_sink *diags)
{
	*s = (struct session){
		.options = *o,
		.diags = diags,
		.filter = log_filter_new(),
		.notes_arena = ARENA_INIT(NOTES_BYTES_MAX),
		.render = { .columns = 80 },
		.pager = true,
		.limit = 200,
		.context = 5,
		.lines = 20,
		.window_ms = 5000,
		.out = BUF_INIT(OUT_BYTES_MAX),
	};
	s->matcher = matcher_new(o->diagnose.pattern_dirs, o->diagnose.pattern_dir_count, diags);
}

static void free_list(struct str *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)(uintptr_t)items[i].ptr);
	free(items);
}

static struct str copy_of(struct str s)
{
	char *copy = strndup(s.len ? s.ptr : "", s.len);

	if (!copy)
		die_no_memory();
	return (struct str){ copy, strlen(copy) };
}

void session_release(struct session *s)
{
	diagnosis_free(s->diagnosis);
	matcher_free(s->matcher);
	log_filter_free(s->filter);
	free_list(s->paths, s->path_count);
	free_list(s->past, s->past_count);
	free((char *)(uintptr_t)s->app.ptr);
	free(s->notes);
	arena_release(&s->notes_arena);
	buf_release(&s->out);
}

bool session_cancelled(const struct session *s)
{
	return s->options.diagnose.cancel && *s->options.diagnose.cancel;
}

/* --- opening --------------------------------------------------------------------------------- */

struct diagnosis *session_read(struct session *s, const struct str *paths, size_t count)
{
	struct diagnose_options o = s->options.diagnose;
	struct diagnosis *d;

	o.paths = paths;
	o.path_count = count;
	o.app = s->app.len ? s->app : o.app;
	o.index = !s->options.unindexed;
	if (s->options.safe || s->options.private)
		o.spool = SPOOL_MEMORY;
	d = diagnose_with(s->matcher, &o, s->diags);
	if (o.progress)
		s->options.progress_end(o.progress_context);
	if (!d->input_count) { /* what is missing was said */
		diagnosis_free(d);
		return NULL;
	}
	return d;
}

void session_stand_at(struct session *s, const struct finding *f)
{
	for (size_t i = 0; i < f->evidence_count; i++)
		if (session_find_line(s, f->evidence[i].source, f->evidence[i].line, &s->cursor))
			return;
}

bool session_stands(struct session *s)
{
	if (!s->cursor.set)
		session_error(s, "no line is looked at yet: why, next, grep or go find one");
	return s->cursor.set;
}

/* Where the root cause shows is where one begins to look. */
static void stand_at_root(struct session *s)
{
	const struct finding *f = diagnosis_root(s->diagnosis);

	s->finding = 0;
	s->cursor = (struct cursor){ 0 };
	if (f)
		session_stand_at(s, f);
}

static void find_common(struct session *s)
{
	const struct diagnosis *d = s->diagnosis;
	struct str first = d->log_count ? d->logs[0].name : STR("");
	size_t n = first.len;

	for (size_t i = 1; i < d->log_count; i++) {
		struct str name = d->logs[i].name;
		size_t k = 0;

		while (k < n && k < name.len && name.ptr[k] == first.ptr[k])
			k++;
		n = k;
	}
	while (n && first.ptr[n - 1] != '/' && first.ptr[n - 1] != '!')
		n--;
	s->common = n;
}

static bool take(struct session *s, struct diagnosis *d)
{
	if (!d)
		return false;
	if (session_cancelled(s))
		session_say(s, "reading was stopped: what follows is of what was read till then");
	diagnosis_free(s->diagnosis);
	s->diagnosis = d;
	find_common(s);
	stand_at_root(s);
	return true;
}

static void set_app(struct session *s, struct str app)
{
	struct str before = s->app;

	s->app = copy_of(app);
	free((char *)(uintptr_t)before.ptr);
}

bool session_open(struct session *s, const struct str *paths, size_t count)
{
	struct str before = copy_of(s->app), *copies;
	bool ok;

	set_app(s, STR(""));
	ok = take(s, session_read(s, paths, count));
	if (!ok)
		set_app(s, before);
	free((char *)(uintptr_t)before.ptr);
	if (!ok)
		return false;
	copies = calloc(count, sizeof(*copies));
	if (!copies)
		die_no_memory();
	for (size_t i = 0; i < count; i++)
		copies[i] = copy_of(paths[i]);
	free_list(s->paths, s->path_count);
	s->paths = copies;
	s->path_count = count;
	return true;
}

bool session_use(struct session *s, struct str app)
{
	struct str before;
	bool ok;

	for (size_t i = 0; i < s->path_count; i++)
		if (str_eq(s->paths[i], STR("-"))) {
			session_error(s,
				      "standard input cannot be diagnosed a second time: write it "
				      "to a file, or start with --app");
			return false;
		}
	before = copy_of(s->app);
	set_app(s, app);
	ok = take(s, session_read(s, s->paths, s->path_count));
	if (!ok)
		set_app(s, before);
	free((char *)(uintptr_t)before.ptr);
	return ok;
}

void session_close(struct session *s)
{
	diagnosis_free(s->diagnosis);
	s->diagnosis = NULL;
	free_list(s->paths, s->path_count);
	s->paths = NULL;
	s->path_count = 0;
	s->cursor = (struct cursor){ 0 };
	set_app(s, STR(""));
}

/* --- showing --------------------------------------------------------------------------------- */

bool session_flush(struct session *s)
{
	bool ok = !s->out.len || !s->write || s->write(s->write_context, buf_str(&s->out));

	if (s->write)
		buf_clear(&s->out);
	return ok && !session_cancelled(s);
}

static void too_large(struct session *s)
{
	diag_report(s->diags, DIAG_ERROR, "limit-output", STR(""), 0,
		    "the answer is too large to show: narrow it with filter or --limit");
}

bool session_show_table(struct session *s, struct table *t)
{
	bool ok = false;

	switch (s->format) {
	case SHOW_TEXT:
		ok = table_text(t, &s->render, &s->out);
		break;
	case SHOW_JSON:
		ok = table_json(t, &s->out);
		break;
	case SHOW_CSV:
		ok = table_csv(t, &s->out);
		break;
	case SHOW_COUNT:
		break;
	}
	if (!ok || t->over_limit)
		too_large(s);
	return ok && !t->over_limit;
}

bool session_show_text(struct session *s, struct str text)
{
	struct json_writer w;
	bool ok;

	if (s->format == SHOW_JSON) {
		json_writer_init(&w, &s->out);
		json_open(&w, '{');
		json_name(&w, STR("text"));
		json_str(&w, text);
		json_close(&w, '}');
		ok = !w.failed;
	} else {
		ok = buf_add(&s->out, text);
	}
	if (!ok)
		too_large(s);
	return ok;
}

FILE *session_create(struct session *s, struct str path)
{
	char *name = strndup(path.ptr, path.len);
	FILE *file = NULL;

	if (!name)
		die_no_memory();
	if (s->options.safe)
		session_error(s, "a safe session writes no file");
	else if (!(file = fopen(name, "we")))
		session_error(s, "%.200s: %s", name, strerror(errno));
	free(name);
	return file;
}

bool session_created(struct session *s, struct str path, FILE *file)
{
	bool ok = !ferror(file);

	ok = !fclose(file) && ok;
	if (!ok)
		session_error(s, "%.*s: %s", (int)(path.len < 200 ? path.len : 200), path.ptr,
			      strerror(errno));
	return ok;
}

void session_error(struct session *s, const char *fmt, ...)
{
	char text[MESSAGE_BYTES];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* What was said before is read before. */
	(void)session_flush(s);
	diag_report(s->diags, DIAG_ERROR, "repl", STR(""), 0, "%s", text);
}

void session_say(struct session *s, const char *fmt, ...)
{
	char text[MESSAGE_BYTES];
	va_list args;
	bool fits;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* Remarks are for people; JSON and CSV stay what they are. */
	fits = s->format != SHOW_TEXT ||
	       (buf_add(&s->out, str_from(text)) && buf_add_char(&s->out, '\n'));
	(void)fits;
}

/* --- places ---------------------------------------------------------------------------------- */

size_t session_find_log(struct session *s, struct str name)
{
	size_t found = SIZE_MAX, hits = 0;
	const struct diagnosis *d = s->diagnosis;
	uint64_t number;

	if (str_to_u64(name, &number) && number >= 1 && number <= d->log_count)
		return (size_t)number - 1;
	for (size_t i = 0; i < d->log_count; i++) {
		if (str_eq(d->logs[i].name, name))
			return i;
		if (str_find(d->logs[i].name, name) < 0)
			continue;
		hits++;
		found = found == SIZE_MAX ? i : found;
	}
	if (hits == 1)
		return found;
	if (hits)
		session_error(s, "%zu logs have '" STR_FMT "' in their name: see inputs", hits,
			      STR_ARG(name));
	else
		session_error(s, "no log is called '" STR_FMT "': see inputs", STR_ARG(name));
	return SIZE_MAX;
}

bool session_find_line(const struct session *s, struct str source, uint32_t line, struct cursor *to)
{
	const struct diagnosis *d = s->diagnosis;
	struct cursor found = { 0 };

	for (size_t i = 0; i < d->log_count; i++) {
		const struct log_stream *l = &d->logs[i];

		/* Several logs may stand in one file, one behind the other. */
		if (str_eq(l->name, source) && line >= l->first_line &&
		    (!found.set || l->first_line > d->logs[found.log].first_line))
			found = (struct cursor){ true, i, line };
	}
	if (found.set)
		*to = found;
	return found.set;
}

bool session_span(const struct session *s, int64_t *from_ms, int64_t *to_ms)
{
	*from_ms = *to_ms = TIME_NONE;
	for (size_t i = 0; i < s->diagnosis->log_count; i++) {
		const struct log_stream *l = &s->diagnosis->logs[i];

		if (l->events || l->first_ms == TIME_NONE)
			continue;
		if (*from_ms == TIME_NONE || l->first_ms < *from_ms)
			*from_ms = l->first_ms;
		if (*to_ms == TIME_NONE || l->last_ms > *to_ms)
			*to_ms = l->last_ms;
	}
	return *from_ms != TIME_NONE && *to_ms >= *from_ms;
}

struct str session_short_name(const struct session *s, const struct log_stream *log)
{
	return s->common < log->name.len ? str_skip(log->name, s->common) : log->name;
}

bool session_note(struct session *s, struct note n)
{
	if (s->note_count == LIMIT_NOTES || !arena_str(&s->notes_arena, n.name, &n.name) ||
	    !arena_str(&s->notes_arena, n.text, &n.text) ||
	    !arena_str(&s->notes_arena, n.source, &n.source)) {
		session_error(s, "no more than %d notes are kept", LIMIT_NOTES);
		return false;
	}
	s->notes = array_grow(s->notes, s->note_count, &s->note_capacity, sizeof(*s->notes));
	s->notes[s->note_count++] = n;
	return true;
}

void session_past(struct session *s, struct str command)
{
	if (s->past_count == PAST_MAX) {
		free((char *)(uintptr_t)s->past[0].ptr);
		memmove(s->past, s->past + 1, (PAST_MAX - 1) * sizeof(*s->past));
		s->past_count--;
	}
	s->past = array_grow(s->past, s->past_count, &s->past_capacity, sizeof(*s->past));
	s->past[s->past_count++] = copy_of(command);
}

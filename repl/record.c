#include "base/base.h"
#include "repl/record.h"

#include "base/clock.h"
#include "base/json_writer.h"

/* --- text ------------------------------------------------------------------------------------ */

static const char *color_of(const struct session *s, enum level level)
{
	if (!s->render.color)
		return "";
	if (level >= LEVEL_ERROR)
		return "\x1b[31m";
	return level == LEVEL_WARN ? "\x1b[33m" : "";
}

static const char *dim(const struct session *s)
{
	return s->render.color ? "\x1b[2m" : "";
}

static const char *plain(const char *color)
{
	return *color ? "\x1b[0m" : "";
}

static bool show_name(struct session *s, struct record_screen *screen, const struct log_record *r)
{
	const char *on = dim(s);

	if (screen->log == r->log)
		return true;
	screen->log = r->log;
	return buf_addf(&s->out, "%s", on) && render_safe(&s->out, session_short_name(s, r->log)) &&
	       (!r->log->executor.len ||
		buf_addf(&s->out, "  executor " STR_FMT, STR_ARG(r->log->executor))) &&
	       buf_addf(&s->out, "%s\n", plain(on));
}

static bool show_line(struct session *s, const struct log_record *r, uint32_t number,
		      struct str line, bool here)
{
	const char *color = color_of(s, r->level), *on = dim(s);

	return buf_addf(&s->out, "%c%s%7" PRIu32 "%s  %s", here ? '>' : ' ', on, number, plain(on),
			color) &&
	       render_safe(&s->out, line) && buf_addf(&s->out, "%s\n", plain(color));
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void member(struct json_writer *w, struct str name, struct str value)
{
	json_name(w, name);
	render_json_str(w, value);
}

static bool show_json(struct session *s, const struct log_record *r, uint32_t line, struct str text)
{
	struct buf time = BUF_INIT(64);
	struct json_writer w;

	if (r->time_ms != TIME_NONE)
		clock_show_iso(&time, r->time_ms);
	json_writer_init(&w, &s->out);
	w.compact = true;
	json_open(&w, '{');
	member(&w, STR("source"), r->log->name);
	json_name(&w, STR("line"));
	json_number(&w, line);
	member(&w, STR("time"), buf_str(&time));
	member(&w, STR("level"), str_from(level_name(r->level)));
	member(&w, STR("executor"), r->log->executor);
	member(&w, STR("text"), text);
	json_close(&w, '}');
	buf_release(&time);
	return !w.failed;
}

/* --- records --------------------------------------------------------------------------------- */

static bool show_lines(struct session *s, const struct log_record *r, bool here)
{
	struct str rest = r->text, line;
	size_t n = 0;
	bool ok = true;

	while (ok && rest.len && (!s->lines || n < s->lines)) {
		(void)str_cut(rest, '\n', &line, &rest);
		ok = show_line(s, r, r->line + (uint32_t)n, line, here && !n);
		n++;
	}
	if (ok && rest.len)
		ok = buf_addf(&s->out, "           ... %zu more lines (set lines 0 shows all)\n",
			      str_count(str_trim(rest), '\n') + 1);
	return ok;
}

bool record_show(struct session *s, struct record_screen *screen, const struct log_record *r,
		 bool here)
{
	bool ok;

	screen->shown++;
	if (s->format == SHOW_JSON)
		ok = show_json(s, r, r->line, r->text);
	else
		ok = show_name(s, screen, r) && show_lines(s, r, here);
	return ok && session_flush(s);
}

bool record_show_line(struct session *s, struct record_screen *screen, const struct log_record *r,
		      size_t at)
{
	size_t begin = at, end = at;
	uint32_t number;
	struct str line;
	bool ok;

	while (begin && r->text.ptr[begin - 1] != '\n')
		begin--;
	while (end < r->text.len && r->text.ptr[end] != '\n')
		end++;
	line = (struct str){ r->text.ptr + begin, end - begin };
	number = r->line + (uint32_t)str_count((struct str){ r->text.ptr, begin }, '\n');
	screen->shown++;
	if (s->format == SHOW_JSON)
		ok = show_json(s, r, number, line);
	else
		ok = show_name(s, screen, r) && show_line(s, r, number, line, false);
	return ok && session_flush(s);
}

/* --- walks ----------------------------------------------------------------------------------- */

static void say_trouble(struct session *s, const struct log_stream *log, const char *why)
{
	if (*why && !log->events)
		diag_report(s->diags, DIAG_WARNING, "not-read-again", log->name, 0, "%s", why);
}

void record_walk(struct session *s, struct cursor from, size_t only,
		 bool (*visit)(void *context, const struct log_record *r), void *context)
{
	const struct diagnosis *d = s->diagnosis;
	size_t i = only != SIZE_MAX ? only : from.set ? from.log : 0;
	size_t end = only != SIZE_MAX ? only + 1 : d->log_count;
	bool more = true;

	for (; more && i < end && !session_cancelled(s); i++) {
		uint32_t line = from.set && from.log == i ? from.line : 0;
		struct log_reader *reader =
			log_reader_open(&d->logs[i], line, s->filter, s->options.diagnose.cancel);
		struct log_record r;

		while (more && log_reader_next(reader, &r))
			more = visit(context, &r);
		say_trouble(s, &d->logs[i], log_reader_trouble(reader));
		log_reader_close(reader);
	}
}

bool record_at_cursor(struct session *s, bool (*visit)(void *context, const struct log_record *r),
		      void *context)
{
	struct log_reader *reader;
	const struct log_stream *log;
	struct log_record r;
	bool found;

	if (!session_stands(s))
		return false;
	log = &s->diagnosis->logs[s->cursor.log];
	reader = log_reader_open(log, s->cursor.line, NULL, s->options.diagnose.cancel);
	found = log_reader_next(reader, &r);
	if (found)
		(void)visit(context, &r);
	else if (log->events)
		session_error(s,
			      "this is an event log: its events are in jobs, stages and timeline");
	else
		say_trouble(s, log, log_reader_trouble(reader));
	log_reader_close(reader);
	return found;
}

static bool show_here(void *context, const struct log_record *r)
{
	struct record_screen screen = { 0 };

	return record_show(context, &screen, r, true);
}

bool record_show_here(struct session *s)
{
	return record_at_cursor(s, show_here, s);
}

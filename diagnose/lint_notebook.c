/* What a notebook was saved with: failures and secrets in the outputs of its cells. */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/array.h"
#include "base/limits.h"
#include "diagnose/diagnosis.h"
#include "diagnose/lint_log.h"
#include "parsers/json_pull.h"

struct reader {
	const struct lint_file *file;
	struct lint_report *report;
	struct buf text;	  /* of all outputs, decoded, for the diagnosis */
	struct lint_line_map map; /* of its lines */
	uint32_t line;		  /* number of the line that holds `counted` */
	const char *counted, *line_begin;
};

/* One output of a cell, as its members come in any order. */
struct output {
	struct str type, name, value; /* raw; output_type, ename, evalue */
	struct lint_place trace;      /* the first line that begins a stack trace */
};

void lint_line_map_place(const struct lint_line_map *map, struct lint_place *at)
{
	if (at->line && at->line <= map->count)
		*at = map->places[at->line - 1];
}

/* Strings are met in the order of the file, so lines are counted once. */
static struct lint_place place_of(struct reader *n, struct str raw)
{
	struct lint_place at;

	for (; n->counted < raw.ptr; n->counted++)
		if (*n->counted == '\n') {
			n->line++;
			n->line_begin = n->counted + 1;
		}
	at = (struct lint_place){ .line = n->line,
				  .col = (uint32_t)(raw.ptr - n->line_begin) + 1,
				  .text = raw,
				  .piece = true };
	at.end_col = at.col + (uint32_t)raw.len;
	return at;
}

static void keep_place(struct reader *n, struct lint_place at)
{
	struct lint_line_map *map = &n->map;

	map->places = array_grow(map->places, map->count, &map->capacity, sizeof(*map->places));
	map->places[map->count++] = at;
}

static bool begins_trace(struct str line)
{
	return str_starts_with(line, STR("Traceback (most recent call last)")) ||
	       str_starts_with(line, STR("\tat java.")) ||
	       str_starts_with(line, STR("\tat org.apache.spark."));
}

/* One string of an output: looked at as it stands, decoded for the diagnosis. */
static void add_string(struct reader *n, struct str raw, struct output *o, bool ends_line)
{
	struct lint_place at = place_of(n, raw);
	size_t from = n->text.len;
	struct str rest, line;

	lint_secrets(n->report, at);
	lint_personal(n->report, at);
	/* Past the ceiling the diagnosis sees what came before. */
	if (!json_unescape(raw, &n->text) || (ends_line && !buf_add_char(&n->text, '\n')))
		return;
	rest = str_skip(buf_str(&n->text), from);
	while (rest.len) {
		bool whole = str_cut(rest, '\n', &line, &rest);

		if (!o->trace.line && begins_trace(line))
			o->trace = at;
		if (whole)
			keep_place(n, at);
	}
}

/* `"text": "…"`, or a list of pieces that are put together as they are. */
static void read_text(struct reader *n, struct json_pull *p, struct output *o, bool ends_line)
{
	struct json_pull probe = *p;

	if (pull_array(&probe)) {
		*p = probe;
		while (pull_element(p)) {
			struct str raw = pull_string(p);

			if (raw.len)
				add_string(n, raw, o, ends_line);
		}
	} else {
		struct str raw = pull_string(p);

		if (raw.len)
			add_string(n, raw, o, ends_line);
	}
}

/* Pictures and widgets are no text. */
static void read_data(struct reader *n, struct json_pull *p, struct output *o)
{
	struct str key;

	for (bool in = pull_object(p); in && pull_key(p, &key);)
		if (str_starts_with(key, STR("text/")))
			read_text(n, p, o, false);
		else
			pull_skip(p);
}

static void report_output(struct reader *n, const struct output *o)
{
	const struct lint_rule *rule = &lint_log_rules[LOG_NOTEBOOK_TRACE];
	struct reader back = *n;

	if (str_eq(o->type, STR("error"))) {
		struct str at = o->name.ptr ? o->name : o->type;

		/* Its members were passed already: count anew from the file's beginning. */
		back.counted = back.line_begin = n->file->text.ptr;
		back.line = 1;
		lint_report_at(n->report, rule, place_of(&back, at),
			       "a cell ended with " STR_FMT ": %.*s", STR_ARG(at),
			       (int)(o->value.len < 200 ? o->value.len : 200),
			       o->value.len ? o->value.ptr : "");
	} else if (o->trace.line) {
		lint_report_at(n->report, rule, o->trace, "a stack trace in the output of a cell");
	}
}

static void read_output(struct reader *n, struct json_pull *p)
{
	struct output o = { .type = STR("") };
	struct str key;

	for (bool in = pull_object(p); in && pull_key(p, &key);) {
		if (str_eq(key, STR("output_type")))
			o.type = pull_string(p);
		else if (str_eq(key, STR("ename")))
			o.name = pull_string(p);
		else if (str_eq(key, STR("evalue")))
			o.value = pull_string(p);
		else if (str_eq(key, STR("text")))
			read_text(n, p, &o, false);
		else if (str_eq(key, STR("traceback")))
			read_text(n, p, &o, true);
		else if (str_eq(key, STR("data")))
			read_data(n, p, &o);
		else
			pull_skip(p);
	}
	report_output(n, &o);
	/* The next output begins in a line of its own. */
	if (n->text.len && n->text.ptr[n->text.len - 1] != '\n' && buf_add_char(&n->text, '\n'))
		keep_place(n, n->map.count ? n->map.places[n->map.count - 1]
					   : (struct lint_place){ .line = 1, .col = 1 });
}

static void read_cell(struct reader *n, struct json_pull *p)
{
	struct str key;

	for (bool in = pull_object(p); in && pull_key(p, &key);) {
		if (!str_eq(key, STR("outputs"))) {
			pull_skip(p);
			continue;
		}
		for (bool list = pull_array(p); list && pull_element(p);)
			read_output(n, p);
	}
}

/* The scanner skips bare words; a notebook is none. */
static bool begins_value(struct str text)
{
	text = str_trim(text);
	return !text.len || text.ptr[0] == '{' || text.ptr[0] == '[';
}

static void report_broken(struct reader *n, const struct json_pull *p)
{
	const char *where = p->bad ? p->bad_at : p->at;
	struct lint_place at;

	n->counted = n->line_begin = n->file->text.ptr;
	n->line = 1;
	if (!begins_value(n->file->text))
		where = n->file->text.ptr;
	at = place_of(n, (struct str){ where, 0 });
	lint_report_add(n->report, &lint_log_rules[LOG_NOTEBOOK_BROKEN], at.line, at.col, 0,
			"this is no JSON from here on; what follows was not checked");
}

static void diagnose_outputs(struct reader *n)
{
	struct arena arena = ARENA_INIT((size_t)16 << 20);
	struct diag_recorder unused; /* of limits of the scan; the notebook itself was read */
	struct diagnosis *d;

	if (!n->text.len || !lint_engine_wants(n->report->engine, &lint_log_rules[LOG_FAILURE]))
		return;
	diag_recorder_init(&unused, &arena);
	d = diagnose_text(lint_engine_catalogue(n->report->engine), n->file->path,
			  buf_str(&n->text), &unused.sink);
	lint_failures(n->report, d, &n->map);
	diagnosis_free(d);
	arena_release(&arena);
}

void lint_notebook(const struct lint_file *f, struct lint_report *r)
{
	struct reader n = {
		.file = f,
		.report = r,
		.text = BUF_INIT(LIMIT_LINT_FILE_BYTES),
		.line = 1,
		.counted = f->text.ptr,
		.line_begin = f->text.ptr,
	};
	struct json_pull p = json_pull(f->text);
	struct str key;

	for (bool in = pull_object(&p); in && pull_key(&p, &key);) {
		if (!str_eq(key, STR("cells"))) {
			pull_skip(&p);
			continue;
		}
		for (bool list = pull_array(&p); list && pull_element(&p);)
			read_cell(&n, &p);
	}
	if (p.bad || !pull_at_end(&p) || !begins_value(f->text))
		report_broken(&n, &p);
	diagnose_outputs(&n);
	buf_release(&n.text);
	free(n.map.places);
}

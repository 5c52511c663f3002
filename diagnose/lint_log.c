/*
 * The rules about logs: one pass over the bytes of each stream for what is in its lines, and one
 * diagnosis of the file for what failed.
 */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "diagnose/diagnosis.h"
#include "diagnose/lint_log.h"
#include "parsers/line.h"
#include "parsers/walk.h"

#include <unistd.h>

enum {
	/* Lines whose level is looked at: enough to know a flood. */
	LEVEL_LINES = 20000,
	FLOOD_RECORDS = 100,
	/* Sources of pipes and full disks cut at multiples of this. */
	CUT_BLOCK_BYTES = 4096,
	/* NULs in a row: fewer are a damaged byte. */
	HOLE_BYTES = 16,
};

/* --- lines ----------------------------------------------------------------------------------- */

void lint_lines_begin(struct lint_lines *l, struct lint_report *r)
{
	*l = (struct lint_lines){ .report = r, .scratch = BUF_INIT(LIMIT_RECORD_BYTES) };
}

/* The first bytes of a line that are no UTF-8; -1: there are none. Counts wide characters. */
static ptrdiff_t find_stray(struct lint_lines *l, struct str line)
{
	for (size_t at = 0; at < line.len;) {
		size_t step = 1;

		if ((unsigned char)line.ptr[at] >= 0x80) {
			step = utf8_sequence(str_skip(line, at));
			if (!step)
				return (ptrdiff_t)at;
			l->wide++;
		}
		at += step;
	}
	return -1;
}

static void keep_first(struct lint_lines *l, struct lint_first *first, struct str line, size_t at,
		       size_t len)
{
	if (first->count++)
		return;
	first->place = (struct lint_place){ .line = l->line,
					    .col = (uint32_t)at + 1,
					    .end_col = (uint32_t)(at + len) + 1 };
	if (line.len > LIMIT_EVIDENCE_BYTES)
		line.len = LIMIT_EVIDENCE_BYTES;
	if (!arena_str(&l->report->arena, line, &first->place.text))
		first->place.text = STR("");
}

static void look_at_bytes(struct lint_lines *l, struct str line)
{
	const char *escape = memchr(line.ptr, 0x1b, line.len);
	ptrdiff_t stray = find_stray(l, line);

	if (escape)
		keep_first(l, &l->escapes, line, (size_t)(escape - line.ptr), 1);
	if (stray >= 0)
		keep_first(l, &l->strays, line, (size_t)stray, 1);
}

/* What a viewer or a notebook server writes where it left something out. */
static bool tells_cut(struct str line)
{
	if (str_starts_with(line, STR("*** WARNING: ")))
		return str_find(line, STR("skipped ")) >= 0 ||
		       str_find(line, STR("max output size exceeded")) >= 0;
	return str_starts_with(line, STR("Showing ")) && str_find(line, STR(" bytes of ")) > 0 &&
	       str_find(line, STR(" total")) > 0;
}

/* A file that is cut under its writer goes on behind a hole, which reads as NULs. */
static bool has_hole(struct str line, size_t *at)
{
	const char *nul = memchr(line.ptr, '\0', line.len);
	size_t n = 0;

	if (!nul)
		return false;
	*at = (size_t)(nul - line.ptr);
	while (*at + n < line.len && !nul[n])
		n++;
	return n >= HOLE_BYTES;
}

static void look_for_cuts(struct lint_lines *l, struct str line)
{
	size_t at = 0;

	if (tells_cut(line))
		keep_first(l, &l->cuts, line, 0, line.len);
	if (has_hole(line, &at))
		keep_first(l, &l->holes, line, at, HOLE_BYTES);
}

static void look_at_level(struct lint_lines *l, struct str line)
{
	struct line_head head;

	if (l->headed >= LEVEL_LINES)
		return;
	if (!line_head(line, &head) && !line_head(line_peel(line, &l->scratch).text, &head))
		return;
	l->headed++;
	if (head.level == LEVEL_DEBUG || head.level == LEVEL_TRACE)
		keep_first(l, &l->debugs, line, 0, line.len);
}

void lint_lines_add(struct lint_lines *l, struct str line)
{
	l->line++;
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!line.len)
		return;
	lint_secrets(l->report, (struct lint_place){ .line = l->line, .col = 1, .text = line });
	lint_personal(l->report, (struct lint_place){ .line = l->line, .col = 1, .text = line });
	look_at_bytes(l, line);
	if (l->quiet)
		return;
	look_for_cuts(l, line);
	look_at_level(l, line);
}

void lint_lines_end(struct lint_lines *l)
{
	struct lint_report *r = l->report;

	if (l->escapes.count && !l->quiet)
		lint_report_at(r, &lint_log_rules[LOG_ESCAPES], l->escapes.place,
			       "terminal escape sequences in %" PRIu64 " lines", l->escapes.count);
	if (l->cuts.count)
		lint_report_at(r, &lint_log_rules[LOG_TRUNCATED], l->cuts.place,
			       "a part was left out when it was collected");
	if (l->holes.count)
		lint_report_at(r, &lint_log_rules[LOG_TRUNCATED], l->holes.place,
			       "NULs where lines were: it was cut while it was being written");
	if (l->strays.count && l->wide)
		lint_report_at(r, &lint_log_rules[LOG_ENCODINGS], l->strays.place,
			       "%" PRIu64 " lines are no UTF-8, while others are", l->strays.count);
	if (l->debugs.count >= FLOOD_RECORDS && l->debugs.count * 2 > l->headed)
		lint_report_at(r, &lint_log_rules[LOG_FLOOD], l->debugs.place,
			       "%" PRIu64 " of %" PRIu64 " records are DEBUG or TRACE",
			       l->debugs.count, l->headed);
	buf_release(&l->scratch);
}

/* --- streams --------------------------------------------------------------------------------- */

struct log_visitor {
	struct walk_visitor visitor; /* first member */
	struct lint_report *report;
	struct str path;
	/* An archive: what is in it must look like a log to be taken for one. */
	bool packed;
	struct str *logs; /* names of the streams that were */
	size_t log_count, log_capacity;
	char damage[160]; /* of what could not be read as a stream */
};

static void keep_log(struct log_visitor *v, struct str name)
{
	v->logs = array_grow(v->logs, v->log_count, &v->log_capacity, sizeof(*v->logs));
	if (arena_str(&v->report->arena, name, &v->logs[v->log_count]))
		v->log_count++;
}

static bool is_log_of(const struct log_visitor *v, struct str name)
{
	for (size_t i = 0; i < v->log_count; i++)
		if (str_eq(v->logs[i], name))
			return true;
	return false;
}

/* A line longer than is kept of one: its pieces are looked at, and share its number. */
static void add_piece(struct lint_lines *l, struct str piece)
{
	lint_lines_add(l, piece);
	l->line--;
}

/* Feed complete lines; the beginning of the next one stays in `carry`. */
static void feed(struct lint_lines *l, struct buf *carry, struct str bytes)
{
	while (bytes.len) {
		const char *end = memchr(bytes.ptr, '\n', bytes.len);
		struct str piece = { bytes.ptr, end ? (size_t)(end - bytes.ptr) : bytes.len };
		bool joined = (!end || carry->len) && buf_add(carry, piece);

		if (!joined && carry->len) {
			add_piece(l, buf_str(carry));
			buf_clear(carry);
		}
		if (!end) {
			if (!joined)
				add_piece(l, piece);
			return;
		}
		lint_lines_add(l, joined ? buf_str(carry) : piece);
		buf_clear(carry);
		bytes = str_skip(bytes, piece.len + 1);
	}
}

static void report_cut(struct lint_lines *l, const struct leaf *leaf, struct str last,
		       uint64_t bytes)
{
	struct lint_place at = { .line = l->line, .col = 1, .text = last };
	bool cut_event = leaf->kind == LEAF_EVENTLOG && last.len && last.ptr[last.len - 1] != '}';

	if (leaf->source->grade == GRADE_PARTIAL)
		lint_report_at(l->report, &lint_log_rules[LOG_TRUNCATED], at, "%s",
			       leaf->source->note);
	else if (cut_event)
		lint_report_at(l->report, &lint_log_rules[LOG_TRUNCATED], at,
			       "the last event is cut in its middle");
	else if (leaf->kind == LEAF_TEXT && last.len && bytes % CUT_BLOCK_BYTES == 0)
		lint_report_at(l->report, &lint_log_rules[LOG_TRUNCATED], at,
			       "it ends in the middle of a line, after a multiple of %d bytes",
			       CUT_BLOCK_BYTES);
}

static void visit_leaf(struct walk_visitor *self, const struct leaf *leaf)
{
	struct log_visitor *v = (struct log_visitor *)self;
	struct buf carry = BUF_INIT(LIMIT_RECORD_BYTES);
	char *block = malloc(LIMIT_READ_BYTES);
	uint64_t bytes = 0;
	struct lint_lines l;
	size_t n;

	if (!block)
		die_no_memory();
	v->report->member = STR("");
	if (leaf->name.len > v->path.len && str_starts_with(leaf->name, v->path))
		v->report->member = str_skip(leaf->name, v->path.len + 1);
	if (v->packed && leaf->kind == LEAF_TEXT && !lint_is_log(leaf->name, leaf->head)) {
		free(block);
		return;
	}
	keep_log(v, leaf->name);
	lint_lines_begin(&l, v->report);
	l.line = leaf->first_line - 1;
	l.quiet = leaf->kind == LEAF_EVENTLOG;
	while ((n = source_read(leaf->source, block, LIMIT_READ_BYTES))) {
		feed(&l, &carry, (struct str){ block, n });
		bytes += n;
	}
	if (carry.len)
		lint_lines_add(&l, buf_str(&carry));
	report_cut(&l, leaf, buf_str(&carry), bytes);
	lint_lines_end(&l);
	buf_release(&carry);
	free(block);
}

static void visit_report(struct walk_visitor *self, const struct walk_report *report)
{
	struct log_visitor *v = (struct log_visitor *)self;

	bool damaged = report->grade == GRADE_PARTIAL || report->grade == GRADE_FAILED;
	bool leaf = !strcmp(report->kind, "text") || !strcmp(report->kind, "eventlog");

	/* What was visited as a leaf has told its own end. */
	if (damaged && !leaf && report->note[0] && !v->damage[0])
		(void)snprintf(v->damage, sizeof(v->damage), "%s", report->note);
}

/* --- what failed ----------------------------------------------------------------------------- */

static bool is_failure(const struct finding *f)
{
	return f->severity >= SEVERITY_ERROR && f->evidence_count && f->role != ROLE_NOISE &&
	       f->role != ROLE_PERFORMANCE;
}

/* The first finding of application `app` that is a failure: findings are ranked. NULL: none. */
static const struct finding *failure_of(const struct diagnosis *d, size_t app,
					const struct log_visitor *logs)
{
	for (size_t i = 0; i < d->finding_count; i++) {
		const struct finding *f = &d->findings[i];

		if (f->application == app && is_failure(f) &&
		    (!logs || is_log_of(logs, f->evidence[0].source)))
			return f;
	}
	return NULL;
}

static void report_failures(struct lint_report *r, const struct diagnosis *d,
			    const struct log_visitor *logs, const struct lint_line_map *map)
{
	for (size_t app = 0; app < (d->application_count ? d->application_count : 1); app++) {
		const struct finding *f = failure_of(d, app, logs);
		struct lint_place at;

		if (!f)
			continue;
		at = (struct lint_place){ .line = f->evidence[0].line,
					  .col = 1,
					  .text = f->evidence[0].text };
		r->member = STR("");
		if (map)
			lint_line_map_place(map, &at);
		else if (f->evidence[0].source.len > r->path.len)
			r->member = str_skip(f->evidence[0].source, r->path.len + 1);
		lint_report_at(r, &lint_log_rules[LOG_FAILURE], at, STR_FMT " (" STR_FMT ")",
			       STR_ARG(f->title), STR_ARG(f->id));
	}
}

void lint_failures(struct lint_report *r, const struct diagnosis *d,
		   const struct lint_line_map *map)
{
	report_failures(r, d, NULL, map);
}

static void look_for_failures(const struct lint_file *f, struct lint_report *r,
			      const struct log_visitor *logs)
{
	struct diagnose_options options = {
		.paths = &f->path,
		.path_count = 1,
		.since_ms = TIME_NONE,
		.until_ms = TIME_NONE,
		.jobs = 1,
	};
	/* The walk for the lines has told what cannot be read. */
	struct arena arena = ARENA_INIT((size_t)16 << 20);
	struct diag_recorder unused;
	struct diagnosis *d;

	if (!lint_engine_wants(r->engine, &lint_log_rules[LOG_FAILURE]))
		return;
	diag_recorder_init(&unused, &arena);
	d = diagnose_with(lint_engine_catalogue(r->engine), &options, &unused.sink);
	report_failures(r, d, logs, NULL);
	diagnosis_free(d);
	arena_release(&arena);
}

static bool names_log(struct str path)
{
	size_t at = path.len;

	while (at && path.ptr[at - 1] != '/')
		at--;
	return str_find(str_skip(path, at), STR("log")) >= 0;
}

/* Above this size a commit does not wait for the content. */
static bool is_readable(const struct lint_file *f, struct lint_report *r, bool is_log)
{
	if (r->size_bytes <= LIMIT_LINT_READ_BYTES)
		return true;
	diag_report(r->diags, is_log ? DIAG_ERROR : DIAG_NOTE, "limit-lint-read", f->path, 0,
		    "%" PRIu64 " MiB: above %d MiB only a log's size is looked at",
		    r->size_bytes >> 20, (int)(LIMIT_LINT_READ_BYTES >> 20));
	r->trouble |= is_log;
	return false;
}

static void report_size(struct lint_report *r)
{
	r->member = STR("");
	if (r->size_bytes > LIMIT_LINT_LOG_BYTES)
		lint_report_add(r, &lint_log_rules[LOG_OVERSIZED], 1, 1, 0,
				"%" PRIu64 " MiB; the limit is %d MiB", r->size_bytes >> 20,
				LIMIT_LINT_LOG_BYTES >> 20);
}

void lint_logs(const struct lint_file *f, struct lint_report *r)
{
	struct walk_input input = { .path = f->path, .name = f->path };
	struct log_visitor v = {
		.visitor = { visit_leaf, visit_report },
		.report = r,
		.path = f->path,
	};
	bool is_log;

	if (f->kind == LINT_NOTEBOOK) {
		lint_notebook(f, r);
		return;
	}
	v.packed = !lint_is_log(f->path, f->text);
	is_log = !v.packed || names_log(f->path);
	if (is_readable(f, r, is_log)) {
		walk_input(&input, &v.visitor, r->diags);
		/* An archive without logs is none of our business. */
		is_log |= v.log_count != 0;
		r->member = STR("");
		if (is_log && v.damage[0])
			lint_report_at(r, &lint_log_rules[LOG_TRUNCATED],
				       (struct lint_place){ .line = 1, .col = 1 }, "%s", v.damage);
		if (v.log_count)
			look_for_failures(f, r, &v);
	}
	if (is_log)
		report_size(r);
	free(v.logs);
}

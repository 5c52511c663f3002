/* The screen: what the person on call sees first. */
#include "base/base.h"
#include "diagnose/render_formats.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/quantity.h"
#include "base/utf8.h"

enum {
	LABEL_COLUMNS = 13,
	WIDTH_MIN = 60,
	WIDTH_MAX = 110,
	PROOFS_SHOWN = 2,
	ALSO_SHOWN = 4,
	INPUTS_SHOWN = 5,
	LINES_PER_PROOF = 3,
	PARAGRAPH_BYTES = 1 << 16,
	HEAD_SHOWN = 48,
	TELLING_BEFORE = 32,
};

enum style { STYLE_NONE, STYLE_BAD, STYLE_GOOD, STYLE_WARN, STYLE_BOLD, STYLE_DIM };

struct screen {
	const struct diagnosis *d;
	const struct render_options *o;
	struct buf *out;
	size_t width;
	size_t common; /* bytes that all sources begin with: shown once */
	bool ok;
};

static void put(struct screen *s, struct str text)
{
	s->ok = s->ok && buf_add(s->out, text);
}

static void styled(struct screen *s, enum style style, struct str text)
{
	static const char *const codes[] = {
		[STYLE_NONE] = "",	   [STYLE_BAD] = "\x1b[1;31m", [STYLE_GOOD] = "\x1b[32m",
		[STYLE_WARN] = "\x1b[33m", [STYLE_BOLD] = "\x1b[1m",   [STYLE_DIM] = "\x1b[2m",
	};
	bool color = s->o->color && style != STYLE_NONE;

	if (color)
		put(s, str_from(codes[style]));
	put(s, text);
	if (color)
		put(s, STR("\x1b[0m"));
}

static void spaces(struct screen *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(s, STR(" "));
}

/* Bytes of `text` that fit into `columns`, broken at a blank where there is one. */
static size_t fitting(struct str text, size_t columns)
{
	size_t used = 0, at = 0, blank = 0;

	while (at < text.len && used < columns) {
		size_t n = utf8_sequence(str_skip(text, at));

		if (text.ptr[at] == ' ')
			blank = at;
		at += n ? n : 1;
		used++;
	}
	if (at == text.len || text.ptr[at] == ' ')
		return at;
	return blank ? blank : at;
}

/* A labelled paragraph, wrapped and indented; at most `lines` lines, 0: all. */
static void paragraph(struct screen *s, const char *label, enum style style, struct str text,
		      size_t lines)
{
	struct buf flat = BUF_INIT(PARAGRAPH_BYTES);
	size_t label_len = strlen(label);

	spaces(s, label[0] && label[0] >= 'A' && label[0] <= 'Z' ? 0 : 2);
	styled(s, style, str_from(label));
	spaces(s, LABEL_COLUMNS - label_len - (label[0] >= 'A' && label[0] <= 'Z' ? 0 : 2));
	if (!buf_add(&flat, str_trim(text)))
		s->ok = false;
	/* Catalogue texts are wrapped where they were written: here they wrap anew. */
	for (size_t i = 0; i < flat.len; i++)
		if (flat.ptr[i] == '\n')
			flat.ptr[i] = ' ';
	text = buf_str(&flat);
	for (size_t n = 1; text.len; n++) {
		size_t take = fitting(text, s->width - LABEL_COLUMNS);
		bool last = n == lines && take < text.len;

		if (last)
			take = fitting(text, s->width - LABEL_COLUMNS - 4);
		put(s, str_trim((struct str){ text.ptr, take }));
		text = str_trim(str_skip(text, take));
		if (last) {
			put(s, STR(" ..."));
			break;
		}
		if (text.len) {
			put(s, STR("\n"));
			spaces(s, LABEL_COLUMNS);
		}
	}
	put(s, STR("\n"));
	buf_release(&flat);
}

/* --- header ---------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum style style;
} outcomes[] = {
	[OUTCOME_UNKNOWN] = { "outcome unknown", STYLE_WARN },
	[OUTCOME_SUCCEEDED] = { "SUCCEEDED", STYLE_GOOD },
	[OUTCOME_FAILED] = { "FAILED", STYLE_BAD },
	[OUTCOME_KILLED] = { "KILLED", STYLE_WARN },
};

static void application_line(struct screen *s, const struct application *a)
{
	struct buf left = BUF_INIT(PARAGRAPH_BYTES), right = BUF_INIT(256);
	int64_t took =
		a->start_ms != TIME_NONE && a->end_ms != TIME_NONE ? a->end_ms - a->start_ms : -1;
	size_t used, end;

	s->ok = s->ok && render_identity(&left, a) &&
		buf_add(&right, str_from(outcomes[a->outcome].text));
	if (s->ok && took > 0 && a->outcome != OUTCOME_UNKNOWN) {
		s->ok = buf_add(&right, STR(" after "));
		quantity_show_ms(&right, took);
	}
	used = utf8_columns(buf_str(&left));
	end = utf8_columns(buf_str(&right));
	styled(s, STYLE_BOLD, buf_str(&left));
	if (used + 2 + end > s->width) {
		put(s, STR("\n"));
		spaces(s, s->width > end ? s->width - end : 0);
	} else {
		spaces(s, s->width - used - end);
	}
	styled(s, outcomes[a->outcome].style, buf_str(&right));
	put(s, STR("\n"));
	buf_release(&left);
	buf_release(&right);
}

/* --- findings -------------------------------------------------------------------------------- */

/* "yarn-logs.txt:1713", and whose log it is when that is known. */
static void add_source(struct screen *s, struct buf *b, const struct evidence *e)
{
	s->ok = s->ok && render_safe(b, str_skip(e->source, s->common)) &&
		buf_addf(b, ":%" PRIu32, e->line);
	if (s->ok && e->executor.len)
		s->ok = buf_add(b, STR(" (executor ")) && render_safe(b, e->executor) &&
			buf_add(b, STR(")"));
}

/* A long line: its beginning (time, level, logger), then from what matters on. */
static void add_telling(struct screen *s, struct buf *b, const struct evidence *e)
{
	struct str text = e->text;

	if (!s->o->verbose && e->telling_at > HEAD_SHOWN + TELLING_BEFORE) {
		s->ok = s->ok && render_safe(b, (struct str){ text.ptr, HEAD_SHOWN }) &&
			buf_add(b, STR(" ... "));
		text = str_skip(text, e->telling_at);
	}
	s->ok = s->ok && render_safe(b, str_trim(text));
}

static void show_proof(struct screen *s, const struct evidence *e, bool first)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	add_source(s, &b, e);
	s->ok = s->ok && buf_add(&b, STR("  "));
	add_telling(s, &b, e);
	paragraph(s, first ? "proof" : "", STYLE_DIM, buf_str(&b),
		  s->o->verbose ? 0 : LINES_PER_PROOF);
	buf_release(&b);
}

static void show_proofs(struct screen *s, const struct finding *f)
{
	size_t most = s->o->verbose > 1 ? f->evidence_count : s->o->verbose ? 8 : PROOFS_SHOWN;
	size_t shown = 0, last = 0;

	for (size_t i = 0; i < f->evidence_count && shown < most; i++) {
		if (i && render_same_proof(&f->evidence[i], &f->evidence[last]))
			continue;
		show_proof(s, &f->evidence[i], !shown);
		last = i;
		shown++;
	}
	if (f->count > shown) {
		struct buf b = BUF_INIT(PARAGRAPH_BYTES);

		s->ok = s->ok && buf_addf(&b, "seen %" PRIu64 " times", f->count);
		if (s->ok && f->last_ms != TIME_NONE) {
			s->ok = buf_add(&b, STR(", last at "));
			clock_show_time(&b, f->last_ms);
		}
		if (s->ok && !s->o->verbose)
			s->ok = buf_add(&b, STR(" (-v lists them)"));
		paragraph(s, "", STYLE_NONE, buf_str(&b), 0);
		buf_release(&b);
	}
}

static void add_list(struct screen *s, struct buf *b, const char *what, const struct str_list *list)
{
	if (!list->count)
		return;
	s->ok = s->ok && buf_addf(b, "%s%s", b->len ? "  " : "", what);
	for (size_t i = 0; s->ok && i < list->count && i < 6; i++)
		s->ok = buf_add(b, STR(" ")) && render_safe(b, list->items[i]);
	if (s->ok && list->count > 6)
		s->ok = buf_addf(b, " ... %zu in all", list->count);
}

static void show_where(struct screen *s, const struct finding *f)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	if (f->user_frame.len)
		s->ok = s->ok && buf_add(&b, STR("your code: ")) && render_safe(&b, f->user_frame);
	add_list(s, &b, "executor", &f->where.executors);
	add_list(s, &b, "host", &f->where.hosts);
	add_list(s, &b, "stage", &f->where.stages);
	if (b.len)
		paragraph(s, "where", STYLE_DIM, buf_str(&b), 0);
	buf_release(&b);
}

static void show_fix(struct screen *s, const struct fix *x, bool first)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	for (size_t i = 0; s->ok && i < x->set_count; i++)
		s->ok = buf_add(&b, STR("--conf ")) && render_safe(&b, x->set[i].key) &&
			buf_add(&b, STR("=")) && render_safe(&b, x->set[i].value) &&
			buf_add(&b, STR("  "));
	if (s->ok && x->set_count && x->now.len)
		s->ok = buf_add(&b, STR("(now ")) && render_safe(&b, x->now) &&
			buf_add(&b, STR(")  "));
	s->ok = s->ok && buf_add(&b, x->text);
	if (s->ok && x->computed_from.len)
		s->ok = buf_add(&b, STR(": ")) && render_safe(&b, x->computed_from);
	paragraph(s, first ? "fix" : "", STYLE_GOOD, buf_str(&b), s->o->verbose ? 0 : 4);
	buf_release(&b);
}

static void show_fixes(struct screen *s, const struct finding *f)
{
	size_t most = s->o->verbose ? f->fix_count : 2;

	for (size_t i = 0; i < f->fix_count && i < most; i++)
		show_fix(s, &f->fixes[i], !i);
}

static void show_headline(struct screen *s, const struct finding *f)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);
	const char *headline = render_headline(s->d, f);
	bool bad = f->severity >= SEVERITY_ERROR;

	s->ok = s->ok && render_safe(&b, f->title) && buf_add(&b, STR("  [")) &&
		buf_add(&b, f->id) && buf_add(&b, STR("]"));
	paragraph(s, headline, bad ? STYLE_BAD : STYLE_WARN, buf_str(&b), 0);
	buf_release(&b);
}

static void show_confidence(struct screen *s, const struct finding *f)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	s->ok = s->ok && buf_addf(&b, "%.2f", f->confidence);
	if (s->ok && f->disproof.len)
		s->ok = buf_add(&b, STR(". Would change with: ")) && buf_add(&b, f->disproof) &&
			buf_add(&b, STR("."));
	paragraph(s, "confidence", STYLE_DIM, buf_str(&b), 0);
	if (s->o->verbose && f->see_in_ui.len)
		paragraph(s, "in the UI", STYLE_DIM, f->see_in_ui, 0);
	buf_release(&b);
}

static void show_finding(struct screen *s, size_t index, unsigned parts)
{
	const struct finding *f = &s->d->findings[index];
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	show_headline(s, f);
	if (f->why.len && parts & FINDING_WHY)
		paragraph(s, "why", STYLE_DIM, f->why, s->o->verbose ? 0 : 4);
	if (parts & FINDING_PROOF)
		show_proofs(s, f);
	if (parts & FINDING_WHERE)
		show_where(s, f);
	if (parts & FINDING_FIX)
		show_fixes(s, f);
	if (f->explains_count && parts & FINDING_CHAIN) {
		s->ok = s->ok && render_chain(&b, s->d, index);
		paragraph(s, "chain", STYLE_DIM, buf_str(&b), 0);
	}
	if (parts & FINDING_CONFIDENCE)
		show_confidence(s, f);
	buf_release(&b);
}

static void show_also(struct screen *s, size_t root)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < s->d->finding_count; i++) {
		const struct finding *f = &s->d->findings[i];
		struct buf b = BUF_INIT(PARAGRAPH_BYTES);

		if (f->role == ROLE_NOISE || i == root ||
		    f->application != s->d->findings[root].application ||
		    (!s->o->verbose && render_in_chain(s->d, root, i)))
			continue;
		if (!s->o->verbose && shown == ALSO_SHOWN) {
			left++;
			continue;
		}
		s->ok = s->ok && render_safe(&b, f->title) && buf_add(&b, STR("  [")) &&
			buf_add(&b, f->id) && buf_add(&b, STR("]"));
		if (s->ok && f->evidence_count) {
			s->ok = buf_add(&b, STR("  "));
			add_source(s, &b, &f->evidence[0]);
		}
		if (s->ok && f->count > 1)
			s->ok = buf_addf(&b, "  %" PRIu64 "x", f->count);
		if (!shown)
			put(s, STR("\n"));
		paragraph(s, shown ? "" : "ALSO", STYLE_BOLD, buf_str(&b), s->o->verbose ? 0 : 3);
		shown++;
		buf_release(&b);
	}
	if (left) {
		struct buf b = BUF_INIT(128);

		s->ok = s->ok && buf_addf(&b, "and %zu more (-v)", left);
		paragraph(s, "", STYLE_NONE, buf_str(&b), 0);
		buf_release(&b);
	}
}

/* --- footer ---------------------------------------------------------------------------------- */

static void show_absent(struct screen *s)
{
	for (size_t i = 0; i < s->d->absent_count; i++)
		paragraph(s, i ? "" : "NOT HERE", STYLE_BOLD, s->d->absent[i], 0);
}

static void show_clock(struct screen *s)
{
	bool first = true;

	for (size_t i = 0; i < s->d->application_count; i++) {
		if (!s->d->applications[i].clock_note.len)
			continue;
		paragraph(s, first ? "CLOCK" : "", STYLE_BOLD, s->d->applications[i].clock_note, 0);
		first = false;
	}
}

static void show_damage(struct screen *s)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);
	size_t n = 0;

	for (size_t i = 0; i < s->d->input_count; i++) {
		const struct input_status *in = &s->d->inputs[i];

		if (in->grade != GRADE_PARTIAL && in->grade != GRADE_FAILED &&
		    (in->grade != GRADE_SKIPPED || !s->o->verbose))
			continue;
		if (n++ >= INPUTS_SHOWN && !s->o->verbose)
			continue;
		buf_clear(&b);
		s->ok = s->ok && render_safe(&b, str_skip(in->path, s->common)) &&
			buf_add(&b, STR(": ")) && render_safe(&b, in->note);
		paragraph(s, n == 1 ? "INCOMPLETE" : "", STYLE_WARN, buf_str(&b), 2);
	}
	buf_clear(&b);
	if (n > INPUTS_SHOWN && !s->o->verbose) {
		s->ok = s->ok && buf_addf(&b, "... and %zu more (-v lists them)", n - INPUTS_SHOWN);
		paragraph(s, "", STYLE_WARN, buf_str(&b), 1);
	}
	buf_release(&b);
}

static void show_read(struct screen *s)
{
	struct buf b = BUF_INIT(PARAGRAPH_BYTES);

	s->ok = s->ok && render_read(&b, s->d, s->common);
	paragraph(s, "READ", STYLE_DIM, buf_str(&b), 0);
	buf_release(&b);
}

static void show_nothing(struct screen *s, enum outcome outcome)
{
	if (s->d->lines_read) {
		paragraph(s, "", STYLE_NONE, str_from(render_nothing(outcome)), 0);
		return;
	}
	paragraph(s, "", STYLE_NONE, STR("Nothing was recognised as a log."), 0);
	for (size_t i = 0; i < s->d->input_count && i < INPUTS_SHOWN; i++) {
		const struct input_status *in = &s->d->inputs[i];
		struct buf b = BUF_INIT(PARAGRAPH_BYTES);

		s->ok = s->ok && render_safe(&b, in->path) && buf_add(&b, STR(": ")) &&
			render_safe(&b, in->note.len ? in->note : in->kind);
		paragraph(s, "", STYLE_NONE, buf_str(&b), 2);
		buf_release(&b);
	}
}

static void show_noise(struct screen *s)
{
	bool first = true;

	for (size_t i = 0; i < s->d->finding_count; i++) {
		const struct finding *f = &s->d->findings[i];
		struct buf b = BUF_INIT(PARAGRAPH_BYTES);

		if (f->role == ROLE_NOISE) {
			s->ok = s->ok && render_safe(&b, f->title) && buf_add(&b, STR("  [")) &&
				buf_add(&b, f->id) && buf_addf(&b, "]  %" PRIu64 "x", f->count);
			paragraph(s, first ? "HARMLESS" : "", STYLE_DIM, buf_str(&b), 2);
			first = false;
		}
		buf_release(&b);
	}
}

static void show_application(struct screen *s, const struct application *a)
{
	ptrdiff_t root = render_root_of(s->d, (size_t)(a - s->d->applications));

	if (a != s->d->applications)
		put(s, STR("\n"));
	if (s->d->lines_read) {
		application_line(s, a);
		put(s, STR("\n"));
	}
	if (root >= 0) {
		show_finding(s, (size_t)root, FINDING_ALL);
		show_also(s, (size_t)root);
	} else {
		show_nothing(s, a->outcome);
	}
}

static struct screen screen_of(const struct diagnosis *d, const struct render_options *o,
			       struct buf *out)
{
	struct screen s = { .d = d,
			    .o = o,
			    .out = out,
			    .width = o->columns,
			    .common = render_common_prefix(d),
			    .ok = true };

	if (s.width < WIDTH_MIN)
		s.width = WIDTH_MIN;
	if (s.width > WIDTH_MAX)
		s.width = WIDTH_MAX;
	return s;
}

bool render_finding(const struct diagnosis *d, size_t i, const struct render_options *o,
		    unsigned parts, struct buf *out)
{
	struct screen s = screen_of(d, o, out);

	show_finding(&s, i, parts);
	return s.ok;
}

bool render_greeting(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	struct screen s = screen_of(d, o, out);
	const struct finding *root = diagnosis_root(d);
	size_t application = root ? root->application : 0;

	if (d->lines_read && application < d->application_count)
		application_line(&s, &d->applications[application]);
	if (root) {
		show_headline(&s, root);
		if (root->evidence_count)
			show_proof(&s, &root->evidence[0], true);
		if (root->fix_count)
			show_fix(&s, &root->fixes[0], true);
	} else {
		show_nothing(&s, d->verdict);
	}
	if (d->application_count > 1) {
		struct buf b = BUF_INIT(256);

		s.ok = s.ok &&
		       buf_addf(&b, "%zu applications: runs lists them, use ID looks at one",
				d->application_count);
		paragraph(&s, "ALSO", STYLE_DIM, buf_str(&b), 0);
		buf_release(&b);
	}
	show_damage(&s);
	show_read(&s);
	return s.ok;
}

bool render_text(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	struct screen s = screen_of(d, o, out);

	for (size_t i = 0; i < d->application_count; i++)
		show_application(&s, &d->applications[i]);
	if (o->all)
		show_noise(&s);
	put(&s, STR("\n"));
	show_absent(&s);
	show_clock(&s);
	show_damage(&s);
	show_read(&s);
	return s.ok;
}

/* A diagnosis in the formats of lint: each finding is a report of the rule of its pattern, and the
 * cause stays first. */
#include "base/base.h"
#include "diagnose/render_formats.h"

#include "base/limits.h"
#include "diagnose/lint_formats.h"
#include "diagnose/mask.h"

#define REPORT_BYTES_MAX ((size_t)256 << 20)

struct converter {
	struct lint_result result;
	struct lint_rule *rules; /* one per pattern that was found */
	size_t rule_count;
};

static const char *keep_text(struct converter *c, struct str s)
{
	char *copy = arena_alloc(&c->result.arena, s.len + 1);

	if (!copy)
		die_no_memory();
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static struct str keep_masked(struct converter *c, struct str s)
{
	struct buf masked = BUF_INIT((size_t)1 << 20);
	struct str copy = STR("");

	if (!mask_secrets(&masked, s) || !arena_str(&c->result.arena, buf_str(&masked), &copy))
		copy = STR("");
	buf_release(&masked);
	return copy;
}

/* The first fix in words, with the settings it names. */
static const char *fix_of(struct converter *c, const struct finding *f)
{
	struct buf text = BUF_INIT((size_t)1 << 16);
	const char *kept;
	bool ok;

	if (!f->fix_count)
		return "See what caused it.";
	ok = buf_add(&text, str_trim(f->fixes[0].text));
	for (size_t i = 0; ok && i < f->fixes[0].set_count; i++)
		ok = buf_addf(&text, " --conf " STR_FMT "=" STR_FMT,
			      STR_ARG(f->fixes[0].set[i].key), STR_ARG(f->fixes[0].set[i].value));
	kept = keep_text(c, buf_str(&text));
	buf_release(&text);
	return kept;
}

static const struct lint_rule *rule_of(struct converter *c, const struct finding *f)
{
	struct lint_rule *rule;

	for (size_t i = 0; i < c->rule_count; i++)
		if (str_eq(f->id, str_from(c->rules[i].id)))
			return &c->rules[i];
	rule = &c->rules[c->rule_count++];
	*rule = (struct lint_rule){
		.id = keep_text(c, f->id),
		.severity = f->severity,
		.family = keep_text(c, f->category),
		.title = keep_text(c, f->title),
		.why = keep_text(c, str_trim(f->why)),
		.fix = fix_of(c, f),
	};
	if (!rule->why[0])
		rule->why = rule->title;
	return rule;
}

static void add_finding(struct converter *c, const struct finding *f)
{
	struct lint_item *item = &c->result.items[c->result.count++];

	*item = (struct lint_item){ .rule = rule_of(c, f), .message = keep_masked(c, f->title) };
	if (f->evidence_count) {
		const struct evidence *e = &f->evidence[0];

		if (!str_cut(e->source, '!', &item->path, &item->member))
			item->path = e->source;
		item->line = e->line;
		item->snippet = keep_masked(c, e->text);
	}
	/* Of the pattern and where, so that it is the same finding in tomorrow's run. */
	item->fingerprint = str_hash(str_hash(STR_HASH_BASIS, f->id), item->member);
}

static int compare_str(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool is_found(const struct lint_result *r, struct str path)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_eq(r->items[i].path, path))
			return true;
	return false;
}

/* The files that were named or found and that no finding is about, without what is inside them. */
static void add_files(struct converter *c, const struct diagnosis *d)
{
	struct lint_result *r = &c->result;
	size_t count = 0, kept = 0;

	r->files = arena_alloc(&r->arena, (d->input_count + 1) * sizeof(*r->files));
	if (!r->files)
		die_no_memory();
	for (size_t i = 0; i < d->input_count; i++) {
		struct str member;

		(void)str_cut(d->inputs[i].path, '!', &r->files[count], &member);
		count += !is_found(r, r->files[count]);
	}
	if (count)
		qsort(r->files, count, sizeof(*r->files), compare_str);
	for (size_t i = 0; i < count; i++)
		if (!kept || !str_eq(r->files[kept - 1], r->files[i]))
			r->files[kept++] = r->files[i];
	r->file_count = kept;
}

static bool render_as(const struct diagnosis *d, const struct render_options *o, struct buf *out,
		      bool (*render)(const struct lint_result *r, struct buf *out))
{
	struct converter c = { .result = { .arena = ARENA_INIT(REPORT_BYTES_MAX) } };
	size_t room = d->finding_count ? d->finding_count : 1;
	bool ok;

	c.rules = calloc(room, sizeof(*c.rules));
	c.result.items = calloc(room, sizeof(*c.result.items));
	if (!c.rules || !c.result.items)
		die_no_memory();
	for (size_t i = 0; i < d->finding_count; i++)
		if (o->all || d->findings[i].role != ROLE_NOISE)
			add_finding(&c, &d->findings[i]);
	add_files(&c, d);
	ok = render(&c.result, out);
	free(c.result.items);
	free(c.rules);
	arena_release(&c.result.arena);
	return ok;
}

bool render_sarif(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	return render_as(d, o, out, lint_render_sarif);
}

bool render_junit(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	return render_as(d, o, out, lint_render_junit);
}

bool render_github(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	return render_as(d, o, out, lint_render_github);
}

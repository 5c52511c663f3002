#include "base/base.h"
#include "diagnose/test_patterns.h"

#include "base/limits.h"
#include "diagnose/render_formats.h"
#include "parsers/record.h"
#include "parsers/walk.h"

struct tester {
	struct walk_visitor visitor; /* first member */
	const struct matcher *matcher;
	struct matcher_scratch *block_scratch, *record_scratch;
	struct record_cutter cutter;
	struct buf *out;
	bool ok;
};

static void test_one(struct tester *t, const struct leaf *leaf, const struct record *r,
		     uint32_t pattern)
{
	const struct pattern *p = matcher_pattern(t->matcher, pattern);
	uint32_t line = record_line_at(r, 0, leaf->first_line);
	struct match m;
	enum match_result result =
		matcher_match(t->matcher, t->record_scratch, pattern, r->text, 0, &m);

	t->ok = t->ok && render_safe(t->out, leaf->name) &&
		buf_addf(t->out, ":%" PRIu32 ": " STR_FMT ": %s", line, STR_ARG(p->id),
			 result == MATCH_YES  ? "matches"
			 : result == MATCH_NO ? "has the literal, the regex does not match"
					      : "gave up: too many steps");
	for (size_t i = 0; t->ok && result == MATCH_YES && i < m.capture_count; i++)
		t->ok = buf_addf(t->out, " " STR_FMT "=", STR_ARG(m.captures[i].spec->name)) &&
			render_safe(t->out, m.captures[i].text);
	t->ok = t->ok && buf_add_char(t->out, '\n');
}

static void test_block(struct tester *t, const struct leaf *leaf, struct str block)
{
	size_t count, i = 0, floor = 0;
	const struct candidate *c = matcher_scan(t->matcher, t->block_scratch, block, &count);
	struct record r;

	record_block_begin(&t->cutter, block);
	while (t->ok && i < count) {
		if (c[i].end <= floor) {
			i++;
			continue;
		}
		record_cut(&t->cutter, block, floor, c[i].end - 1, &r);
		for (size_t first = i; i < count && c[i].end <= r.end; i++) {
			bool seen = false;

			for (size_t k = first; k < i; k++)
				seen |= c[k].pattern == c[i].pattern;
			if (!seen)
				test_one(t, leaf, &r, c[i].pattern);
		}
		floor = r.end;
	}
}

/* Made for the log at hand while a pattern is written: the first 64 MiB suffice. */
static void test_leaf(struct walk_visitor *visitor, const struct leaf *leaf)
{
	struct tester *t = (struct tester *)visitor;
	size_t capacity = (size_t)64 << 20, len;
	char *bytes;

	if (leaf->kind != LEAF_TEXT)
		return;
	bytes = malloc(capacity);
	if (!bytes)
		die_no_memory();
	len = source_read_full(leaf->source, bytes, capacity);
	record_bid(&t->cutter, (struct str){ bytes, len });
	test_block(t, leaf, (struct str){ bytes, len });
	free(bytes);
}

static void no_report(struct walk_visitor *visitor, const struct walk_report *report)
{
	(void)visitor;
	(void)report;
}

bool test_patterns(const struct matcher *m, struct str path, struct buf *out,
		   struct diag_sink *diags)
{
	struct tester t = { .visitor = { test_leaf, no_report },
			    .matcher = m,
			    .block_scratch = matcher_scratch_new(m),
			    .record_scratch = matcher_scratch_new(m),
			    .out = out,
			    .ok = true };
	struct arena arena = ARENA_INIT((size_t)64 << 20);
	struct walk_inputs inputs;
	bool found = walk_expand(&path, 1, &arena, &inputs, diags);

	record_cutter_init(&t.cutter);
	for (size_t i = 0; i < inputs.count; i++)
		walk_input(&inputs.items[i], &t.visitor, diags);
	record_cutter_release(&t.cutter);
	matcher_scratch_free(t.block_scratch);
	matcher_scratch_free(t.record_scratch);
	arena_release(&arena);
	return found && t.ok;
}

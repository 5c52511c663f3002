#include "base/base.h"
#include "patterns/pack.h"
#include "tests/unit/test.h"

#define HEAD                                                                                    \
	"- id: pack-sample\n  title: A sample\n  severity: error\n  role: root\n  where: any\n" \
	"  literal: zebra crossing\n  hit:\n    - text: zebra crossing 7\n"

struct sample {
	struct arena arena;
	struct diag_recorder diags;
	struct pack *pack;
};

static void sample_read(struct sample *s, struct str text)
{
	*s = (struct sample){ .arena = ARENA_INIT(1 << 20), .pack = pack_new() };
	diag_recorder_init(&s->diags, &s->arena);
	pack_add_text(s->pack, STR("some/dir/animals.yaml"), text, &s->diags.sink);
}

static void sample_release(struct sample *s)
{
	pack_free(s->pack);
	arena_release(&s->arena);
}

TEST(pack_reads_every_field)
{
	struct sample s;
	const struct pattern *p;

	sample_read(&s, STR(HEAD "  match: 'zebra (?<executor>x)?crossing (?<n>\\d+)'\n"
				 "  captures: {n: int}\n  group_by: n\n  only_in: [executor, am]\n"
				 "  level: [WARN, ERROR]\n  outcome: failed\n  authority: 5\n"
				 "  fact: app-end\n  binds: driver\n  terminal: true\n"
				 "  survivable: true\n  after_stop: noise\n  needs: [b]\n"
				 "  unless: [a, b]\n  refuted_by: [a]\n  status: unproven\n"
				 "  explains: [a, {id: b, same: host}]\n  versions: [3.4, 3.5]\n"
				 "  why: |\n    Because.\n    Really.\n  see_in_ui: Stages tab\n"
				 "  fixes:\n    - conf: raise-it\n    - conf: Set it\n"
				 "      set: {spark.a: 1}\n    - data: Less\n  miss: [zebra]\n"));
	CHECK(s.diags.sink.count[DIAG_ERROR] == 0);
	CHECK(pack_count(s.pack) == 1);
	p = pack_pattern(s.pack, 0);
	CHECK_STR(p->category, STR("animals"));
	CHECK_STR(p->file, STR("some/dir/animals.yaml"));
	CHECK(p->line == 1);
	CHECK(p->where == 0 && p->only_in == (1u << 3 | 1u << 1));
	CHECK(p->levels == (1u << 3 | 1u << 4));
	CHECK(p->outcome == OUTCOME_FAILED && p->authority == 5 && p->fact == FACT_APP_END);
	CHECK(p->binds == 1 && p->terminal && p->noise_after_stop && p->unproven);
	CHECK(p->survivable && p->needs_count == 1 && p->unless_count == 2);
	CHECK_STR(p->unless[1], STR("b"));
	CHECK(p->refuter_count == 1);
	CHECK_STR(p->refuters[0], STR("a"));
	CHECK(p->explains_count == 2 && p->explains[0].same == SAME_APP);
	CHECK_STR(p->explains[1].id, STR("b"));
	CHECK(p->explains[1].same == SAME_HOST);
	CHECK_STR(p->versions, STR("3.4, 3.5"));
	CHECK_STR(p->why, STR("Because.\nReally."));
	CHECK(p->capture_count == 2 && p->captures[0].type == CAPTURE_INT);
	CHECK(p->captures[1].place == PLACE_EXECUTOR);
	CHECK(p->fix_count == 3 && p->fixes[0].computed && !p->fixes[1].computed);
	CHECK_STR(p->fixes[1].set[0].value, STR("1"));
	CHECK(p->fixes[2].kind == FIX_DATA);
	CHECK(p->literal_count == 1 && p->miss_count == 1 && p->hit_count == 1);
	sample_release(&s);
}

TEST(pack_leaves_out_only_the_defective_pattern)
{
	struct sample s;

	sample_read(&s,
		    STR("- id: pack-broken\n  colour: red\n" HEAD "  match: zebra crossing \\d\n"));
	CHECK(pack_count(s.pack) == 1);
	CHECK(s.diags.sink.count[DIAG_ERROR] > 0);
	CHECK_STR(s.diags.first->diag.loc.file, STR("some/dir/animals.yaml"));
	CHECK(s.diags.first->diag.loc.line == 2);
	sample_release(&s);
}

TEST(pack_derives_a_literal)
{
	struct sample s;

	sample_read(&s, STR("- id: pack-derived\n  title: x\n  severity: info\n  role: noise\n"
			    "  where: [driver]\n  match: '\\d+ zebras'\n"
			    "  hit:\n    - text: 7 zebras\n"));
	CHECK(pack_count(s.pack) == 1);
	CHECK_STR(pack_pattern(s.pack, 0)->literals[0], STR(" zebras"));
	CHECK(pack_pattern(s.pack, 0)->where == 1);
	sample_release(&s);
}

TEST(pack_of_nothing_is_empty)
{
	struct sample s;

	sample_read(&s, (struct str){ NULL, 0 });
	CHECK(pack_count(s.pack) == 0 && s.diags.sink.count[DIAG_ERROR] == 0);
	sample_release(&s);
	sample_read(&s, STR("# only a comment\n"));
	CHECK(pack_count(s.pack) == 0 && s.diags.sink.count[DIAG_ERROR] == 0);
	sample_release(&s);
}

TEST(pack_survives_any_bytes)
{
	static const char *const texts[] = {
		"\xff\xfe",
		"- \xff",
		"{",
		"- [",
		"- {id: [a]}",
		"- {? [a] : b}",
		"- - -",
		"- ''",
		"- {id: x, id: y}",
		"&a [*a]",
		"--- a\n--- b\n",
		"- {hit: [{captures: []}]}",
		"- {fixes: {}}",
		"- {explains: [{same: x}]}",
		"- {match: \"\\0(\"}",
		"%YAML 9",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct sample s;

		sample_read(&s, str_from(texts[i]));
		CHECK(pack_count(s.pack) == 0);
		CHECK(s.diags.sink.count[DIAG_ERROR] > 0);
		sample_release(&s);
	}
}

TEST(pack_every_cut_of_a_file_is_survived)
{
	static const char text[] =
		HEAD "  match: 'zebra crossing (?<n>\\d+)'\n  captures: {n: int}\n"
		     "  explains: [a, {id: b, same: host}]\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct sample s;

		sample_read(&s, (struct str){ text, len });
		CHECK(pack_count(s.pack) <= 1);
		sample_release(&s);
	}
}

TEST(pack_missing_path_is_reported)
{
	struct arena arena = ARENA_INIT(1 << 16);
	struct diag_recorder diags;
	struct pack *pack = pack_new();

	diag_recorder_init(&diags, &arena);
	pack_add_path(pack, STR("tests/no/such/dir"), &diags.sink);
	CHECK(diags.sink.count[DIAG_ERROR] == 1);
	pack_free(pack);
	arena_release(&arena);
}

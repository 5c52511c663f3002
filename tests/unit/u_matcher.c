#include "base/base.h"

#include <pthread.h>

#include "patterns/catalogue.h"
#include "patterns/matcher.h"
#include "patterns/pack.h"
#include "tests/unit/test.h"

static const char animals[] =
	"- id: matcher-zebra\n  title: z\n  severity: info\n  role: noise\n  where: any\n"
	"  literal: [striped zebra, zebra crossing]\n"
	"  match: '(?:striped zebra|zebra crossing) (?<executor>\\d+)(?: weighs (?<weight>[\\d.]+ "
	"?[KMG]B))?(?: ran (?<ran>[\\d:]+))?(?: ratio (?<ratio>[\\d.e+-]+))?(?: count "
	"(?<count>\\S+))?'\n"
	"  captures: {weight: bytes, ran: sec, ratio: float, count: int}\n"
	"  hit: [{text: x}]\n"
	"- id: matcher-crossing\n  title: c\n  severity: info\n  role: noise\n  where: any\n"
	"  literal: zebra crossing\n  match: zebra crossing\n  hit: [{text: x}]\n"
	"- id: matcher-runaway\n  title: r\n  severity: info\n  role: noise\n  where: any\n"
	"  literal: aaaaaa\n  match: '(a|aa)+$b'\n  hit: [{text: x}]\n";

struct zoo {
	struct arena arena;
	struct diag_recorder diags;
	struct pack *pack;
	const struct pattern *patterns[8];
	struct matcher *m;
	struct matcher_scratch *s;
};

static void zoo_open(struct zoo *z)
{
	*z = (struct zoo){ .arena = ARENA_INIT(1 << 20), .pack = pack_new() };
	diag_recorder_init(&z->diags, &z->arena);
	pack_add_text(z->pack, STR("zoo.yaml"), str_from(animals), &z->diags.sink);
	CHECK(z->diags.sink.count[DIAG_ERROR] == 0);
	for (size_t i = 0; i < pack_count(z->pack) && i < ARRAY_LEN(z->patterns); i++)
		z->patterns[i] = pack_pattern(z->pack, i);
	z->m = matcher_new_from(z->patterns, pack_count(z->pack));
	z->s = matcher_scratch_new(z->m);
}

static void zoo_close(struct zoo *z)
{
	matcher_scratch_free(z->s);
	matcher_free(z->m);
	pack_free(z->pack);
	arena_release(&z->arena);
}

static bool has_candidate(const struct candidate *found, size_t count, size_t end, uint32_t pattern)
{
	for (size_t i = 0; i < count; i++)
		if (found[i].end == end && found[i].pattern == pattern)
			return true;
	return false;
}

TEST(matcher_scan_finds_shared_literals)
{
	struct zoo z;
	const struct candidate *found;
	size_t count;

	zoo_open(&z);
	found = matcher_scan(z.m, z.s, STR("a zebra crossing and a striped zebra"), &count);
	CHECK(count == 3);
	CHECK(has_candidate(found, count, 16, 0));
	CHECK(has_candidate(found, count, 16, 1));
	CHECK(has_candidate(found, count, 36, 0));
	CHECK(count == 3 && found[2].end == 36);
	matcher_scan(z.m, z.s, STR("zebra crossin"), &count);
	CHECK(count == 0);
	matcher_scan(z.m, z.s, (struct str){ NULL, 0 }, &count);
	CHECK(count == 0);
	zoo_close(&z);
}

/* Each place in blocks of each length: no edge loses a literal or invents one. */
TEST(matcher_scan_finds_at_every_offset)
{
	static const char literal[] = "striped zebra";
	struct zoo z;
	char block[80];

	zoo_open(&z);
	for (size_t len = 0; len <= sizeof(block); len++) {
		for (size_t at = 0; at + strlen(literal) <= len; at++) {
			size_t count;
			const struct candidate *found;

			memset(block, 'z', sizeof(block));
			memcpy(block + at, literal, strlen(literal));
			found = matcher_scan(z.m, z.s, (struct str){ block, len }, &count);
			CHECK(count == 1 && found[0].end == at + strlen(literal));
			matcher_scan(z.m, z.s, (struct str){ block, at + strlen(literal) - 1 },
				     &count);
			CHECK(count == 0);
		}
	}
	zoo_close(&z);
}

/* Against plain searching, on text that is mostly pieces of the literals. */
TEST(matcher_scan_agrees_with_plain_search)
{
	static const char *const pieces[] = {
		"striped ", "zebra", " crossing", "aaa", "ze", "\n", "striped zebra crossing"
	};
	struct zoo z;
	char text[4096];
	size_t len = 0, count, plain = 0;
	const struct candidate *found;
	uint32_t state = 12345;

	zoo_open(&z);
	while (len < sizeof(text) - 32) {
		const char *piece;

		state = state * 1664525 + 1013904223;
		piece = pieces[(state >> 16) % ARRAY_LEN(pieces)];
		memcpy(text + len, piece, strlen(piece));
		len += strlen(piece);
	}
	found = matcher_scan(z.m, z.s, (struct str){ text, len }, &count);
	for (uint32_t p = 0; p < 3; p++) {
		for (size_t k = 0; k < z.patterns[p]->literal_count; k++) {
			struct str literal = z.patterns[p]->literals[k];

			for (size_t at = 0; at + literal.len <= len; at++) {
				if (memcmp(text + at, literal.ptr, literal.len))
					continue;
				plain++;
				CHECK(has_candidate(found, count, at + literal.len, p));
			}
		}
	}
	CHECK(plain > 100 && count == plain);
	for (size_t i = 1; i < count; i++)
		CHECK(found[i - 1].end <= found[i].end);
	zoo_close(&z);
}

TEST(matcher_match_converts_captures)
{
	struct zoo z;
	struct match match;
	const struct capture *c;

	zoo_open(&z);
	CHECK(matcher_match(z.m, z.s, 0,
			    STR("..zebra crossing 12 weighs 1.5 GB ran 90 ratio 0.25 count 1,024"),
			    0, &match) == MATCH_YES);
	CHECK(match.begin == 2 && match.capture_count == 5);
	c = match_capture(&match, STR("executor"));
	CHECK(c && c->spec->place == PLACE_EXECUTOR && !c->has_number);
	CHECK_STR(c->text, STR("12"));
	c = match_capture(&match, STR("weight"));
	CHECK(c && c->has_number && c->number == INT64_C(1610612736));
	c = match_capture(&match, STR("ran"));
	CHECK(c && c->has_number && c->number == 90000);
	c = match_capture(&match, STR("ratio"));
	CHECK(c && c->has_number && c->real > 0.24 && c->real < 0.26);
	c = match_capture(&match, STR("count"));
	CHECK(c && c->has_number && c->number == 1024);
	CHECK(!match_capture(&match, STR("no-such")));
	zoo_close(&z);
}

TEST(matcher_match_leaves_out_groups_that_took_no_part)
{
	struct zoo z;
	struct match match;
	const struct capture *c;

	zoo_open(&z);
	CHECK(matcher_match(z.m, z.s, 0, STR("striped zebra 3 count 99999999999999999999"), 0,
			    &match) == MATCH_YES);
	CHECK(match.capture_count == 2);
	c = match_capture(&match, STR("count"));
	CHECK(c && !c->has_number);
	CHECK(matcher_match(z.m, z.s, 0, STR("striped zebra 3"), 1, &match) == MATCH_NO);
	zoo_close(&z);
}

TEST(matcher_match_reports_a_limit)
{
	struct zoo z;
	struct match match;
	char text[64];

	zoo_open(&z);
	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 2, "cb", 2);
	CHECK(matcher_match(z.m, z.s, 2, (struct str){ text, sizeof(text) }, 0, &match) ==
	      MATCH_LIMIT);
	zoo_close(&z);
}

TEST(matcher_find_by_id)
{
	struct zoo z;

	zoo_open(&z);
	CHECK(matcher_find(z.m, STR("matcher-zebra")) == 0);
	CHECK(matcher_find(z.m, STR("matcher-crossing")) == 1);
	CHECK(matcher_find(z.m, STR("matcher-zebr")) == -1);
	CHECK(matcher_pattern_count(z.m) == 3);
	zoo_close(&z);
}

TEST(matcher_without_patterns_finds_nothing)
{
	struct matcher *m = matcher_new_from(NULL, 0);
	struct matcher_scratch *s = matcher_scratch_new(m);
	size_t count = 1;

	matcher_scan(m, s, STR("anything"), &count);
	CHECK(count == 0);
	CHECK(matcher_find(m, STR("anything")) == -1);
	matcher_scratch_free(s);
	matcher_free(m);
}

static void *match_in_thread(void *context)
{
	const struct zoo *z = context;
	struct matcher_scratch *s = matcher_scratch_new(z->m);
	struct match match;
	size_t good = 0;

	for (int i = 0; i < 200; i++)
		good += matcher_match(z->m, s, 1, STR("a zebra crossing"), 0, &match) == MATCH_YES;
	matcher_scratch_free(s);
	return good == 200 ? context : NULL;
}

TEST(matcher_threads_compile_one_regex)
{
	struct zoo z;
	pthread_t threads[4];

	zoo_open(&z);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		CHECK(!pthread_create(&threads[i], NULL, match_in_thread, &z));
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *good = NULL;

		CHECK(!pthread_join(threads[i], &good));
		CHECK(good == &z);
	}
	zoo_close(&z);
}

/* The tables made at build time scan and match as the loaded YAML would. */
TEST(matcher_builtin_finds_its_own_hits)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct diag_recorder diags;
	struct matcher *m;
	struct matcher_scratch *s;
	struct match match;

	diag_recorder_init(&diags, &arena);
	m = matcher_new(NULL, 0, &diags.sink);
	s = matcher_scratch_new(m);
	CHECK(diags.sink.count[DIAG_ERROR] == 0);
	CHECK(matcher_pattern_count(m) == catalogue_data.count);
	CHECK(matcher_builtin_count(m) == catalogue_data.count);
	for (uint32_t i = 0; i < matcher_pattern_count(m); i++) {
		const struct pattern *p = matcher_pattern(m, i);
		const struct candidate *found;
		size_t count;
		bool seen = false;

		CHECK(matcher_find(m, p->id) == (ptrdiff_t)i);
		found = matcher_scan(m, s, p->hits[0].text, &count);
		for (size_t k = 0; k < count; k++)
			seen = seen || found[k].pattern == i;
		CHECK_STR(seen ? p->id : STR(""), p->id);
		CHECK(matcher_match(m, s, i, p->hits[0].text, 0, &match) == MATCH_YES);
	}
	matcher_scratch_free(s);
	matcher_free(m);
	arena_release(&arena);
}

TEST(matcher_refuses_a_builtin_id_from_a_pack)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct diag_recorder diags;
	FILE *f = tmpfile();
	char path[64];
	struct str id = catalogue_data.count ? catalogue_data.patterns[0].id : STR("none");
	struct str pack;
	struct matcher *m;

	CHECK(f != NULL);
	if (!f)
		return;
	fprintf(f, "- id: " STR_FMT "\n%s%s", STR_ARG(id), strchr(animals, '\n') + 1,
		"- id: matcher-own\n  title: z\n  severity: info\n  role: noise\n  where: any\n"
		"  match: zebra crossing\n  hit: [{text: x}]\n");
	CHECK(!fflush(f));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	pack = str_from(path);
	diag_recorder_init(&diags, &arena);
	m = matcher_new(&pack, 1, &diags.sink);
	fclose(f);
	CHECK(matcher_find(m, STR("matcher-own")) >= (ptrdiff_t)matcher_builtin_count(m));
	if (catalogue_data.count) {
		CHECK(diags.sink.count[DIAG_ERROR] == 1);
		CHECK_STR(str_from(diags.first->diag.code), STR("pattern-duplicate"));
	}
	matcher_free(m);
	arena_release(&arena);
}

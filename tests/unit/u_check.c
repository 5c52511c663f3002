#include "base/base.h"

#include <dirent.h>

#include "patterns/check.h"
#include "patterns/pack.h"
#include "tests/unit/test.h"

#define BAD_PATTERNS "tests/bad/patterns"

/* "# expect: CODE" of the file's first line; the caller frees it. */
static char *expected_code(const char *path)
{
	char line[128] = "";
	FILE *f = fopen(path, "r");
	char *code;

	if (!f)
		return NULL;
	if (!fgets(line, sizeof(line), f) || strncmp(line, "# expect: ", 10))
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	code = *line ? strdup(line + 10) : NULL;
	return code;
}

static struct check_counts check_path(const char *path, struct diag_sink *diags)
{
	struct pack *pack = pack_new();
	const struct pattern **patterns;
	struct check_counts counts;
	struct matcher *m;

	pack_add_path(pack, str_from(path), diags);
	patterns = calloc(pack_count(pack) + 1, sizeof(*patterns));
	for (size_t i = 0; i < pack_count(pack); i++)
		patterns[i] = pack_pattern(pack, i);
	m = matcher_new_from(patterns, pack_count(pack));
	counts = check_patterns(m, 0, diags);
	matcher_free(m);
	free(patterns);
	pack_free(pack);
	return counts;
}

static void check_bad_file(const char *name)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct diag_recorder diags;
	char path[512];
	char *code;

	snprintf(path, sizeof(path), BAD_PATTERNS "/%s", name);
	code = expected_code(path);
	CHECK(code != NULL);
	diag_recorder_init(&diags, &arena);
	check_path(path, &diags.sink);
	/* One defect each, so one message each, and at its place. */
	CHECK_STR(str_from(name), diags.sink.count[DIAG_ERROR] == 1 ? str_from(name) : STR("one"));
	if (code && diags.first) {
		CHECK_STR(str_from(diags.first->diag.code), str_from(code));
		CHECK_STR(diags.first->diag.loc.file, str_from(path));
		CHECK(diags.first->diag.loc.line > 1);
	}
	free(code);
	arena_release(&arena);
}

TEST(check_each_bad_file_gives_its_one_message)
{
	DIR *dir = opendir(BAD_PATTERNS);
	const struct dirent *entry;
	size_t count = 0;

	CHECK(dir != NULL);
	while (dir && (entry = readdir(dir))) {
		if (!str_ends_with(str_from(entry->d_name), STR(".yaml")))
			continue;
		check_bad_file(entry->d_name);
		count++;
	}
	if (dir)
		closedir(dir);
	CHECK(count >= 40);
}

static const char good[] =
	"- id: check-cart\n  title: Worker {executor} lost its cart\n  severity: error\n"
	"  role: root\n  where: [driver]\n  literal: cart of parcels\n"
	"  match: 'Worker (?<executor>\\d+) lost its cart of parcels after (?<waited>\\d+ ms)'\n"
	"  captures: {waited: ms}\n  why: It went.\n  fixes: [{code: Look}]\n"
	"  explains: [check-tower]\n"
	"  hit:\n    - text: Worker 7 lost its cart of parcels after 250 ms\n"
	"      captures: {executor: 7, waited: 250}\n      also: [check-envelope]\n"
	"  miss: [Worker 7 found its cart of parcels]\n"
	"- id: check-tower\n  title: The tower fell\n  severity: warning\n  role: symptom\n"
	"  where: any\n  match: tower of crates fell\n  why: It did.\n"
	"  hit: [{text: the tower of crates fell}]\n  miss: [tower of crates stands]\n"
	"- id: check-envelope\n  title: Something was lost\n  severity: info\n  role: noise\n"
	"  where: any\n  match: ' lost its cart of'\n"
	"  hit: [{text: he lost its cart of apples}]\n  miss: [lost]\n";

TEST(check_good_patterns_give_no_message)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct diag_recorder diags;
	struct pack *pack = pack_new();
	const struct pattern *patterns[3];
	struct check_counts counts;
	struct matcher *m;

	diag_recorder_init(&diags, &arena);
	pack_add_text(pack, STR("good.yaml"), str_from(good), &diags.sink);
	CHECK(pack_count(pack) == 3);
	for (size_t i = 0; i < pack_count(pack) && i < 3; i++)
		patterns[i] = pack_pattern(pack, i);
	m = matcher_new_from(patterns, pack_count(pack));
	counts = check_patterns(m, 0, &diags.sink);
	CHECK(counts.patterns == 3 && counts.hits == 3 && counts.misses == 3);
	CHECK(diags.sink.count[DIAG_ERROR] == 0);
	if (diags.first)
		CHECK_STR(diags.first->diag.message, STR(""));
	matcher_free(m);
	pack_free(pack);
	arena_release(&arena);
}

TEST(check_counts_only_from_first)
{
	struct arena arena = ARENA_INIT(1 << 20);
	struct diag_recorder diags;
	struct matcher *m;

	diag_recorder_init(&diags, &arena);
	m = matcher_new(NULL, 0, &diags.sink);
	CHECK(check_patterns(m, matcher_builtin_count(m), &diags.sink).patterns == 0);
	CHECK(diags.sink.count[DIAG_ERROR] == 0);
	matcher_free(m);
	arena_release(&arena);
}

#include "base/base.h"
#include "repl/complete.h"
#include "repl/verb.h"
#include "tests/unit/test.h"

/* A session whose run was made by hand: nothing of it depends on the corpus. */
struct made {
	struct session session;
	struct diagnosis d;
	struct application app;
	struct fix_setting setting;
	struct finding finding;
	struct log_stream logs[2];
};

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

static struct diag_sink sink = { .emit = drop };

static void make(struct made *m)
{
	*m = (struct made){ .app = { .id = STR("app-1"), .setting_count = 1 },
			    .setting = { STR("spark.executor.memory"), STR("1g") },
			    .finding = { .id = STR("py-user-exception"), .role = ROLE_ROOT },
			    .logs = { { .name = STR("driver/one") }, { .name = STR("exec/2") } } };
	m->app.settings = &m->setting;
	m->d = (struct diagnosis){ .applications = &m->app,
				   .application_count = 1,
				   .findings = &m->finding,
				   .finding_count = 1,
				   .logs = m->logs,
				   .log_count = 2 };
	session_init(&m->session, &(struct session_options){ .safe = true, .private = true },
		     &sink);
	m->session.diagnosis = &m->d;
	CHECK(session_note(
		&m->session,
		(struct note){ .name = STR("here"), .source = STR("exec/2"), .line = 3 }));
}

static void release(struct made *m)
{
	m->session.diagnosis = NULL; /* not of the heap */
	session_release(&m->session);
}

static void check_pair(struct made *m, struct str text, struct str want)
{
	struct buf got = BUF_INIT((size_t)1 << 20);
	struct completions c;

	complete_line(&m->session, text, &c);
	for (size_t i = 0; i < c.count; i++)
		CHECK((!i || buf_add_char(&got, ' ')) && buf_add(&got, c.items[i]));
	if (str_eq(want, STR("=verbs")))
		CHECK(c.count == verb_count);
	else if (str_eq(want, STR("=some")))
		CHECK(c.count > 5);
	else
		CHECK_STR(buf_str(&got), want);
	CHECK(c.at <= text.len);
	buf_release(&got);
	completions_release(&c);
}

TEST(complete_pairs)
{
	FILE *f = fopen("tests/repl/completions.tsv", "r");
	struct made m;
	char *line = NULL;
	size_t capacity = 0, pairs = 0;
	ssize_t len;

	CHECK(f);
	make(&m);
	while ((len = getline(&line, &capacity, f)) > 0) {
		struct str text, want;

		if (line[0] == '#')
			continue;
		CHECK(str_cut((struct str){ line, (size_t)len - 1 }, '\t', &text, &want));
		check_pair(&m, text, want);
		pairs++;
	}
	CHECK(pairs > 20);
	free(line);
	fclose(f);
	release(&m);
}

static void check_hint(const char *text, const char *want)
{
	struct buf got = BUF_INIT(4096);

	complete_hint(str_from(text), &got);
	CHECK_STR(buf_str(&got), str_from(want));
	buf_release(&got);
}

TEST(complete_hints_at_what_is_missing)
{
	check_hint("grep ", "REGEX [LOG]");
	check_hint("grep x ", "[LOG]");
	check_hint("grep x y ", "");
	check_hint("grep --limit 3 ", "REGEX [LOG]");
	check_hint("gre", "");
	check_hint("", "");
	check_hint("why; filter level ", "[VALUE...]");
}

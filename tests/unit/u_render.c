#include "base/base.h"
#include "diagnose/render.h"
#include "tests/unit/test.h"

/* A diagnosis of one finding, with everything that comes from a log in the test's hands. */
struct case_of_log {
	struct str name, frame, line, source, absent;
	size_t telling_at;
};

static void render_case(const char *format, const struct case_of_log *c, struct buf *out)
{
	struct render_options o = { .columns = 80 };
	struct evidence e = { .source = c->source,
			      .line = 7,
			      .text = c->line,
			      .telling_at = c->telling_at,
			      .time_ms = TIME_NONE };
	struct finding f = { .id = STR("some-finding"),
			     .title = STR("Something failed"),
			     .severity = SEVERITY_ERROR,
			     .role = ROLE_ROOT,
			     .confidence = 0.9,
			     .count = 1,
			     .first_ms = TIME_NONE,
			     .last_ms = TIME_NONE,
			     .user_frame = c->frame,
			     .evidence = &e,
			     .evidence_count = 1 };
	struct application a = { .name = c->name,
				 .outcome = OUTCOME_FAILED,
				 .start_ms = TIME_NONE,
				 .end_ms = TIME_NONE,
				 .counts = { -1, -1, -1, -1, -1, -1, -1, -1, -1 } };
	struct str absent = c->absent;
	struct diagnosis d = { .verdict = OUTCOME_FAILED,
			       .applications = &a,
			       .application_count = 1,
			       .findings = &f,
			       .finding_count = 1,
			       .absent = &absent,
			       .absent_count = absent.len > 0,
			       .lines_read = 1 };

	CHECK(renderer_find(str_from(format))->render(&d, &o, out));
}

static void check_has(const struct buf *b, struct str want)
{
	if (str_find(buf_str(b), want) < 0)
		CHECK_STR(buf_str(b), want);
	CHECK(true);
}

static void check_inline(struct str in, struct str want)
{
	struct case_of_log c = { .name = in, .line = STR("x"), .source = STR("log") };
	struct buf b = BUF_INIT(1 << 16);
	struct str line, rest;

	render_case("markdown", &c, &b);
	CHECK(str_cut(buf_str(&b), '\n', &line, &rest));
	CHECK(str_starts_with(line, STR("# ")) && str_ends_with(line, STR(": failed")));
	CHECK_STR(((struct str){ line.ptr + 2, line.len - 10 }), want);
	buf_release(&b);
}

TEST(markdown_of_a_log_means_nothing_to_a_viewer)
{
	check_inline(STR("daily orders 2026"), STR("daily orders 2026"));
	check_inline(STR("a|b `c` *d* _e_ ~f~"), STR("a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~"));
	check_inline(STR("<img src=x onerror=y>"), STR("\\<img src=x onerror=y\\>"));
	check_inline(STR("[a](b) ![c](d)"), STR("\\[a\\](b) !\\[c\\](d)"));
	check_inline(STR("&lt;&#60;"), STR("\\&lt;\\&\\#60;"));
	check_inline(STR("see HTTP://x.y ftp://x WWW.x.y hdfs://n/p www"),
		     STR("see HTTP\\://x.y ftp\\://x WWW\\.x.y hdfs://n/p www"));
	check_inline(STR("- a"), STR("\\- a"));
	check_inline(STR("12. a - 3. b"), STR("12\\. a - 3. b"));
	check_inline(STR("3.5.9"), STR("3.5.9"));
	check_inline(STR("\xe2\x80\xaegnp"), STR("\\\\u\\{202e\\}gnp"));
}

TEST(markdown_code_cannot_be_left)
{
	struct case_of_log c = { .line = STR("a ```` b\n# c"), .source = STR("x`y``z") };
	struct buf b = BUF_INIT(1 << 16);

	render_case("markdown", &c, &b);
	check_has(&b, STR("\n``` x`y``z:7 ```\n"));
	check_has(&b, STR("\n`````\na ```` b\\x0a# c\n`````\n"));
	buf_release(&b);
	b = (struct buf)BUF_INIT(1 << 16);
	c = (struct case_of_log){ .line = STR("x"), .source = STR("log"), .absent = STR("+ b") };
	render_case("markdown", &c, &b);
	check_has(&b, STR("\n`log:7`\n\n```\nx\n```\n"));
	check_has(&b, STR("\n- \\+ b\n"));
	buf_release(&b);
}

TEST(html_of_a_log_means_nothing_to_a_browser)
{
	struct case_of_log c = { .name = STR("</title><script>"),
				 .frame = STR("job.py\" onclick=\"x"),
				 .line = STR("failed: <b>&amp;\xff password=hunter2secret1"),
				 .source = STR("<log>") };
	struct buf b = BUF_INIT(1 << 20);

	render_case("html", &c, &b);
	check_has(&b, STR("<h1>&lt;/title&gt;&lt;script&gt;</h1>"));
	check_has(&b, STR("Something failed - &lt;/title&gt;&lt;script&gt;</title>"));
	check_has(&b, STR("<code>job.py&quot; onclick=&quot;x</code>"));
	check_has(&b, STR("<code>failed: &lt;b&gt;&amp;amp;\\xff password=***</code>"));
	check_has(&b, STR("<span class=\"source\">&lt;log&gt;:7</span>"));
	CHECK(str_find(buf_str(&b), STR("hunter2secret1")) < 0);
	CHECK(str_find(buf_str(&b), STR("<script")) < 0);
	buf_release(&b);
}

/* What tells is set apart from what stands before it, but never in the middle of a secret. */
TEST(html_masks_across_what_tells)
{
	struct case_of_log c = { .line = STR("INFO x: password=hunter2secret1 refused"),
				 .source = STR("log") };
	struct buf b = BUF_INIT(1 << 20);

	c.telling_at = strlen("INFO x: ");
	render_case("html", &c, &b);
	check_has(&b, STR("<span class=\"before\">INFO x: </span>password=*** refused"));
	buf_release(&b);
	b = (struct buf)BUF_INIT(1 << 20);
	c.telling_at = strlen("INFO x: password=hunter2");
	render_case("html", &c, &b);
	check_has(&b, STR("<code>INFO x: password=*** refused</code>"));
	CHECK(str_find(buf_str(&b), STR("secret1")) < 0);
	buf_release(&b);
}

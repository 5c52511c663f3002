#include "base/base.h"
#include "diagnose/lint_run.h"
#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	struct diag_sink sink; /* first member */
	char dir[64];
	char last[512]; /* the last message */
};

static void on_diag(struct diag_sink *sink, const struct diag *d)
{
	struct scratch *s = (struct scratch *)sink;

	(void)snprintf(s->last, sizeof(s->last), "%s", d->code);
}

static void begin(struct scratch *s)
{
	*s = (struct scratch){ .sink.emit = on_diag, .dir = "/var/tmp/u_lint.XXXXXX" };
	CHECK(mkdtemp(s->dir) != NULL);
}

static struct str path_of(struct scratch *s, const char *name, char into[256])
{
	int n = snprintf(into, 256, "%s/%s", s->dir, name);

	return (struct str){ into, (size_t)n };
}

static void put(struct scratch *s, const char *name, const char *text)
{
	char path[256];
	FILE *out;

	(void)path_of(s, name, path);
	out = fopen(path, "w");
	CHECK(out && fputs(text, out) >= 0 && !fclose(out));
}

static void check_file(struct scratch *s, const char *name, const char *want)
{
	char path[256], got[4096];
	FILE *in;
	size_t n;

	(void)path_of(s, name, path);
	in = fopen(path, "r");
	CHECK(in != NULL);
	n = in ? fread(got, 1, sizeof(got), in) : 0;
	CHECK_STR(((struct str){ got, n }), str_from(want));
	if (in)
		fclose(in);
}

static void end(struct scratch *s, const char *const *names, size_t count)
{
	char path[256];

	for (size_t i = 0; i < count; i++) {
		(void)path_of(s, names[i], path);
		CHECK(!unlink(path));
	}
	CHECK(!rmdir(s->dir));
}

static struct lint_result *lint(struct scratch *s, struct str path, struct str select)
{
	struct lint_options o = {
		.paths = &path,
		.path_count = 1,
		.select = select,
		.jobs = 2,
	};

	return lint_run(&o, &s->sink);
}

/* "rule line:col, …" */
static void check_reports(const struct lint_result *r, struct str want)
{
	struct buf got = BUF_INIT(1 << 16);

	for (size_t i = 0; i < r->count; i++)
		CHECK(buf_addf(&got, "%s%s %" PRIu32 ":%" PRIu32, i ? ", " : "",
			       r->items[i].rule->id, r->items[i].line, r->items[i].col));
	CHECK_STR(buf_str(&got), want);
	buf_release(&got);
}

static void check_text(const char *name, const char *text, struct str want)
{
	struct scratch s;
	struct lint_result *r;
	char path[256];

	begin(&s);
	put(&s, name, text);
	r = lint(&s, path_of(&s, name, path), STR(""));
	check_reports(r, want);
	lint_result_free(r);
	end(&s, (const char *const[]){ name }, 1);
}

TEST(lint_kind_by_name_and_content)
{
	static const struct {
		const char *path, *head;
		enum lint_kind kind;
	} rows[] = {
		{ "conf/spark-defaults.conf", "", LINT_CONF },
		{ "SPARK-DEFAULTS.CONF.template", "# spark.master yarn\n", LINT_CONF },
		{ "etl.properties", "# a job\nspark.executor.memory=1g\n", LINT_CONF },
		{ "app.properties", "log4j.rootLogger=INFO\n", LINT_LOGGING },
		{ "app.properties", "db.url=x\n", LINT_OTHER },
		{ "log4j2.xml", "<Configuration>", LINT_LOGGING },
		{ "log4j2.xml", "<something/>", LINT_OTHER },
		{ "a/log4j2-test.yml", "Configuration:\n", LINT_LOGGING },
		{ "logging.conf", "[loggers]\nkeys=root\n", LINT_LOGGING },
		{ "logging.conf", "x = 1\n", LINT_OTHER },
		{ "Makefile", "all:\n", LINT_MAKEFILE },
		{ "docker/Dockerfile.spark", "FROM x\n", LINT_DOCKERFILE },
		{ "run.sh", "", LINT_SHELL },
		{ "bin/run", "#!/usr/bin/env bash\n", LINT_SHELL },
		{ "bin/run", "#!/usr/bin/env python3\n", LINT_PYTHON },
		{ "job.scala", "", LINT_PYTHON },
		{ "k8s/app.yaml", "kind: SparkApplication\n", LINT_YAML },
		{ "p.yaml", "- id: x\n  match: 'y'\n", LINT_PATTERNS },
		{ "steps.json", "[{}]", LINT_JSON },
		{ "a.json", "{\"Event\":\"SparkListenerLogStart\"}", LINT_LOG },
		{ "local-1", "{\"Event\":\"SparkListenerLogStart\"}", LINT_LOG },
		{ "a.ipynb", "{}", LINT_NOTEBOOK },
		{ "stderr", "", LINT_LOG },
		{ "run.log.3", "", LINT_LOG },
		{ "notes.txt", "bread and butter\n", LINT_OTHER },
		{ "notes.txt",
		  "26/11/23 14:02:50 INFO A: x\n26/11/23 14:02:50 INFO A: x\n"
		  "26/11/23 14:02:50 INFO A: x\n",
		  LINT_LOG },
		{ "README.md",
		  "26/11/23 14:02:50 INFO A: x\n26/11/23 14:02:50 INFO A: x\n"
		  "26/11/23 14:02:50 INFO A: x\n",
		  LINT_OTHER },
		{ "", "", LINT_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum lint_kind got = lint_kind_of(str_from(rows[i].path), str_from(rows[i].head));

		if (got != rows[i].kind)
			printf("# %s: %d\n", rows[i].path, (int)got);
		CHECK(got == rows[i].kind);
	}
}

TEST(lint_secrets_are_told_from_words)
{
	check_text("a.log", "token: expired\npassword: wrong\nPWD=\"/data/nm\"\n", STR(""));
	check_text("a.log", "password=${DB_PASSWORD} secret=<secret> token={{ token }}\n", STR(""));
	check_text("a.log", "spark.hadoop.fs.s3a.secret.key=*********(redacted)\n", STR(""));
	check_text("a.log", "AKIA0000000000000000 dapi00000000000000000000000000000000\n", STR(""));
	check_text("a.log", "http://proxy:8080/path user@host:22\n", STR(""));
	check_text("a.log",
		   "--conf spark.hadoop.fs.s3a.secret.key=q8Zr/2kX0vLmN4pT7sWyB1cD3fGhJ5aE\n",
		   STR("log-password 1:39"));
	check_text("a.log", "{\"password\": \"Blue-42-Sky\"}\n", STR("log-password 1:15"));
	check_text("a.log", "jdbc:oracle:thin:scott/Tig3rPaw@db:1521/x\n",
		   STR("log-url-password 1:24"));
	check_text("a.log",
		   "two: ghp_k3Jx92mQpL7vRtY0wZs8NbGh4Df6Uc1aEi5o and "
		   "mongodb://u:pa55word@h/x\r\n",
		   STR("log-access-token 1:6, log-url-password 1:63"));
}

TEST(lint_masks_what_it_reports)
{
	struct scratch s;
	struct lint_result *r;
	struct buf out = BUF_INIT(1 << 16);
	char path[256];

	begin(&s);
	put(&s, "a.log", "jdbc:postgresql://etl:hunter22@db/x\nAKIA3ZQ7WX5LMN2PRT8V\n");
	r = lint(&s, path_of(&s, "a.log", path), STR(""));
	CHECK(r->count == 2);
	for (size_t i = 0; i < lint_renderer_count; i++) {
		buf_clear(&out);
		CHECK(lint_renderers[i].render(r, &out));
		CHECK(str_find(buf_str(&out), STR("hunter22")) < 0);
		CHECK(str_find(buf_str(&out), STR("3ZQ7WX5LMN")) < 0);
	}
	lint_result_free(r);
	buf_release(&out);
	end(&s, (const char *const[]){ "a.log" }, 1);
}

TEST(lint_selects_rules_and_families)
{
	const char *text = "26/11/23 14:02:50 INFO J: ann@mail.example.org "
			   "jdbc:postgresql://etl:hunter22@db/x\n";
	static const struct {
		const char *select, *want;
	} rows[] = {
		{ "logs", "log-url-password 1:70" },
		{ "logs, log-email", "log-email 1:27, log-url-password 1:70" },
		{ "log-email", "log-email 1:27" },
		{ "logging", "" },
	};
	struct scratch s;
	struct lint_result *r;
	char path[256];

	begin(&s);
	put(&s, "a.log", text);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r = lint(&s, path_of(&s, "a.log", path), str_from(rows[i].select));
		check_reports(r, str_from(rows[i].want));
		CHECK(!r->trouble);
		lint_result_free(r);
	}
	r = lint(&s, path_of(&s, "a.log", path), STR("logs,nonsense"));
	CHECK(r->trouble && !r->count);
	CHECK_STR(str_from(s.last), STR("usage"));
	lint_result_free(r);
	end(&s, (const char *const[]){ "a.log" }, 1);
}

TEST(lint_suppressions)
{
	check_text("log4j2.xml",
		   "<Configuration><Root level='debug'/> <!-- sparkdx: ignore[logging-root-debug] "
		   "x -->",
		   STR(""));
	check_text("log4j2.properties",
		   "# sparkdx: ignore-file[logging-root-debug] x\n\nrootLogger.level = debug\n",
		   STR(""));
	/* One line further it holds no more. */
	check_text("log4j2.properties",
		   "# sparkdx: ignore[logging-root-debug] x\n\nrootLogger.level = debug\n",
		   STR("suppression-unused 1:1, logging-root-debug 3:20"));
	check_text("log4j2.properties", "#sparkdx: ignore[ logging-root-debug ,suppression ] x\n",
		   STR("suppression-unused 1:1, suppression-unknown-rule 1:39"));
	/* No comment, no bracket, never closed. */
	check_text("log4j2.properties",
		   "a = sparkdx: ignore[x] y\n# sparkdx: ignore x\n"
		   "# sparkdx: ignore[x\n",
		   STR(""));
	check_text("run.log",
		   "# sparkdx: ignore-file[log-url-password] an example\n"
		   "jdbc:postgresql://etl:hunter22@db/x\n",
		   STR(""));
}

/* Spark's own defaults of 3.3 and of later versions. */
TEST(lint_accepts_what_spark_ships)
{
	check_text("log4j2.properties",
		   "rootLogger.level = info\nrootLogger.appenderRef.stdout.ref = console\n"
		   "appender.console.type = Console\nappender.console.name = console\n"
		   "appender.console.target = SYSTEM_OUT\n"
		   "appender.console.layout.type = PatternLayout\n"
		   "appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex\n",
		   STR(""));
	check_text("log4j2.properties",
		   "rootLogger.level = info\nappender.console.type = Console\n"
		   "appender.console.target = SYSTEM_ERR\n"
		   "appender.console.layout.type = JsonTemplateLayout\n"
		   "appender.console.layout.eventTemplateUri = "
		   "classpath:org/apache/spark/SparkLayout.json\n",
		   STR(""));
}

TEST(lint_reads_what_is_odd)
{
	check_text("log4j2.properties", "", STR(""));
	check_text("log4j2.properties", "\xEF\xBB\xBFrootLogger.level = debug",
		   STR("logging-root-debug 1:20"));
	check_text("log4j2.properties", "\r\nrootLogger.level = debug\r\n",
		   STR("logging-root-debug 2:20"));
	check_text("log4j2.properties", "rootLogger.level = \\\n  debug\n", STR(""));
	check_text("log4j2.xml", "<Configuration><Loggers><Root level='all'", STR(""));
	check_text("log4j2.xml", "<Configuration><Loggers><Root level='all'/>",
		   STR("logging-root-debug 1:38"));
	check_text("a.ipynb", "", STR(""));
	check_text("a.ipynb", "[]", STR(""));
	check_text("a.ipynb", "{\"cells\": 4, \"x\": 1}", STR(""));
	check_text("a.ipynb", "{\"cells\": [{\"outputs\": null}, 3, {\"outputs\": [7]}]}", STR(""));
	check_text("a.ipynb", "nothing", STR("log-notebook-broken 1:1"));
}

TEST(lint_sees_cut_logs)
{
	struct scratch s;
	struct lint_result *r;
	char path[256], text[4096 + 1];
	FILE *out;

	check_text("a.log", "Showing 4096 bytes of 99123 total. Click here for the full log.\nx\n",
		   STR("log-truncated 1:1"));
	check_text("a.log", "a\n*** WARNING: skipped 1234 bytes of output ***\nb\n",
		   STR("log-truncated 2:1"));
	check_text("a.log", "*** WARNING: low disk\nShowing 20 rows\n", STR(""));
	/* Ends within a line, at a multiple of a block; one byte less is a missing newline. */
	memset(text, 'x', 4096);
	text[100] = '\n';
	text[4096] = '\0';
	check_text("a.log", text, STR("log-truncated 2:1"));
	text[4095] = '\0';
	check_text("a.log", text, STR(""));
	begin(&s);
	out = fopen(path_of(&s, "a.log", path).ptr, "w");
	CHECK(out && fputs("one\n", out) >= 0);
	for (int i = 0; out && i < 40; i++)
		CHECK(fputc('\0', out) == 0);
	CHECK(out && fputs("two\n", out) >= 0 && !fclose(out));
	r = lint(&s, path_of(&s, "a.log", path), STR(""));
	check_reports(r, STR("log-truncated 2:1"));
	lint_result_free(r);
	end(&s, (const char *const[]){ "a.log" }, 1);
}

/* --- safe edits ------------------------------------------------------------------------------ */

static const struct lint_rule edited = {
	.id = "edited",
	.severity = SEVERITY_ERROR,
	.family = "lint",
	.title = "t",
	.why = "w",
	.fix = "f",
};

static struct lint_edit edit(uint32_t line, uint32_t col, uint32_t end_col, const char *text)
{
	return (struct lint_edit){
		.line = line, .col = col, .end_col = end_col, .replacement = str_from(text)
	};
}

static void check_fix(const char *text, struct lint_edit *edits, size_t count, const char *diff,
		      const char *want)
{
	struct lint_item items[4] = { { .rule = NULL } };
	struct lint_result r = { .items = items, .count = count };
	struct buf out = BUF_INIT(1 << 16);
	struct scratch s;
	struct str path, shown;
	char at[256];

	begin(&s);
	put(&s, "a.conf", text);
	path = path_of(&s, "a.conf", at);
	for (size_t i = 0; i < count; i++)
		items[i] = (struct lint_item){ .rule = &edited, .path = path, .edits = &edits[i] };
	CHECK(lint_fix_diff(&r, &out, &s.sink));
	/* Behind the two lines that name the file. */
	shown = buf_str(&out);
	(void)str_cut(shown, '\n', &path, &shown);
	(void)str_cut(shown, '\n', &path, &shown);
	CHECK_STR(shown, str_from(diff));
	check_file(&s, "a.conf", text);
	(void)lint_fix_apply(&r, &s.sink);
	check_file(&s, "a.conf", want);
	CHECK(!s.sink.count[DIAG_ERROR]);
	buf_release(&out);
	end(&s, (const char *const[]){ "a.conf" }, 1);
}

TEST(lint_fix_edits_and_shows)
{
	struct lint_edit two[] = { edit(2, 3, 5, "XYZ"), edit(2, 1, 2, "") };
	struct lint_edit last[] = { edit(3, 1, 4, "new") };
	struct lint_edit far[] = { edit(1, 1, 2, "A"), edit(12, 1, 2, "L") };
	struct lint_edit none[] = { edit(9, 1, 2, "x"), edit(1, 9, 12, "x"), edit(0, 1, 1, "x") };
	struct lint_edit overlap[] = { edit(1, 1, 3, "1"), edit(1, 2, 4, "2") };
	struct lint_edit mark[] = { edit(1, 1, 2, "X") };

	check_fix("one\nabcdef\nthree\n", two, 2,
		  "@@ -1,3 +1,3 @@\n one\n-abcdef\n+bXYZef\n three\n", "one\nbXYZef\nthree\n");
	check_fix("a\nb\nold", last, 1,
		  "@@ -1,3 +1,3 @@\n a\n b\n-old\n\\ No newline at end of file\n+new\n"
		  "\\ No newline at end of file\n",
		  "a\nb\nnew");
	check_fix("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n", far, 2,
		  "@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n"
		  "@@ -9,4 +9,4 @@\n i\n j\n k\n-l\n+L\n",
		  "A\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nL\n");
	check_fix("abc\n", none, 3, "", "abc\n");
	check_fix("abcd\n", overlap, 2, "@@ -1,1 +1,1 @@\n-abcd\n+1cd\n", "1cd\n");
	check_fix("\xEF\xBB\xBF"
		  "abc\n",
		  mark, 1,
		  "@@ -1,1 +1,1 @@\n-\xEF\xBB\xBF"
		  "abc\n+\xEF\xBB\xBFXbc\n",
		  "\xEF\xBB\xBFXbc\n");
}

TEST(lint_fix_keeps_mode_and_link)
{
	struct lint_edit e = edit(1, 1, 2, "X");
	struct lint_item item = { .rule = &edited, .edits = &e };
	struct lint_result r = { .items = &item, .count = 1 };
	struct scratch s;
	struct stat st;
	char real[256], link[256];

	begin(&s);
	put(&s, "real.sh", "abc\n");
	(void)path_of(&s, "real.sh", real);
	item.path = path_of(&s, "link.sh", link);
	CHECK(!chmod(real, 0750) && !symlink("real.sh", link));
	CHECK(lint_fix_apply(&r, &s.sink) == 1);
	check_file(&s, "real.sh", "Xbc\n");
	CHECK(!stat(real, &st) && (st.st_mode & 0777) == 0750);
	CHECK(!lstat(link, &st) && S_ISLNK(st.st_mode));
	end(&s, (const char *const[]){ "real.sh", "link.sh" }, 2);
}

TEST(lint_stops_at_its_limit)
{
	struct scratch s;
	struct lint_result *r;
	struct buf text = BUF_INIT(1 << 20);
	char path[256];

	begin(&s);
	for (int i = 0; i < 1200; i++)
		CHECK(buf_addf(&text, "jdbc:postgresql://etl:hunter22@db/x%d\n", i));
	CHECK(buf_add_char(&text, '\0'));
	put(&s, "a.log", text.ptr);
	r = lint(&s, path_of(&s, "a.log", path), STR(""));
	CHECK(r->count == 1000);
	CHECK(r->dropped == 200);
	lint_result_free(r);
	buf_release(&text);
	end(&s, (const char *const[]){ "a.log" }, 1);
}

#include "base/base.h"
#include "cli/diagnose.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { PROGRESS_MS = 100 };

/* Nothing for what is done within a second; then so often that one sees it move. */
static void show_progress(void *context, const struct diagnose_progress *now_read)
{
	struct cli_progress *p = context;
	uint64_t read = now_read->read_bytes, total = now_read->total_bytes;
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (!p->next_ms)
		p->next_ms = ms + 1000;
	if (ms < p->next_ms)
		return;
	p->next_ms = ms + PROGRESS_MS;
	p->shown = true;
	if (total && total >= read)
		fprintf(stderr, "\rsparkdx: read %" PRIu64 " of %" PRIu64 " MB", read >> 20,
			total >> 20);
	else
		fprintf(stderr, "\rsparkdx: read %" PRIu64 " MB", read >> 20);
	if (now_read->seen)
		fprintf(stderr, ", so far: " STR_FMT, STR_ARG(now_read->seen->id));
	fputs("\x1b[K", stderr);
}

void cli_end_progress(void *context)
{
	struct cli_progress *p = context;

	if (p->shown)
		fputs("\r\x1b[K", stderr);
	*p = (struct cli_progress){ .shown = false };
}

static bool wanted(enum when when, int fd)
{
	if (when == WHEN_AUTO)
		return isatty(fd) && (!getenv("TERM") || strcmp(getenv("TERM"), "dumb") != 0);
	return when == WHEN_ALWAYS;
}

/* Does the locale say so? The first of these that is set decides (POSIX, 8.2). */
static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return str_find_any_case(str_from(value), STR("utf-8")) >= 0 ||
			       str_find_any_case(str_from(value), STR("utf8")) >= 0;
	}
	return false;
}

static unsigned columns_of(FILE *out)
{
	const char *stated = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (!ioctl(fileno(out), TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (stated && str_to_u64(str_from(stated), &n) && n >= 20 && n < 1000)
		return (unsigned)n;
	return 80;
}

static enum exit_status status_of(const struct options *o, const struct diagnosis *d,
				  const struct diag_sink *diags)
{
	bool found = false;

	for (size_t i = 0; i < d->finding_count; i++)
		if (d->findings[i].role != ROLE_NOISE && o->fail_on != SEVERITY_NONE &&
		    d->findings[i].severity >= o->fail_on)
			found = true;
	/* What could be read was diagnosed; what could not makes it trouble. */
	if (d->input_trouble || diags->count[DIAG_ERROR])
		return EXIT_TROUBLE;
	return found ? EXIT_SOMETHING : EXIT_NOTHING;
}

bool cli_write(FILE *out, const struct buf *b)
{
	return !b->len || fwrite(b->ptr, 1, b->len, out) == b->len;
}

struct render_options cli_render_options(const struct options *o, FILE *out)
{
	return (struct render_options){
		.columns = columns_of(out),
		.color = wanted(o->color, fileno(out)) &&
			 (o->color == WHEN_ALWAYS || !getenv("NO_COLOR")),
		.utf8 = is_utf8(),
		.verbose = o->verbose,
		.all = o->all,
	};
}

struct str *cli_paths(char **words, size_t count)
{
	struct str *paths = calloc(count + 1, sizeof(*paths));

	if (!paths)
		die_no_memory();
	for (size_t i = 0; i < count; i++)
		paths[i] = str_from(words[i]);
	return paths;
}

struct diagnose_options cli_diagnose_options(const struct options *o, struct cli_progress *progress)
{
	return (struct diagnose_options){
		.pattern_dirs = o->pattern_dirs.items,
		.pattern_dir_count = o->pattern_dirs.count,
		.app = o->app,
		.since_ms = o->since_ms,
		.until_ms = o->until_ms,
		.jobs = o->jobs ? o->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		.progress = wanted(o->progress, STDERR_FILENO) ? show_progress : NULL,
		.progress_context = progress,
	};
}

struct diagnosis *cli_diagnose(const struct options *o, char **words, size_t count,
			       struct diag_sink *diags)
{
	struct cli_progress progress = { .shown = false };
	struct diagnose_options options = cli_diagnose_options(o, &progress);
	struct str *paths = cli_paths(words, count);
	struct diagnosis *d = NULL;

	options.paths = paths;
	options.path_count = count;
	if (count)
		d = diagnose(&options, diags);
	else
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "nothing to diagnose: name a file, a directory, an archive, or -");
	cli_end_progress(&progress);
	free(paths);
	return d;
}

static const struct renderer *find_renderer(const struct options *o, struct diag_sink *diags)
{
	const struct renderer *r = renderer_find(o->format);

	if (!r)
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "a diagnosis has no format " STR_FMT, STR_ARG(o->format));
	return r;
}

enum exit_status run_diagnose(const struct options *o, char **words, size_t count, FILE *out,
			      struct diag_sink *diags)
{
	const struct renderer *renderer = find_renderer(o, diags);
	struct diagnosis *d = renderer ? cli_diagnose(o, words, count, diags) : NULL;
	struct render_options render = cli_render_options(o, out);
	struct buf text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	enum exit_status status;

	if (!d)
		return EXIT_TROUBLE;
	status = status_of(o, d, diags);
	if (!renderer->render(d, &render, &text)) {
		diag_report(diags, DIAG_ERROR, "limit-output", STR(""), 0,
			    "the answer is too large to print");
		status = EXIT_TROUBLE;
	}
	if (!cli_write(out, &text))
		status = EXIT_TROUBLE;
	buf_release(&text);
	diagnosis_free(d);
	return status;
}

/* --- tables ---------------------------------------------------------------------------------- */

bool cli_has_table_format(const struct options *o, const char *what, struct diag_sink *diags)
{
	if (str_eq(o->format, STR("text")) || str_eq(o->format, STR("json")) ||
	    str_eq(o->format, STR("csv")))
		return true;
	diag_report(diags, DIAG_ERROR, "usage", STR(""), 0, "%s has no format " STR_FMT, what,
		    STR_ARG(o->format));
	return false;
}

static bool add_table(const struct table *t, const struct options *o, FILE *out, struct buf *text)
{
	struct render_options render = cli_render_options(o, out);

	if (str_eq(o->format, STR("json")))
		return table_json(t, text);
	if (str_eq(o->format, STR("csv")))
		return table_csv(t, text);
	return table_text(t, &render, text);
}

enum exit_status cli_show_table(const struct table *t, const char *remark, const struct options *o,
				FILE *out, struct diag_sink *diags)
{
	struct buf text = BUF_INIT(CLI_OUTPUT_BYTES_MAX);
	enum exit_status status = EXIT_NOTHING;
	bool ok = add_table(t, o, out, &text);

	if (ok && remark && str_eq(o->format, STR("text")))
		ok = buf_addf(&text, "%s\n", remark);
	if (!ok || t->over_limit) {
		diag_report(diags, DIAG_ERROR, "limit-output", STR(""), 0,
			    "the answer is too large to print");
		status = EXIT_TROUBLE;
	}
	if (!cli_write(out, &text))
		status = EXIT_TROUBLE;
	buf_release(&text);
	return status;
}

#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "base/limits.h"
#include "base/workers.h"
#include "diagnose/lint_files.h"
#include "parsers/codec.h"
#include "parsers/container.h"
#include "parsers/sniff.h"
#include "parsers/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESULT_BYTES_MAX ((size_t)1 << 30)
#define KIND(k)		 (UINT32_C(1) << (k))

enum { RULES_MAX = 512 };

static const struct lint_family families[] = {
	{ .name = "logs",
	  .rules = lint_log_rules,
	  .rule_count = &lint_log_rule_count,
	  .check = lint_logs,
	  .kinds = KIND(LINT_LOG) | KIND(LINT_NOTEBOOK) },
	{ .name = "conf",
	  .rules = lint_conf_rules,
	  .rule_count = &lint_conf_rule_count,
	  .check = lint_conf,
	  .kinds = KIND(LINT_NOTEBOOK) | KIND(LINT_CONF) | KIND(LINT_SHELL) | KIND(LINT_MAKEFILE) |
		   KIND(LINT_DOCKERFILE) | KIND(LINT_PYTHON) | KIND(LINT_YAML) | KIND(LINT_JSON) },
	{ .name = "logging",
	  .rules = lint_logging_rules,
	  .rule_count = &lint_logging_rule_count,
	  .check = lint_logging,
	  .kinds = KIND(LINT_LOGGING) },
	{ .name = "patterns",
	  .rules = lint_pattern_rules,
	  .rule_count = &lint_pattern_rule_count,
	  .check = lint_patterns,
	  .kinds = KIND(LINT_PATTERNS) },
	{ .name = "lint", .rules = lint_suppress_rules, .rule_count = &lint_suppress_rule_count },
};

struct lint_engine {
	const struct lint_options *options;
	pthread_mutex_t lock; /* the catalogue and what was wrong with its packs */
	struct matcher *catalogue;
	struct arena arena;
	struct diag_recorder diags;
	bool wanted[RULES_MAX]; /* by index of rule */
};

/* One file: its own diagnostics, replayed in the order of the files. */
struct file_task {
	struct lint_engine *engine;
	const struct lint_path *path;
	struct lint_report *report;
	struct arena arena;
	struct diag_recorder diags;
};

/* --- rules ----------------------------------------------------------------------------------- */

size_t lint_rule_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		count += *families[i].rule_count;
	return count;
}

const struct lint_rule *lint_rule_at(size_t index)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (index < *families[i].rule_count)
			return &families[i].rules[index];
		index -= *families[i].rule_count;
	}
	return NULL;
}

const struct lint_rule *lint_rule_find(struct str id)
{
	for (size_t i = 0; i < lint_rule_count(); i++)
		if (str_eq(id, str_from(lint_rule_at(i)->id)))
			return lint_rule_at(i);
	return NULL;
}

bool lint_engine_wants(const struct lint_engine *e, const struct lint_rule *rule)
{
	size_t first = 0;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct lint_rule *rules = families[i].rules;

		if (rule >= rules && rule < rules + *families[i].rule_count)
			return e->wanted[first + (size_t)(rule - rules)];
		first += *families[i].rule_count;
	}
	BUG_ON(true); /* a rule of no family's table */
	return false;
}

/* Families without a rule that is wanted need not look at anything. */
static bool family_wanted(const struct lint_engine *e, const struct lint_family *f)
{
	for (size_t i = 0; i < *f->rule_count; i++)
		if (lint_engine_wants(e, &f->rules[i]))
			return true;
	return false;
}

/* Switch what one word names; false when it names nothing. */
static bool switch_rules(struct lint_engine *e, struct str word, bool on)
{
	bool known = false;

	for (size_t i = 0; i < lint_rule_count(); i++) {
		const struct lint_rule *rule = lint_rule_at(i);
		bool by_id = str_eq(word, str_from(rule->id));

		if (!by_id && !str_eq(word, str_from(rule->family)))
			continue;
		known = true;
		/* A family does not bring along what must be asked for by name. */
		if (!on || by_id || !rule->off)
			e->wanted[i] = on;
	}
	return known;
}

static bool switch_list(struct lint_engine *e, struct str list, bool on, struct diag_sink *diags)
{
	bool ok = true;

	while (list.len) {
		struct str word;

		(void)str_cut(list, ',', &word, &list);
		word = str_trim(word);
		if (!word.len || switch_rules(e, word, on))
			continue;
		diag_report(diags, DIAG_ERROR, "usage", STR(""), 0,
			    "no rule and no family of rules is called " STR_FMT
			    "; `sparkdx lint --list-rules` names them all",
			    STR_ARG(word));
		ok = false;
	}
	return ok;
}

static bool select_rules(struct lint_engine *e, struct diag_sink *diags)
{
	BUG_ON(lint_rule_count() > RULES_MAX);
	if (e->options->select.len) {
		/* Whoever selects rules still wants to know that a comment is wrong about them. */
		if (!switch_rules(e, STR("lint"), true) ||
		    !switch_list(e, e->options->select, true, diags))
			return false;
	} else {
		for (size_t i = 0; i < lint_rule_count(); i++)
			e->wanted[i] = !lint_rule_at(i)->off;
	}
	return switch_list(e, e->options->ignore, false, diags);
}

const struct matcher *lint_engine_catalogue(struct lint_engine *e)
{
	pthread_mutex_lock(&e->lock);
	if (!e->catalogue)
		e->catalogue = matcher_new(e->options->pattern_dirs, e->options->pattern_dir_count,
					   &e->diags.sink);
	pthread_mutex_unlock(&e->lock);
	return e->catalogue;
}

/* --- one file -------------------------------------------------------------------------------- */

static int open_file(const struct file_task *t, struct stat *st)
{
	const char *why = NULL;
	/* What is a FIFO must not make us wait for a writer. */
	int fd = open(t->path->cpath, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, st))
		why = strerror(errno);
	else if (!S_ISREG(st->st_mode))
		why = "not a regular file";
	if (!why)
		return fd;
	diag_report(t->report->diags, DIAG_ERROR, "input-unreadable", STR(""), 0, "%s: %s",
		    t->path->cpath, why);
	t->report->trouble = true;
	if (fd >= 0)
		close(fd);
	return -1;
}

static size_t read_up_to(int fd, char *into, size_t capacity)
{
	size_t len = 0;

	while (len < capacity) {
		ssize_t n = read(fd, into + len, capacity - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

/* LINT_KIND_COUNT: nothing to lint in there. */
static enum lint_kind kind_of_bytes(const struct file_task *t, struct str head)
{
	struct sniffed what;

	if (codec_find(head) || container_bid(head))
		return sniff_program_archive(head, t->path->path) ? LINT_KIND_COUNT : LINT_LOG;
	if (walk_is_aggregated(head, t->path->path))
		return LINT_LOG;
	what = sniff(head);
	switch (what.content) {
	case CONTENT_TEXT:
		return lint_kind_of(t->path->path, head);
	case CONTENT_EVENTLOG:
		return LINT_LOG;
	case CONTENT_UTF16:
	case CONTENT_HOLE:
		if (lint_is_log(t->path->path, STR("")))
			return LINT_LOG;
		break;
	case CONTENT_OTHER:
		break;
	case CONTENT_EMPTY:
	case CONTENT_IGNORED:
		return LINT_KIND_COUNT;
	}
	/* In a directory, pictures and programs are nothing to speak of. */
	if (t->path->named)
		diag_report(t->report->diags, DIAG_NOTE, "lint-binary", t->path->path, 0,
			    "%s: nothing to lint", what.what);
	return LINT_KIND_COUNT;
}

static bool is_linted(enum lint_kind kind)
{
	for (size_t i = 0; kind != LINT_KIND_COUNT && i < ARRAY_LEN(families); i++)
		if (families[i].kinds & KIND(kind))
			return true;
	return false;
}

/* All of the file behind its head; NULL when it is too large, which is reported. */
static char *read_whole(const struct file_task *t, int fd, struct str head, const struct stat *st,
			size_t *len)
{
	size_t capacity = (size_t)st->st_size + 1;
	char *bytes;

	if ((uint64_t)st->st_size > LIMIT_LINT_FILE_BYTES) {
		diag_report(t->report->diags, DIAG_ERROR, "limit-lint-file", t->path->path, 0,
			    "%" PRIu64 " MiB: files above %d MiB are not linted",
			    (uint64_t)st->st_size >> 20, LIMIT_LINT_FILE_BYTES >> 20);
		t->report->trouble = true;
		return NULL;
	}
	if (capacity < head.len)
		capacity = head.len;
	bytes = malloc(capacity);
	if (!bytes)
		die_no_memory();
	memcpy(bytes, head.ptr, head.len);
	*len = head.len + read_up_to(fd, bytes + head.len, capacity - head.len);
	return bytes;
}

static void check_file(struct file_task *t, const struct lint_file *f)
{
	struct lint_report *r = t->report;

	r->path = f->path;
	r->text = f->text;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if ((families[i].kinds & KIND(f->kind)) && family_wanted(t->engine, &families[i]))
			families[i].check(f, r);
	r->member = STR("");
	lint_suppress(f, r);
	lint_report_sort(r);
	/* The text goes away with the file. */
	free(r->lines);
	r->lines = NULL;
	r->line_count = 0;
	r->text = STR("");
}

static void run_file(void *context)
{
	struct file_task *t = context;
	char *head_bytes = malloc(LIMIT_SNIFF_BYTES), *bytes = NULL;
	struct lint_file f = { .path = t->path->path };
	struct str head = { head_bytes, 0 };
	struct stat st;
	int fd;

	if (!head_bytes)
		die_no_memory();
	fd = open_file(t, &st);
	if (fd < 0) {
		free(head_bytes);
		return;
	}
	head.len = read_up_to(fd, head_bytes, LIMIT_SNIFF_BYTES);
	f.kind = kind_of_bytes(t, head);
	f.text = head;
	t->report->size_bytes = (uint64_t)st.st_size;
	if (is_linted(f.kind) && f.kind != LINT_LOG) {
		bytes = read_whole(t, fd, head, &st, &f.text.len);
		f.text.ptr = bytes;
	}
	close(fd);
	if (f.kind == LINT_LOG || bytes) {
		if (str_starts_with(f.text, STR("\xEF\xBB\xBF")))
			f.text = str_skip(f.text, 3);
		check_file(t, &f);
	}
	free(bytes);
	free(head_bytes);
}

/* --- all files ------------------------------------------------------------------------------- */

static void collect(struct lint_result *out, const struct lint_paths *paths)
{
	out->files =
		arena_alloc(&out->arena, (paths->count ? paths->count : 1) * sizeof(struct str));
	for (size_t i = 0; i < out->report_count; i++)
		out->count += out->reports[i].count;
	out->items = calloc(out->count ? out->count : 1, sizeof(*out->items));
	if (!out->files || !out->items)
		die_no_memory();
	out->count = 0;
	for (size_t i = 0; i < out->report_count; i++) {
		struct lint_report *r = &out->reports[i];

		if (!arena_str(&out->arena, paths->items[i].path, &out->files[out->file_count++]))
			die_no_memory();
		out->dropped += r->dropped;
		out->trouble |= r->trouble;
		for (size_t k = 0; k < r->count; k++) {
			struct lint_item item = r->items[k];

			item.path = out->files[i];
			if (item.suppressed)
				out->suppressed++;
			else
				out->items[out->count++] = item;
		}
	}
}

static void run_files(struct lint_engine *e, struct lint_result *out,
		      const struct lint_paths *paths, struct diag_sink *diags)
{
	size_t count = paths->count ? paths->count : 1;
	struct file_task *tasks = calloc(count, sizeof(*tasks));
	struct workers *workers;

	out->reports = calloc(count, sizeof(*out->reports));
	out->report_count = paths->count;
	if (!tasks || !out->reports)
		die_no_memory();
	workers = workers_new(e->options->jobs);
	for (size_t i = 0; i < paths->count; i++) {
		struct file_task *t = &tasks[i];

		*t = (struct file_task){ .engine = e,
					 .path = &paths->items[i],
					 .report = &out->reports[i],
					 .arena = ARENA_INIT((size_t)16 << 20) };
		diag_recorder_init(&t->diags, &t->arena);
		lint_report_init(t->report, e, &t->diags.sink);
		workers_add(workers, (struct workers_task){ .run = run_file, .context = t });
	}
	workers_finish(workers);
	for (size_t i = 0; i < paths->count; i++) {
		diag_replay(&tasks[i].diags, diags);
		arena_release(&tasks[i].arena);
	}
	free(tasks);
}

struct lint_result *lint_run(const struct lint_options *options, struct diag_sink *diags)
{
	struct lint_result *out = calloc(1, sizeof(*out));
	struct lint_engine engine = { .options = options, .arena = ARENA_INIT(RESULT_BYTES_MAX) };
	struct lint_paths paths = { .arena = ARENA_INIT(RESULT_BYTES_MAX) };

	if (!out)
		die_no_memory();
	out->arena = (struct arena)ARENA_INIT(RESULT_BYTES_MAX);
	pthread_mutex_init(&engine.lock, NULL);
	diag_recorder_init(&engine.diags, &engine.arena);
	if (select_rules(&engine, diags)) {
		if (!lint_paths_expand(&paths, options->paths, options->path_count, diags))
			out->trouble = true;
		run_files(&engine, out, &paths, diags);
		diag_replay(&engine.diags, diags);
		collect(out, &paths);
		if (options->baseline.len && !lint_baseline_apply(out, options->baseline, diags))
			out->trouble = true;
		for (size_t i = 0; i < out->count; i++)
			out->fixable += out->items[i].edits != NULL;
	} else {
		out->trouble = true;
	}
	lint_paths_release(&paths);
	matcher_free(engine.catalogue);
	arena_release(&engine.arena);
	pthread_mutex_destroy(&engine.lock);
	return out;
}

void lint_result_free(struct lint_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->report_count; i++)
		lint_report_release(&r->reports[i]);
	free(r->reports);
	free(r->items);
	arena_release(&r->arena);
	free(r);
}

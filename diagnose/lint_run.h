/*
 * lint_run.h - lint for the faces: which files, which rules, what came out, and how it is shown.
 *
 * lint_run() reads only. lint_fix_diff() shows what the safe edits would change, lint_fix_apply()
 * changes the files, lint_baseline_write() keeps what is reported today so that only what is new
 * is reported tomorrow.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_RUN_H
#define SPARKDX_DIAGNOSE_LINT_RUN_H

#include "diagnose/lint.h"
#include "diagnose/lint_report.h"

struct lint_options {
	const struct str *paths;
	size_t path_count;
	/* Families or rule ids, separated by commas. Empty `select`: all that are not off. */
	struct str select, ignore;
	struct str baseline; /* file to read, or empty */
	const struct str *pattern_dirs;
	size_t pattern_dir_count;
	unsigned jobs; /* at least 1 */
};

struct lint_result {
	struct arena arena;
	struct lint_item *items; /* by file, line, column, rule */
	size_t count;
	struct str *files; /* that were checked, sorted */
	size_t file_count;
	size_t suppressed, baselined; /* reports taken away */
	size_t fixable;
	uint64_t dropped;	     /* reports past LIMIT_LINT_REPORTS of a file */
	bool trouble;		     /* something could not be read or checked */
	struct lint_report *reports; /* own what the items point to */
	size_t report_count;
};

/* Never NULL; free with lint_result_free(). */
struct lint_result *lint_run(const struct lint_options *options, struct diag_sink *diags);
void lint_result_free(struct lint_result *r);

/* All rules of all families, in the order of their families. */
size_t lint_rule_count(void);
const struct lint_rule *lint_rule_at(size_t index);
/* NULL when there is none of that id. */
const struct lint_rule *lint_rule_find(struct str id);
/* What the file is taken for, by its name and its first bytes (all of it, or LIMIT_SNIFF_BYTES). */
enum lint_kind lint_kind_of(struct str path, struct str head);

/* One row per --format of lint. */
struct lint_renderer {
	const char *name, *summary;
	bool (*render)(const struct lint_result *r, struct buf *out);
};

extern const struct lint_renderer lint_renderers[];
extern const size_t lint_renderer_count;
/* NULL when there is no such format. */
const struct lint_renderer *lint_renderer_find(struct str name);

/* Append a unified diff of all safe edits. False: over the ceiling of `out`, or a file changed. */
bool lint_fix_diff(const struct lint_result *r, struct buf *out, struct diag_sink *diags) MUST_USE;
/* Rewrite the files, each at once or not at all. Returns how many reports were cured. */
size_t lint_fix_apply(const struct lint_result *r, struct diag_sink *diags);

/* False when the file could not be written (reported). */
bool lint_baseline_write(const struct lint_result *r, struct str path,
			 struct diag_sink *diags) MUST_USE;

#endif

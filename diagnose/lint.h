/*
 * lint.h - what should not be committed: bad logs, bad Spark and logging configuration, broken
 * pattern files.
 *
 * A rule is data (struct lint_rule) plus code of its family that reports it. lint_run() expands
 * the paths, decides by content and name what each file is, hands it to the families in parallel,
 * and keeps what they report, sorted by file, line and column. Suppressions in the file, rules
 * switched off and the baseline take reports away again. Nothing here prints, and files are only
 * written by lint_fix_apply() and lint_baseline_write().
 *
 * Lines and columns are 1-based; a column counts bytes of the line as it stands in the file. An end
 * column is that behind the last byte, in the same line; 0: to the end of the line.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_H
#define SPARKDX_DIAGNOSE_LINT_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "patterns/pattern.h"

/*
 * Both examples are a whole small file: the line `# file: NAME`, which is not part of it, then its
 * content. In `bad` the places where the rule must report follow the name, as LINE:COL, in order:
 * `# file: spark-defaults.conf 1:1 3:24`. In `good` no rule at all may report.
 * An example of a kind of file that is no text is made by the tests, and both are NULL.
 */
struct lint_rule {
	const char *id; /* kebab-case, stable for ever, unique over all families */
	enum severity severity;
	const char *family; /* "logs", "conf", "logging", "patterns", "lint" */
	const char *title;  /* one line, no full stop */
	const char *why;    /* plain sentences */
	const char *fix;    /* what to do, a sentence or two */
	const char *bad, *good;
	bool off; /* reports only when it is selected by its own id */
};

enum lint_kind {
	LINT_OTHER,    /* text no family reads */
	LINT_LOG,      /* text log, event log, archive: `text` is empty, it is read as a stream */
	LINT_NOTEBOOK, /* .ipynb */
	LINT_CONF,     /* spark-defaults.conf and other files of `spark.…` settings */
	LINT_SHELL,    /* scripts by name or #! */
	LINT_MAKEFILE,
	LINT_DOCKERFILE,
	LINT_PYTHON, /* or Scala, Java, Kotlin: source that sets Spark's settings, by its ending */
	LINT_YAML,
	LINT_JSON,
	LINT_LOGGING,  /* log4j and log4j2 in any notation, Python's logging.conf */
	LINT_PATTERNS, /* a sparkdx pattern file */
	LINT_KIND_COUNT,
};

struct lint_file {
	struct str path; /* as the user named it */
	struct str text; /* all of it, at most LIMIT_LINT_FILE_BYTES, without a byte order mark */
	enum lint_kind kind;
};

/* What one file gets reported; filled by the families, one thread at a time. */
struct lint_report;

/* Report `rule`; the message is lower case, without full stop, and is masked and escaped when it is
 * shown. Past LIMIT_LINT_REPORTS of a file it is only counted. `line` 0: the file as a whole. */
void lint_report_add(struct lint_report *r, const struct lint_rule *rule, uint32_t line,
		     uint32_t col, uint32_t end_col, const char *format, ...) PRINTF_LIKE(6, 7);
/* A safe edit that cures the last report added: put `replacement` (copied) in place of the columns
 * from `col` up to `end_col` of `line`. Edits of one report are applied together or not at all. */
void lint_report_edit(struct lint_report *r, uint32_t line, uint32_t col, uint32_t end_col,
		      struct str replacement);

/* Spark's configuration: called for every kind from LINT_NOTEBOOK to LINT_JSON. */
void lint_conf(const struct lint_file *f, struct lint_report *r);
extern const struct lint_rule lint_conf_rules[];
extern const size_t lint_conf_rule_count;

#endif

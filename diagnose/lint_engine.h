/*
 * lint_engine.h - what the families of lint share with their engine.
 *
 * One engine per run. It is read-only for the families, except for the catalogue, which is loaded
 * when the first log is met: files of settings do not need it.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_ENGINE_H
#define SPARKDX_DIAGNOSE_LINT_ENGINE_H

#include "diagnose/lint_report.h"
#include "diagnose/lint_run.h"
#include "patterns/matcher.h"

/* Rules of one family and the code that reports them. */
struct lint_family {
	const char *name;
	const struct lint_rule *rules;
	const size_t *rule_count;
	void (*check)(const struct lint_file *f, struct lint_report *r); /* NULL: the engine */
	uint32_t kinds; /* bit per enum lint_kind */
};

/* The built-in catalogue with the user's packs; made on the first call, owned by the engine. */
const struct matcher *lint_engine_catalogue(struct lint_engine *e);

void lint_logs(const struct lint_file *f, struct lint_report *r);
extern const struct lint_rule lint_log_rules[];
extern const size_t lint_log_rule_count;

void lint_notebook(const struct lint_file *f, struct lint_report *r);

void lint_logging(const struct lint_file *f, struct lint_report *r);
extern const struct lint_rule lint_logging_rules[];
extern const size_t lint_logging_rule_count;

void lint_patterns(const struct lint_file *f, struct lint_report *r);
extern const struct lint_rule lint_pattern_rules[];
extern const size_t lint_pattern_rule_count;

/* Does this look like a log, by its name and first bytes? */
bool lint_is_log(struct str path, struct str head);

/*
 * Take away the reports that comments in the file switch off, and report the comments that switch
 * nothing off, name no rule or give no reason.
 */
void lint_suppress(const struct lint_file *f, struct lint_report *r);
extern const struct lint_rule lint_suppress_rules[];
extern const size_t lint_suppress_rule_count;

/* Take away what the baseline file holds already. False when it cannot be read (reported). */
bool lint_baseline_apply(struct lint_result *r, struct str path, struct diag_sink *diags) MUST_USE;

#endif

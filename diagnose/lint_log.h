/*
 * lint_log.h - what the rules about logs and about notebooks' outputs share.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_LOG_H
#define SPARKDX_DIAGNOSE_LINT_LOG_H

#include "diagnose/diagnosis.h"
#include "diagnose/lint_report.h"

/* Indexes into lint_log_rules. */
enum {
	LOG_FAILURE,
	LOG_CLOUD_KEY,
	LOG_TOKEN,
	LOG_URL_PASSWORD,
	LOG_PASSWORD,
	LOG_PRIVATE_KEY,
	LOG_EMAIL,
	LOG_IBAN,
	LOG_PHONE,
	LOG_TRUNCATED,
	LOG_ENCODINGS,
	LOG_ESCAPES,
	LOG_OVERSIZED,
	LOG_FLOOD,
	LOG_NOTEBOOK_TRACE,
	LOG_NOTEBOOK_BROKEN,
};

/* Where something was met first, and in how many lines. */
struct lint_first {
	struct lint_place place;
	uint64_t count;
};

/* One stream's lines, looked at one after the other. */
struct lint_lines {
	struct lint_report *report;
	struct buf scratch;
	uint32_t line; /* number of the line before the next */
	bool quiet;    /* an event log: levels and escapes are none of its business */
	uint64_t headed, wide;
	struct lint_first escapes, strays, debugs, cuts, holes;
};

void lint_lines_begin(struct lint_lines *l, struct lint_report *r);
void lint_lines_add(struct lint_lines *l, struct str line);
/* Reports what takes the whole stream to know; frees. */
void lint_lines_end(struct lint_lines *l);

/* Secrets, and where they are wanted personal data, in `at.text`, which begins at `at.col` of its
 * line. (lint_secret.c) */
void lint_secrets(struct lint_report *r, struct lint_place at);
void lint_personal(struct lint_report *r, struct lint_place at);

/* Lines of a text that was taken out of a file, and where they stand in the file. */
struct lint_line_map {
	struct lint_place *places; /* by line - 1 */
	size_t count, capacity;
};

void lint_line_map_place(const struct lint_line_map *map, struct lint_place *at);

/* One report per failed application, at the evidence of its cause. */
void lint_failures(struct lint_report *r, const struct diagnosis *d,
		   const struct lint_line_map *map);

#endif

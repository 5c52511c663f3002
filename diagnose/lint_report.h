/*
 * lint_report.h - what is kept of what a rule reported, and how a file's reports are collected.
 *
 * A `struct lint_item` is plain data whose slices live in the arena of its report, later in that
 * of the result. Its fingerprint is made of the rule and the text of its line, not of the line's
 * number, so it outlives edits elsewhere in the file.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_REPORT_H
#define SPARKDX_DIAGNOSE_LINT_REPORT_H

#include "diagnose/lint.h"

struct lint_edit {
	uint32_t line, col, end_col;
	uint32_t from_char, to_char; /* the columns in characters */
	struct str replacement;
	struct lint_edit *next;
};

struct lint_item {
	const struct lint_rule *rule;
	struct str path;	     /* of the file, as the user named it */
	struct str member;	     /* what it is inside of an archive; else empty */
	uint32_t line;		     /* 0: the file as a whole */
	uint32_t col, end_col;	     /* bytes; 0: the whole line, to its end */
	uint32_t from_char, to_char; /* the same in characters, for editors; 0 likewise */
	struct str message;	     /* secrets are masked already */
	struct str snippet; /* the line, masked, at most LIMIT_EVIDENCE_BYTES; may be empty */
	uint64_t fingerprint;
	struct lint_edit *edits; /* in order of the report; NULL: nothing safe is known */
	bool suppressed;
};

struct lint_engine;

struct lint_report {
	struct arena arena;
	struct lint_engine *engine; /* the catalogue, the selected rules */
	struct diag_sink *diags;    /* trouble with this file */
	struct str path;
	struct str member;   /* of the reports that follow */
	struct str text;     /* as in struct lint_file */
	uint64_t size_bytes; /* of the file */
	size_t *lines;	     /* where each line of text begins; made when first needed */
	size_t line_count;
	struct lint_item *items;
	size_t count, capacity;
	uint64_t dropped; /* reports past the limit */
	bool has_last;	  /* the last report was kept: edits belong to it */
	bool trouble;	  /* the file could not be checked as it should */
};

void lint_report_init(struct lint_report *r, struct lint_engine *engine, struct diag_sink *diags);
void lint_report_release(struct lint_report *r);

struct lint_place {
	uint32_t line, col, end_col;
	struct str text; /* the line */
	bool piece;	 /* the text is a part of the line, which the file's text holds */
	bool hidden;	 /* nothing of the line may be kept */
};

/* As lint_report_add(), for text that is not the file's own: the line itself is given. */
void lint_report_at(struct lint_report *r, const struct lint_rule *rule, struct lint_place at,
		    const char *format, ...) PRINTF_LIKE(4, 5);

/* Line `line` of the file's text without its end, the empty slice when there is none. */
struct str lint_report_text(struct lint_report *r, uint32_t line);
size_t lint_report_lines(struct lint_report *r);

/* Sort by place; what was reported twice at one place stays once. */
void lint_report_sort(struct lint_report *r);
/* Order of two items by file, place and rule. */
int lint_item_compare(const void *a, const void *b);

/* Is this rule switched on? (lint.c) */
bool lint_engine_wants(const struct lint_engine *e, const struct lint_rule *rule);

#endif

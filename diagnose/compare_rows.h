/*
 * compare_rows.h - what the parts of a comparison share: one pair of applications, and its rows.
 *
 * Internal to compare*.c. Each part looks at one aspect of the pair and adds its rows, the most
 * telling first; of one kind at most LIMIT_COMPARE_ROWS are kept, and one more says how many there
 * were besides.
 */
#ifndef SPARKDX_DIAGNOSE_COMPARE_ROWS_H
#define SPARKDX_DIAGNOSE_COMPARE_ROWS_H

#include "diagnose/diagnosis.h"
#include "diagnose/history.h"
#include "diagnose/pairing.h"
#include "diagnose/table.h"

enum compare_kind {
	COMPARE_OUTCOME,
	COMPARE_FINDING,
	COMPARE_SETTING,
	COMPARE_PLAN,
	COMPARE_STAGE,
	COMPARE_TOTAL,
	COMPARE_KIND_COUNT,
};

enum compare_unit { UNIT_NONE, UNIT_COUNT, UNIT_MS, UNIT_BYTES };

/* One application of one of the two runs; `history` NULL: no event log tells of it. */
struct compare_side {
	const struct application *app;
	const struct history *history;
	const struct finding *const *findings; /* without noise, as ranked */
	size_t finding_count;
};

struct comparison {
	struct table *t;
	struct str app; /* how the pair is called */
	int rank;	/* of its rows */
	struct compare_side before, after;
	size_t rows[COMPARE_KIND_COUNT];
};

struct difference {
	enum compare_kind kind;
	struct str name, before, after, change, about;
	enum compare_unit unit;
	int64_t before_value, after_value; /* -1 unknown; told apart by `unit` */
};

void compare_row(struct comparison *c, const struct difference *d);
/* A row about two numbers: words them and their change where that is not done yet. */
void compare_number(struct comparison *c, struct difference d);
/* "+3 %", "-45 %", "x102", "from 0", "same". Both are known. */
struct str compare_change(struct arena *a, int64_t before, int64_t after);
struct str compare_show(struct arena *a, enum compare_unit unit, int64_t value);
/* In the table's arena, of any length. */
struct str compare_keep(struct comparison *c, struct str text);
/* Where code stands, without directory and line number: both change when nobody touches the rest.
 */
struct str compare_call_site(struct arena *a, struct str name);
/* Pair by name; what is left, by the name without the place in the code. */
void compare_partners(struct arena *names, struct pairing_side before, struct pairing_side after);

void compare_settings(struct comparison *c);
void compare_plans(struct comparison *c);
void compare_stages(struct comparison *c);
void compare_totals(struct comparison *c);

#endif

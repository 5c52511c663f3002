/*
 * view.h - what a run did, as tables: runs, jobs, stages, executors, hosts, SQL
 * executions, a timeline. Tables that need the event log again are in event_view.h.
 *
 * One row of `views` per view drives the command line, the REPL and queries. What failed comes
 * first, the rest in order of time.
 */
#ifndef SPARKDX_DIAGNOSE_VIEW_H
#define SPARKDX_DIAGNOSE_VIEW_H

#include "diagnose/diagnosis.h"
#include "diagnose/table.h"

struct view {
	const char *name;
	const struct column *columns;
	size_t column_count;
	void (*fill)(const struct diagnosis *d, struct table *t);
};

extern const struct view views[];
extern const size_t view_count;

/* NULL when there is no such view. */
const struct view *view_find(struct str name);
/* A filled table; release it with table_release(). It points into `d`. */
void view_table(const struct view *v, const struct diagnosis *d, struct table *t);

/* What was found, the root cause first; with `noise` also what is harmless. */
void finding_table(const struct diagnosis *d, bool noise, struct table *t);
extern const struct column finding_columns[];
extern const size_t finding_column_count;

#endif

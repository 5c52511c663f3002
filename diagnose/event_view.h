/*
 * event_view.h - tables that are made by reading the event logs again: tasks, the environment.
 */
#ifndef SPARKDX_DIAGNOSE_EVENT_VIEW_H
#define SPARKDX_DIAGNOSE_EVENT_VIEW_H

#include "diagnose/diagnosis.h"
#include "diagnose/table.h"

struct task_choice {
	int64_t stage, attempt; /* -1: all */
};

/*
 * Every task attempt with its measures: failed first, then what still ran, the longest first.
 * Release the table with table_release(); it points into `d`. What of the logs cannot be read
 * again goes to `diags`. Ends early once `*cancel` is set (may be NULL).
 */
void task_table(const struct diagnosis *d, struct task_choice which,
		const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t);

extern const struct column task_columns[];
extern const size_t task_column_count;

/* Java, system properties and resource profiles whose name or group holds `part`, secrets
 * masked. */
void environment_table(const struct diagnosis *d, struct str part,
		       const volatile sig_atomic_t *cancel, struct diag_sink *diags,
		       struct table *t);

/* "3" or "3.1"; false: it is neither. */
bool task_choice_read(struct str word, struct task_choice *which);

#endif

/*
 * error_condition.h - Spark's named errors: `[UNRESOLVED_COLUMN.WITH_SUGGESTION] … SQLSTATE:
 * 42703`.
 *
 * What kind of error a name stands for follows from its SQLSTATE, by a table of ours. The words it
 * is told with are read from the list inside the user's own Spark, when there is one: a directory
 * like SPARK_HOME or an installed pyspark, whose jars hold the list since 3.3.
 */
#ifndef SPARKDX_DIAGNOSE_ERROR_CONDITION_H
#define SPARKDX_DIAGNOSE_ERROR_CONDITION_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* Is all of `text` such a name, with or without brackets? */
bool error_condition_parse(struct str text, struct str *name);
/* The first bracketed name in a text. */
bool error_condition_in(struct str text, struct str *name);

/* What the first two characters of a SQLSTATE say; NULL when Spark uses no such. */
const char *sqlstate_meaning(struct str state);

/* A state of the class that most names of its kind have; "" when the name tells nothing. */
struct str sqlstate_guess(struct str name);

struct error_condition {
	struct str message, sqlstate; /* as Spark's list has them, with <places> */
	struct str file;	      /* where the list was */
};

/*
 * Look the name up in the Spark at `home`; NULL: where a Spark usually is (SPARK_HOME, the active
 * virtual environment, beside each python3 of PATH, the user's and the system's packages). The
 * result lives in `arena`. False when there is no Spark or no such name in it.
 */
bool error_condition_find(const char *home, struct str name, struct arena *arena,
			  struct error_condition *found);

#endif

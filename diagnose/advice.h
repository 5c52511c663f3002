/*
 * advice.h - fixes: the catalogue's advice, and settings computed from the message's numbers, the
 * containers seen and the settings in force.
 *
 * A computed fix is a named function in one table (advice.c); each states the source of its
 * formula. It may decline (no number to compute from): then only its general text is given.
 */
#ifndef SPARKDX_DIAGNOSE_ADVICE_H
#define SPARKDX_DIAGNOSE_ADVICE_H

#include "diagnose/diagnosis.h"
#include "diagnose/run.h"

/* Everything a computed fix may look at. */
struct advice_context {
	const struct finding *finding; /* figures are filled in already */
	const struct run *run;
	struct arena *arena;
};

/* Fill finding->fixes from the pattern's advice. */
void advise(struct finding *f, const struct pattern *p, const struct run *run, struct arena *arena);
/* Is there a computed fix of this name? */
bool advice_is_known(struct str name);
/* Patterns from `first` on whose computed fixes cannot be computed: errors to `diags`. */
void advice_check(const struct matcher *m, size_t first, struct diag_sink *diags);

#endif

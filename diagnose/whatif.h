/*
 * whatif.h - how long a run would take with other executors: its tasks replayed on other slots.
 *
 * As Qubole's Sparklens does it: what the driver does alone stays as it is; each group of
 * overlapping jobs is run again, stages in the order they were submitted, each after its parents,
 * its tasks, as long as they took, on the first slot that is free. Tasks are not made faster or
 * slower: locality, memory, spill and shared disks are not in it. What the same replay says of the
 * slots the run had, against what was measured, is the error it states.
 */
#ifndef SPARKDX_DIAGNOSE_WHATIF_H
#define SPARKDX_DIAGNOSE_WHATIF_H

#include "diagnose/diagnosis.h"
#include "diagnose/table.h"

enum { WHATIF_EXECUTORS_MAX = 100000, WHATIF_CORES_MAX = 1024, WHATIF_SLOTS_MAX = 1000000 };

struct whatif {
	int64_t executors, cores; /* cores of each; 0: as it ran */
};

/*
 * Per application with an event log (its last attempt): measured, replayed as it ran, as asked
 * (both 0: with half, twice and four times the executors), without a limit, the driver alone.
 * Release the table with table_release(); it points into `d`. Memory is O(tasks): 24 bytes each.
 */
void whatif_table(const struct diagnosis *d, struct whatif asked,
		  const volatile sig_atomic_t *cancel, struct diag_sink *diags, struct table *t);

#endif

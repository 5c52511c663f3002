/*
 * gather.h - from paths to scanned streams: the reading half of a diagnosis.
 *
 * Inputs are walked in parallel; small members of archives are scanned by other threads, large
 * ones where they are decoded, with the decoder reading ahead. The result is sorted by name, so it
 * does not depend on the number of threads or on the order inside an archive.
 */
#ifndef SPARKDX_DIAGNOSE_GATHER_H
#define SPARKDX_DIAGNOSE_GATHER_H

#include "diagnose/diagnosis.h"
#include "diagnose/stream.h"
#include "patterns/matcher.h"

struct gathered {
	struct stream_log **streams; /* sorted by name, then first line */
	size_t stream_count, stream_capacity;
	struct input_status *inputs; /* everything met, sorted by path; slices in `arena` */
	size_t input_count, input_capacity;
	struct arena arena;
	bool trouble; /* some input could not be read */
};

/* Fills `g`; trouble goes to `diags` in a fixed order. */
void gather(const struct diagnose_options *options, const struct matcher *matcher,
	    struct gathered *g, struct diag_sink *diags);
/* One stream that is in memory already. */
void gather_text(const struct matcher *matcher, struct str name, struct str text,
		 struct gathered *g);
void gathered_release(struct gathered *g);

#endif

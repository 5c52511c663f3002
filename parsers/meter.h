/*
 * meter.h - how much one input may expand to.
 *
 * Every stream that is decoded or unpacked from another is read through a meter. It ends a stream
 * that expands more than honest logs do against the bytes it is made from (LIMIT_EXPANSION_RATIO),
 * and all streams of an input once together they pass that ratio, or LIMIT_INPUT_BYTES: archives in
 * archives multiply, and no single level shows it.
 */
#ifndef SPARKDX_PARSERS_METER_H
#define SPARKDX_PARSERS_METER_H

#include "base/base.h"
#include "parsers/source.h"

/* One top-level input. Whoever reads one of its streams is the only one to. */
struct meter {
	const struct source *root; /* the file itself; NULL: no ratio is judged */
	uint64_t decoded_bytes;	   /* of all streams, at all levels */
	bool spent;		   /* nothing more is read of this input */
	const char *tripped;	   /* code of the last limit met, "limit-expansion"; NULL: none */
};

/* `packed`: what `inner` is decoded from, NULL when it is itself raw. Owns inner; `packed` and `m`
 * must outlive it. */
struct source *meter_open(struct meter *m, struct source *inner, const struct source *packed);

#endif

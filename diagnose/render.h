/*
 * render.h - a diagnosis as text for people or machines.
 *
 * One row of `renderers` per --format. A renderer appends to a buffer and does nothing else. What
 * comes from logs is hostile: every renderer escapes control bytes for its medium and masks
 * secrets (see mask.h).
 */
#ifndef SPARKDX_DIAGNOSE_RENDER_H
#define SPARKDX_DIAGNOSE_RENDER_H

#include "base/buf.h"
#include "diagnose/diagnosis.h"

struct render_options {
	unsigned columns; /* width of the terminal, 80 when unknown */
	bool color;
	bool utf8;	  /* what is drawn may be drawn in UTF-8; texts are what they are */
	unsigned verbose; /* 0: one screen; 1: more evidence, all fixes; 2: everything */
	bool all;	  /* noise too */
};

struct renderer {
	const char *name; /* value of --format */
	const char *summary;
	bool (*render)(const struct diagnosis *d, const struct render_options *o, struct buf *out);
};

enum finding_part {
	FINDING_WHY = 1,
	FINDING_PROOF = 2,
	FINDING_WHERE = 4,
	FINDING_FIX = 8,
	FINDING_CHAIN = 16,
	FINDING_CONFIDENCE = 32,
	FINDING_ALL = 63,
};

/* One finding as text: its headline and the wanted parts. */
bool render_finding(const struct diagnosis *d, size_t i, const struct render_options *o,
		    unsigned parts, struct buf *out) MUST_USE;
/* The same finding as in the JSON of a diagnosis, all of it. */
bool render_finding_json(const struct diagnosis *d, size_t i, struct buf *out) MUST_USE;
/* What was read, in five lines: the application, its outcome, the root cause, a proof, a fix. */
bool render_greeting(const struct diagnosis *d, const struct render_options *o,
		     struct buf *out) MUST_USE;

/* Append text from a log: secrets masked, control bytes escaped. */
bool render_safe(struct buf *out, struct str s) MUST_USE;
/* Text from a log as a JSON string, secrets masked. */
struct json_writer;
void render_json_str(struct json_writer *w, struct str s);

extern const struct renderer renderers[];
extern const size_t renderer_count;

/* NULL when there is no such format. */
const struct renderer *renderer_find(struct str name);

#endif

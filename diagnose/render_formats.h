/*
 * render_formats.h - the renderers behind the table in render.c, and what they share.
 */
#ifndef SPARKDX_DIAGNOSE_RENDER_FORMATS_H
#define SPARKDX_DIAGNOSE_RENDER_FORMATS_H

#include "diagnose/render.h"

bool render_text(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_json(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_markdown(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_html(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_conf(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_sarif(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_junit(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_github(const struct diagnosis *d, const struct render_options *o, struct buf *out);

/* "image_tiles  application_…  Spark 3.5.9  yarn" */
bool render_identity(struct buf *out, const struct application *a) MUST_USE;
/* The same, step by step: returns how many. The graph has no circles; eight steps are more than any
 * real cascade shows. */
enum { RENDER_CHAIN_STEPS = 8 };
size_t render_chain_steps(const struct diagnosis *d, size_t i, size_t steps[RENDER_CHAIN_STEPS]);
/* "8 containers killed > 8 executors lost > …" from finding `i` downwards. */
bool render_chain(struct buf *out, const struct diagnosis *d, size_t i) MUST_USE;
/* What stands above a finding: "ROOT CAUSE", "SURVIVED", "COSTS TIME" … */
const char *render_headline(const struct diagnosis *d, const struct finding *f);

/* Is finding `i` in the chain that `root` explains? */
bool render_in_chain(const struct diagnosis *d, size_t root, size_t i);
/* The first finding of this application that is not noise; -1: none. */
ptrdiff_t render_root_of(const struct diagnosis *d, size_t application);
/* Do both show the same line? */
bool render_same_proof(const struct evidence *a, const struct evidence *b);
/* Bytes up to the last `!` or `/` that all inputs share; one input keeps its own name. */
size_t render_common_prefix(const struct diagnosis *d);
/* "3 logs, 2129 lines, 403 KB; 13 harmless lines not shown (--all); in logs.tar.gz" */
bool render_read(struct buf *out, const struct diagnosis *d, size_t common) MUST_USE;
/* What is said where nothing was found. */
const char *render_nothing(enum outcome outcome);
/* The settings that cure `f`, as spark-submit's options or as lines of spark-defaults.conf; false
 * in `any` when there are none. */
bool render_settings(struct buf *out, const struct finding *f, bool in_file, bool *any) MUST_USE;

#endif

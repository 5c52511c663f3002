/*
 * render_formats.h - the renderers behind the table in render.c, and what they share.
 */
#ifndef SPARKDX_DIAGNOSE_RENDER_FORMATS_H
#define SPARKDX_DIAGNOSE_RENDER_FORMATS_H

#include "diagnose/render.h"

bool render_text(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_json(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_markdown(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_conf(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_sarif(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_junit(const struct diagnosis *d, const struct render_options *o, struct buf *out);
bool render_github(const struct diagnosis *d, const struct render_options *o, struct buf *out);

/* "image_tiles  application_…  Spark 3.5.9  yarn" */
bool render_identity(struct buf *out, const struct application *a) MUST_USE;
/* "8 containers killed > 8 executors lost > …" from finding `i` downwards. */
bool render_chain(struct buf *out, const struct diagnosis *d, size_t i) MUST_USE;
/* What stands above a finding: "ROOT CAUSE", "SURVIVED", "COSTS TIME" … */
const char *render_headline(const struct diagnosis *d, const struct finding *f);

#endif

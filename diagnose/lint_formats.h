/*
 * lint_formats.h - the renderers behind the table in lint_render.c, and what they share.
 */
#ifndef SPARKDX_DIAGNOSE_LINT_FORMATS_H
#define SPARKDX_DIAGNOSE_LINT_FORMATS_H

#include "diagnose/lint_run.h"

bool lint_render_text(const struct lint_result *r, struct buf *out);
bool lint_render_json(const struct lint_result *r, struct buf *out);
bool lint_render_sarif(const struct lint_result *r, struct buf *out);
bool lint_render_junit(const struct lint_result *r, struct buf *out);
bool lint_render_github(const struct lint_result *r, struct buf *out);

/* `file` or `archive!member`, safe for a terminal. */
bool lint_show_path(struct buf *out, const struct lint_item *item) MUST_USE;

enum { LINT_FINGERPRINT_BYTES = 17 };

/* Sixteen digits, and a NUL behind them. */
struct str lint_fingerprint(const struct lint_item *item, char into[LINT_FINGERPRINT_BYTES]);

#endif

/*
 * mask.h - secrets out of what is shown.
 *
 * Logs hold keys and passwords; a diagnosis is pasted into tickets. Everything rendered from a log
 * passes through here. The value is replaced by `***`, the rest of the line stays.
 */
#ifndef SPARKDX_DIAGNOSE_MASK_H
#define SPARKDX_DIAGNOSE_MASK_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* Append `s` with secrets masked. */
bool mask_secrets(struct buf *out, struct str s) MUST_USE;

#endif

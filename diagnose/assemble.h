/*
 * assemble.h - from ranked drafts to the findings of a diagnosis: copied texts, evidence, figures,
 * confidence, advice. After it the streams can be freed.
 */
#ifndef SPARKDX_DIAGNOSE_ASSEMBLE_H
#define SPARKDX_DIAGNOSE_ASSEMBLE_H

#include "diagnose/diagnosis.h"
#include "diagnose/reason.h"

void assemble_findings(struct diagnosis *out, const struct drafts *drafts);
void assemble_applications(struct diagnosis *out, const struct runs *runs);
/* What was not in the input and would help: uses the findings. */
void assemble_absent(struct diagnosis *out, const struct runs *runs);

#endif

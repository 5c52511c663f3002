/*
 * lanes.h - jobs, driver and executors side by side over time, drawn with letters.
 *
 *                    13:06:11                 13:07:08                 13:08:06
 *   jobs                  ├────────┤├──────────────✗   ├───────────────✗
 *   driver           ├──────────────────1────2─────────────────────────────┤
 *   executor 0 node-2    ├────────────1─✗
 *
 * A digit is the number of a finding. What was lost, or failed, ends in ✗. Lanes begin and end as
 * the event log says, else with the log of that process.
 */
#ifndef SPARKDX_DIAGNOSE_LANES_H
#define SPARKDX_DIAGNOSE_LANES_H

#include "diagnose/diagnosis.h"
#include "diagnose/render.h"

/* Append them; nothing when no time is known. With options.verbose all executors, else those with
 * something to show first. */
bool lanes_text(const struct diagnosis *d, const struct render_options *o,
		struct buf *out) MUST_USE;

#endif

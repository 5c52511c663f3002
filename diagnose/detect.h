/*
 * detect.h - what wasted time in a run, from its event log.
 *
 * docs/detectors.md gives formula, threshold and source of each detector. Each says what it costs
 * and stays silent under a floor: skew on a 39 ms median is nothing. A detector words one line
 * `waste <id>: ...`, to which patterns/catalogue/performance.yaml gives meaning and advice.
 */
#ifndef SPARKDX_DIAGNOSE_DETECT_H
#define SPARKDX_DIAGNOSE_DETECT_H

#include "base/base.h"
#include "diagnose/history.h"

enum { DETECTIONS_MAX = 64 };

/* Which event proves it. */
struct event_at {
	uint32_t event; /* 0: the log as a whole */
	unsigned piece; /* of a rolled log */
};

struct detection {
	struct event_at at;
	char text[320];
};

struct waste {
	const struct history *run;
	struct detection *found; /* room for DETECTIONS_MAX */
	size_t count;
	int64_t wall_ms, end_ms;
	int64_t task_ms; /* run time of all tasks */
};

/* `h` is finished. Fills at most DETECTIONS_MAX and returns how many. */
size_t detect_waste(const struct history *h, struct detection *found);

/* The detectors that look at SQL plans, in detect_plan.c. */
void detect_plans(struct waste *w);
/* Those that look at heaps and caches, in detect_memory.c. */
void detect_memory(struct waste *w);

void detect_report(struct waste *w, struct event_at at, const char *fmt, ...) PRINTF_LIKE(3, 4);
double detect_seconds(int64_t ms);

#endif

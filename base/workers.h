/*
 * workers.h - a fixed number of threads that run queued tasks.
 *
 * Tasks may queue further tasks. With one worker everything runs in the caller's thread, in order,
 * inside workers_add(). The order of completion is not defined otherwise: results must carry the
 * key they are to be sorted by.
 */
#ifndef SPARKDX_BASE_WORKERS_H
#define SPARKDX_BASE_WORKERS_H

#include "base/base.h"

struct workers;

/* `run` is called in one of the threads with the task's `context`. */
struct workers_task {
	void (*run)(void *context);
	void *context;
	uint64_t weight_bytes; /* memory the task holds while it waits */
};

struct workers *workers_new(unsigned count);
/* Queue a task. When the waiting tasks hold more than a few MiB per worker, the caller's thread
 * runs it at once instead: a fast producer cannot fill the memory. */
void workers_add(struct workers *w, struct workers_task task);
/* Run until the queue is empty and all is done, then end the threads. */
void workers_finish(struct workers *w);
unsigned workers_count(const struct workers *w);

#endif

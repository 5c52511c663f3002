#include "base/base.h"
#include "base/workers.h"

#include <pthread.h>

/* Waiting tasks may hold this much per worker before the producer has to help. */
#define WAITING_BYTES_PER_WORKER (4ull << 20)

struct node {
	struct workers_task task;
	struct node *next;
};

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct node *first, **last;
	uint64_t waiting_bytes;
	unsigned running; /* tasks being run by threads */
	bool closing;
	unsigned count;
	pthread_t threads[];
};

static struct node *take_locked(struct workers *w)
{
	struct node *n = w->first;

	if (!n)
		return NULL;
	w->first = n->next;
	if (!w->first)
		w->last = &w->first;
	w->waiting_bytes -= n->task.weight_bytes;
	w->running++;
	return n;
}

/* Called with the lock held, returns with it held. */
static void run_node(struct workers *w, struct node *n)
{
	pthread_mutex_unlock(&w->lock);
	n->task.run(n->task.context);
	free(n);
	pthread_mutex_lock(&w->lock);
	w->running--;
	pthread_cond_broadcast(&w->changed);
}

static void *worker_main(void *context)
{
	struct workers *w = context;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct node *n = take_locked(w);

		if (n) {
			run_node(w, n);
			continue;
		}
		/* A running task may still queue others. */
		if (w->closing && !w->running)
			break;
		pthread_cond_wait(&w->changed, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct workers *workers_new(unsigned count)
{
	struct workers *w;

	BUG_ON(!count);
	w = calloc(1, sizeof(*w) + count * sizeof(w->threads[0]));
	if (!w)
		die_no_memory();
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->last = &w->first;
	w->count = count;
	for (unsigned i = 0; count > 1 && i < count; i++) {
		/* Fewer threads than asked for is slower, not wrong. */
		if (pthread_create(&w->threads[i], NULL, worker_main, w)) {
			w->count = i ? i : 1;
			break;
		}
	}
	return w;
}

void workers_add(struct workers *w, struct workers_task task)
{
	struct node *n;

	if (w->count == 1) {
		task.run(task.context);
		return;
	}
	pthread_mutex_lock(&w->lock);
	if (w->waiting_bytes + task.weight_bytes > w->count * WAITING_BYTES_PER_WORKER) {
		pthread_mutex_unlock(&w->lock);
		task.run(task.context);
		return;
	}
	n = malloc(sizeof(*n));
	if (!n)
		die_no_memory();
	*n = (struct node){ .task = task };
	*w->last = n;
	w->last = &n->next;
	w->waiting_bytes += task.weight_bytes;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void workers_finish(struct workers *w)
{
	if (w->count > 1) {
		pthread_mutex_lock(&w->lock);
		w->closing = true;
		pthread_cond_broadcast(&w->changed);
		pthread_mutex_unlock(&w->lock);
		for (unsigned i = 0; i < w->count; i++)
			pthread_join(w->threads[i], NULL);
	}
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

unsigned workers_count(const struct workers *w)
{
	return w->count;
}

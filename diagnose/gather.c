#include "base/base.h"
#include "diagnose/gather.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/workers.h"
#include "diagnose/events.h"
#include "diagnose/histories.h"
#include "diagnose/scan.h"
#include "parsers/shelf.h"
#include "parsers/walk.h"

#include <pthread.h>

enum {
	/* A member up to this size is read into memory and scanned by whichever thread is free. */
	SMALL_BYTES = 1 << 20,
	/* A compressed stream above this is decoded in a thread of its own. */
	READ_AHEAD_BYTES = 4 << 20,
};
#define INPUT_LIST_BYTES_MAX ((size_t)1 << 30)

struct gatherer;

/* One top-level input: its own diagnostics, replayed in the order of the inputs. */
struct input_task {
	struct walk_visitor visitor; /* first member */
	struct gatherer *gatherer;
	const struct walk_input *input;
	struct arena arena;
	struct diag_recorder diags;
};

struct gatherer {
	const struct diagnose_options *options;
	const struct matcher *matcher;
	struct workers *workers;
	pthread_mutex_t lock; /* everything below */
	struct scanner **idle;
	size_t idle_count, idle_capacity;
	struct gathered *g;
	struct diagnose_progress progress;
};

struct stream_task {
	struct gatherer *gatherer;
	struct stream_log *log;
	char *bytes;
	size_t len;
	uint32_t first_line;
};

static void saw_bytes(void *context, uint64_t bytes)
{
	struct gatherer *t = context;

	pthread_mutex_lock(&t->lock);
	t->progress.read_bytes += bytes;
	t->options->progress(t->options->progress_context, &t->progress);
	pthread_mutex_unlock(&t->lock);
}

static void saw_pattern(void *context, const struct pattern *p)
{
	struct gatherer *t = context;

	/* What means nothing alone is no news. */
	if (p->role != ROLE_ROOT || p->severity != SEVERITY_CRITICAL || p->needs_count)
		return;
	pthread_mutex_lock(&t->lock);
	if (!t->progress.seen)
		t->progress.seen = p;
	pthread_mutex_unlock(&t->lock);
}

static struct scanner *borrow_scanner(struct gatherer *t)
{
	struct scanner *s = NULL;

	pthread_mutex_lock(&t->lock);
	if (t->idle_count)
		s = t->idle[--t->idle_count];
	pthread_mutex_unlock(&t->lock);
	if (s)
		return s;
	s = scanner_new(t->matcher);
	if (t->options->progress)
		scanner_on_new(s, saw_pattern, t);
	return s;
}

static void return_scanner(struct gatherer *t, struct scanner *s)
{
	pthread_mutex_lock(&t->lock);
	t->idle = array_grow(t->idle, t->idle_count, &t->idle_capacity, sizeof(*t->idle));
	t->idle[t->idle_count++] = s;
	pthread_mutex_unlock(&t->lock);
}

static void keep_stream(struct gatherer *t, struct stream_log *log)
{
	struct gathered *g = t->g;

	pthread_mutex_lock(&t->lock);
	g->streams =
		array_grow(g->streams, g->stream_count, &g->stream_capacity, sizeof(*g->streams));
	g->streams[g->stream_count++] = log;
	pthread_mutex_unlock(&t->lock);
}

static void scan_bytes(struct gatherer *t, struct stream_log *log, struct str first,
		       struct source *rest, uint32_t first_line)
{
	struct scanner *s = borrow_scanner(t);

	scanner_run(s, log, first, rest, first_line,
		    (struct scan_span){ t->options->since_ms, t->options->until_ms });
	return_scanner(t, s);
	keep_stream(t, log);
}

static void run_stream(void *context)
{
	struct stream_task *task = context;

	scan_bytes(task->gatherer, task->log, (struct str){ task->bytes, task->len }, NULL,
		   task->first_line);
	free(task->bytes);
	free(task);
}

static void scan_small(struct gatherer *t, struct stream_log *log, char *bytes, size_t len,
		       const struct leaf *leaf)
{
	struct stream_task *task = malloc(sizeof(*task));

	if (!task)
		die_no_memory();
	*task = (struct stream_task){ .gatherer = t,
				      .log = log,
				      .bytes = bytes,
				      .len = len,
				      .first_line = leaf->first_line };
	if (leaf->source->grade != GRADE_OK) {
		log->grade = leaf->source->grade;
		log->note = stream_log_copy(log, str_from(leaf->source->note));
	}
	workers_add(t->workers, (struct workers_task){
					.run = run_stream, .context = task, .weight_bytes = len });
}

/* A large stream is scanned where it is read; its decoder may run ahead in a thread of its own. */
static void scan_large(struct gatherer *t, struct stream_log *log, struct str first,
		       const struct leaf *leaf)
{
	struct source *ahead;

	if (!leaf->compressed || workers_count(t->workers) == 1) {
		scan_bytes(t, log, first, leaf->source, leaf->first_line);
		return;
	}
	ahead = source_read_ahead(source_slice(leaf->source, UINT64_MAX));
	scan_bytes(t, log, first, ahead, leaf->first_line);
	source_close(ahead);
	if (leaf->source->grade != GRADE_OK) {
		log->grade = leaf->source->grade;
		log->note = stream_log_copy(log, str_from(leaf->source->note));
	}
}

static void read_events(struct gatherer *t, struct stream_log *log, const struct leaf *leaf)
{
	struct scanner *s = borrow_scanner(t);
	struct source *ahead;

	if (leaf->compressed && workers_count(t->workers) > 1) {
		ahead = source_read_ahead(source_slice(leaf->source, UINT64_MAX));
		events_read(s, log, STR(""), ahead);
		source_close(ahead);
	} else {
		events_read(s, log, STR(""), leaf->source);
	}
	if (leaf->source->grade != GRADE_OK) {
		log->grade = leaf->source->grade;
		log->note = stream_log_copy(log, str_from(leaf->source->note));
	}
	return_scanner(t, s);
	keep_stream(t, log);
}

static void visit_leaf(struct walk_visitor *visitor, const struct leaf *leaf)
{
	struct gatherer *t = ((struct input_task *)visitor)->gatherer;
	struct stream_log *log;
	char *bytes;
	size_t len;

	log = stream_log_new(leaf->name, leaf->path);
	log->host = stream_log_copy(log, leaf->host);
	log->first_line = leaf->first_line;
	log->events = leaf->kind == LEAF_EVENTLOG;
	if (t->options->index) {
		log->log_index.wanted = true;
		log->log_index.bookmark = bookmark_keep(leaf->source->bookmark);
	}
	if (leaf->kind == LEAF_EVENTLOG) {
		read_events(t, log, leaf);
		return;
	}
	bytes = malloc(SMALL_BYTES);
	if (!bytes)
		die_no_memory();
	len = source_read_full(leaf->source, bytes, SMALL_BYTES);
	if (len < SMALL_BYTES) {
		scan_small(t, log, bytes, len, leaf);
		return;
	}
	scan_large(t, log, (struct str){ bytes, len }, leaf);
	free(bytes);
}

static struct str keep_text(struct gathered *g, struct str s)
{
	struct str copy = STR("");

	if (!arena_str(&g->arena, s, &copy))
		g->trouble = true;
	return copy;
}

static void visit_report(struct walk_visitor *visitor, const struct walk_report *report)
{
	struct gatherer *t = ((struct input_task *)visitor)->gatherer;
	struct gathered *g = t->g;

	pthread_mutex_lock(&t->lock);
	g->inputs = array_grow(g->inputs, g->input_count, &g->input_capacity, sizeof(*g->inputs));
	g->inputs[g->input_count++] = (struct input_status){
		.path = keep_text(g, report->name),
		.kind = keep_text(g, str_from(report->kind)),
		.grade = report->grade,
		.note = keep_text(g, str_from(report->note)),
		.bytes = report->bytes,
	};
	if (report->grade == GRADE_FAILED)
		g->trouble = true;
	pthread_mutex_unlock(&t->lock);
}

static void run_input(void *context)
{
	struct input_task *task = context;

	walk_input(task->input, &task->visitor, &task->diags.sink);
}

static int compare_streams(const void *a, const void *b)
{
	const struct stream_log *const *x = a, *const *y = b;
	int order = str_compare((*x)->name, (*y)->name);

	if (order)
		return order;
	if ((*x)->first_line != (*y)->first_line)
		return (*x)->first_line < (*y)->first_line ? -1 : 1;
	return str_compare((*x)->path, (*y)->path);
}

static int compare_inputs(const void *a, const void *b)
{
	const struct input_status *x = a, *y = b;

	return str_compare(x->path, y->path);
}

static void run_inputs(struct gatherer *t, struct walk_inputs *inputs, struct diag_sink *diags)
{
	struct input_task *tasks = calloc(inputs->count ? inputs->count : 1, sizeof(*tasks));
	struct shelf *shelf = t->options->index ? shelf_new(t->options->cancel) : NULL;

	if (!tasks)
		die_no_memory();
	t->workers = workers_new(t->options->jobs);
	for (size_t i = 0; i < inputs->count; i++) {
		struct input_task *task = &tasks[i];

		task->visitor = (struct walk_visitor){ visit_leaf, visit_report };
		task->gatherer = t;
		inputs->items[i].shelf = shelf;
		inputs->items[i].spool = t->options->spool;
		inputs->items[i].watch =
			(struct source_watch){ .cancel = t->options->cancel,
					       .taken = t->options->progress ? saw_bytes : NULL,
					       .context = t };
		task->input = &inputs->items[i];
		task->arena = (struct arena)ARENA_INIT((size_t)16 << 20);
		diag_recorder_init(&task->diags, &task->arena);
		workers_add(t->workers, (struct workers_task){ .run = run_input, .context = task });
	}
	workers_finish(t->workers);
	for (size_t i = 0; i < inputs->count; i++) {
		diag_replay(&tasks[i].diags, diags);
		if (tasks[i].diags.sink.count[DIAG_ERROR])
			t->g->trouble = true;
		arena_release(&tasks[i].arena);
	}
	free(tasks);
	shelf_release(shelf);
}

void gather(const struct diagnose_options *options, const struct matcher *matcher,
	    struct gathered *g, struct diag_sink *diags)
{
	struct gatherer t = { .options = options, .matcher = matcher, .g = g };
	struct arena arena = ARENA_INIT(INPUT_LIST_BYTES_MAX);
	struct walk_inputs inputs = { 0 };

	*g = (struct gathered){ .arena = ARENA_INIT(INPUT_LIST_BYTES_MAX) };
	pthread_mutex_init(&t.lock, NULL);
	if (!walk_expand(options->paths, options->path_count, &arena, &inputs, diags))
		g->trouble = true;
	for (size_t i = 0; i < inputs.count; i++)
		t.progress.total_bytes += inputs.items[i].size_bytes;
	run_inputs(&t, &inputs, diags);
	if (g->stream_count)
		qsort(g->streams, g->stream_count, sizeof(struct stream_log *), compare_streams);
	if (g->input_count)
		qsort(g->inputs, g->input_count, sizeof(*g->inputs), compare_inputs);
	for (size_t i = 0; i < g->stream_count; i++)
		g->streams[i]->index = i;
	histories_join(g, matcher);
	for (size_t i = 0; i < g->stream_count; i++) {
		diag_replay(&g->streams[i]->diags, diags);
	}
	for (size_t i = 0; i < t.idle_count; i++)
		scanner_free(t.idle[i]);
	free(t.idle);
	pthread_mutex_destroy(&t.lock);
	arena_release(&arena);
}

void gather_text(const struct matcher *matcher, struct str name, struct str text,
		 struct gathered *g)
{
	struct scanner *scanner = scanner_new(matcher);
	struct stream_log *log = stream_log_new(name, name);

	*g = (struct gathered){ .arena = ARENA_INIT(INPUT_LIST_BYTES_MAX) };
	scanner_run(scanner, log, text, NULL, 1, (struct scan_span){ TIME_NONE, TIME_NONE });
	g->streams = array_grow(NULL, 0, &g->stream_capacity, sizeof(*g->streams));
	g->streams[g->stream_count++] = log;
	scanner_free(scanner);
}

void gathered_release(struct gathered *g)
{
	for (size_t i = 0; i < g->stream_count; i++)
		stream_log_free(g->streams[i]);
	free(g->streams);
	free(g->inputs);
	arena_release(&g->arena);
}

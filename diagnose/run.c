#include "base/base.h"
#include "diagnose/run.h"

#include "base/array.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/quantity.h"
#include "diagnose/zone.h"

bool process_is_driver_side(enum process p)
{
	return p == PROCESS_DRIVER || p == PROCESS_AM || p == PROCESS_CLIENT ||
	       p == PROCESS_UNKNOWN;
}

static const struct figure *figure_of(const struct sighting *o, const char *name)
{
	for (size_t i = 0; i < o->figure_count; i++)
		if (str_eq(o->figures[i].name, str_from(name)))
			return &o->figures[i];
	return NULL;
}

static int64_t number_of(const struct sighting *o, const char *name)
{
	const struct figure *f = figure_of(o, name);

	return f && f->kind == FIGURE_INT ? f->number : -1;
}

static struct str text_of(const struct sighting *o, const char *name)
{
	const struct figure *f = figure_of(o, name);

	return f ? f->text : STR("");
}

/* --- whose log is it ------------------------------------------------------------------------- */

static void set_if_empty(struct str *field, struct str value)
{
	if (!field->len)
		*field = value;
}

/*
 * A log may hold lines of several processes: an AM that becomes the driver, a client that is one, a
 * diagnostic that quotes an executor. The one that runs the application owns it.
 */
static void find_owner(struct stream_log *s)
{
	static const unsigned char rank[PROCESS_COUNT] = {
		[PROCESS_DRIVER] = 5,  [PROCESS_AM] = 4,	  [PROCESS_MASTER] = 3,
		[PROCESS_WORKER] = 3,  [PROCESS_NODEMANAGER] = 3, [PROCESS_RESOURCEMANAGER] = 3,
		[PROCESS_HISTORY] = 3, [PROCESS_EXECUTOR] = 2,	  [PROCESS_CLIENT] = 1,
	};

	for (size_t i = 0; i < s->group_count; i++) {
		enum process p = (enum process)s->groups[i]->pattern->binds;

		if (s->groups[i]->first && p != PROCESS_UNKNOWN && rank[p] > rank[s->process]) {
			s->process = p;
			s->bound = s->by_content = true;
		}
	}
}

static void identify_by_content(struct stream_log *s)
{
	find_owner(s);
	for (size_t i = 0; i < s->group_count; i++) {
		const struct sighting *o = s->groups[i]->first;
		const struct pattern *p = s->groups[i]->pattern;

		if (!o || !p->binds)
			continue;
		if ((enum process)p->binds != s->process)
			continue;
		set_if_empty(&s->app, o->places[PLACE_APP]);
		set_if_empty(&s->attempt, o->places[PLACE_ATTEMPT]);
		set_if_empty(&s->container, o->places[PLACE_CONTAINER]);
		set_if_empty(&s->host, o->places[PLACE_HOST]);
		if (s->process == PROCESS_EXECUTOR)
			set_if_empty(&s->executor, o->places[PLACE_EXECUTOR]);
	}
}

static void identify_by_path(struct stream_log *s)
{
	struct stream_place p = stream_place_from_path(s->path);

	if (!s->bound)
		s->process = p.process;
	/* A local master inside a container of YARN: YARN's application it is all the same. */
	if (p.container.len && p.app.len && str_starts_with(s->app, STR("local-")))
		s->app = p.app;
	set_if_empty(&s->app, p.app);
	set_if_empty(&s->attempt, p.attempt);
	set_if_empty(&s->container, p.container);
	set_if_empty(&s->log_name, p.log_name);
	set_if_empty(&s->host, p.host);
	if (s->process == PROCESS_EXECUTOR || s->process == PROCESS_UNKNOWN)
		set_if_empty(&s->executor, p.executor);
}

/* Client and daemon logs name the application in passing. */
static void app_from_facts(struct stream_log *s)
{
	for (size_t i = 0; i < s->group_count && !s->app.len; i++) {
		const struct sighting *o = s->groups[i]->first;

		if (o && s->groups[i]->pattern->fact == FACT_APP_START &&
		    process_is_driver_side(s->process))
			s->app = o->places[PLACE_APP];
	}
}

/* stdout beside stderr, prelaunch.err beside both: one directory is one process. */
static void share_identity(struct stream_log *to, const struct stream_log *from)
{
	if (!to->bound) {
		to->process = from->process;
		to->bound = true;
	}
	set_if_empty(&to->app, from->app);
	set_if_empty(&to->attempt, from->attempt);
	set_if_empty(&to->container, from->container);
	set_if_empty(&to->executor, from->executor);
	set_if_empty(&to->host, from->host);
}

static bool is_standard_stream(struct str path)
{
	struct str file = path_name(path);

	return str_starts_with(file, STR("std")) || str_starts_with(file, STR("prelaunch")) ||
	       str_starts_with(file, STR("launch_container")) ||
	       str_starts_with(file, STR("directory.info")) || str_starts_with(file, STR("gc"));
}

static void identify_by_neighbour(struct stream_log *const *streams, size_t count)
{
	/* Streams are sorted by name: those of one directory lie together. */
	for (size_t i = 0; i < count; i++) {
		struct str dir = path_directory(streams[i]->path);

		if (!streams[i]->bound || !dir.len || !is_standard_stream(streams[i]->path))
			continue;
		for (size_t step = 0; step < 2; step++) {
			for (size_t j = i; step ? j-- > 0 : ++j < count;) {
				if (!str_eq(path_directory(streams[j]->path), dir))
					break;
				if (!streams[j]->bound && is_standard_stream(streams[j]->path))
					share_identity(streams[j], streams[i]);
			}
		}
	}
}

static void executors_from_containers(struct stream_log *const *streams, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t g = 0; g < streams[i]->group_count; g++) {
			const struct sighting *o = streams[i]->groups[g]->first;

			if (!o || o->pattern->fact != FACT_EXECUTOR_CONTAINER ||
			    !o->places[PLACE_CONTAINER].len)
				continue;
			for (size_t j = 0; j < count; j++) {
				if (!str_eq(streams[j]->container, o->places[PLACE_CONTAINER]))
					continue;
				set_if_empty(&streams[j]->executor, o->places[PLACE_EXECUTOR]);
				if (!streams[j]->bound)
					streams[j]->process = PROCESS_EXECUTOR;
			}
		}
}

/* --- applications ---------------------------------------------------------------------------- */

static struct run *find_run(const struct runs *runs, struct str app)
{
	for (size_t i = 0; i < runs->count; i++)
		if (str_eq(runs->items[i].app, app))
			return &runs->items[i];
	return NULL;
}

static struct run *add_run(struct runs *runs, struct str app)
{
	struct run *grown = realloc(runs->items, (runs->count + 1) * sizeof(*runs->items));
	struct run *r;

	if (!grown)
		die_no_memory();
	runs->items = grown;
	r = &runs->items[runs->count++];
	*r = (struct run){
		.app = app,
		.stop_ms = TIME_NONE,
		.container_bytes = -1,
		.overhead_bytes = -1,
		.heap_bytes = -1,
		.container_max_bytes = -1,
		.driver_heap_bytes = -1,
	};
	r->about = (struct application){
		.id = app,
		.start_ms = TIME_NONE,
		.end_ms = TIME_NONE,
		.counts = { -1, -1, -1, -1, -1, -1, -1, -1, -1 },
	};
	return r;
}

/* Only processes of an application make one: a master's log names many. */
static bool makes_run(const struct stream_log *s)
{
	switch (s->process) {
	case PROCESS_UNKNOWN:
	case PROCESS_DRIVER:
	case PROCESS_AM:
	case PROCESS_CLIENT:
	case PROCESS_EXECUTOR:
		return s->app.len > 0;
	case PROCESS_HISTORY:
		return s->app.len > 0 && s->history;
	case PROCESS_NODEMANAGER:
	case PROCESS_RESOURCEMANAGER:
	case PROCESS_MASTER:
	case PROCESS_WORKER:
	case PROCESS_COUNT:
		break;
	}
	return false;
}

static size_t common_prefix(struct str a, struct str b)
{
	size_t i = 0;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/* stdout beside stderr: one process wrote both. */
static bool same_process_files(const struct stream_log *a, const struct stream_log *b)
{
	return str_eq(a->name, b->name) ||
	       (str_eq(path_directory(a->path), path_directory(b->path)) &&
		is_standard_stream(a->path) && is_standard_stream(b->path));
}

/* Where the nearest logs lie whose application is settled. */
struct neighbours {
	size_t shared;	   /* bytes of the deepest directory that holds them and this log */
	size_t closest;	   /* bytes that the path of the nearest begins with too */
	struct str app;	   /* of the nearest */
	bool any, several; /* applications in that directory */
};

static struct neighbours find_neighbours(struct stream_log *const *streams, size_t count, size_t i)
{
	struct str path = streams[i]->path;
	struct neighbours n = { .app = STR("") };

	for (size_t j = 0; j < count; j++) {
		size_t same, shared;

		if (j == i || !streams[j]->owned)
			continue;
		same = common_prefix(path, streams[j]->path);
		shared = path_directory((struct str){ path.ptr, same }).len;
		if (!n.any || shared > n.shared)
			n = (struct neighbours){ shared, same, streams[j]->app, true, false };
		else if (shared == n.shared)
			n.several |= !str_eq(n.app, streams[j]->app);
		if (shared == n.shared && same > n.closest) {
			n.closest = same;
			n.app = streams[j]->app;
		}
	}
	return n;
}

static bool is_driver_by_content(const struct stream_log *s)
{
	return s->process == PROCESS_DRIVER && s->by_content;
}

/* It can be all there is of a run: a driver, a client, or something that says how the run ended. */
static bool stands_for_a_run(const struct stream_log *s)
{
	if (is_driver_by_content(s) || (s->process == PROCESS_CLIENT && s->by_content))
		return true;
	for (size_t i = 0; process_is_driver_side(s->process) && i < s->group_count; i++)
		if (s->groups[i]->pattern->authority)
			return true;
	return false;
}

enum {
	/* What one run writes into different directories overlaps in time, but for a start. */
	APART_MS = 60 * 1000,
};

/* Event logs are on a clock of their own. */
static bool is_timed(const struct stream_log *s)
{
	return s->first_ms != TIME_NONE && !s->history;
}

static bool times_are_apart(const struct stream_log *a, const struct stream_log *b)
{
	return a->first_ms > b->last_ms + APART_MS || b->first_ms > a->last_ms + APART_MS;
}

/* Does another log play this one's part in the application, or did that run at another time? */
static bool is_another_run(struct stream_log *const *streams, size_t count, size_t i,
			   struct str app, bool same_directory)
{
	const struct stream_log *s = streams[i];
	bool is_apart = false, is_beside = false;

	for (size_t j = 0; j < count; j++) {
		if (j == i || !streams[j]->owned || !str_eq(streams[j]->app, app))
			continue;
		if (is_driver_by_content(s) && is_driver_by_content(streams[j]) &&
		    !same_process_files(s, streams[j]))
			return true;
		if (is_timed(s) && is_timed(streams[j]))
			*(times_are_apart(s, streams[j]) ? &is_apart : &is_beside) = true;
	}
	return !same_directory && is_apart && !is_beside;
}

/* A log that does not name its application, and may be all there is of one. */
static void settle(struct runs *runs, struct stream_log *const *streams, size_t count, size_t i,
		   bool *nameless)
{
	struct stream_log *s = streams[i];
	struct neighbours n = find_neighbours(streams, count, i);
	bool same = n.any && n.shared >= path_directory(s->path).len;

	s->owned = true;
	if (n.any && (same || !n.several) && !is_another_run(streams, count, i, n.app, same)) {
		s->app = n.app;
	} else if (*nameless) {
		*nameless = false; /* the run that was made for it */
	} else {
		/* Known by its file: it has no other name. */
		s->app = s->name;
		add_run(runs, s->app)->about.id = STR("");
	}
}

static void adopt_streams(struct runs *runs, struct stream_log *const *streams, size_t count)
{
	bool nameless = !runs->items[0].app.len;

	for (size_t i = 0; i < count; i++)
		streams[i]->owned = streams[i]->app.len > 0;
	/* Drivers first: what else there is has to find its own. */
	for (size_t i = 0; i < count; i++)
		if (!streams[i]->owned && is_driver_by_content(streams[i]))
			settle(runs, streams, count, i, &nameless);
	for (size_t i = 0; i < count; i++)
		if (!streams[i]->owned && stands_for_a_run(streams[i]))
			settle(runs, streams, count, i, &nameless);
	for (size_t i = 0; i < count; i++)
		if (!streams[i]->owned)
			streams[i]->app = find_neighbours(streams, count, i).app;
}

/* A driver in client mode and its containers: `app-…` of the driver's log is the executors'. */
struct run *runs_of_stream(const struct runs *runs, const struct stream_log *s)
{
	struct run *r = find_run(runs, s->app);

	return r ? r : &runs->items[0];
}

/* --- facts ----------------------------------------------------------------------------------- */

static void add_setting(struct run *r, struct str key, struct str value)
{
	for (size_t i = 0; i < r->setting_count; i++)
		if (str_eq(r->settings[i].key, key))
			return;
	r->settings = array_grow(r->settings, r->setting_count, &r->setting_capacity,
				 sizeof(*r->settings));
	r->settings[r->setting_count++] = (struct run_setting){ key, value };
}

bool run_stopped_before(const struct run *r, const struct sighting *o)
{
	return r->stop && r->stop->stream == o->stream && r->stop->line < o->line;
}

bool run_knows(const struct run *r, struct str id)
{
	for (size_t i = 0; i < r->fact_count; i++)
		if (str_eq(r->facts[i]->id, id))
			return true;
	return false;
}

static void add_fact(struct run *r, const struct pattern *p)
{
	for (size_t i = 0; i < r->fact_count; i++)
		if (r->facts[i] == p)
			return;
	r->facts = array_grow(r->facts, r->fact_count, &r->fact_capacity, sizeof(*r->facts));
	r->facts[r->fact_count++] = p;
}

struct str run_setting(const struct run *r, struct str key)
{
	for (size_t i = 0; i < r->setting_count; i++)
		if (str_eq(r->settings[i].key, key))
			return r->settings[i].value;
	return STR("");
}

static void learn_max(int64_t *field, int64_t value)
{
	if (value > *field)
		*field = value;
}

/*
 * Spark's unified memory is a fraction of the heap less what it reserves; the garbage collector may
 * have kept some of -Xmx for itself.
 */
static int64_t heap_behind(int64_t storage_bytes)
{
	const int64_t mib = INT64_C(1) << 20, reserved = 300 * mib, step = 8 * mib;
	int64_t heap = storage_bytes * 10 / 6 + reserved;

	return (heap + step / 2) / step * step;
}

static void learn_fact(struct run *r, const struct sighting *o)
{
	switch (o->pattern->fact) {
	case FACT_APP_NAME:
		set_if_empty(&r->about.name, text_of(o, "name"));
		break;
	case FACT_SPARK_VERSION:
		set_if_empty(&r->about.spark_version, text_of(o, "version"));
		break;
	case FACT_MASTER_URL:
		set_if_empty(&r->about.master, text_of(o, "master"));
		break;
	case FACT_CONF:
		if (text_of(o, "key").len)
			add_setting(r, text_of(o, "key"), text_of(o, "value"));
		break;
	case FACT_APP_STOP:
		if (o->time_ms != TIME_NONE && process_is_driver_side(o->stream->process) &&
		    (r->stop_ms == TIME_NONE || o->time_ms < r->stop_ms)) {
			r->stop_ms = o->time_ms;
			r->stop = o;
		}
		break;
	case FACT_CONTAINER_SIZE:
		learn_max(&r->container_bytes, number_of(o, "total_bytes"));
		learn_max(&r->overhead_bytes, number_of(o, "overhead_bytes"));
		learn_max(&r->heap_bytes, number_of(o, "heap_bytes"));
		break;
	case FACT_CONTAINER_MAX:
		learn_max(&r->container_max_bytes, number_of(o, "limit_bytes"));
		break;
	case FACT_HEAP_SIZE:
		learn_max(&r->heap_bytes, number_of(o, "heap_bytes"));
		break;
	case FACT_STORAGE_MEMORY:
		if (o->stream->process == PROCESS_DRIVER && number_of(o, "capacity_bytes") > 0)
			learn_max(&r->driver_heap_bytes,
				  heap_behind(number_of(o, "capacity_bytes")));
		break;
	case FACT_APP_START:
	case FACT_APP_END:
	case FACT_EXECUTOR_ADDED:
	case FACT_EXECUTOR_CONTAINER:
	case FACT_EXECUTOR_LOST:
	case FACT_EXECUTOR_REMOVED:
	case FACT_STAGE_FAILED:
	case FACT_TASK_FAILED:
	case FACT_JOB_FAILED:
	case FACT_JOB_FINISHED:
	case FACT_JOB_STARTED:
	case FACT_SQL_USED:
	case FACT_OUTPUT_LATE:
	case FACT_STOP_HOOK:
	case FACT_NONE:
	case FACT_COUNT:
		break;
	}
}

static void learn_span(struct run *r, const struct stream_log *s)
{
	if (s->first_ms != TIME_NONE &&
	    (r->about.start_ms == TIME_NONE || s->first_ms < r->about.start_ms))
		r->about.start_ms = s->first_ms;
	if (s->last_ms != TIME_NONE &&
	    (r->about.end_ms == TIME_NONE || s->last_ms > r->about.end_ms))
		r->about.end_ms = s->last_ms;
}

static bool is_daemon(enum process p)
{
	return p == PROCESS_NODEMANAGER || p == PROCESS_RESOURCEMANAGER || p == PROCESS_MASTER ||
	       p == PROCESS_WORKER || p == PROCESS_HISTORY;
}

static void learn_stream(struct run *r, const struct stream_log *s)
{
	r->has_driver |= s->process == PROCESS_DRIVER;
	r->has_am |= s->process == PROCESS_AM;
	r->has_executors |= s->process == PROCESS_EXECUTOR;
	if (!is_daemon(s->process))
		learn_span(r, s);
	for (size_t i = 0; i < s->group_count; i++) {
		if (s->groups[i]->pattern->role == ROLE_FACT)
			add_fact(r, s->groups[i]->pattern);
		for (const struct sighting *o = s->groups[i]->first; o; o = o->next)
			learn_fact(r, o);
	}
}

/* What the allocator asked for says what was set: a container is heap and overhead. */
static void derive_settings(struct runs *runs, struct run *r)
{
	int64_t heap = r->container_bytes > 0 && r->overhead_bytes > 0
			       ? r->container_bytes - r->overhead_bytes
			       : r->heap_bytes;
	struct buf text = BUF_INIT(64);
	struct str value;

	if (heap > 0) {
		quantity_conf_bytes(&text, heap);
		if (arena_str(runs->arena, buf_str(&text), &value))
			add_setting(r, STR("spark.executor.memory"), value);
	}
	buf_release(&text);
}

void runs_build(struct runs *runs, struct stream_log *const *streams, size_t count,
		struct arena *arena)
{
	*runs = (struct runs){ .arena = arena };
	for (size_t i = 0; i < count; i++) {
		identify_by_content(streams[i]);
		identify_by_path(streams[i]);
	}
	identify_by_neighbour(streams, count);
	executors_from_containers(streams, count);
	for (size_t i = 0; i < count; i++) {
		app_from_facts(streams[i]);
		if (makes_run(streams[i]) && !find_run(runs, streams[i]->app))
			add_run(runs, streams[i]->app);
	}
	if (!runs->count)
		add_run(runs, STR(""));
	adopt_streams(runs, streams, count);
	zones_align(runs, streams, count);
	for (size_t i = 0; i < count; i++)
		learn_stream(runs_of_stream(runs, streams[i]), streams[i]);
	for (size_t i = 0; i < runs->count; i++)
		derive_settings(runs, &runs->items[i]);
}

void runs_release(struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		free(runs->items[i].settings);
		free(runs->items[i].facts);
	}
	free(runs->items);
}

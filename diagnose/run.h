/*
 * run.h - the run model: which applications there are, whose log each stream is, and what the
 * facts establish about them.
 *
 * Content outranks layout: a line that says `Starting executor ID 3` owns the stream, whatever its
 * path. Containers are mapped to executors by the allocator's launch lines. A stream that names no
 * application belongs to the only one there is, else to the one whose logs lie nearest to it.
 */
#ifndef SPARKDX_DIAGNOSE_RUN_H
#define SPARKDX_DIAGNOSE_RUN_H

#include "diagnose/diagnosis.h"
#include "diagnose/stream.h"

struct run_setting {
	struct str key, value;
};

/* One application with what its streams say. */
struct run {
	struct str app; /* empty: the logs name none */
	struct application about;
	struct run_setting *settings;
	size_t setting_count, setting_capacity;
	int64_t stop_ms;	     /* the driver began to stop; TIME_NONE */
	const struct sighting *stop; /* the line that says so; NULL */
	int64_t container_bytes, overhead_bytes, heap_bytes; /* of an executor; -1 unknown */
	int64_t container_max_bytes;			     /* -1 unknown */
	int64_t driver_heap_bytes; /* worked out from its storage memory; -1 unknown */
	bool has_driver, has_executors, has_am;
	const struct pattern **facts; /* those sighted, each once */
	size_t fact_count, fact_capacity;
	const struct sighting *outcome; /* the line that tells it, or NULL */
	struct str clock_note;		/* how the logs' times were moved; empty: not at all */
};

struct runs {
	struct run *items;
	size_t count;
	struct arena *arena;
};

/* Build the runs from the streams; completes the identity of every stream. */
void runs_build(struct runs *runs, struct stream_log *const *streams, size_t count,
		struct arena *arena);
void runs_release(struct runs *runs);

/* The run a stream belongs to. */
struct run *runs_of_stream(const struct runs *runs, const struct stream_log *s);

/* Does the log that says the driver began to stop say this only after it? */
bool run_stopped_before(const struct run *r, const struct sighting *o);

/* Was the fact pattern of this id sighted? */
bool run_knows(const struct run *r, struct str id);

/* Value of a setting in force, or the empty slice. */
struct str run_setting(const struct run *r, struct str key);

/* Is this process on the driver's side: driver, cluster-mode AM or submitting client? */
bool process_is_driver_side(enum process p);

#endif

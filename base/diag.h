/*
 * diag.h - every message sparkdx gives a person or a machine.
 *
 * Library code neither prints nor exits: it fills a `struct diag` and hands
 * it to the sink. cli/ renders text, --format json renders the same fields, tests
 * record them. A sink is used by one thread; what several threads find is recorded
 * per stream and replayed in order.
 */
#ifndef SPARKDX_BASE_DIAG_H
#define SPARKDX_BASE_DIAG_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

enum diag_level { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct loc {
	struct str file;
	uint32_t line;	 /* 1-based; 0: whole file */
	uint32_t column; /* 1-based byte; 0: whole line */
};

struct diag {
	enum diag_level level;
	const char *code; /* stable, e.g. "pattern-no-anchor" */
	struct loc loc;
	struct str message; /* what */
	struct str reason;  /* why, or empty */
	struct str snippet; /* the offending line, or empty */
	struct str help;    /* what to do, or empty */
};

struct diag_sink {
	void (*emit)(struct diag_sink *self, const struct diag *d);
	uint32_t count[DIAG_ERROR + 1];
};

/* Count and hand on. */
void diag_emit(struct diag_sink *sink, const struct diag *d);
/* The common case: code, place (file may be empty), message (cut at 1 KiB). */
void diag_report(struct diag_sink *sink, enum diag_level level, const char *code, struct str file,
		 uint32_t line, const char *fmt, ...) PRINTF_LIKE(6, 7);

/* A sink that keeps what it is given, copied into its arena, to be replayed in a fixed order. */
struct diag_recorder {
	struct diag_sink sink; /* first member */
	struct arena *arena;
	struct diag_node *first, **last;
};

struct diag_node {
	struct diag diag;
	struct diag_node *next;
};

void diag_recorder_init(struct diag_recorder *r, struct arena *arena);
void diag_replay(const struct diag_recorder *r, struct diag_sink *into);

#endif

/*
 * walk.h - from the paths a user names to the leaf streams inside them.
 *
 * walk_expand() turns paths (files, directories, globs, "-") into a sorted list of inputs.
 * walk_input() opens one of them, recognises by content what it is, peels codecs and containers
 * down to LIMIT_NESTING_DEPTH, and hands every leaf to the visitor in the order it meets them.
 * walk_input() may run in several threads at once for different inputs; a visitor is then called
 * from several threads.
 *
 * Quietly left out: `.crc` side files (`crc\0`), `_SUCCESS`, `appstatus_*`, zero-length files are
 * reported as empty. Anything else that is not a log (pictures, jars, class files) is reported as
 * GRADE_SKIPPED with what it is.
 */
#ifndef SPARKDX_PARSERS_WALK_H
#define SPARKDX_PARSERS_WALK_H

#include "base/arena.h"
#include "base/base.h"
#include "base/diag.h"
#include "base/str.h"
#include "parsers/source.h"
#include "parsers/spool.h"

enum leaf_kind {
	LEAF_TEXT,
	LEAF_EVENTLOG, /* lines that start with {"Event":" */
};

/* One stream of log lines or events. Everything is valid during the visit only. */
struct leaf {
	enum leaf_kind kind;
	/* Provenance: `logs.tar.gz!app/stderr.gz`. For `yarn logs` text it is the text file itself,
	 * because that is what the user can open, and `first_line` is the line in that file. */
	struct str name;
	uint32_t first_line; /* 1-based line number of the first line of `source` in `name` */
	/* Path inside the outermost input, with every container level: input to leaf_place(). For
	 * `yarn logs` text and raw YARN files it ends in `/container_…/stderr`. */
	struct str path;
	struct str host;       /* from a YARN header or file name, else empty */
	struct source *source; /* positioned at the first byte; the visitor must not close it */
	struct str head;       /* up to LIMIT_SNIFF_BYTES of what source will give */
	uint64_t size_bytes;   /* decoded size when known, else 0 */
	bool compressed;       /* a codec is below: reading costs CPU */
	bool buffered;	       /* the bytes are in memory already */
};

/* What was read, for the `inputs` of the diagnosis. One per leaf, and one per skipped thing. */
struct walk_report {
	struct str name;
	const char *kind; /* text eventlog yarn-logs yarn-tfile yarn-ifile archive empty other */
	enum grade grade;
	const char *note; /* empty when all is well */
	uint64_t bytes;	  /* decoded bytes read */
};

struct walk_visitor {
	void (*leaf)(struct walk_visitor *self, const struct leaf *leaf);
	void (*report)(struct walk_visitor *self, const struct walk_report *report);
};

struct walk_input {
	struct str path; /* what to open; "-" is standard input */
	struct str name; /* how it is shown: as the user named it */
	uint64_t size_bytes;
	/* Named by the user and no plain file: standard input, a FIFO, a device. Opening and
	 * reading it may wait. */
	bool stream;
	struct shelf *shelf;	/* leaves shall have bookmarks that share it; NULL: not */
	enum spool_place spool; /* where what cannot be opened again is kept for them */
	struct source_watch watch;
};

struct walk_inputs {
	struct walk_input *items;
	size_t count;
};

/*
 * Expand `paths` into inputs, directories recursively, sorted by name; symbolic links inside
 * directories are not followed (what they point to inside is met there anyway). Unreadable or
 * missing paths are reported to `diags` (codes input-missing, input-unreadable, input-no-files) and
 * left out; false if any was.
 */
bool walk_expand(const struct str *paths, size_t count, struct arena *arena,
		 struct walk_inputs *inputs, struct diag_sink *diags) MUST_USE;

/* Open one input and visit all its leaves. Trouble goes to `diags` and to visitor->report. */
void walk_input(const struct walk_input *input, struct walk_visitor *visitor,
		struct diag_sink *diags);

/* Does a file of this path and these first bytes hold the logs of several containers, as YARN
 * aggregates them? */
bool walk_is_aggregated(struct str head, struct str path);

#endif

/*
 * splitter.h - a file that holds several log files: YARN's aggregated logs.
 *
 * A splitter recognises by content what it can take apart and hands out each part as a source of
 * its own, in file order, pulled lazily where the format allows it.
 */
#ifndef SPARKDX_PARSERS_SPLITTER_H
#define SPARKDX_PARSERS_SPLITTER_H

#include "base/base.h"
#include "base/str.h"
#include "parsers/source.h"

/* Valid during the visit only. */
struct part {
	struct str container, host, app; /* empty when the format does not say */
	struct str log_name;		 /* stderr, stdout, prelaunch.err … */
	uint32_t first_line;		 /* 1-based, in the file for text_in_place, else 1 */
	uint64_t size_bytes;		 /* when known, else 0 */
	struct source *source;		 /* the visitor must not close it */
	bool text_in_place; /* `yarn logs` text: the file itself is what a user opens */
};

struct part_visitor {
	void (*part)(struct part_visitor *self, const struct part *part);
};

struct splitter {
	const char *kind; /* for the report: "yarn-logs" */
	/* Bits of evidence that `head` (of a file called `name`) is this format; 0: it is not. */
	int (*bid)(struct str head, struct str name);
	/* Read `source` to its end; on damage lower its grade. */
	void (*split)(struct source *source, struct str name, struct part_visitor *visitor);
};

extern const struct splitter yarn_text_splitter;
extern const struct splitter yarn_tfile_splitter;
extern const struct splitter yarn_ifile_splitter;

#endif

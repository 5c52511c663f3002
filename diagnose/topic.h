/*
 * topic.h - words of Spark's world, each explained to someone who looks for a fault.
 *
 * The table is made at build time from topics.txt, which is written by hand. It is constant; its
 * lists end with NULL.
 */
#ifndef SPARKDX_DIAGNOSE_TOPIC_H
#define SPARKDX_DIAGNOSE_TOPIC_H

#include "base/base.h"
#include "base/str.h"

struct topic {
	const char *name;
	const char *const *also; /* other names */
	const char *const *ids;	 /* findings about it */
	const char *const *keys; /* settings about it */
	const char *ui;		 /* where the Spark UI shows it, or "" */
	const char *text;	 /* lines */
};

extern const struct topic topic_table[];
extern const size_t topic_count;

/* By name or other name, in any case, `-` and `_` as blanks; NULL when there is none. */
const struct topic *topic_find(struct str name);

#endif

/*
 * config_key.h - what is known about Spark's settings: names, types, defaults, history.
 *
 * The table is made at build time from config_keys.tsv, which Spark's own registry filled, and
 * config_notes.tsv, which is written by hand. It is constant; what a lookup returns is never freed.
 * Values are judged as Spark's own converters do: a unit may follow a whole number, with no blank
 * between and no fraction.
 */
#ifndef SPARKDX_DIAGNOSE_CONFIG_KEY_H
#define SPARKDX_DIAGNOSE_CONFIG_KEY_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum config_type {
	CONFIG_ANY, /* read by name only: nothing is known about its values */
	CONFIG_BOOL,
	CONFIG_INT,
	CONFIG_LONG,
	CONFIG_DOUBLE,
	CONFIG_STRING,
	CONFIG_REGEX,
	CONFIG_BYTES,
	CONFIG_TIME,
	CONFIG_LIST,
	CONFIG_ENUM,  /* one of `values`, in any case */
	CONFIG_EXACT, /* one of `values`, as written there */
};

enum config_flag {
	CONFIG_INTERNAL = 1,
	CONFIG_LITERAL = 2, /* Spark reads the name without an entry */
	CONFIG_RUNTIME = 4, /* may be set in a running session */
};

/* The versions that were asked; bit N of `versions` and index N of `defaults`. */
enum config_version { CONFIG_V33, CONFIG_V35, CONFIG_V4, CONFIG_VERSION_COUNT };

struct config_key {
	const char *name;			  /* of a family: ends with ".*" */
	const char *values;			  /* "A|B" of CONFIG_ENUM and CONFIG_EXACT */
	const char *since, *deprecated, *removed; /* versions, or NULL */
	const char *instead;			  /* the key to use today, or NULL */
	const char *note;			  /* what it does, in one line, or NULL */
	/* As Spark writes it; "@KEY" is the value of KEY; NULL when there is none. */
	const char *defaults[CONFIG_VERSION_COUNT];
	uint64_t unit;	  /* of a bare number: bytes, or microseconds (0: nanoseconds) */
	uint8_t type;	  /* enum config_type */
	uint8_t versions; /* a bit per enum config_version that knows it */
	uint8_t flags;	  /* enum config_flag */
	int8_t least;	  /* least value accepted: 0 or 1; -1: any */
};

struct config_keys {
	const struct config_key *keys;
	size_t key_count;
	const struct config_key *families;
	size_t family_count;
};
extern const struct config_keys config_keys;

/* The key of exactly this name, or NULL. */
const struct config_key *config_key_find(struct str name);
/* The longest family `name` belongs to, or NULL: `spark.hadoop.…` and vendors' settings. */
const struct config_key *config_key_family(struct str name);
/* The key `name` was probably meant to be: a few letters away, or alike but for case and dots. */
const struct config_key *config_key_nearest(struct str name);
/* `name` is in a part of the name space that Spark itself uses (`spark.sql.…`). */
bool config_key_is_sparks(struct str name);
/* Known to the newest version and neither deprecated nor removed. */
bool config_key_is_current(const struct config_key *key);
/* Its value is another in each run: names, ports, times. Says nothing about how a run is set up. */
bool config_key_changes_always(struct str name);

enum config_fit {
	CONFIG_FITS,
	CONFIG_WRONG_TYPE,   /* "yes" for a bool, "1.5" for an int */
	CONFIG_WRONG_UNIT,   /* "10 gigs", "1.5g", "4 g" */
	CONFIG_OUT_OF_RANGE, /* below `least`, or past what the type holds */
	CONFIG_NOT_LISTED,   /* none of `values` */
};
enum config_fit config_key_judge(const struct config_key *key, struct str value);
/* Append what a value must look like: "true or false", "a whole number with a unit like 512m". */
void config_key_expects(const struct config_key *key, struct buf *out);

/* As Spark reads a value of this key; false when it would not. */
bool config_key_bytes(const struct config_key *key, struct str value, int64_t *bytes);
bool config_key_ms(const struct config_key *key, struct str value, int64_t *ms);

/* The default in a version like "3.5.1" (the nearest asked one), references followed; NULL: none.
 */
const char *config_key_default(const struct config_key *key, struct str version);

#endif

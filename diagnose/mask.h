/*
 * mask.h - secrets out of what is shown.
 *
 * Logs hold keys and passwords; a diagnosis is pasted into tickets. Everything rendered from a log
 * passes through here. The value is replaced by `***`, the rest of the line stays.
 *
 * Masking takes what might be a secret for one; who reports secrets has to be stricter, and looks
 * at the kind and at the value of what secret_find() gives.
 */
#ifndef SPARKDX_DIAGNOSE_MASK_H
#define SPARKDX_DIAGNOSE_MASK_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum secret_kind {
	SECRET_CLOUD_KEY, /* by its shape */
	SECRET_TOKEN,	  /* by its shape */
	SECRET_IN_URL,	  /* `scheme://user:password@host` */
	SECRET_NAMED,	  /* `password=value`, `"secret.key": "value"` */
};

struct secret {
	enum secret_kind kind;
	const char *what;     /* "an AWS access key id"; for named ones the name */
	size_t begin;	      /* of what gives it away: the name, the shape, the `://` */
	size_t value_at, end; /* the value itself */
};

/* The first secret at or behind `from`. */
bool secret_find(struct str s, size_t from, struct secret *found);

/* Append `s` with secrets masked. */
bool mask_secrets(struct buf *out, struct str s) MUST_USE;

/* Append the value of a setting, masked where the name of its key says that it is secret; a switch
 * is none. False past a ceiling: show nothing of it then. */
bool mask_setting(struct buf *out, struct str key, struct str value) MUST_USE;

#endif

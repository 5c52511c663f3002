/*
 * yarn_name.h - what the names in YARN's aggregated logs say: node files and container ids.
 */
#ifndef SPARKDX_PARSERS_YARN_NAME_H
#define SPARKDX_PARSERS_YARN_NAME_H

#include "base/base.h"
#include "base/str.h"

/* `application_` and two numbers of up to 20 digits. */
enum { YARN_APP_BYTES = 64 };

/*
 * The host in a node's name: `worker-1_45454`, `worker-1:45454`, with the upload time when logs are
 * aggregated more than once `worker-1_45454_1795441037049`, while it is written `….tmp`. Empty when
 * `name` has no port.
 */
struct str yarn_node_host(struct str name);

/* Bytes of the application id `s` starts with, `application_<number>_<number>`, or 0. */
size_t yarn_app_length(struct str s);

/*
 * `container_[e<epoch>_]<cluster>_<application>_<attempt>_<number>`, all of `id`. The fields are
 * slices of it.
 */
struct yarn_container {
	struct str cluster, app, attempt, number;
};

bool yarn_container_parse(struct str id, struct yarn_container *c);

/* The container's application id, written into `into`; empty when `id` is no container's. */
struct str yarn_app_of_container(struct str id, char into[YARN_APP_BYTES]);

/* The last component of a path. */
struct str yarn_base_name(struct str path);

/* The application id a path holds as (the start of) a component, the last one; or empty. */
struct str yarn_app_in_path(struct str path);

#endif

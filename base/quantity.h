/*
 * quantity.h - sizes and durations as Spark, YARN and the JVM write them.
 *
 * Units are powers of 1024 whatever the letters say (`GB` of YARN and Spark <= 2.4 is GiB).
 */
#ifndef SPARKDX_BASE_QUANTITY_H
#define SPARKDX_BASE_QUANTITY_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* `5.6 GB`, `512m`, `4096 MB`, `1.5GiB`, `2,048 bytes`; a bare number counts `unit_bytes` each. */
bool quantity_bytes(struct str s, uint64_t unit_bytes, int64_t *bytes);
/* `120s`, `1500 ms`, `2 secs`, `5 min`, `1h`, `00:01:30`, `120 seconds`; bare: `unit_ms` each. */
bool quantity_ms(struct str s, uint64_t unit_ms, int64_t *ms);
/* "1.3 GB", "896 MB", "512 B": three significant digits, for people. Appends. */
void quantity_show_bytes(struct buf *out, int64_t bytes);
/* "2 min 6 s", "350 ms", "1 h 4 min". Appends. */
void quantity_show_ms(struct buf *out, int64_t ms);
/* As a Spark setting, rounded up to MiB: "1536m", "2g". Appends. */
void quantity_conf_bytes(struct buf *out, int64_t bytes);

#endif

/*
 * clock.h - civil time without the C library's time zone: proleptic Gregorian, UTC.
 */
#ifndef SPARKDX_BASE_CLOCK_H
#define SPARKDX_BASE_CLOCK_H

#include "base/base.h"
#include "base/buf.h"

#define MS_PER_DAY INT64_C(86400000)

/* Days since 1970-01-01. `month` 1 to 12, `day` 1 to 31. */
int64_t clock_days(int64_t year, unsigned month, unsigned day);
int64_t clock_ms(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		 unsigned second, unsigned millisecond);
/* Append "14:02:50". */
void clock_show_time(struct buf *out, int64_t epoch_ms);
/* Append "2026-11-23 14:02:50". */
void clock_show(struct buf *out, int64_t epoch_ms);
/* Append "2026-11-23T14:02:50.123Z". */
void clock_show_iso(struct buf *out, int64_t epoch_ms);

#endif

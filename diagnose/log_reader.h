/*
 * log_reader.h - records of one log, read again in order from any line.
 *
 * Opening costs what the bookmark costs: a seek in a plain file, some decoding where there was
 * compression. A reader holds one block of about 1 MiB. Blocks that the filter cannot accept are
 * not read.
 */
#ifndef SPARKDX_DIAGNOSE_LOG_READER_H
#define SPARKDX_DIAGNOSE_LOG_READER_H

#include "diagnose/diagnosis.h"
#include "diagnose/log_filter.h"

struct log_reader;

/*
 * From the record that holds `line` (0: from the front) on; `filter` may be NULL and must outlive
 * the reader. Never NULL: what cannot be read again has no records, and log_reader_trouble() says
 * why. Reading ends early once `*cancel` is set (may be NULL).
 */
struct log_reader *log_reader_open(const struct log_stream *log, uint32_t line,
				   struct log_filter *filter, const volatile sig_atomic_t *cancel);
/* The next record that the filter accepts. */
bool log_reader_next(struct log_reader *r, struct log_record *record);
/* Why there is nothing (more) to read, or "". */
const char *log_reader_trouble(const struct log_reader *r);
void log_reader_close(struct log_reader *r);

/* The last record before `line` that the filter accepts: its first line, 0 when there is none. */
uint32_t log_reader_find_before(const struct log_stream *log, uint32_t line,
				struct log_filter *filter, const volatile sig_atomic_t *cancel);

#endif

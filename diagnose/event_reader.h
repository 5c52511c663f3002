/*
 * event_reader.h - the events of one file of an event log, one after the other.
 *
 * Memory is one block; an event that lies in one is read where it lies, one that goes on in the
 * next is put together. An event longer than EVENT_BYTES_MAX costs that event.
 */
#ifndef SPARKDX_DIAGNOSE_EVENT_READER_H
#define SPARKDX_DIAGNOSE_EVENT_READER_H

#include "base/base.h"
#include "base/buf.h"
#include "parsers/event.h"
#include "parsers/source.h"

/* Plans reach 100 MB; nobody needs them. */
enum { EVENT_BYTES_MAX = 64 << 20 };

struct event_reader {
	struct source *source; /* not owned */
	char *room;	       /* for a source that does not lend */
	struct str block;      /* read and not looked at yet */
	struct buf line;       /* one that began in an earlier block */
	uint32_t number;       /* of the line read last, from 1; lines are events */
	uint64_t bytes;	       /* read so far */
	bool ended;
	bool skipping; /* the rest of an event that was too long */
};

enum event_read { EVENT_READ_END, EVENT_READ_OK, EVENT_READ_TOO_LONG };

/* `head` was taken from the front of `source` already; it must outlive the reader. */
void event_reader_begin(struct event_reader *r, struct source *source, struct str head);
/* The next event, EVENT_BAD ones too; its slices hold until the next call. */
enum event_read event_reader_next(struct event_reader *r, struct event *e);
void event_reader_end(struct event_reader *r);

#endif

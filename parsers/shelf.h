/*
 * shelf.h - the decoders that were used last, open where they stopped.
 *
 * Whoever reads a log again goes on from where he stands, or a little back. A source that
 * shelf_open() gave is put on the shelf when it is closed, with the last bytes it gave; the next
 * one of the same stream goes on with it when that is nearer than the last restart point. At most
 * SHELF_PLACES are kept, the oldest goes first. All bookmarks of one walk share a shelf by counted
 * reference; several threads may.
 */
#ifndef SPARKDX_PARSERS_SHELF_H
#define SPARKDX_PARSERS_SHELF_H

#include "parsers/bookmark.h"

enum { SHELF_PLACES = 2 };

/* What is opened again ends early once `*cancel` is set; may be NULL. */
struct shelf *shelf_new(const volatile sig_atomic_t *cancel);
struct shelf *shelf_keep(struct shelf *f);
void shelf_release(struct shelf *f);
const volatile sig_atomic_t *shelf_cancel(const struct shelf *f);

/* What a decoder's bookmark stands for, from `offset` on. */
struct source *shelf_open(struct shelf *f, struct bookmark *b, uint64_t offset);
/* Close what is kept for a bookmark that ends. */
void shelf_forget(struct shelf *f, const struct bookmark *b);

#endif

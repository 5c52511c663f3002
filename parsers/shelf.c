#include "base/base.h"
#include "parsers/shelf.h"

#include "base/limits.h"

#include <pthread.h>

/* --- an open decoder with the last bytes it gave --------------------------------------------- */

struct kept {
	struct source source; /* first member */
	struct source *inner;
	struct bookmark *of; /* a reference while it is read, none while it stands on the shelf */
	char *ring;	     /* LIMIT_LOOK_BACK_BYTES; byte i of the stream at i modulo that */
	uint64_t start, at, end; /* start <= at <= end: the ring holds [start, end) */
};

static void kept_free(struct kept *k)
{
	source_close(k->inner);
	free(k->ring);
	free(k);
}

/* Decode some more into the ring; false at the end. */
static bool pull(struct kept *k)
{
	size_t into = (size_t)(k->end % LIMIT_LOOK_BACK_BYTES);
	size_t room = LIMIT_LOOK_BACK_BYTES - into, n;

	n = source_read(k->inner, k->ring + into,
			room < LIMIT_READ_BYTES ? room : LIMIT_READ_BYTES);
	k->end += n;
	if (k->end - k->start > LIMIT_LOOK_BACK_BYTES)
		k->start = k->end - LIMIT_LOOK_BACK_BYTES;
	return n > 0;
}

/* Go to `offset`, or to the end when that comes before. */
static void kept_seek(struct kept *k, uint64_t offset)
{
	/* What will have left the ring by then need not go through it. */
	while (k->end + 2 * LIMIT_LOOK_BACK_BYTES < offset) {
		size_t n = source_read(k->inner, k->ring, LIMIT_READ_BYTES);

		k->end += n;
		k->start = k->end;
		if (!n)
			break;
	}
	while (k->end < offset && pull(k))
		continue;
	k->at = offset < k->end ? offset : k->end;
}

static size_t kept_read(struct source *s, char *into, size_t capacity)
{
	struct kept *k = (struct kept *)s;
	size_t from = (size_t)(k->at % LIMIT_LOOK_BACK_BYTES), n = LIMIT_LOOK_BACK_BYTES - from;

	if (k->at == k->end && !pull(k)) {
		source_degrade(s, k->inner->grade, "%s", k->inner->note);
		return 0;
	}
	if (n > k->end - k->at)
		n = (size_t)(k->end - k->at);
	if (n > capacity)
		n = capacity;
	memcpy(into, k->ring + from, n);
	k->at += n;
	return n;
}

static void kept_close(struct source *s);

static const struct source_ops kept_ops = { .read = kept_read, .close = kept_close };

static struct kept *kept_new(struct bookmark *b, const struct restart_point *from)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (!k)
		die_no_memory();
	k->ring = malloc(LIMIT_LOOK_BACK_BYTES);
	if (!k->ring)
		die_no_memory();
	k->inner = b->kind->open(bookmark_open(b->below, from->below));
	if (from->state)
		b->kind->resume(k->inner, from->state);
	k->of = b;
	k->start = k->at = k->end = from->offset;
	return k;
}

/* --- the shelf ------------------------------------------------------------------------------- */

struct shelf {
	atomic_uint references;
	const volatile sig_atomic_t *cancel;
	pthread_mutex_t lock;
	struct kept *places[SHELF_PLACES]; /* used last first, NULLs behind */
};

struct shelf *shelf_new(const volatile sig_atomic_t *cancel)
{
	struct shelf *f = calloc(1, sizeof(*f));

	if (!f)
		die_no_memory();
	f->references = 1;
	f->cancel = cancel;
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

struct shelf *shelf_keep(struct shelf *f)
{
	atomic_fetch_add(&f->references, 1);
	return f;
}

void shelf_release(struct shelf *f)
{
	if (!f || atomic_fetch_sub(&f->references, 1) != 1)
		return;
	/* Each bookmark took what was its own away. */
	BUG_ON(f->places[0]);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

const volatile sig_atomic_t *shelf_cancel(const struct shelf *f)
{
	return f->cancel;
}

static bool is_over(const struct bookmark *b, const struct bookmark *below)
{
	while (b && b != below)
		b = b->below;
	return b != NULL;
}

/* Take what is kept for `b` off the shelf; `above`: else what reads it to make something else. */
static struct kept *take(struct shelf *f, const struct bookmark *b, bool above)
{
	struct kept *found = NULL;
	size_t at = SHELF_PLACES;

	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < SHELF_PLACES && f->places[i]; i++)
		if (f->places[i]->of == b)
			at = i;
	for (size_t i = 0; above && at == SHELF_PLACES && i < SHELF_PLACES && f->places[i]; i++)
		if (is_over(f->places[i]->of, b))
			at = i;
	if (at < SHELF_PLACES) {
		found = f->places[at];
		memmove(f->places + at, f->places + at + 1,
			(SHELF_PLACES - 1 - at) * sizeof(*f->places));
		f->places[SHELF_PLACES - 1] = NULL;
	}
	pthread_mutex_unlock(&f->lock);
	return found;
}

static void put(struct shelf *f, struct kept *k)
{
	struct kept *before = take(f, k->of, false), *last;

	pthread_mutex_lock(&f->lock);
	last = f->places[SHELF_PLACES - 1];
	memmove(f->places + 1, f->places, (SHELF_PLACES - 1) * sizeof(*f->places));
	f->places[0] = k;
	pthread_mutex_unlock(&f->lock);
	/* Their inner sources may come back to the shelf. */
	if (before)
		kept_free(before);
	if (last)
		kept_free(last);
}

static void kept_close(struct source *s)
{
	struct kept *k = (struct kept *)s;
	struct bookmark *of = k->of;

	/* What ended for a reason that may pass is of no use. */
	if (k->inner->grade == GRADE_FAILED || (of->shelf->cancel && *of->shelf->cancel))
		kept_free(k);
	else
		put(of->shelf, k);
	bookmark_release(of);
}

struct source *shelf_open(struct shelf *f, struct bookmark *b, uint64_t offset)
{
	struct restart_point from = bookmark_point(b, offset);
	struct kept *k;

	/* What stands above is taken apart: it gives back what it reads, where that stands. */
	while ((k = take(f, b, true)) && k->of != b)
		kept_free(k);
	if (k && (offset < k->start || k->end < from.offset)) {
		kept_free(k);
		k = NULL;
	}
	if (!k)
		k = kept_new(b, &from);
	bookmark_keep(b);
	k->source = (struct source){ .ops = &kept_ops };
	kept_seek(k, offset);
	return &k->source;
}

void shelf_forget(struct shelf *f, const struct bookmark *b)
{
	struct kept *k = f ? take(f, b, false) : NULL;

	if (k)
		kept_free(k);
}

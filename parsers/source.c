#include "base/base.h"
#include "parsers/source.h"

#include "base/limits.h"
#include "parsers/bookmark.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t source_read(struct source *s, char *into, size_t capacity)
{
	size_t n = capacity ? s->ops->read(s, into, capacity) : 0;

	s->read_bytes += n;
	return n;
}

size_t source_read_full(struct source *s, char *into, size_t capacity)
{
	size_t got = 0, n;

	while (got < capacity && (n = source_read(s, into + got, capacity - got)) > 0)
		got += n;
	return got;
}

struct str source_lend(struct source *s, char *room)
{
	struct str lent;

	if (!s->ops->lend)
		return (struct str){ room, source_read(s, room, LIMIT_READ_BYTES) };
	lent = s->ops->lend(s);
	s->read_bytes += lent.len;
	return lent;
}

void source_skip(struct source *s, uint64_t count)
{
	char *scrap = malloc(LIMIT_READ_BYTES);
	size_t n = 1;

	if (!scrap)
		die_no_memory();
	for (; count && n; count -= n)
		n = source_read(s, scrap, count < LIMIT_READ_BYTES ? count : LIMIT_READ_BYTES);
	free(scrap);
}

void source_close(struct source *s)
{
	if (!s)
		return;
	bookmark_release(s->bookmark);
	s->ops->close(s);
}

void source_degrade(struct source *s, enum grade grade, const char *fmt, ...)
{
	va_list args;

	if (grade <= s->grade)
		return;
	s->grade = grade;
	va_start(args, fmt);
	(void)vsnprintf(s->note, sizeof(s->note), fmt, args);
	va_end(args);
}

static void *alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		die_no_memory();
	return p;
}

/* --- memory ---------------------------------------------------------------------------------- */

struct memory_source {
	struct source source; /* first member, here and below */
	struct str left, all;
	char *owned;
};

static size_t memory_read(struct source *s, char *into, size_t capacity)
{
	struct memory_source *m = (struct memory_source *)s;
	size_t n = m->left.len < capacity ? m->left.len : capacity;

	if (n)
		memcpy(into, m->left.ptr, n);
	m->left = str_skip(m->left, n);
	return n;
}

static size_t memory_read_at(struct source *s, uint64_t offset, char *into, size_t capacity)
{
	const struct memory_source *m = (const struct memory_source *)s;
	struct str from;

	if (offset >= m->all.len)
		return 0;
	from = str_skip(m->all, (size_t)offset);
	if (from.len < capacity)
		capacity = from.len;
	memcpy(into, from.ptr, capacity);
	return capacity;
}

static void memory_close(struct source *s)
{
	free(((struct memory_source *)s)->owned);
	free(s);
}

static const struct source_ops memory_ops = { .read = memory_read,
					      .close = memory_close,
					      .read_at = memory_read_at };

struct source *source_from_memory(struct str bytes)
{
	struct memory_source *m = alloc(sizeof(*m));

	m->source.ops = &memory_ops;
	m->source.size_bytes = bytes.len;
	m->left = m->all = bytes;
	return &m->source;
}

struct source *source_from_owned(char *bytes, size_t len)
{
	struct source *s = source_from_memory((struct str){ bytes, len });

	((struct memory_source *)s)->owned = bytes;
	return s;
}

/* --- file descriptors ------------------------------------------------------------------------ */

/* How long a wait goes on after it was cancelled. */
enum { CANCEL_LOOK_MS = 100 };

struct fd_source {
	struct source source;
	int fd;
	uint64_t begin; /* of what is read by offset */
	struct source_watch watch;
};

static bool cancelled(struct fd_source *f)
{
	if (!f->watch.cancel || !*f->watch.cancel)
		return false;
	source_degrade(&f->source, GRADE_PARTIAL, "reading was stopped here");
	return true;
}

static void tell(const struct fd_source *f, size_t bytes)
{
	if (f->watch.taken && bytes)
		f->watch.taken(f->watch.context, bytes);
}

/* False: cancelled. Who writes into a pipe may pause for ever. */
static bool wait_for(struct fd_source *f)
{
	struct pollfd p = { .fd = f->fd, .events = POLLIN };

	while (!cancelled(f))
		if (!f->watch.cancel || f->source.ops->read_at || poll(&p, 1, CANCEL_LOOK_MS) > 0)
			return true;
	return false;
}

static size_t fd_read(struct source *s, char *into, size_t capacity)
{
	struct fd_source *f = (struct fd_source *)s;
	ssize_t n;

	if (!wait_for(f))
		return 0;
	while ((n = read(f->fd, into, capacity)) < 0 && (errno == EINTR || errno == EAGAIN)) {
		/* Standard input may be non-blocking by somebody else's wish. */
		if (errno == EAGAIN)
			(void)poll(&(struct pollfd){ .fd = f->fd, .events = POLLIN }, 1, -1);
	}
	if (n < 0) {
		source_degrade(s, s->read_bytes ? GRADE_PARTIAL : GRADE_FAILED,
			       "read error after %" PRIu64 " bytes: %s", s->read_bytes,
			       strerror(errno));
		return 0;
	}
	tell(f, (size_t)n);
	return (size_t)n;
}

static size_t fd_read_at(struct source *s, uint64_t offset, char *into, size_t capacity)
{
	struct fd_source *f = (struct fd_source *)s;
	size_t got = 0;

	while (got < capacity && !cancelled(f)) {
		ssize_t n =
			pread(f->fd, into + got, capacity - got, (off_t)(f->begin + offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	tell(f, got);
	return got;
}

static void fd_close(struct source *s)
{
	close(((struct fd_source *)s)->fd);
	free(s);
}

static size_t fd_read_next(struct source *s, char *into, size_t capacity)
{
	return fd_read_at(s, s->read_bytes, into, capacity);
}

static const struct source_ops fd_ops = { .read = fd_read, .close = fd_close };
static const struct source_ops seekable_ops = { .read = fd_read,
						.close = fd_close,
						.read_at = fd_read_at };
static const struct source_ops by_offset_ops = { .read = fd_read_next,
						 .close = fd_close,
						 .read_at = fd_read_at };

struct source *source_from_fd(int fd, uint64_t size_bytes, bool seekable)
{
	struct fd_source *f = alloc(sizeof(*f));

	f->source.ops = seekable ? &seekable_ops : &fd_ops;
	f->source.size_bytes = size_bytes;
	f->fd = fd;
	return &f->source;
}

struct source *source_from_fd_at(int fd, uint64_t offset)
{
	struct fd_source *f = alloc(sizeof(*f));
	struct stat st;

	f->source.ops = &by_offset_ops;
	f->fd = fd;
	f->begin = offset;
	if (!fstat(fd, &st) && (uint64_t)st.st_size > offset)
		f->source.size_bytes = (uint64_t)st.st_size - offset;
	return &f->source;
}

void source_set_watch(struct source *fd_source, struct source_watch watch)
{
	((struct fd_source *)fd_source)->watch = watch;
}

/* --- a head put back ------------------------------------------------------------------------- */

struct head_source {
	struct source source;
	struct source *inner;
	struct str left;
	char *head;
};

static void take_grade(struct source *s, const struct source *inner)
{
	source_degrade(s, inner->grade, "%s", inner->note);
}

static size_t head_read(struct source *s, char *into, size_t capacity)
{
	struct head_source *h = (struct head_source *)s;
	size_t n = h->left.len < capacity ? h->left.len : capacity;

	if (n) {
		memcpy(into, h->left.ptr, n);
		h->left = str_skip(h->left, n);
		return n;
	}
	n = source_read(h->inner, into, capacity);
	if (!n)
		take_grade(s, h->inner);
	return n;
}

static size_t head_read_at(struct source *s, uint64_t offset, char *into, size_t capacity)
{
	struct head_source *h = (struct head_source *)s;

	return h->inner->ops->read_at(h->inner, offset, into, capacity);
}

static void head_close(struct source *s)
{
	struct head_source *h = (struct head_source *)s;

	source_close(h->inner);
	free(h->head);
	free(h);
}

static const struct source_ops head_ops = { .read = head_read, .close = head_close };
static const struct source_ops head_seekable_ops = { .read = head_read,
						     .close = head_close,
						     .read_at = head_read_at };

struct source *source_with_head(struct str head, struct source *inner)
{
	struct head_source *h = alloc(sizeof(*h));

	h->source.ops = inner->ops->read_at ? &head_seekable_ops : &head_ops;
	h->source.size_bytes = inner->size_bytes;
	h->inner = inner;
	h->head = alloc(head.len ? head.len : 1);
	if (head.len)
		memcpy(h->head, head.ptr, head.len);
	h->left = (struct str){ h->head, head.len };
	/* The head was read from `inner`, unless that began behind it. */
	if (inner->read_bytes >= head.len)
		h->source.bookmark =
			bookmark_of_part(inner->bookmark, inner->read_bytes - head.len);
	return &h->source;
}

/* --- slices ---------------------------------------------------------------------------------- */

struct slice_source {
	struct source source;
	struct source *inner;
	uint64_t left;
	bool to_end; /* no length was stated */
};

static size_t slice_read(struct source *s, char *into, size_t capacity)
{
	struct slice_source *p = (struct slice_source *)s;
	size_t n;

	if (!p->left)
		return 0;
	if (capacity > p->left)
		capacity = (size_t)p->left;
	n = source_read(p->inner, into, capacity);
	if (!n) {
		take_grade(s, p->inner);
		if (!p->to_end)
			source_degrade(s, GRADE_PARTIAL, "truncated, %" PRIu64 " bytes are missing",
				       p->left);
	}
	if (!p->to_end)
		p->left -= n;
	return n;
}

static void slice_close(struct source *s)
{
	free(s);
}

static const struct source_ops slice_ops = { .read = slice_read, .close = slice_close };

struct source *source_slice(struct source *inner, uint64_t len)
{
	struct slice_source *p = alloc(sizeof(*p));

	p->source.ops = &slice_ops;
	p->inner = inner;
	p->left = len;
	p->to_end = len == UINT64_MAX;
	p->source.size_bytes = p->to_end ? inner->size_bytes : len;
	p->source.bookmark = bookmark_of_part(inner->bookmark, inner->read_bytes);
	return &p->source;
}

/* --- reading ahead --------------------------------------------------------------------------- */

enum { AHEAD_BLOCKS = 8 };

struct ahead_source {
	struct source source;
	struct source *inner;
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct {
		char *bytes;
		size_t len;
	} blocks[AHEAD_BLOCKS]; /* a ring: [first, first + full) hold bytes */
	char *fresh;		/* what the thread reads into */
	size_t first, full;
	bool ended;	 /* the inner source gave its last byte */
	bool closing;	 /* the reader wants no more */
	bool holding;	 /* the reader has the first block */
	struct str rest; /* of that block, not handed out yet */
};

/* A thread that waits for room is woken when half of the ring is free: once for several blocks. */
static bool wait_for_room(struct ahead_source *a, size_t *slot)
{
	bool go_on;

	pthread_mutex_lock(&a->lock);
	if (a->full == AHEAD_BLOCKS)
		while (a->full > AHEAD_BLOCKS / 2 && !a->closing)
			pthread_cond_wait(&a->changed, &a->lock);
	*slot = (a->first + a->full) % AHEAD_BLOCKS;
	go_on = !a->closing;
	pthread_mutex_unlock(&a->lock);
	return go_on;
}

static char *block_at(struct ahead_source *a, size_t slot)
{
	if (!a->blocks[slot].bytes)
		a->blocks[slot].bytes = alloc(LIMIT_READ_BYTES);
	return a->blocks[slot].bytes;
}

/* A whole block, past the caches. Between processors that share none, each line that the reader has
 * looked at would have to be taken back from it before it is written again: that took longer than
 * decoding. */
static void hand_over(char *to, const char *from)
{
#ifdef __SSE2__
	for (size_t i = 0; i < LIMIT_READ_BYTES; i += sizeof(__m128i))
		_mm_stream_si128((__m128i *)(void *)(to + i),
				 _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
	_mm_sfence();
#else
	memcpy(to, from, LIMIT_READ_BYTES);
#endif
}

static void *ahead_main(void *context)
{
	struct ahead_source *a = context;
	size_t slot, n = LIMIT_READ_BYTES;

	while (n == LIMIT_READ_BYTES && wait_for_room(a, &slot)) {
		/* The slot is ours until `full` counts it. */
		n = source_read_full(a->inner, a->fresh, LIMIT_READ_BYTES);
		hand_over(block_at(a, slot), a->fresh);
		pthread_mutex_lock(&a->lock);
		a->blocks[slot].len = n;
		a->full += n > 0;
		a->ended = n < LIMIT_READ_BYTES;
		if (a->full == 1 || a->ended)
			pthread_cond_signal(&a->changed);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

/* Give the first block back and wait for the one behind it; false at the end. */
static bool wait_for_block(struct ahead_source *a)
{
	pthread_mutex_lock(&a->lock);
	if (a->holding) {
		a->first = (a->first + 1) % AHEAD_BLOCKS;
		a->full--;
		if (a->full == AHEAD_BLOCKS / 2)
			pthread_cond_signal(&a->changed);
	}
	while (!a->full && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	a->holding = a->full > 0;
	pthread_mutex_unlock(&a->lock);
	return a->holding;
}

/* Let `rest` be the next block; false at the end. */
static bool next_block(struct ahead_source *a)
{
	bool some;

	if (a->threaded) {
		some = wait_for_block(a);
	} else {
		a->blocks[0].len = source_read(a->inner, block_at(a, 0), LIMIT_READ_BYTES);
		some = a->blocks[0].len > 0;
	}
	if (some)
		a->rest = (struct str){ a->blocks[a->first].bytes, a->blocks[a->first].len };
	else
		take_grade(&a->source, a->inner);
	return some;
}

static struct str ahead_lend(struct source *s)
{
	struct ahead_source *a = (struct ahead_source *)s;
	struct str lent = STR("");

	if (a->rest.len || next_block(a)) {
		lent = a->rest;
		a->rest = STR("");
	}
	return lent;
}

static size_t ahead_read(struct source *s, char *into, size_t capacity)
{
	struct ahead_source *a = (struct ahead_source *)s;

	if (!a->rest.len && !next_block(a))
		return 0;
	if (capacity > a->rest.len)
		capacity = a->rest.len;
	memcpy(into, a->rest.ptr, capacity);
	a->rest = str_skip(a->rest, capacity);
	return capacity;
}

static void ahead_close(struct source *s)
{
	struct ahead_source *a = (struct ahead_source *)s;

	if (a->threaded) {
		pthread_mutex_lock(&a->lock);
		a->closing = true;
		pthread_cond_signal(&a->changed);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	for (size_t i = 0; i < AHEAD_BLOCKS; i++)
		free(a->blocks[i].bytes);
	free(a->fresh);
	source_close(a->inner);
	free(a);
}

static const struct source_ops ahead_ops = { .read = ahead_read,
					     .close = ahead_close,
					     .lend = ahead_lend };

struct source *source_read_ahead(struct source *inner)
{
	struct ahead_source *a = alloc(sizeof(*a));

	a->source.ops = &ahead_ops;
	a->source.size_bytes = inner->size_bytes;
	a->inner = inner;
	a->fresh = alloc(LIMIT_READ_BYTES);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	/* Without a thread it is slower, not wrong. */
	a->threaded = !pthread_create(&a->thread, NULL, ahead_main, a);
	return &a->source;
}

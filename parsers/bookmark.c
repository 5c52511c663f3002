#include "base/base.h"
#include "parsers/bookmark.h"

#include "base/array.h"
#include "parsers/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct bookmark *bookmark_keep(struct bookmark *b)
{
	if (b)
		atomic_fetch_add(&b->references, 1);
	return b;
}

void bookmark_release(struct bookmark *b)
{
	if (!b || atomic_fetch_sub(&b->references, 1) != 1)
		return;
	/* What stands on the shelf may hold what is below. */
	shelf_forget(b->shelf, b);
	for (size_t i = 0; i < b->count; i++)
		if (b->points[i].state)
			b->kind->free_state(b->points[i].state);
	free(b->points);
	bookmark_release(b->below);
	shelf_release(b->shelf);
	if (b->kind->release)
		b->kind->release(b->context);
	free(b->context);
	free(b);
}

static struct bookmark *bookmark_new(const struct bookmark_kind *kind, struct bookmark *below,
				     struct shelf *shelf, void *context)
{
	struct bookmark *b = calloc(1, sizeof(*b));

	if (!b)
		die_no_memory();
	b->kind = kind;
	b->references = 1;
	b->below = bookmark_keep(below);
	b->shelf = shelf_keep(shelf);
	b->context = context;
	return b;
}

static void *context_new(size_t size)
{
	void *context = calloc(1, size);

	if (!context)
		die_no_memory();
	return context;
}

struct source *bookmark_open(struct bookmark *b, uint64_t offset)
{
	return b->kind->seek ? b->kind->seek(b, offset) : shelf_open(b->shelf, b, offset);
}

/* --- a file ---------------------------------------------------------------------------------- */

struct file_context {
	dev_t device;
	ino_t inode;
	off_t size;
	char path[];
};

static struct source *refuse(const char *name, const char *why)
{
	struct source *s = source_from_memory(STR(""));

	source_degrade(s, GRADE_FAILED, "%.80s: %s", name, why);
	return s;
}

static struct source *open_fd(const struct bookmark *b, int fd, uint64_t offset)
{
	struct source *s = source_from_fd_at(fd, offset);

	source_set_watch(s, (struct source_watch){ .cancel = shelf_cancel(b->shelf) });
	return s;
}

static struct source *file_seek(const struct bookmark *b, uint64_t offset)
{
	const struct file_context *f = b->context;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return refuse(f->path, strerror(errno));
	if (fstat(fd, &st) || st.st_dev != f->device || st.st_ino != f->inode ||
	    st.st_size < f->size) {
		close(fd);
		return refuse(f->path, "it was replaced or cut since it was opened");
	}
	return open_fd(b, fd, offset);
}

struct bookmark *bookmark_of_file(const char *path, const struct stat *st, struct shelf *shelf)
{
	static const struct bookmark_kind kind = { .seek = file_seek };
	size_t len = strlen(path);
	struct file_context *f = context_new(sizeof(*f) + len + 1);

	memcpy(f->path, path, len);
	f->device = st->st_dev;
	f->inode = st->st_ino;
	f->size = st->st_size;
	return bookmark_new(&kind, NULL, shelf, f);
}

/* --- a descriptor ---------------------------------------------------------------------------- */

static struct source *fd_seek(const struct bookmark *b, uint64_t offset)
{
	const int *fd = b->context;
	int own = fcntl(*fd, F_DUPFD_CLOEXEC, 0);

	return own < 0 ? refuse("standard input", strerror(errno)) : open_fd(b, own, offset);
}

static void fd_release(void *context)
{
	close(*(int *)context);
}

struct bookmark *bookmark_of_fd(int fd, struct shelf *shelf)
{
	static const struct bookmark_kind kind = { .seek = fd_seek, .release = fd_release };
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0), *context;

	if (own < 0)
		return NULL;
	context = context_new(sizeof(*context));
	*context = own;
	return bookmark_new(&kind, NULL, shelf, context);
}

/* --- a part ---------------------------------------------------------------------------------- */

static struct source *part_seek(const struct bookmark *b, uint64_t offset)
{
	const uint64_t *begin = b->context;

	return bookmark_open(b->below, *begin + offset);
}

struct bookmark *bookmark_of_part(struct bookmark *whole, uint64_t offset)
{
	static const struct bookmark_kind kind = { .seek = part_seek };
	uint64_t *begin;

	if (!whole || !offset)
		return bookmark_keep(whole);
	begin = context_new(sizeof(*begin));
	*begin = offset;
	return bookmark_new(&kind, whole, whole->shelf, begin);
}

/* --- what is decoded ------------------------------------------------------------------------- */

struct bookmark *bookmark_of_decoder(struct bookmark *below, const struct bookmark_kind *kind)
{
	return below ? bookmark_new(kind, below, below->shelf, NULL) : NULL;
}

bool bookmark_point_due(const struct bookmark *b, uint64_t offset, uint64_t spacing)
{
	return b && offset >= (b->count ? b->points[b->count - 1].offset : 0) + spacing;
}

void bookmark_add_point(struct bookmark *b, struct restart_point point)
{
	b->points = array_grow(b->points, b->count, &b->capacity, sizeof(*b->points));
	b->points[b->count++] = point;
}

struct restart_point bookmark_point(const struct bookmark *b, uint64_t offset)
{
	size_t low = 0, high = b->count;

	/* How many points lie at or before the offset. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->points[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? b->points[low - 1] : (struct restart_point){ 0 };
}

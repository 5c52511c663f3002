#include "base/base.h"
#include "parsers/bookmark.h"

#include "base/limits.h"

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
	if (b && atomic_fetch_sub(&b->references, 1) == 1)
		b->ops->free(b);
}

struct source *bookmark_open(const struct bookmark *b, uint64_t offset)
{
	return b->ops->open(b, offset);
}

void *bookmark_new(size_t size, const struct bookmark_ops *ops)
{
	struct bookmark *b = calloc(1, size);

	if (!b)
		die_no_memory();
	b->ops = ops;
	b->references = 1;
	return b;
}

/* --- a file ---------------------------------------------------------------------------------- */

struct file_bookmark {
	struct bookmark bookmark; /* first member, here and below */
	char *path;
	dev_t device;
	ino_t inode;
	off_t size;
};

static struct source *refuse(const struct file_bookmark *f, const char *why)
{
	struct source *s = source_from_memory(STR(""));

	source_degrade(s, GRADE_FAILED, "%.80s: %s", f->path, why);
	return s;
}

static struct source *file_open(const struct bookmark *b, uint64_t offset)
{
	const struct file_bookmark *f = (const struct file_bookmark *)b;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return refuse(f, strerror(errno));
	if (fstat(fd, &st) || st.st_dev != f->device || st.st_ino != f->inode ||
	    st.st_size < f->size) {
		close(fd);
		return refuse(f, "it was replaced or cut since it was opened");
	}
	if (lseek(fd, (off_t)offset, SEEK_SET) < 0) {
		close(fd);
		return refuse(f, strerror(errno));
	}
	return source_from_fd(fd, (uint64_t)st.st_size, true);
}

static void file_free(struct bookmark *b)
{
	free(((struct file_bookmark *)b)->path);
	free(b);
}

struct bookmark *bookmark_of_file(const char *path, const struct stat *st)
{
	static const struct bookmark_ops ops = { file_open, file_free };
	struct file_bookmark *f = bookmark_new(sizeof(*f), &ops);

	f->path = strdup(path);
	if (!f->path)
		die_no_memory();
	f->device = st->st_dev;
	f->inode = st->st_ino;
	f->size = st->st_size;
	return &f->bookmark;
}

/* --- a part ---------------------------------------------------------------------------------- */

struct part_bookmark {
	struct bookmark bookmark;
	struct bookmark *whole;
	uint64_t offset;
};

static struct source *part_open(const struct bookmark *b, uint64_t offset)
{
	const struct part_bookmark *p = (const struct part_bookmark *)b;

	return bookmark_open(p->whole, p->offset + offset);
}

static void part_free(struct bookmark *b)
{
	bookmark_release(((struct part_bookmark *)b)->whole);
	free(b);
}

struct bookmark *bookmark_of_part(struct bookmark *whole, uint64_t offset)
{
	static const struct bookmark_ops ops = { part_open, part_free };
	struct part_bookmark *p;

	if (!whole || !offset)
		return bookmark_keep(whole);
	p = bookmark_new(sizeof(*p), &ops);
	p->whole = bookmark_keep(whole);
	p->offset = offset;
	return &p->bookmark;
}

/* --- what is decoded ------------------------------------------------------------------------- */

struct decoder_bookmark {
	struct bookmark bookmark;
	struct bookmark *packed;
	struct source *(*open)(struct source *inner);
};

static struct source *decoder_open(const struct bookmark *b, uint64_t offset)
{
	const struct decoder_bookmark *d = (const struct decoder_bookmark *)b;
	struct source *s = d->open(bookmark_open(d->packed, 0));

	source_skip(s, offset);
	return s;
}

static void decoder_free(struct bookmark *b)
{
	bookmark_release(((struct decoder_bookmark *)b)->packed);
	free(b);
}

struct bookmark *bookmark_of_decoder(struct bookmark *packed,
				     struct source *(*open)(struct source *inner))
{
	static const struct bookmark_ops ops = { decoder_open, decoder_free };
	struct decoder_bookmark *d;

	if (!packed)
		return NULL;
	d = bookmark_new(sizeof(*d), &ops);
	d->packed = bookmark_keep(packed);
	d->open = open;
	return &d->bookmark;
}

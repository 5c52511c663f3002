#include "base/base.h"
#include "parsers/spool.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	/* Room is looked at this often. */
	CHECK_BYTES = 16 << 20,
	/* Of the file system, one part in so many is left to others. */
	SPARE_PART = 20,
};

struct spooled_source {
	struct source source; /* first member */
	struct source *inner;
	struct spool *spool;
	enum spool_place place;
	int fd; /* -1: nothing more is kept */
	uint64_t checked;
};

static void give_up(struct spooled_source *s, const char *why)
{
	(void)snprintf(s->spool->trouble, sizeof(s->spool->trouble),
		       "records behind byte %" PRIu64 " cannot be read again: %.60s",
		       s->source.read_bytes, why);
	close(s->fd);
	s->fd = -1;
}

/* Is there room for the next bytes? */
static bool has_room(struct spooled_source *s)
{
	struct statvfs fs;

	if (s->place == SPOOL_MEMORY) {
		if (s->source.read_bytes < LIMIT_SPOOL_MEMORY_BYTES)
			return true;
		give_up(s, "without a file only the first MiB are kept");
		return false;
	}
	if (s->source.read_bytes < s->checked)
		return true;
	s->checked = s->source.read_bytes + CHECK_BYTES;
	if (fstatvfs(s->fd, &fs) || fs.f_bavail > fs.f_blocks / SPARE_PART)
		return true;
	give_up(s, "too little room in the directory for temporary files");
	return false;
}

static size_t spooled_read(struct source *source, char *into, size_t capacity)
{
	struct spooled_source *s = (struct spooled_source *)source;
	size_t n = source_read(s->inner, into, capacity);

	if (!n)
		source_degrade(source, s->inner->grade, "%s", s->inner->note);
	else if (s->fd >= 0 && has_room(s) && !file_write(s->fd, (struct str){ into, n }))
		give_up(s, strerror(errno));
	return n;
}

static void spooled_close(struct source *source)
{
	struct spooled_source *s = (struct spooled_source *)source;

	source_close(s->inner);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

/* A file that no name leads to, readable by nobody else. */
static int open_nameless(enum spool_place place)
{
	const char *directory = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (place == SPOOL_MEMORY)
		return memfd_create("sparkdx", MFD_CLOEXEC);
	if (!directory || !*directory)
		directory = "/tmp";
	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	/* Not every file system has files without a name from the start. */
	if (snprintf(path, sizeof(path), "%s/sparkdx-XXXXXX", directory) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

struct source *spool_open(struct spool *spool, struct source *inner, enum spool_place place,
			  struct shelf *shelf)
{
	static const struct source_ops ops = { .read = spooled_read, .close = spooled_close };
	struct spooled_source *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->source.ops = &ops;
	s->inner = inner;
	s->spool = spool;
	s->place = place;
	spool->trouble[0] = '\0';
	s->fd = open_nameless(place);
	if (s->fd >= 0)
		s->source.bookmark = bookmark_of_fd(s->fd, shelf);
	if (!s->source.bookmark)
		(void)snprintf(spool->trouble, sizeof(spool->trouble),
			       "its records cannot be read again: no temporary file: %.60s",
			       strerror(errno));
	return &s->source;
}

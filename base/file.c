#include "base/base.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 16 << 10 };

bool file_load(const char *path, struct buf *into)
{
	/* A FIFO or a terminal shall not make one wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), why;
	char piece[PIECE_BYTES];
	ssize_t n = -1;

	while (fd >= 0 && n) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && !buf_add(into, (struct str){ piece, (size_t)n })) {
			errno = EFBIG;
			n = -1;
			break;
		}
	}
	why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return !n;
}

bool file_write(int fd, struct str s)
{
	while (s.len) {
		ssize_t n = write(fd, s.ptr, s.len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s = str_skip(s, (size_t)n);
	}
	return true;
}

static bool write_into(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool ok = fd >= 0 && file_write(fd, text);

	if (fd >= 0)
		ok = !close(fd) && ok;
	return ok;
}

static bool write_beside(const char *target, struct str text, mode_t mode)
{
	size_t len = strlen(target);
	char *temporary = malloc(len + sizeof(".XXXXXX"));
	bool ok;
	int fd;

	if (!temporary)
		die_no_memory();
	memcpy(temporary, target, len);
	memcpy(temporary + len, ".XXXXXX", sizeof(".XXXXXX"));
	fd = mkostemp(temporary, O_CLOEXEC);
	ok = fd >= 0 && !fchmod(fd, mode) && file_write(fd, text) && !fsync(fd);
	if (fd >= 0) {
		int why;

		ok = !close(fd) && ok && !rename(temporary, target);
		why = errno;
		if (!ok)
			unlink(temporary);
		errno = why;
	}
	free(temporary);
	return ok;
}

bool file_replace(const char *path, struct str text, mode_t mode)
{
	char *target = realpath(path, NULL);
	struct stat st;
	bool ok;

	if (target && !stat(target, &st) && !S_ISREG(st.st_mode))
		ok = write_into(target, text);
	else if (target)
		ok = write_beside(target, text, st.st_mode & 07777);
	else
		ok = errno == ENOENT && write_beside(path, text, mode);
	free(target);
	return ok;
}

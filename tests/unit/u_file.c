#include "base/base.h"
#include "base/file.h"

#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory with "old" and "link", which points to it; and what is left of them afterwards. */
struct place {
	char dir[32], old[64], link[64], new[64];
};

static void make(struct place *p)
{
	*p = (struct place){ .dir = "/tmp/sparkdx-unit-XXXXXX" };
	CHECK(mkdtemp(p->dir));
	(void)snprintf(p->old, sizeof(p->old), "%s/old", p->dir);
	(void)snprintf(p->link, sizeof(p->link), "%s/link", p->dir);
	(void)snprintf(p->new, sizeof(p->new), "%s/new", p->dir);
	CHECK(file_replace(p->old, STR("before"), 0640));
	CHECK(!symlink("old", p->link));
}

static void clear(const struct place *p)
{
	unlink(p->old);
	unlink(p->link);
	unlink(p->new);
	/* Nothing else was left behind. */
	CHECK(!rmdir(p->dir));
}

static bool holds(const char *path, struct str want)
{
	struct buf text = BUF_INIT(1 << 20);
	bool same = file_load(path, &text) && str_eq(buf_str(&text), want);

	buf_release(&text);
	return same;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode;
}

TEST(file_replace_keeps_mode_and_link)
{
	struct place p;

	make(&p);
	CHECK((mode_of(p.old) & 07777) == 0640);
	CHECK(file_replace(p.link, STR("after"), 0600));
	CHECK(holds(p.old, STR("after")));
	CHECK((mode_of(p.old) & 07777) == 0640);
	CHECK(S_ISLNK(mode_of(p.link)));
	CHECK(file_replace(p.new, STR(""), 0600));
	CHECK((mode_of(p.new) & 07777) == 0600);
	clear(&p);
}

TEST(file_replace_says_why_not)
{
	errno = 0;
	CHECK(!file_replace("/nowhere/at/all", STR("x"), 0600));
	CHECK(errno == ENOENT);
	/* Written into, not replaced. */
	CHECK(file_replace("/dev/null", STR("x"), 0600));
	CHECK(S_ISCHR(mode_of("/dev/null")));
	CHECK(!file_replace("/dev/full", STR("x"), 0600));
	CHECK(errno == ENOSPC);
}

TEST(file_load_up_to_a_ceiling)
{
	struct buf just = BUF_INIT(6), less = BUF_INIT(5);
	struct place p;

	make(&p);
	CHECK(file_load(p.old, &just));
	CHECK_STR(buf_str(&just), STR("before"));
	CHECK(!file_load(p.old, &less));
	CHECK(errno == EFBIG);
	CHECK(!file_load(p.new, &less));
	CHECK(errno == ENOENT);
	CHECK(!file_load(p.dir, &less));
	CHECK(errno == EISDIR);
	buf_release(&just);
	buf_release(&less);
	clear(&p);
}

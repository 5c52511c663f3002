#include "base/base.h"
#include "diagnose/lint_files.h"

#include "base/array.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

struct finder {
	struct lint_paths *paths;
	struct diag_sink *diags;
	bool ok;
	bool full;
};

static const char *keep(struct finder *f, const char *path)
{
	struct str copy;

	/* Its NUL goes along. */
	if (!arena_str(&f->paths->arena, (struct str){ path, strlen(path) + 1 }, &copy))
		die_no_memory();
	return copy.ptr;
}

static void add_path(struct finder *f, const char *path, bool named)
{
	struct lint_paths *p = f->paths;
	const char *kept;

	/* Code hosts compare paths with those of the repository. */
	while (!strncmp(path, "./", 2) && path[2])
		path += 2;
	if (p->count >= LIMIT_LINT_FILES) {
		if (!f->full)
			diag_report(f->diags, DIAG_ERROR, "limit-lint-files", STR(""), 0,
				    "more than %d files; the rest is not linted", LIMIT_LINT_FILES);
		f->full = true;
		f->ok = false;
		return;
	}
	p->items = array_grow(p->items, p->count, &p->capacity, sizeof(*p->items));
	kept = keep(f, path);
	p->items[p->count++] =
		(struct lint_path){ .path = str_from(kept), .cpath = kept, .named = named };
}

static void trouble(struct finder *f, const char *code, const char *path, const char *why)
{
	diag_report(f->diags, DIAG_ERROR, code, STR(""), 0, "%s: %s", path, why);
	f->ok = false;
}

static void walk_directory(struct finder *f, const char *path, int depth)
{
	size_t len = strlen(path);
	struct dirent *e;
	DIR *dir;

	if (depth > LIMIT_LINT_DEPTH) {
		trouble(f, "limit-lint-depth", path, "directories too deep inside each other");
		return;
	}
	dir = opendir(path);
	if (!dir) {
		trouble(f, "input-unreadable", path, strerror(errno));
		return;
	}
	while ((e = readdir(dir))) {
		char *child;
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    !strcmp(e->d_name, ".git"))
			continue;
		child = malloc(len + strlen(e->d_name) + 2);
		if (!child)
			die_no_memory();
		memcpy(child, path, len + 1);
		if (len && path[len - 1] != '/')
			memcpy(child + len, "/", 2);
		memcpy(child + strlen(child), e->d_name, strlen(e->d_name) + 1);
		if (lstat(child, &st))
			trouble(f, "input-unreadable", child, strerror(errno));
		else if (S_ISDIR(st.st_mode))
			walk_directory(f, child, depth + 1);
		else if (S_ISREG(st.st_mode))
			add_path(f, child, false);
		free(child);
	}
	closedir(dir);
}

static int compare_paths(const void *a, const void *b)
{
	const struct lint_path *x = a, *y = b;
	int order = str_compare(x->path, y->path);

	return order ? order : (int)y->named - (int)x->named;
}

static void sort_once(struct lint_paths *p)
{
	size_t kept = 0;

	if (!p->count)
		return;
	qsort(p->items, p->count, sizeof(*p->items), compare_paths);
	for (size_t i = 0; i < p->count; i++)
		if (!kept || !str_eq(p->items[kept - 1].path, p->items[i].path))
			p->items[kept++] = p->items[i];
	p->count = kept;
}

bool lint_paths_expand(struct lint_paths *p, const struct str *paths, size_t count,
		       struct diag_sink *diags)
{
	struct finder f = { .paths = p, .diags = diags, .ok = true };

	for (size_t i = 0; i < count; i++) {
		char *path = strndup(paths[i].ptr, paths[i].len);
		struct stat st;

		if (!path)
			die_no_memory();
		if (stat(path, &st))
			trouble(&f, errno == ENOENT ? "input-missing" : "input-unreadable", path,
				strerror(errno));
		else if (S_ISDIR(st.st_mode))
			walk_directory(&f, path, 0);
		else
			add_path(&f, path, true);
		free(path);
	}
	sort_once(p);
	return f.ok;
}

void lint_paths_release(struct lint_paths *p)
{
	free(p->items);
	arena_release(&p->arena);
}

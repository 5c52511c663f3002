/* One file of any kind through the rules, its suppressions, every renderer, and the diff of its
 * safe edits. The first line of the data is the file's name, as in the rules' examples. */
#include "base/base.h"
#include "diagnose/lint_run.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

/* Only the name's last part, of harmless letters: the rest of the path is ours. */
static void name_of(struct str head, char into[96], const char *directory)
{
	char name[40];
	size_t n = 0;

	for (size_t i = 0; i < head.len && n < sizeof(name) - 1; i++) {
		char c = head.ptr[i];

		if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		    c == '.' || c == '-' || c == '_')
			name[n++] = c;
		else
			break;
	}
	name[n] = '\0';
	(void)snprintf(into, 96, "%s/f%s", directory, name);
}

static void lint_file(const char *path)
{
	struct diag_sink sink = { .emit = drop };
	struct str named = str_from(path);
	struct lint_options o = {
		.paths = &named,
		.path_count = 1,
		.select = STR("logs,logging,conf,log-email,log-iban,log-phone"),
		.jobs = 1,
	};
	struct lint_result *r = lint_run(&o, &sink);

	for (size_t i = 0; i < lint_renderer_count; i++) {
		struct buf out = BUF_INIT((size_t)64 << 20);

		BUG_ON(!lint_renderers[i].render(r, &out));
		buf_release(&out);
	}
	for (size_t i = 0; i < r->count; i++)
		BUG_ON(r->items[i].end_col && r->items[i].end_col < r->items[i].col);
	if (r->count) {
		struct buf diff = BUF_INIT((size_t)64 << 20);

		BUG_ON(!lint_fix_diff(r, &diff, &sink));
		buf_release(&diff);
	}
	lint_result_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char directory[] = "/dev/shm/fuzz_lint.XXXXXX", path[96];
	struct str head, body = { (const char *)data, size };
	FILE *out;

	if (!mkdtemp(directory))
		return 0;
	(void)str_cut(body, '\n', &head, &body);
	if (str_starts_with(head, STR("# file: ")))
		head = str_skip(head, 8);
	name_of(head, path, directory);
	out = fopen(path, "w");
	if (out) {
		if (body.len)
			(void)fwrite(body.ptr, 1, body.len, out);
		fclose(out);
		lint_file(path);
		(void)unlink(path);
	}
	(void)rmdir(directory);
	return 0;
}

#include "base/base.h"
#include "parsers/walk.h"

#include "base/buf.h"
#include "base/limits.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* --- what a walk gives, as text --------------------------------------------------------------
 *
 * leaf text NAME:LINE path=PATH "content"
 * report KIND GRADE NAME "note"
 * diag CODE
 *
 * with the scratch directory's name left out.
 */

struct scratch {
	struct walk_visitor visitor; /* first member */
	struct diag_sink diags;	     /* second member */
	char dir[64];
	struct buf out;
};

static struct str below(const struct scratch *s, struct str name)
{
	struct str dir = str_from(s->dir);

	if (str_starts_with(name, str_skip(dir, 1)))
		name = str_skip(name, dir.len - 1); /* a path begins without its slash */
	else if (str_starts_with(name, dir))
		name = str_skip(name, dir.len);
	return str_starts_with(name, STR("/")) ? str_skip(name, 1) : name;
}

static void on_leaf(struct walk_visitor *visitor, const struct leaf *leaf)
{
	struct scratch *s = (struct scratch *)visitor;
	char content[48];
	size_t n = source_read_full(leaf->source, content, sizeof(content));
	struct str shown = { content, n }, path = below(s, leaf->path);

	CHECK(leaf->head.len >= n && !memcmp(leaf->head.ptr, content, n));
	while (shown.len && shown.ptr[shown.len - 1] == '\n')
		shown.len--;
	CHECK(buf_addf(&s->out, "leaf %s " STR_FMT ":%u path=" STR_FMT " \"" STR_FMT "\"\n",
		       leaf->kind == LEAF_TEXT ? "text" : "eventlog", STR_ARG(below(s, leaf->name)),
		       leaf->first_line, STR_ARG(path), STR_ARG(shown)));
}

static void on_report(struct walk_visitor *visitor, const struct walk_report *r)
{
	static const char *const grades[] = { "ok", "partial", "skipped", "failed" };
	struct scratch *s = (struct scratch *)visitor;

	CHECK((r->grade == GRADE_OK) == !r->note[0] || !strcmp(r->kind, "archive") ||
	      !strcmp(r->kind, "empty"));
	/* A leaf that is good needs no second line. */
	if (r->grade == GRADE_OK && strcmp(r->kind, "empty") != 0)
		return;
	CHECK(buf_addf(&s->out, "report %s %s " STR_FMT " \"%s\"\n", r->kind, grades[r->grade],
		       STR_ARG(below(s, r->name)), r->note));
}

static void on_diag(struct diag_sink *sink, const struct diag *d)
{
	struct scratch *s =
		(struct scratch *)(void *)((char *)sink - offsetof(struct scratch, diags));

	CHECK(buf_addf(&s->out, "diag %s\n", d->code));
}

static struct scratch begin(void)
{
	struct scratch s = { .visitor = { on_leaf, on_report },
			     .diags.emit = on_diag,
			     .dir = "/var/tmp/u_walk.XXXXXX",
			     .out = BUF_INIT((size_t)1 << 24) };

	CHECK(mkdtemp(s.dir));
	return s;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void end(struct scratch *s)
{
	CHECK(!nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS));
	buf_release(&s->out);
}

static const char *path_in(const struct scratch *s, const char *name, char into[256])
{
	(void)snprintf(into, 256, "%s/%s", s->dir, name);
	return into;
}

static void put(const struct scratch *s, const char *name, struct str bytes)
{
	char path[256];
	int fd = open(path_in(s, name, path), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
	close(fd);
}

/* Walk `name` in the scratch directory, or the directory for "". */
static bool walk(struct scratch *s, const char *name)
{
	struct arena arena = ARENA_INIT((size_t)1 << 24);
	struct walk_inputs inputs;
	char path[256];
	struct str named = str_from(*name ? path_in(s, name, path) : s->dir);
	bool ok;

	if (!strcmp(name, "-"))
		named = STR("-");
	buf_clear(&s->out);
	ok = walk_expand(&named, 1, &arena, &inputs, &s->diags);
	for (size_t i = 0; i < inputs.count; i++)
		walk_input(&inputs.items[i], &s->visitor, &s->diags);
	arena_release(&arena);
	return ok;
}

/* --- making archives ------------------------------------------------------------------------- */

static void add(struct buf *b, const void *bytes, size_t len)
{
	CHECK(buf_add(b, (struct str){ bytes, len }));
}

static void add_zeros(struct buf *b, size_t len)
{
	char *to = buf_reserve(b, len);

	CHECK(to);
	memset(to, 0, len);
	b->len += len;
}

static void tar_add(struct buf *tar, const char *name, char type, struct str bytes)
{
	char h[512] = { 0 };
	unsigned sum = 8 * ' ';

	(void)snprintf(h, 100, "%s", name);
	(void)snprintf(h + 100, 8, "0000644");
	(void)snprintf(h + 124, 12, "%011zo", bytes.len);
	(void)snprintf(h + 136, 12, "%011o", 0);
	h[156] = type;
	if (type == '1' || type == '2')
		(void)snprintf(h + 157, 100, "work/stdout");
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	h[155] = ' ';
	add(tar, h, sizeof(h));
	add(tar, bytes.ptr, bytes.len);
	add_zeros(tar, (512 - bytes.len % 512) % 512);
}

static void tar_end(struct buf *tar)
{
	add_zeros(tar, 1024);
}

static void deflate_with(struct str text, struct buf *out, int window_bits)
{
	z_stream z = { 0 };
	size_t bound;

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	bound = deflateBound(&z, text.len);
	z.next_out = (unsigned char *)buf_reserve(out, bound);
	z.avail_out = (uInt)bound;
	z.next_in = (unsigned char *)(uintptr_t)text.ptr;
	z.avail_in = (uInt)text.len;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static struct buf gzip(struct str text)
{
	struct buf b = BUF_INIT((size_t)1 << 24);

	deflate_with(text, &b, 16 + MAX_WBITS);
	return b;
}

static void add_le(struct buf *b, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)(value >> (8 * i));

		add(b, &c, 1);
	}
}

/* As Java writes it: sizes and checksum behind the data. No directory: the reader may be a pipe. */
static void zip_add(struct buf *zip, const char *name, struct str bytes)
{
	struct buf data = BUF_INIT((size_t)1 << 24);

	deflate_with(bytes, &data, -MAX_WBITS);
	add(zip, "PK\3\4\24\0\10\10\10\0\0\0\0\0", 14);
	add_le(zip, 0, 4);
	add_le(zip, 0, 4);
	add_le(zip, 0, 4);
	add_le(zip, strlen(name), 2);
	add_le(zip, 0, 2);
	add(zip, name, strlen(name));
	add(zip, data.ptr, data.len);
	add(zip, "PK\7\10", 4);
	add_le(zip, crc32(0, (const unsigned char *)bytes.ptr, (uInt)bytes.len), 4);
	add_le(zip, data.len, 4);
	add_le(zip, bytes.len, 4);
	buf_release(&data);
}

static void zip_end(struct buf *zip)
{
	add(zip, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
}

/* --- tests ----------------------------------------------------------------------------------- */

TEST(walk_files_in_byte_order)
{
	struct scratch s = begin();
	char path[256];

	CHECK(!mkdir(path_in(&s, "b", path), 0755));
	put(&s, "b/stderr", STR("in b\n"));
	put(&s, "Z", STR("in Z\n"));
	put(&s, "a", STR("in a\n"));
	put(&s, "empty", STR(""));
	put(&s, "_SUCCESS", STR(""));
	put(&s, ".a.crc", STR("crc\0"));
	put(&s, "appstatus_app-1", STR(""));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out), STR("leaf text Z:1 path=Z \"in Z\"\n"
				       "leaf text a:1 path=a \"in a\"\n"
				       "leaf text b/stderr:1 path=b/stderr \"in b\"\n"
				       "report empty ok empty \"the file is empty: 0 bytes\"\n"));
	end(&s);
}

TEST(walk_kind_is_by_content)
{
	struct scratch s = begin();
	struct buf packed = gzip(STR("inside\n"));
	char noise[4096];
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
	noise[0] = '#';
	put(&s, "a.txt", buf_str(&packed));
	put(&s, "b.gz", STR("plain text\n"));
	put(&s, "c.log", (struct str){ noise, sizeof(noise) });
	put(&s, "d.log", STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
	put(&s, "e.log", STR("ORC is a file format, and this is text\n"));
	put(&s, "f.log", STR("\xEF\xBB\xBF{\"Event\":\"SparkListenerLogStart\"}\n"));
	put(&s, "g.log", STR("gr\xfc\xdf aus Latin-1\n"));
	put(&s, "h.log", STR("070701 looks like cpio but is a date\n"));
	put(&s, "i.class", STR("\xCA\xFE\xBA\xBE\0\0\0\x34"));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out),
		  STR("leaf text a.txt:1 path=a.txt \"inside\"\n"
		      "leaf text b.gz:1 path=b.gz \"plain text\"\n"
		      "report other skipped c.log \"binary, not a log\"\n"
		      "report other skipped d.log \"a PNG picture\"\n"
		      "leaf text e.log:1 path=e.log \"ORC is a file format, and this is text\"\n"
		      "leaf eventlog f.log:1 path=f.log \"{\"Event\":\"SparkListenerLogStart\"}\"\n"
		      "leaf text g.log:1 path=g.log \"gr\xfc\xdf aus Latin-1\"\n"
		      "leaf text h.log:1 path=h.log \"070701 looks like cpio but is a date\"\n"
		      "report other skipped i.class \"a Java class\"\n"));
	buf_release(&packed);
	end(&s);
}

TEST(walk_utf16)
{
	struct scratch s = begin();

	put(&s, "be", STR("\xFE\xFF\0h\0\xE9\xD8\x3D\xDE\0\xDC\0\0!\0\n"));
	put(&s, "le", STR("\xFF\xFEh\0\xE9\0\x3D\xD8\0\xDE\n\0x"));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out), STR("leaf text be:1 path=be \"h\u00e9\U0001F600\uFFFD!\"\n"
				       "leaf text le:1 path=le \"h\u00e9\U0001F600\"\n"));
	end(&s);
}

TEST(walk_hole_before_text)
{
	struct scratch s = begin();
	struct buf b = BUF_INIT((size_t)1 << 24);

	add_zeros(&b, 700000);
	put(&s, "all", buf_str(&b));
	add(&b, "after the hole\n", 15);
	put(&s, "log", buf_str(&b));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out), STR("report other skipped all \"nothing but NULs, not a log\"\n"
				       "leaf text log:1 path=log \"after the hole\"\n"));
	buf_release(&b);
	end(&s);
}

TEST(walk_what_is_missing)
{
	struct scratch s = begin();
	char path[256], target[256];

	CHECK(!walk(&s, "nowhere"));
	CHECK_STR(buf_str(&s.out), STR("diag input-missing\n"));
	CHECK(!walk(&s, "no*where"));
	CHECK_STR(buf_str(&s.out), STR("diag input-missing\n"));
	CHECK(!mkdir(path_in(&s, "hollow", path), 0755));
	CHECK(!walk(&s, "hollow"));
	CHECK_STR(buf_str(&s.out), STR("diag input-no-files\n"));
	CHECK(!symlink(path_in(&s, "nowhere", target), path_in(&s, "dangling", path)));
	CHECK(!walk(&s, "dangling"));
	CHECK_STR(buf_str(&s.out), STR("diag input-missing\n"));
	CHECK(!walk(&s, "dang*"));
	CHECK_STR(buf_str(&s.out), STR("diag input-unreadable\n"));
	end(&s);
}

TEST(walk_globs)
{
	struct scratch s = begin();

	put(&s, "x1.log", STR("one\n"));
	put(&s, "x2.log", STR("two\n"));
	put(&s, "x[1].log", STR("literal\n"));
	CHECK(walk(&s, "x?.log"));
	CHECK_STR(buf_str(&s.out), STR("leaf text x1.log:1 path=x1.log \"one\"\n"
				       "leaf text x2.log:1 path=x2.log \"two\"\n"));
	CHECK(walk(&s, "x[1].log"));
	CHECK_STR(buf_str(&s.out), STR("leaf text x[1].log:1 path=x[1].log \"literal\"\n"));
	end(&s);
}

TEST(walk_same_file_named_twice)
{
	struct scratch s = begin();
	struct arena arena = ARENA_INIT((size_t)1 << 20);
	struct walk_inputs inputs;
	char path[256];
	struct str paths[3];

	put(&s, "a", STR("text\n"));
	paths[0] = str_from(path_in(&s, "a", path));
	paths[1] = str_from(s.dir);
	paths[2] = paths[0];
	CHECK(walk_expand(paths, 3, &arena, &inputs, &s.diags));
	CHECK(inputs.count == 1);
	arena_release(&arena);
	end(&s);
}

TEST(walk_links_and_loops)
{
	struct scratch s = begin();
	char path[256];

	CHECK(!mkdir(path_in(&s, "d", path), 0755));
	put(&s, "d/log", STR("once\n"));
	put(&s, "outside", STR("outside\n"));
	CHECK(!symlink(".", path_in(&s, "d/loop", path)));
	CHECK(!symlink("log", path_in(&s, "d/again", path)));
	CHECK(!symlink("../outside", path_in(&s, "d/out", path)));
	CHECK(!symlink("/", path_in(&s, "d/root", path)));
	CHECK(walk(&s, "d"));
	CHECK_STR(buf_str(&s.out), STR("diag input-link\n"
				       "diag input-link\n"
				       "leaf text d/log:1 path=d/log \"once\"\n"));
	/* Named by the user, a link is what it leads to. */
	CHECK(walk(&s, "d/out"));
	CHECK_STR(buf_str(&s.out), STR("leaf text d/out:1 path=d/out \"outside\"\n"));
	end(&s);
}

TEST(walk_never_waits_inside_a_directory)
{
	struct scratch s = begin();
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[256];

	CHECK(!mkfifo(path_in(&s, "fifo", path), 0644));
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", s.dir);
	CHECK(!bind(sock, (struct sockaddr *)&name, sizeof(name)));
	put(&s, "log", STR("text\n"));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out), STR("diag input-not-a-file\n"
				       "diag input-not-a-file\n"
				       "leaf text log:1 path=log \"text\"\n"));
	/* What was a file when it was listed and is a FIFO now. */
	buf_clear(&s.out);
	walk_input(&(struct walk_input){ .path = str_from(path_in(&s, "fifo", path)),
					 .name = STR("fifo") },
		   &s.visitor, &s.diags);
	CHECK_STR(buf_str(&s.out), STR("diag input-unreadable\n"
				       "report other failed fifo \"a FIFO, socket or device\"\n"));
	close(sock);
	end(&s);
}

TEST(walk_named_fifo_is_a_stream)
{
	struct scratch s = begin();
	char path[256];
	pid_t writer;

	CHECK(!mkfifo(path_in(&s, "fifo", path), 0644));
	writer = fork();
	if (!writer) {
		int fd = open(path, O_WRONLY); /* waits for the reader */

		_exit(write(fd, "piped\n", 6) != 6);
	}
	CHECK(walk(&s, "fifo"));
	CHECK_STR(buf_str(&s.out), STR("leaf text fifo:1 path=fifo \"piped\"\n"));
	CHECK(waitpid(writer, NULL, 0) == writer);
	end(&s);
}

TEST(walk_nested_archives)
{
	struct scratch s = begin();
	struct buf zip = BUF_INIT((size_t)1 << 24), tar = BUF_INIT((size_t)1 << 24);
	struct buf gz = gzip(STR("deep\n")), whole;

	zip_add(&zip, "app/stderr.gz", buf_str(&gz));
	zip_add(&zip, "app/", STR(""));
	zip_end(&zip);
	tar_add(&tar, "./work/", '5', STR(""));
	tar_add(&tar, "./work/stdout", '0', STR("shallow\n"));
	tar_add(&tar, "./work/logs.zip", '0', buf_str(&zip));
	tar_add(&tar, "/etc/passwd", '0', STR("absolute\n"));
	tar_add(&tar, "../../up", '0', STR("upwards\n"));
	tar_add(&tar, "link", '2', STR(""));
	tar_add(&tar, "hard link", '1', STR(""));
	tar_add(&tar, "work/_SUCCESS", '0', STR(""));
	tar_add(&tar, "work/nothing", '0', STR(""));
	tar_end(&tar);
	whole = gzip(buf_str(&tar));
	put(&s, "logs.tgz", buf_str(&whole));
	CHECK(walk(&s, "logs.tgz"));
	CHECK_STR(buf_str(&s.out),
		  STR("leaf text logs.tgz!work/stdout:1 path=logs.tgz/work/stdout \"shallow\"\n"
		      "leaf text logs.tgz!work/logs.zip!app/stderr.gz:1 "
		      "path=logs.tgz/work/logs.zip/app/stderr \"deep\"\n"
		      "leaf text logs.tgz!etc/passwd:1 path=logs.tgz/etc/passwd \"absolute\"\n"
		      "leaf text logs.tgz!../../up:1 path=logs.tgz/../../up \"upwards\"\n"
		      "report empty ok logs.tgz!work/nothing \"the file is empty: 0 bytes\"\n"));
	buf_release(&zip);
	buf_release(&tar);
	buf_release(&gz);
	buf_release(&whole);
	end(&s);
}

/* A zip whose members' sizes are behind them, through a pipe: standard input. */
TEST(walk_zip_from_a_pipe)
{
	struct scratch s = begin();
	struct buf zip = BUF_INIT((size_t)1 << 24);
	int ends[2], saved = dup(STDIN_FILENO);

	zip_add(&zip, "eventlog_v2_app/events_1_app", STR("{\"Event\":\"A\"}\n"));
	zip_add(&zip, "eventlog_v2_app/events_2_app", STR("{\"Event\":\"B\"}\n"));
	zip_end(&zip);
	CHECK(!pipe(ends));
	CHECK(write(ends[1], zip.ptr, zip.len) == (ssize_t)zip.len);
	close(ends[1]);
	CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	close(ends[0]);
	CHECK(walk(&s, "-"));
	CHECK_STR(buf_str(&s.out),
		  STR("leaf eventlog -!eventlog_v2_app/events_1_app:1 "
		      "path=-/eventlog_v2_app/events_1_app \"{\"Event\":\"A\"}\"\n"
		      "leaf eventlog -!eventlog_v2_app/events_2_app:1 "
		      "path=-/eventlog_v2_app/events_2_app \"{\"Event\":\"B\"}\"\n"));
	CHECK(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
	close(saved);
	buf_release(&zip);
	end(&s);
}

TEST(walk_programs_are_skipped)
{
	struct scratch s = begin();
	struct buf zip = BUF_INIT((size_t)1 << 24);

	zip_add(&zip, "META-INF/MANIFEST.MF", STR("Manifest-Version: 1.0\n"));
	zip_end(&zip);
	put(&s, "a.zip", buf_str(&zip));
	buf_clear(&zip);
	zip_add(&zip, "x/__init__.py", STR("import y\n"));
	zip_end(&zip);
	put(&s, "b.whl", buf_str(&zip));
	CHECK(walk(&s, ""));
	CHECK_STR(buf_str(&s.out), STR("report other skipped a.zip \"a Java archive\"\n"
				       "report other skipped b.whl \"a Python package\"\n"));
	buf_release(&zip);
	end(&s);
}

/* Cut anywhere, an archive gives every member before the cut, and the cut one's beginning. */
TEST(walk_cut_tar_gz)
{
	struct scratch s = begin();
	struct buf tar = BUF_INIT((size_t)1 << 24), text = BUF_INIT((size_t)1 << 24), packed;
	size_t leaves_before = 0;

	for (unsigned i = 0; i < 3000; i++)
		CHECK(buf_addf(&text, "line %u %x\n", i, i * 2654435761u));
	tar_add(&tar, "first", '0', STR("whole\n"));
	tar_add(&tar, "second", '0', buf_str(&text));
	tar_add(&tar, "third", '0', STR("last\n"));
	tar_end(&tar);
	packed = gzip(buf_str(&tar));
	for (size_t cut = 1; cut < 40; cut++) {
		struct str out;
		size_t leaves = 0;

		put(&s, "t", (struct str){ packed.ptr, packed.len * cut / 40 });
		CHECK(walk(&s, "t"));
		out = buf_str(&s.out);
		for (size_t i = 0; i + 5 < out.len; i++)
			leaves += !memcmp(out.ptr + i, "leaf ", 5);
		CHECK(leaves >= leaves_before);
		leaves_before = leaves;
		CHECK(str_find(out, STR(" partial t")) >= 0);
		CHECK(str_find(out, STR("truncated")) >= 0);
	}
	CHECK(leaves_before == 2);
	put(&s, "t", (struct str){ packed.ptr, packed.len / 2 });
	CHECK(walk(&s, "t"));
	CHECK(str_starts_with(buf_str(&s.out),
			      STR("leaf text t!first:1 path=t/first \"whole\"\n"
				  "leaf text t!second:1 path=t/second \"line 0 0\nline 1 ")));
	CHECK(str_find(buf_str(&s.out), STR("report text partial t!second \"truncated")) > 0);
	/* A plain tar, cut within the second member. */
	put(&s, "t", (struct str){ tar.ptr, 512 * 3 + 40 });
	CHECK(walk(&s, "t"));
	CHECK(str_find(buf_str(&s.out), STR("report text partial t!second")) > 0);
	buf_release(&packed);
	buf_release(&tar);
	buf_release(&text);
	end(&s);
}

TEST(walk_nesting_ends)
{
	struct scratch s = begin();
	struct buf level = gzip(STR("bottom\n"));

	for (int i = 1; i < LIMIT_NESTING_DEPTH; i++) {
		struct buf next = gzip(buf_str(&level));

		buf_release(&level);
		level = next;
	}
	put(&s, "z", buf_str(&level));
	CHECK(walk(&s, "z"));
	CHECK_STR(buf_str(&s.out), STR("leaf text z:1 path=z \"bottom\"\n"));
	{
		struct buf next = gzip(buf_str(&level));

		put(&s, "z", buf_str(&next));
		buf_release(&next);
	}
	CHECK(walk(&s, "z"));
	CHECK_STR(buf_str(&s.out), STR("report other skipped z \"archives nested too deep\"\n"
				       "diag limit-depth\n"));
	buf_release(&level);
	end(&s);
}

/* gzip cannot expand a thousandfold twice at once: no single level is a bomb, the two are. */
TEST(walk_bomb_over_two_levels)
{
	struct scratch s = begin();
	struct buf zeros = BUF_INIT((size_t)1 << 24), inner = BUF_INIT((size_t)1 << 24), one, outer;
	struct str out;

	add_zeros(&zeros, 8 << 20);
	memset(zeros.ptr, 'a', zeros.len);
	one = gzip(buf_str(&zeros));
	/* 128 members one behind the other: 1 GiB. */
	for (int i = 0; i < 128; i++)
		add(&inner, one.ptr, one.len);
	outer = gzip(buf_str(&inner));
	put(&s, "bomb", buf_str(&outer));
	CHECK(walk(&s, "bomb"));
	out = buf_str(&s.out);
	CHECK(str_find(out, STR("report text partial bomb \"stopped after ")) > 0);
	CHECK(str_find(out, STR("diag limit-expansion\n")) > 0);
	buf_release(&zeros);
	buf_release(&one);
	buf_release(&inner);
	buf_release(&outer);
	end(&s);
}

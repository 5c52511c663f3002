#include "base/base.h"
#include "patterns/literal.h"

#include "base/limits.h"

enum {
	GROUPS_DEEP_MAX = 40,
	/* A window inside a common phrase counts as this many bits less rare. */
	COMMON_PENALTY = 200,
	BITS_UNKNOWN = 60,
};

/*
 * -4 log2 of each byte's share of Spark driver and executor logs at INFO (1.4 MB of runs of
 * Spark 3.5 and 4.0): the higher, the rarer.
 */
static const uint8_t byte_bits[128] = {
	41, 59, 60, 60, 60, 60, 60, 60, 59, 38, 26, 60, 60, 60, 60, 60, /* control */
	60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, /* control */
	13, 56, 31, 53, 37, 60, 60, 41, 31, 31, 40, 56, 29, 25, 22, 24, /* blank to slash */
	23, 19, 21, 23, 26, 27, 25, 30, 31, 30, 21, 43, 53, 29, 46, 60, /* 0 to ? */
	46, 33, 34, 29, 32, 32, 27, 37, 41, 27, 47, 44, 36, 31, 28, 28, /* @ to O */
	35, 47, 33, 29, 32, 35, 48, 39, 53, 43, 60, 34, 54, 34, 31, 29, /* P to _ */
	60, 17, 30, 22, 23, 16, 28, 26, 27, 20, 35, 26, 22, 25, 20, 19, /* ` to o */
	22, 37, 18, 20, 17, 23, 30, 33, 31, 28, 38, 37, 60, 37, 55, 60, /* p to DEL */
};

/* What fills Spark logs. A literal inside one of these would stop the scan in every other line. */
static const char *const common_phrases[] = {
	"\tat org.apache.spark.sql.catalyst.",
	"\tat org.apache.spark.sql.execution.",
	"\tat org.apache.spark.",
	"org.apache.spark.scheduler.",
	"org.apache.spark.executor.Executor$TaskRunner.",
	"org.apache.spark.deploy.yarn.",
	"org.apache.spark.storage.",
	"org.apache.spark.SparkException: ",
	"\tat org.apache.hadoop.",
	"\tat java.base/java.lang.Thread.run(Thread.java:",
	"\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:",
	"\tat scala.collection.",
	"java.lang.RuntimeException: ",
	"java.io.IOException: ",
	"Caused by: java.lang.",
	"Caused by: org.apache.",
	"Traceback (most recent call last):",
	" INFO ",
	" WARN ",
	" ERROR ",
	" DEBUG ",
	" INFO Executor: Running task ",
	" INFO Executor: Finished task ",
	" INFO TaskSetManager: Starting task ",
	" INFO TaskSetManager: Finished task ",
	"WARN TaskSetManager: Lost task ",
	"ERROR TaskSetManager: ",
	"INFO  [Executor task launch worker for task ",
	"INFO YarnScheduler: ",
	"INFO TaskSchedulerImpl: ",
	"INFO DAGScheduler: ",
	"INFO BlockManagerInfo: Added broadcast_",
	"INFO BlockManagerInfo: Removed broadcast_",
	"INFO MemoryStore: Block broadcast_",
	" stored as values in memory (estimated size ",
	" stored as bytes in memory (estimated size ",
	"INFO ShuffleBlockFetcherIterator: Getting ",
	"INFO CodeGenerator: Code generated in ",
	"INFO BlockManager: ",
	"INFO SparkContext: ",
	"INFO MapOutputTrackerWorker: ",
	"INFO SecurityManager: ",
	" in stage ",
	" (TID ",
	"partition ",
	"PROCESS_LOCAL",
	"NODE_LOCAL",
	" executor ",
	" tasks ",
	"Exception: ",
	"Exception",
	"Executor",
	"executor",
	"exception",
	"application_",
	"container_",
	" failed",
	"failed ",
	"Failed to ",
	"failed with",
	"ERROR: ",
	"Error: ",
	"stderr",
	"stdout",
	"driver",
	"memory",
	"Memory",
	"connection",
};

/* What docker and other collectors may escape, and what ends a line. */
static bool byte_is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x20 && u < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

static bool is_common(struct str s)
{
	for (size_t i = 0; i < ARRAY_LEN(common_phrases); i++)
		if (str_find(str_from(common_phrases[i]), s) >= 0)
			return true;
	return false;
}

enum literal_defect literal_judge(struct str literal)
{
	if (literal.len < LIMIT_LITERAL_MIN_BYTES)
		return LITERAL_SHORT;
	if (literal.len > LIMIT_LITERAL_BYTES)
		return LITERAL_LONG;
	for (size_t i = 0; i < literal.len; i++)
		if (!byte_is_plain(literal.ptr[i]))
			return LITERAL_ESCAPED;
	return is_common(literal) ? LITERAL_COMMON : LITERAL_FINE;
}

const char *literal_defect_text(enum literal_defect d)
{
	static const char *const texts[] = {
		[LITERAL_FINE] = "",
		[LITERAL_SHORT] = "is shorter than 6 bytes",
		[LITERAL_LONG] = "is longer than 200 bytes",
		[LITERAL_ESCAPED] = "has a byte that collectors write differently (quote, "
				    "backslash, < > &, control or non-ASCII)",
		[LITERAL_COMMON] = "is in every other line of a Spark log",
	};

	return texts[d];
}

const char *literal_defect_code(enum literal_defect d)
{
	static const char *const codes[] = {
		[LITERAL_FINE] = "",
		[LITERAL_SHORT] = "pattern-literal-short",
		[LITERAL_LONG] = "pattern-literal-long",
		[LITERAL_ESCAPED] = "pattern-literal-escaped",
		[LITERAL_COMMON] = "pattern-literal-common",
	};

	return codes[d];
}

static int rarity(struct str s)
{
	int bits = 0;

	for (size_t i = 0; i < s.len; i++)
		bits += (unsigned char)s.ptr[i] < 128 ? byte_bits[(unsigned char)s.ptr[i]]
						      : BITS_UNKNOWN;
	return is_common(s) ? bits - COMMON_PENALTY : bits;
}

struct str literal_window(struct str literal)
{
	struct str best = literal;
	int best_bits;

	if (literal.len <= LITERAL_WINDOW_BYTES)
		return literal;
	best.len = LITERAL_WINDOW_BYTES;
	best_bits = rarity(best);
	for (size_t i = 1; i + LITERAL_WINDOW_BYTES <= literal.len; i++) {
		struct str window = { literal.ptr + i, LITERAL_WINDOW_BYTES };
		int bits = rarity(window);

		if (bits > best_bits) {
			best = window;
			best_bits = bits;
		}
	}
	return best;
}

/* --- deriving ----------------------------------------------------------------------------------
 */

/* Alternatives of which every match contains one; none known when count is 0. */
struct choice {
	struct str *items;
	size_t count;
	int score; /* of its commonest item */
};

struct reader {
	struct str re;
	size_t at;
	struct arena *arena;
	bool refused;
};

enum atom_kind { ATOM_CHAR, ATOM_NOTHING, ATOM_BREAK, ATOM_GROUP };

struct atom {
	enum atom_kind kind;
	char c;
	struct choice choice;
};

/* Literal text collected so far, and the best choice seen in the sequence. */
struct sequence {
	char run[LIMIT_LITERAL_BYTES];
	size_t len;
	struct choice best;
};

static struct choice read_alternatives(struct reader *r, unsigned depth);

static int peek(const struct reader *r)
{
	return r->at < r->re.len ? (unsigned char)r->re.ptr[r->at] : -1;
}

static bool accept(struct reader *r, struct str text)
{
	if (!str_starts_with(str_skip(r->re, r->at), text))
		return false;
	r->at += text.len;
	return true;
}

static void refuse(struct reader *r)
{
	r->refused = true;
	r->at = r->re.len;
}

static void offer(struct sequence *s, struct choice c)
{
	if (c.count && (!s->best.count || c.score > s->best.score))
		s->best = c;
}

static void end_run(struct reader *r, struct sequence *s)
{
	struct str run = { s->run, s->len };
	struct choice c = { .count = 1 };

	s->len = 0;
	if (literal_judge(run) != LITERAL_FINE)
		return;
	c.items = arena_alloc(r->arena, sizeof(*c.items));
	if (!c.items || !arena_str(r->arena, run, &c.items[0])) {
		refuse(r);
		return;
	}
	/* Beyond its window, length still saves verifying what would not match. */
	c.score = rarity(literal_window(run)) + (int)(run.len / 4);
	offer(s, c);
}

static void extend_run(struct reader *r, struct sequence *s, char c)
{
	if (!byte_is_plain(c)) {
		end_run(r, s);
		return;
	}
	if (s->len == sizeof(s->run))
		end_run(r, s);
	s->run[s->len++] = c;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static struct atom read_hex(struct reader *r)
{
	int high, low;

	if (r->at + 2 > r->re.len || (high = hex_digit(r->re.ptr[r->at])) < 0 ||
	    (low = hex_digit(r->re.ptr[r->at + 1])) < 0) {
		refuse(r);
		return (struct atom){ .kind = ATOM_BREAK };
	}
	r->at += 2;
	return (struct atom){ .kind = ATOM_CHAR, .c = (char)(high * 16 + low) };
}

/* Behind a backslash. */
static struct atom read_escape(struct reader *r)
{
	int c = peek(r);

	r->at++;
	if (c < 0 || strchr("QEgkpPcouNXC", c)) {
		refuse(r);
		return (struct atom){ .kind = ATOM_BREAK };
	}
	if (c == 'x')
		return read_hex(r);
	if (strchr("bBAzZGK", c))
		return (struct atom){ .kind = ATOM_NOTHING };
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return (struct atom){ .kind = ATOM_BREAK };
	return (struct atom){ .kind = ATOM_CHAR, .c = (char)c };
}

/* Behind `[`. A class of one plain byte (`[.]`) is that byte. */
static struct atom read_class(struct reader *r)
{
	struct str rest = str_skip(r->re, r->at);
	bool first = true;

	if (rest.len > 1 && rest.ptr[1] == ']' && rest.ptr[0] != '\\' && rest.ptr[0] != '^' &&
	    rest.ptr[0] != ']') {
		r->at += 2;
		return (struct atom){ .kind = ATOM_CHAR, .c = rest.ptr[0] };
	}
	accept(r, STR("^"));
	for (;; first = false) {
		int c = peek(r);

		r->at++;
		if (c < 0 || (c == '[' && peek(r) == ':')) {
			/* Unfinished; or a POSIX class, whose `]` is not the end. */
			struct str tail = str_skip(r->re, r->at);
			ptrdiff_t end = c < 0 ? -1 : str_find(tail, STR(":]"));

			if (end < 0) {
				refuse(r);
				break;
			}
			r->at += (size_t)end + 2;
		} else if (c == '\\') {
			if (peek(r) == 'Q')
				refuse(r);
			r->at++;
		} else if (c == ']' && !first) {
			break;
		}
	}
	return (struct atom){ .kind = ATOM_BREAK };
}

/* Behind `(`. */
static struct atom read_group(struct reader *r, unsigned depth)
{
	struct atom atom = { .kind = ATOM_GROUP };
	bool looks = false;

	if (depth > GROUPS_DEEP_MAX || peek(r) == '*') {
		refuse(r);
		return atom;
	}
	if (accept(r, STR("?"))) {
		if (accept(r, STR("=")) || accept(r, STR("!")) || accept(r, STR("<=")) ||
		    accept(r, STR("<!"))) {
			looks = true;
		} else if (accept(r, STR("<")) || accept(r, STR("P<")) || accept(r, STR("'"))) {
			while (peek(r) >= 0 && peek(r) != '>' && peek(r) != '\'')
				r->at++;
			r->at++;
		} else if (!accept(r, STR(":")) && !accept(r, STR(">")) && !accept(r, STR("|"))) {
			refuse(r);
			return atom;
		}
	}
	atom.choice = read_alternatives(r, depth + 1);
	if (!accept(r, STR(")")))
		refuse(r);
	if (looks)
		atom = (struct atom){ .kind = ATOM_NOTHING };
	return atom;
}

static struct atom read_atom(struct reader *r, unsigned depth)
{
	int c = peek(r);

	r->at++;
	switch (c) {
	case '\\':
		return read_escape(r);
	case '[':
		return read_class(r);
	case '(':
		return read_group(r, depth);
	case '.':
		return (struct atom){ .kind = ATOM_BREAK };
	case '^':
	case '$':
		return (struct atom){ .kind = ATOM_NOTHING };
	default:
		return (struct atom){ .kind = ATOM_CHAR, .c = (char)c };
	}
}

/* `{2}`, `{2,}`, `{2,5}`; a brace that is none of these stands for itself. */
static bool read_braces(struct reader *r, bool *none)
{
	size_t at = r->at + 1, digits = at;
	bool zero = true;

	for (; at < r->re.len && r->re.ptr[at] >= '0' && r->re.ptr[at] <= '9'; at++)
		zero = zero && r->re.ptr[at] == '0';
	if (at == digits)
		return false;
	if (at < r->re.len && r->re.ptr[at] == ',')
		at++;
	while (at < r->re.len && r->re.ptr[at] >= '0' && r->re.ptr[at] <= '9')
		at++;
	if (at >= r->re.len || r->re.ptr[at] != '}')
		return false;
	r->at = at + 1;
	*none = zero;
	return true;
}

/* True when the atom before is quantified; *none when it may be absent altogether. */
static bool read_quantifier(struct reader *r, bool *none)
{
	int c = peek(r);

	*none = false;
	if (c == '*' || c == '?' || c == '+') {
		*none = c != '+';
		r->at++;
	} else if (c != '{' || !read_braces(r, none)) {
		return false;
	}
	/* Lazy or possessive. */
	if (peek(r) == '?' || peek(r) == '+')
		r->at++;
	return true;
}

static void add_atom(struct reader *r, struct sequence *s, const struct atom *a)
{
	bool none, many = read_quantifier(r, &none);

	if (a->kind == ATOM_NOTHING)
		return;
	if (a->kind == ATOM_CHAR && !none) {
		extend_run(r, s, a->c);
		if (!many)
			return;
		/* `ab+c` has "ab" and "bc". */
		end_run(r, s);
		extend_run(r, s, a->c);
		return;
	}
	end_run(r, s);
	if (a->kind == ATOM_GROUP && !none)
		offer(s, a->choice);
}

static struct choice read_sequence(struct reader *r, unsigned depth)
{
	struct sequence s = { .len = 0 };

	while (peek(r) >= 0 && peek(r) != '|' && peek(r) != ')') {
		struct atom atom = read_atom(r, depth);

		if (!r->refused)
			add_atom(r, &s, &atom);
	}
	end_run(r, &s);
	return s.best;
}

/* The union of two choices; duplicates go. Empty when too many. */
static struct choice join(struct reader *r, struct choice a, struct choice b)
{
	struct choice both = { .score = a.score < b.score ? a.score : b.score };

	if (!a.count || !b.count || a.count + b.count > LIMIT_PATTERN_LITERALS)
		return (struct choice){ .count = 0 };
	both.items = arena_alloc(r->arena, (a.count + b.count) * sizeof(*both.items));
	if (!both.items) {
		refuse(r);
		return both;
	}
	for (size_t i = 0; i < a.count + b.count; i++) {
		struct str item = i < a.count ? a.items[i] : b.items[i - a.count];
		size_t seen = 0;

		while (seen < both.count && !str_eq(both.items[seen], item))
			seen++;
		if (seen == both.count)
			both.items[both.count++] = item;
	}
	return both;
}

static struct choice read_alternatives(struct reader *r, unsigned depth)
{
	struct choice all = read_sequence(r, depth);

	while (!r->refused && accept(r, STR("|")))
		all = join(r, all, read_sequence(r, depth));
	return all;
}

bool literal_derive(struct str regex, struct arena *arena, const struct str **literals,
		    size_t *count)
{
	struct reader r = { .re = regex, .arena = arena };
	struct choice found = read_alternatives(&r, 0);

	if (r.refused || r.at < regex.len || !found.count)
		return false;
	*literals = found.items;
	*count = found.count;
	return true;
}

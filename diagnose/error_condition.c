#include "base/base.h"
#include "diagnose/error_condition.h"

#include "base/limits.h"
#include "parsers/container.h"
#include "parsers/json_pull.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- names and states ------------------------------------------------------------------------ */

static size_t name_length(struct str s)
{
	size_t n = 0;
	bool joined = false;

	while (n < s.len && ((s.ptr[n] >= 'A' && s.ptr[n] <= 'Z') ||
			     (n && ((s.ptr[n] >= '0' && s.ptr[n] <= '9') || s.ptr[n] == '_' ||
				    s.ptr[n] == '.')))) {
		joined |= s.ptr[n] == '_' || s.ptr[n] == '.';
		n++;
	}
	/* One word alone is an abbreviation, not a condition. */
	return joined && s.ptr[n - 1] != '.' ? n : 0;
}

bool error_condition_parse(struct str text, struct str *name)
{
	text = str_trim(text);
	if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
		text = (struct str){ text.ptr + 1, text.len - 2 };
	*name = text;
	return text.len && name_length(text) == text.len;
}

bool error_condition_in(struct str text, struct str *name)
{
	struct str before, rest = text;

	while (str_cut(rest, '[', &before, &rest)) {
		size_t n = name_length(rest);

		if (n && n < rest.len && rest.ptr[n] == ']') {
			*name = (struct str){ rest.ptr, n };
			return true;
		}
	}
	return false;
}

const char *sqlstate_meaning(struct str state)
{
	static const struct {
		const char *begins;
		const char *meaning;
	} families[] = {
		{ "07", "a value given to a prepared statement does not fit its place" },
		{ "08", "a connection could not be made or was lost: look at the other side" },
		{ "0A", "Spark, this table format or this mode does not support it: another way of "
			"writing it is needed, no setting helps" },
		{ "21", "a subquery or MERGE gave more rows than one: make its key unique" },
		{ "22",
		  "the data, not the statement: a value cannot be cast, divided, parsed or is out "
		  "of range. Find the rows; try_cast and its like give NULL instead" },
		{ "23", "a row breaks a constraint of the table" },
		{ "24", "a result was read before or after it could be" },
		{ "25", "a transaction is in the wrong state for this" },
		{ "2B", "something else still depends on what was to be dropped" },
		{ "38", "code outside of Spark's engine raised it (Python, a data source): its own "
			"exception in the trace is the reason" },
		{ "39", "a user's function failed on a row: the exception beneath is the reason" },
		{ "3D", "the catalog of that name is not known" },
		{ "40",
		  "another writer changed the table meanwhile: run it again, or write apart" },
		{ "42",
		  "the statement: a name, a type or the syntax is wrong, or a right is missing. "
		  "Nothing ran yet; correct the query or the schema" },
		{ "46", "a Java class or method that the query names is missing or unfit" },
		{ "51", "something was asked for in the wrong state" },
		{ "53", "a resource ran out: memory, disk or a quota" },
		{ "54", "a limit of Spark was passed: a buffer, a size or a depth" },
		{ "55", "the object is not in the state this needs" },
		{ "56", "a mix of reasons the other classes have no name for: read the message" },
		{ "57", "it was cancelled, or came too late" },
		{ "58", "a file, a directory or a system underneath failed" },
		{ "82", "memory for a large array or an aggregation ran out" },
		{ "HV", "a foreign data source refused it" },
		{ "HY", "a call of the client's interface was wrong" },
		{ "KD", "a data source or a file: it is missing, has another schema or another "
			"format than was said" },
		{ "P0", "a procedure or a raised error of the user's own" },
		{ "XX",
		  "an error inside Spark itself: search its issue list for the message, try a "
		  "newer release or a simpler query" },
	};

	for (size_t i = 0; state.len == 5 && i < ARRAY_LEN(families); i++)
		if (str_starts_with(state, str_from(families[i].begins)))
			return families[i].meaning;
	return NULL;
}

struct str sqlstate_guess(struct str name)
{
	/* In Spark 4.3 at least two thirds of the names of each row have a state of that class. */
	static const struct {
		const char *begins, *ends;
		const char *state;
	} kinds[] = {
		{ "UNSUPPORTED_", "", "0A000" },   { "", "_NOT_SUPPORTED", "0A000" },
		{ "UNRESOLVED_", "", "42000" },	   { "PARSE_", "", "42000" },
		{ "AMBIGUOUS_", "", "42000" },	   { "MISSING_", "", "42000" },
		{ "DUPLICATE", "", "42000" },	   { "WRONG_", "", "42000" },
		{ "NOT_ALLOWED", "", "42000" },	   { "NON_", "", "42000" },
		{ "", "_NOT_FOUND", "42000" },	   { "", "_ALREADY_EXISTS", "42000" },
		{ "", "_MISMATCH", "42000" },	   { "CAST_", "", "22000" },
		{ "ARITHMETIC_", "", "22000" },	   { "DIVIDE_", "", "22000" },
		{ "NUMERIC_", "", "22000" },	   { "CANNOT_PARSE_", "", "22000" },
		{ "INTERNAL_ERROR", "", "XX000" },
	};
	struct str main, sub;

	if (!str_cut(name, '.', &main, &sub))
		main = name;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts_with(main, str_from(kinds[i].begins)) &&
		    str_ends_with(main, str_from(kinds[i].ends)))
			return str_from(kinds[i].state);
	return STR("");
}

/* --- one list -------------------------------------------------------------------------------- */

struct lookup {
	struct member_visitor visitor; /* first member */
	struct str main, sub;
	struct arena *arena;
	struct error_condition *found;
	struct buf text;
	bool listed; /* some list was read */
	bool done;
};

/* An array of lines. */
static void read_message(struct lookup *l, struct json_pull *p)
{
	for (pull_array(p); pull_element(p);) {
		struct str line = pull_string(p);

		if (line.len && ((l->text.len && !buf_add_char(&l->text, ' ')) ||
				 !json_unescape(line, &l->text)))
			return;
	}
}

static bool read_sub(struct lookup *l, struct json_pull *p)
{
	struct str key;
	bool met = false;

	for (pull_object(p); pull_key(p, &key);) {
		if (!str_eq(key, l->sub)) {
			pull_skip(p);
			continue;
		}
		met = true;
		for (pull_object(p); pull_key(p, &key);)
			if (str_eq(key, STR("message")))
				read_message(l, p);
			else
				pull_skip(p);
	}
	return met;
}

static void read_condition(struct lookup *l, struct json_pull *p)
{
	struct str key, state = STR("");
	bool met = !l->sub.len;

	buf_clear(&l->text);
	for (pull_object(p); pull_key(p, &key);) {
		if (str_eq(key, STR("message")))
			read_message(l, p);
		else if (str_eq(key, STR("sqlState")))
			state = pull_string(p);
		else if (str_eq(key, STR("subClass")))
			met |= read_sub(l, p);
		else
			pull_skip(p);
	}
	l->done = met && !p->bad && arena_str(l->arena, buf_str(&l->text), &l->found->message) &&
		  arena_str(l->arena, state, &l->found->sqlstate);
}

static void search_list(struct lookup *l, struct source *source)
{
	char *bytes = malloc(LIMIT_CONDITIONS_BYTES);
	struct json_pull p;
	struct str text, key;
	ptrdiff_t at;

	if (!bytes)
		die_no_memory();
	text = (struct str){ bytes, source_read_full(source, bytes, LIMIT_CONDITIONS_BYTES) };
	/* Python's side of 3.4 and 3.5 has its list inside a string of a module. */
	at = str_find(text, STR("\n{"));
	if (at >= 0 && text.ptr[0] != '{')
		text = str_skip(text, (size_t)at + 1);
	l->listed = true;
	p = json_pull(text);
	for (pull_object(&p); !l->done && pull_key(&p, &key);)
		if (str_eq(key, l->main))
			read_condition(l, &p);
		else
			pull_skip(&p);
	free(bytes);
}

static bool search_member(struct member_visitor *self, const struct member *member)
{
	struct lookup *l = (struct lookup *)self;

	if (str_ends_with(member->name, STR("error/error-conditions.json")) ||
	    str_ends_with(member->name, STR("error/error-classes.json")))
		search_list(l, member->source);
	return !l->done;
}

/* --- where lists are ------------------------------------------------------------------------- */

static void search_file(struct lookup *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct source *source;
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return;
	}
	source = source_from_fd(fd, (uint64_t)st.st_size, true);
	if (str_ends_with(str_from(path), STR(".jar")))
		container_walk(source, "zip", &l->visitor);
	else
		search_list(l, source);
	source_close(source);
	if (l->done && !arena_str(l->arena, str_from(path), &l->found->file))
		l->found->file = STR("");
}

/* What lies under one Spark: its engine's list first, then that of its Python side. */
static void search_home(struct lookup *l, const char *home)
{
	static const char *const lists[] = {
		"jars/spark-common-utils_*.jar",
		"jars/spark-common-utils-java_*.jar",
		"jars/spark-core_*.jar",
		"errors/error-conditions.json",
		"errors/error_classes.py",
		"python/pyspark/errors/error-conditions.json",
		"python/pyspark/errors/error_classes.py",
	};
	char pattern[LIMIT_SPARK_PATH_BYTES];

	for (size_t i = 0; !l->done && i < ARRAY_LEN(lists); i++) {
		glob_t files;
		int n = snprintf(pattern, sizeof(pattern), "%s/%s", home, lists[i]);

		/* Before 3.4 the list is in the core's jar, which is large. */
		if (l->listed && strstr(lists[i], "spark-core"))
			continue;
		if (n < 0 || (size_t)n >= sizeof(pattern) || glob(pattern, 0, NULL, &files))
			continue;
		for (size_t k = 0; !l->done && k < files.gl_pathc; k++)
			search_file(l, files.gl_pathv[k]);
		globfree(&files);
	}
}

/* `before` and what follows it may hold wildcards. */
static void search_homes(struct lookup *l, struct str before, const char *after)
{
	char pattern[LIMIT_SPARK_PATH_BYTES];
	int n = snprintf(pattern, sizeof(pattern), STR_FMT "%s", STR_ARG(before), after);
	glob_t homes;

	if (l->done || !before.len || n < 0 || (size_t)n >= sizeof(pattern) ||
	    glob(pattern, 0, NULL, &homes))
		return;
	for (size_t i = 0; !l->done && i < homes.gl_pathc; i++)
		search_home(l, homes.gl_pathv[i]);
	globfree(&homes);
}

static struct str variable(const char *name)
{
	const char *value = getenv(name);

	return value ? str_from(value) : STR("");
}

/* Each directory of PATH that has a python3 may have a pyspark beside it. */
static void search_path(struct lookup *l)
{
	struct str dir, rest = variable("PATH");

	while (!l->done && rest.len) {
		if (!str_cut(rest, ':', &dir, &rest)) {
			dir = rest;
			rest = STR("");
		}
		search_homes(l, dir, "/../lib/python3*/site-packages/pyspark");
	}
}

static void search_usual_places(struct lookup *l)
{
	search_homes(l, variable("SPARK_HOME"), "");
	search_homes(l, variable("VIRTUAL_ENV"), "/lib/python3*/site-packages/pyspark");
	search_path(l);
	search_homes(l, variable("HOME"), "/.local/lib/python3*/site-packages/pyspark");
	search_homes(l, STR("/usr"), "/local/lib/python3*/dist-packages/pyspark");
	search_homes(l, STR("/usr"), "/lib/python3/dist-packages/pyspark");
}

bool error_condition_find(const char *home, struct str name, struct arena *arena,
			  struct error_condition *found)
{
	struct lookup l = { .visitor = { search_member },
			    .arena = arena,
			    .found = found,
			    .text = BUF_INIT(LIMIT_PASTE_BYTES) };

	*found = (struct error_condition){ STR(""), STR(""), STR("") };
	if (!str_cut(name, '.', &l.main, &l.sub)) {
		l.main = name;
		l.sub = STR("");
	}
	if (home)
		search_home(&l, home);
	else
		search_usual_places(&l);
	buf_release(&l.text);
	return l.done;
}

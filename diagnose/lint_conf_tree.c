/* Settings in YAML (SparkApplication, Databricks, workflows) and JSON (EMR, Databricks, Livy). */
#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>

#include "base/limits.h"
#include "parsers/json_pull.h"

/* Other names that manifests have for settings. */
struct alias {
	const char *name, *key;
};

static const char *find_alias(const struct alias *table, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_from(table[i].name)))
			return table[i].key;
	return NULL;
}

/* --- JSON --------------------------------------------------------------------------------------
 */

static const struct alias json_aliases[] = {
	/* Livy and Synapse. */
	{ "driverMemory", "spark.driver.memory" },
	{ "driverCores", "spark.driver.cores" },
	{ "executorMemory", "spark.executor.memory" },
	{ "executorCores", "spark.executor.cores" },
	{ "numExecutors", "spark.executor.instances" },
	/* EMR: what the application will run on. */
	{ "InstanceType", "@node" },
	{ "yarn.scheduler.maximum-allocation-mb", "@container" },
	{ "yarn.nodemanager.resource.memory-mb", "@container" },
};

static struct conf_text json_part(const struct conf_scan *s, struct str raw)
{
	struct conf_text whole = { .text = s->file->text };
	size_t start = (size_t)(raw.ptr - s->file->text.ptr);

	return conf_part(&whole, start, start + raw.len);
}

static char json_ahead(const struct json_pull *p)
{
	const char *at = p->at;

	while (at < p->end && isspace((unsigned char)*at))
		at++;
	return at < p->end ? *at : 0;
}

/* A string's inside, decoded, or a number's or flag's text. */
static bool json_scalar(struct conf_scan *s, struct json_pull *p, struct conf_text *out)
{
	bool text = json_ahead(p) == '"';
	struct str raw = text ? pull_string(p) : pull_raw(p);

	*out = (struct conf_text){ .base = 0 };
	if (p->bad || !raw.ptr || !raw.len)
		return false;
	*out = json_part(s, raw);
	return !text || conf_unescape(s, out, out);
}

static void json_member(struct conf_scan *s, struct json_pull *p, struct str name, uint32_t group)
{
	struct conf_text key, value;
	struct conf_setting setting = { .known = true };
	const char *alias = find_alias(json_aliases, ARRAY_LEN(json_aliases), name);

	key = json_part(s, name);
	if (!json_scalar(s, p, &value))
		return;
	setting.key = alias ? str_from(alias) : key.text;
	setting.value = value.text;
	setting.key_at = conf_place_of(&key);
	setting.value_at = conf_place_of(&value);
	conf_add(s, CONF_FROM_MANIFEST, group, &setting);
}

/* A text may be a whole command, or its arguments. */
static void json_text(struct conf_scan *s, struct json_pull *p, struct conf_words *words)
{
	struct conf_word word = { .known = true };

	if (!json_scalar(s, p, &word.text))
		return;
	word.at = conf_place_of(&word.text);
	if (words)
		conf_words_add(s, words, &word);
	if (str_find(word.text.text, STR(" --")) < 0)
		return;
	if (str_starts_with(word.text.text, STR("--")))
		conf_read_arguments(s, &word.text, 0);
	else
		conf_read_commands(s, &word.text);
}

static void json_value(struct conf_scan *s, struct json_pull *p, unsigned depth, uint32_t group);

static void json_list(struct conf_scan *s, struct json_pull *p, unsigned depth)
{
	struct conf_words words = { NULL, 0, 0 };

	for (pull_array(p); pull_element(p);)
		if (json_ahead(p) == '"')
			json_text(s, p, &words);
		else
			json_value(s, p, depth + 1, conf_group(s));
	conf_take_list(s, &words);
}

static void json_mapping(struct conf_scan *s, struct json_pull *p, unsigned depth, uint32_t group)
{
	struct str name;

	for (pull_object(p); pull_key(p, &name);) {
		char next = json_ahead(p);
		bool nested = next == '{' || next == '[';

		if (!nested &&
		    (conf_is_key(name) || find_alias(json_aliases, ARRAY_LEN(json_aliases), name)))
			json_member(s, p, name, group);
		else
			/* Livy's "conf" goes with its neighbours. */
			json_value(s, p, depth + 1,
				   str_eq(name, STR("conf")) ? group : conf_group(s));
	}
}

static void json_value(struct conf_scan *s, struct json_pull *p, unsigned depth, uint32_t group)
{
	char next = json_ahead(p);

	if (depth > LIMIT_CONF_DEPTH)
		pull_skip(p);
	else if (next == '{')
		json_mapping(s, p, depth, group);
	else if (next == '[')
		json_list(s, p, depth);
	else if (next == '"')
		json_text(s, p, NULL);
	else
		pull_skip(p);
}

void conf_read_json(struct conf_scan *s)
{
	struct json_pull p = json_pull(s->file->text);

	json_value(s, &p, 0, conf_group(s));
}

/* CMD ["spark-submit", …] of a Dockerfile. */
void conf_read_exec_forms(struct conf_scan *s)
{
	static const char *const words[] = { "CMD", "ENTRYPOINT", "RUN" };
	struct str line, rest = s->file->text;

	while (rest.len) {
		struct str tail;

		if (!str_cut(rest, '\n', &line, &tail))
			tail = str_skip(rest, line.len);
		for (size_t i = 0; i < ARRAY_LEN(words); i++) {
			struct str form = str_trim(str_skip(line, strlen(words[i])));
			struct json_pull p = json_pull(form);

			if (str_starts_with(line, str_from(words[i])) && form.len &&
			    form.ptr[0] == '[')
				json_list(s, &p, 0);
		}
		rest = tail;
	}
}

/* --- YAML --------------------------------------------------------------------------------------
 */

/*
 * Manifests are read line by line, by their indentation, not as YAML: what goes through a template
 * engine first is no YAML yet, and still names its settings.
 */
struct frame {
	size_t indent;
	struct str key;
	uint32_t group; /* of the settings in the mapping below this key */
};

struct outline {
	struct conf_scan *scan;
	const struct conf_text *text;
	struct frame frames[LIMIT_CONF_DEPTH];
	size_t depth;
	uint32_t document;	 /* group of the document */
	bool operator_manifest;	 /* a SparkApplication */
	struct conf_words items; /* of the sequence at hand */
	size_t items_indent;
	size_t block_indent; /* inside a block scalar: the indentation of its key, plus 1 */
	char *folded;	     /* the text with the line ends of folded blocks made blanks */
	bool folding;
	bool inside;	 /* the line before belongs to the block, too */
	bool properties; /* the block is a spark-defaults.conf */
	size_t block_start;
};

static const struct alias operator_aliases[] = {
	{ "driver.cores", "spark.driver.cores" },
	{ "driver.javaOptions", "spark.driver.extraJavaOptions" },
	{ "driver.memory", "spark.driver.memory" },
	{ "driver.memoryOverhead", "spark.driver.memoryOverhead" },
	{ "dynamicAllocation.enabled", "spark.dynamicAllocation.enabled" },
	{ "dynamicAllocation.initialExecutors", "spark.dynamicAllocation.initialExecutors" },
	{ "dynamicAllocation.maxExecutors", "spark.dynamicAllocation.maxExecutors" },
	{ "dynamicAllocation.minExecutors", "spark.dynamicAllocation.minExecutors" },
	{ "executor.cores", "spark.executor.cores" },
	{ "executor.instances", "spark.executor.instances" },
	{ "executor.javaOptions", "spark.executor.extraJavaOptions" },
	{ "executor.memory", "spark.executor.memory" },
	{ "executor.memoryOverhead", "spark.executor.memoryOverhead" },
	{ "spec.sparkVersion", "@version" },
	{ "template.sparkVersion", "@version" },
};

static void flush_items(struct outline *o)
{
	conf_take_list(o->scan, &o->items);
	o->items = (struct conf_words){ NULL, 0, 0 };
}

/* From `start`: a quoted or plain scalar; where it ends. `inner` gets it without quotes. */
static size_t read_scalar(const struct conf_text *t, size_t start, size_t end, bool key,
			  struct conf_text *inner)
{
	const char *text = t->text.ptr;
	size_t at = start;

	if (at < end && (text[at] == '"' || text[at] == '\'')) {
		const char *close = memchr(text + at + 1, text[at], end - at - 1);
		size_t stop = close ? (size_t)(close - text) : end;

		*inner = conf_part(t, at + 1 < end ? at + 1 : end, stop);
		return close ? stop + 1 : end;
	}
	for (; at < end; at++) {
		if (key && text[at] == ':' && (at + 1 == end || text[at + 1] == ' '))
			break;
		if (text[at] == '#' && at > start && text[at - 1] == ' ')
			break;
	}
	end = at;
	while (at > start && isspace((unsigned char)text[at - 1]))
		at--;
	*inner = conf_part(t, start, at);
	return end;
}

/* The mapping that a key of this indentation is in. */
static struct frame *parent_of(struct outline *o, size_t indent)
{
	while (o->depth && o->frames[o->depth - 1].indent >= indent)
		o->depth--;
	return o->depth ? &o->frames[o->depth - 1] : NULL;
}

static const char *operator_key(const struct outline *o, const struct frame *parent,
				struct str name)
{
	char path[64];

	if (!o->operator_manifest || !parent ||
	    snprintf(path, sizeof(path), STR_FMT "." STR_FMT, STR_ARG(parent->key),
		     STR_ARG(name)) >= (int)sizeof(path))
		return NULL;
	return find_alias(operator_aliases, ARRAY_LEN(operator_aliases), str_from(path));
}

static void add_entry(struct outline *o, const struct frame *parent, const struct conf_text *key,
		      const struct conf_text *value)
{
	const char *alias = operator_key(o, parent, key->text);
	struct conf_setting setting = { .key = alias ? str_from(alias) : key->text,
					.value = value->text,
					.key_at = conf_place_of(key),
					.value_at = conf_place_of(value),
					.known = true };
	uint32_t group = o->operator_manifest || !parent ? o->document : parent->group;

	if (!alias && !conf_is_key(key->text))
		return;
	if (!value->text.len || strchr("&*!", value->text.ptr[0]))
		return;
	conf_add(o->scan, CONF_FROM_MANIFEST, group, &setting);
	/* The operator switches tracking on together with dynamic allocation. */
	if (alias && !strcmp(alias, "spark.dynamicAllocation.enabled") &&
	    str_eq(value->text, STR("true"))) {
		setting.key = STR("spark.dynamicAllocation.shuffleTracking.enabled");
		conf_add(o->scan, CONF_FROM_MANIFEST, group, &setting);
	}
}

/* [a, "b", …] and {k: v, …}, up to the bracket that closes it; where it ends. */
static size_t read_flow(struct outline *o, size_t at)
{
	struct conf_words words = { NULL, 0, 0 };
	const struct conf_text *t = o->text;
	const char *text = t->text.ptr;
	struct frame frame = { .group = conf_group(o->scan) };
	struct conf_text key = { .base = 0 }, item;
	bool has_key = false;

	for (at++; at < t->text.len && text[at] != ']' && text[at] != '}';) {
		size_t stop = at;

		if (isspace((unsigned char)text[at]) || strchr(",[{", text[at])) {
			has_key &= text[at] != ',';
			at++;
			continue;
		}
		if (text[at] != '"' && text[at] != '\'')
			while (stop < t->text.len && !strchr(",]}\n", text[stop]))
				stop++;
		else
			stop = t->text.len;
		at = read_scalar(t, at, stop, !has_key, &item);
		if (at < t->text.len && text[at] == ':' && !has_key) {
			key = item;
			has_key = true;
			at++;
		} else if (has_key) {
			add_entry(o, &frame, &key, &item);
			has_key = false;
		} else {
			conf_words_add(o->scan, &words,
				       &(struct conf_word){ item, conf_place_of(&item), true });
			at += at == stop && stop < t->text.len && text[stop] == '\n';
		}
	}
	conf_take_list(o->scan, &words);
	return at;
}

static void begin_block(struct outline *o, struct str key, char style, size_t indent, size_t next)
{
	o->block_indent = indent + 1;
	o->folding = style == '>';
	o->properties = str_ends_with(key, STR("spark-defaults.conf")) ||
			str_ends_with(key, STR("spark.properties"));
	o->block_start = next;
}

static void end_block(struct outline *o, size_t at)
{
	if (o->properties && at > o->block_start) {
		struct conf_text block = conf_part(o->text, o->block_start, at);

		conf_read_properties(o->scan, &block, false);
	}
	o->block_indent = 0;
	o->folding = false;
	o->inside = false;
	o->properties = false;
}

/* What stands behind a key or a dash. Returns where the next line to look at begins, or 0. */
static size_t read_value(struct outline *o, const struct frame *parent, const struct conf_text *key,
			 size_t at, size_t end, size_t indent)
{
	const char *text = o->text->text.ptr;
	struct conf_text value;

	while (at < end && text[at] == ' ')
		at++;
	if (at >= end || text[at] == '#')
		return 0;
	if (text[at] == '|' || text[at] == '>') {
		begin_block(o, key ? key->text : STR(""), text[at], indent, end + 1);
		return 0;
	}
	/* "{{" is a template's. */
	if (text[at] == '[' || (text[at] == '{' && at + 1 < end && text[at + 1] != '{'))
		return read_flow(o, at);
	read_scalar(o->text, at, end, false, &value);
	if (key) {
		add_entry(o, parent, key, &value);
		return 0;
	}
	if (o->items.count && o->items_indent != indent)
		flush_items(o);
	o->items_indent = indent;
	conf_words_add(o->scan, &o->items,
		       &(struct conf_word){ value, conf_place_of(&value), true });
	return 0;
}

static size_t read_content(struct outline *o, size_t at, size_t end, size_t indent, bool item)
{
	const char *text = o->text->text.ptr;
	struct conf_text key;
	struct frame *parent;
	size_t stop = read_scalar(o->text, at, end, true, &key);

	if (stop >= end || text[stop] != ':') {
		if (item)
			return read_value(o, NULL, NULL, at, end, indent);
		return 0;
	}
	flush_items(o);
	parent = parent_of(o, indent);
	if (o->depth < LIMIT_CONF_DEPTH) {
		struct frame parent_copy =
			parent ? *parent : (struct frame){ .group = o->document };
		size_t next =
			read_value(o, parent ? &parent_copy : NULL, &key, stop + 1, end, indent);

		o->frames[o->depth++] = (struct frame){ indent, key.text, conf_group(o->scan) };
		return next;
	}
	return 0;
}

static size_t read_yaml_line(struct outline *o, size_t at, size_t end)
{
	const char *text = o->text->text.ptr;
	size_t line = at;
	bool item = false;

	while (at < end && text[at] == ' ')
		at++;
	if (at == end || text[at] == '\r')
		return 0;
	if (o->block_indent) {
		if (at - line >= o->block_indent) {
			/* The line end before it, within the block. */
			if (o->folding && o->inside)
				o->folded[line - 1] = ' ';
			o->inside = true;
			return 0;
		}
		end_block(o, line);
	}
	if (text[at] == '#' || text[at] == '%')
		return 0;
	if (end - line >= 3 && !memcmp(text + line, "---", 3)) {
		flush_items(o);
		o->depth = 0;
		o->document = conf_group(o->scan);
		return 0;
	}
	while (at + 1 < end && text[at] == '-' && text[at + 1] == ' ') {
		item = true;
		/* A new item begins a new mapping. */
		(void)parent_of(o, at - line + 1);
		at += 2;
		while (at < end && text[at] == ' ')
			at++;
	}
	return at < end ? read_content(o, at, end, at - line, item) : 0;
}

void conf_read_yaml(struct conf_scan *s, const struct conf_text *t)
{
	struct outline o = { .scan = s, .text = t, .document = conf_group(s) };
	struct conf_text commands = *t;
	size_t next;

	o.operator_manifest = str_find(t->text, STR("SparkApplication")) >= 0 &&
			      str_find(t->text, STR("sparkoperator")) >= 0;
	o.folded = arena_alloc(&s->arena, t->text.len + 1);
	if (!o.folded)
		return;
	memcpy(o.folded, t->text.ptr, t->text.len);
	for (size_t at = 0; at < t->text.len; at = next) {
		const char *nl = memchr(t->text.ptr + at, '\n', t->text.len - at);
		size_t end = nl ? (size_t)(nl - t->text.ptr) : t->text.len;

		next = read_yaml_line(&o, at, end);
		/* A list over several lines was read to its end. */
		next = next > end ? next : end + 1;
	}
	flush_items(&o);
	end_block(&o, t->text.len);
	commands.text.ptr = o.folded;
	conf_read_commands(s, &commands);
}

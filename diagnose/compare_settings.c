/*
 * What was set otherwise: the settings in force, Spark's version and the master.
 *
 * An event log has all settings, a text log those it happens to print. Where both are complete, a
 * missing setting means its default, so a default written out is no difference. Where one is not,
 * only what both tell is compared.
 */
#include "base/base.h"
#include "diagnose/compare_rows.h"

#include "base/limits.h"
#include "diagnose/config_key.h"
#include "diagnose/mask.h"

/* --- secrets --------------------------------------------------------------------------------- */

static struct str shown_value(struct comparison *c, struct str key, struct str value)
{
	struct buf shown = BUF_INIT((size_t)1 << 18);
	struct str copy = STR("***");

	if (mask_setting(&shown, key, value))
		copy = compare_keep(c, buf_str(&shown));
	buf_release(&shown);
	return copy;
}

/* --- values ---------------------------------------------------------------------------------- */

/* One setting of both sides; an empty value: not set there. */
struct setting_pair {
	struct str key, before, after;
	const struct config_key *known; /* NULL */
};

static int64_t value_number(const struct config_key *key, struct str value, enum compare_unit *unit)
{
	uint64_t count;
	int64_t n;

	if (!key || !value.len)
		return -1;
	if (key->type == CONFIG_BYTES) {
		*unit = UNIT_BYTES;
		return config_key_bytes(key, value, &n) ? n : -1;
	}
	if (key->type == CONFIG_TIME) {
		*unit = UNIT_MS;
		return config_key_ms(key, value, &n) ? n : -1;
	}
	if ((key->type == CONFIG_INT || key->type == CONFIG_LONG) && str_to_u64(value, &count) &&
	    count <= INT64_MAX) {
		*unit = UNIT_COUNT;
		return (int64_t)count;
	}
	return -1;
}

/* 2g is 2048m, True is true. */
static bool same_value(const struct config_key *key, struct str a, struct str b)
{
	enum compare_unit unit = UNIT_NONE;
	int64_t n;

	if (str_eq(a, b))
		return true;
	if (!key || !a.len || !b.len)
		return false;
	if (key->type == CONFIG_BOOL || key->type == CONFIG_ENUM)
		return str_eq_any_case(a, b);
	n = value_number(key, a, &unit);
	return n >= 0 && n == value_number(key, b, &unit);
}

/* Each run's own name counts as the same. */
static bool same_but_for_ids(const struct comparison *c, const struct setting_pair *p)
{
	struct str x = c->before.app->id, y = c->after.app->id;
	size_t i = 0, k = 0;

	if (!x.len || !y.len)
		return false;
	while (i < p->before.len && k < p->after.len) {
		if (str_starts_with(str_skip(p->before, i), x) &&
		    str_starts_with(str_skip(p->after, k), y)) {
			i += x.len;
			k += y.len;
		} else if (p->before.ptr[i++] != p->after.ptr[k++]) {
			return false;
		}
	}
	return i == p->before.len && k == p->after.len;
}

/* --- which words of a long value ------------------------------------------------------------- */

struct words {
	struct str items[LIMIT_COMPARE_WORDS];
	size_t count;
};

static bool split(struct str value, char separator, struct words *w)
{
	struct str word;

	w->count = 0;
	while (value.len) {
		if (w->count == LIMIT_COMPARE_WORDS)
			return false;
		(void)str_cut(value, separator, &word, &value);
		word = str_trim(word);
		if (word.len)
			w->items[w->count++] = word;
	}
	return true;
}

static void add_missing(struct buf *out, const struct words *from, const struct words *in,
			const char *verb)
{
	bool any = false, ok = true;

	for (size_t i = 0; ok && i < from->count; i++) {
		bool there = false;

		for (size_t k = 0; k < in->count && !there; k++)
			there = str_eq(from->items[i], in->items[k]);
		if (there)
			continue;
		/* What the buffer has no room for is cut: the whole values are in the row. */
		if (!any)
			ok = (!out->len || buf_add(out, STR("; "))) && buf_addf(out, "%s", verb);
		ok = ok && buf_addf(out, " " STR_FMT, STR_ARG(from->items[i]));
		any = true;
	}
}

/* Java options, lists of jars: what came and what went. */
static struct str differing_words(struct comparison *c, struct str key, struct str before,
				  struct str after)
{
	struct buf out = BUF_INIT(1024);
	char separator = memchr(before.ptr, ' ', before.len) ? ' ' : ',';
	struct words *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	struct str text = STR("");

	if (!a || !b)
		die_no_memory();
	if (split(before, separator, a) && split(after, separator, b) &&
	    (a->count > 2 || b->count > 2)) {
		add_missing(&out, b, a, "added");
		add_missing(&out, a, b, "removed");
		if (out.len)
			text = shown_value(c, key, buf_str(&out));
	}
	buf_release(&out);
	free(a);
	free(b);
	return text;
}

/* --- rows ------------------------------------------------------------------------------------ */

static struct str with_default(struct comparison *c, const struct setting_pair *p,
			       const struct application *a)
{
	const char *value = p->known ? config_key_default(p->known, a->spark_version) : NULL;

	return value && *value ? arena_strf(&c->t->arena, "%s (default)", value) : STR("");
}

static bool is_default(const struct setting_pair *p, struct str value, struct str version)
{
	const char *usual = p->known ? config_key_default(p->known, version) : NULL;

	return usual && same_value(p->known, value, str_from(usual));
}

static void setting_row(struct comparison *c, const struct setting_pair *p, bool complete)
{
	struct difference d = { .kind = COMPARE_SETTING, .name = p->key };
	enum compare_unit unit[2] = { UNIT_NONE, UNIT_NONE };

	d.before_value = value_number(p->known, p->before, &unit[0]);
	d.after_value = value_number(p->known, p->after, &unit[1]);
	d.before = shown_value(c, p->key, p->before);
	d.after = shown_value(c, p->key, p->after);
	if (!p->before.len || !p->after.len) {
		d.change = p->before.len ? STR("only before") : STR("only after");
		if (complete && !p->before.len)
			d.before = with_default(c, p, c->before.app);
		else if (complete)
			d.after = with_default(c, p, c->after.app);
	} else {
		d.about = differing_words(c, p->key, p->before, p->after);
	}
	if (d.before_value >= 0 || d.after_value >= 0)
		d.unit = d.before_value >= 0 ? unit[0] : unit[1];
	if (!d.change.len && (d.before_value < 0 || d.after_value < 0 || d.unit == UNIT_NONE))
		d.change = STR("changed");
	if (!d.about.len && p->known && p->known->note)
		d.about = str_from(p->known->note);
	compare_number(c, d);
}

static bool is_difference(const struct comparison *c, const struct setting_pair *p, bool complete)
{
	if (same_value(p->known, p->before, p->after) || same_but_for_ids(c, p))
		return false;
	if (!complete)
		return true;
	if (!p->before.len)
		return !is_default(p, p->after, c->before.app->spark_version);
	if (!p->after.len)
		return !is_default(p, p->before, c->after.app->spark_version);
	return true;
}

static int compare_keys(const void *left, const void *right)
{
	const struct fix_setting *a = left, *b = right;

	return str_compare(a->key, b->key);
}

static struct fix_setting *sorted_settings(const struct application *a)
{
	struct fix_setting *s = malloc((a->setting_count + 1) * sizeof(*s));

	if (!s)
		die_no_memory();
	if (a->setting_count) {
		memcpy(s, a->settings, a->setting_count * sizeof(*s));
		qsort(s, a->setting_count, sizeof(*s), compare_keys);
	}
	return s;
}

/* Every driver sets its own executor id: where an event log shows it, it shows all settings. */
static bool is_complete(const struct compare_side *side)
{
	if (!side->history)
		return false;
	for (size_t i = 0; i < side->app->setting_count; i++)
		if (str_eq(side->app->settings[i].key, STR("spark.executor.id")))
			return true;
	return false;
}

static struct str master_of(const struct application *a)
{
	if (a->master.len)
		return a->master;
	for (size_t i = 0; i < a->setting_count; i++)
		if (str_eq(a->settings[i].key, STR("spark.master")))
			return a->settings[i].value;
	return STR("");
}

static void text_row(struct comparison *c, const char *name, struct str before, struct str after)
{
	if (before.len && after.len && !str_eq(before, after))
		compare_row(c, &(struct difference){ .kind = COMPARE_SETTING,
						     .name = str_from(name),
						     .before = before,
						     .after = after,
						     .change = STR("changed") });
}

void compare_settings(struct comparison *c)
{
	const struct application *x = c->before.app, *y = c->after.app;
	bool before_complete = is_complete(&c->before), after_complete = is_complete(&c->after);
	bool complete = before_complete && after_complete;
	struct fix_setting *a = sorted_settings(x), *b = sorted_settings(y);
	size_t i = 0, k = 0;

	text_row(c, "Spark version", x->spark_version, y->spark_version);
	text_row(c, "master", master_of(x), master_of(y));
	while (i < x->setting_count || k < y->setting_count) {
		int order = i == x->setting_count   ? 1
			    : k == y->setting_count ? -1
						    : str_compare(a[i].key, b[k].key);
		struct setting_pair p = { .key = order <= 0 ? a[i].key : b[k].key };

		if (order <= 0)
			p.before = a[i++].value;
		if (order >= 0)
			p.after = b[k++].value;
		p.known = config_key_find(p.key);
		/* Missing where not all is told means nothing. */
		if (order && before_complete != after_complete)
			continue;
		if (!config_key_changes_always(p.key) && is_difference(c, &p, complete))
			setting_row(c, &p, complete);
	}
	if (before_complete != after_complete)
		compare_row(c,
			    &(struct difference){
				    .kind = COMPARE_SETTING,
				    .name = STR("(others)"),
				    .before = before_complete ? STR("all known") : STR("few known"),
				    .after = after_complete ? STR("all known") : STR("few known"),
				    .change = STR("not compared"),
				    .about = STR("without an event log only printed settings "
						 "are known") });
	free(a);
	free(b);
}

#include "base/base.h"
#include "diagnose/explain.h"

#include "diagnose/config_key.h"
#include "diagnose/diagnosis.h"
#include "diagnose/error_condition.h"
#include "diagnose/exit_code.h"
#include "diagnose/lint_run.h"
#include "diagnose/render_formats.h"
#include "diagnose/topic.h"

enum {
	/* Findings of a pasted text that are named; the first is explained in full. */
	NAMED_MAX = 6,
	/* Names longer than this have no near neighbour worth offering. */
};

static bool print_block(struct buf *out, const char *label, struct str text)
{
	return !text.len || buf_addf(out, "%s\n  " STR_FMT "\n", label, STR_ARG(str_trim(text)));
}

/* --- a pattern ------------------------------------------------------------------------------- */

static bool print_fixes(struct buf *out, const struct pattern *p)
{
	bool ok = true;

	for (size_t i = 0; ok && i < p->fix_count; i++) {
		const struct fix_spec *f = &p->fixes[i];

		ok = buf_addf(out, "fix (%s)\n  " STR_FMT "%s", fix_kind_name(f->kind),
			      STR_ARG(f->text),
			      f->computed ? " (computed from the run's numbers)" : "");
		for (size_t k = 0; ok && k < f->set_count; k++)
			ok = buf_addf(out, "\n  --conf " STR_FMT "=" STR_FMT,
				      STR_ARG(f->set[k].key), STR_ARG(f->set[k].value));
		ok = ok && buf_add_char(out, '\n');
	}
	return ok;
}

static bool print_causes(struct buf *out, const struct pattern *p)
{
	bool ok = true;

	for (size_t i = 0; ok && i < p->explains_count; i++)
		ok = buf_addf(out, "%s" STR_FMT "%s", i ? ", " : "can cause\n  ",
			      STR_ARG(p->explains[i].id), i + 1 == p->explains_count ? "\n" : "");
	return ok;
}

/* What is said beside the title. */
static bool print_meaning(struct buf *out, const struct pattern *p)
{
	bool ok = p->role == ROLE_FACT ||
		  buf_addf(out, "%s, %s\n", severity_name(p->severity), role_name(p->role));

	return ok && print_block(out, "why", p->why) && print_fixes(out, p) &&
	       print_block(out, "in the UI", p->see_in_ui) && print_causes(out, p);
}

bool explain_pattern(const struct pattern *p, struct buf *out)
{
	return buf_addf(out, STR_FMT "  [" STR_FMT "]\n", STR_ARG(p->title), STR_ARG(p->id)) &&
	       print_meaning(out, p);
}

/* --- the kinds of questions ------------------------------------------------------------------ */

struct question {
	const struct matcher *matcher;
	struct str what;
	const char *spark_home; /* or NULL */
	struct diag_sink *diags;
};

static bool answer_id(const struct question *q, struct buf *out)
{
	ptrdiff_t at = matcher_find(q->matcher, q->what);

	return at >= 0 && explain_pattern(matcher_pattern(q->matcher, (size_t)at), out);
}

static bool answer_exit_code(const struct question *q, struct buf *out)
{
	int code;

	return exit_code_parse(q->what, &code) && exit_code_explain(code, out);
}

static bool print_list(struct buf *out, const char *label, const char *const *items)
{
	bool ok = true;

	for (size_t i = 0; ok && items[i]; i++)
		ok = buf_addf(out, "%s%s%s", i ? ", " : label, items[i], items[i + 1] ? "" : "\n");
	return ok;
}

static bool answer_topic(const struct question *q, struct buf *out)
{
	const struct topic *t = topic_find(q->what);

	return t && buf_addf(out, "%s\n\n%s\n", t->name, t->text) &&
	       (!t->ui[0] || buf_addf(out, "in the UI  %s\n", t->ui)) &&
	       print_list(out, "settings   ", t->keys) && print_list(out, "findings   ", t->ids);
}

/* "spark.x.y=4g" or "--conf spark.x.y=4g" is asked for as "spark.x.y". */
static struct str setting_name(struct str what)
{
	struct str name, value;

	if (str_starts_with(what, STR("--conf ")))
		what = str_trim(str_skip(what, strlen("--conf ")));
	return str_cut(what, '=', &name, &value) ? str_trim(name) : what;
}

static bool print_default(struct buf *out, const struct config_key *key)
{
	const char *value = config_key_default(key, STR(""));

	return !value || buf_addf(out, "default     %s\n", value);
}

static bool print_history(struct buf *out, const struct config_key *key)
{
	return (!key->since || buf_addf(out, "since       %s\n", key->since)) &&
	       (!key->deprecated || buf_addf(out, "deprecated  since %s\n", key->deprecated)) &&
	       (!key->removed || buf_addf(out, "removed     in %s\n", key->removed)) &&
	       (!key->instead || buf_addf(out, "use         %s\n", key->instead));
}

static bool print_key(struct buf *out, struct str name, const struct config_key *key)
{
	if (!buf_addf(out, STR_FMT "\n", STR_ARG(name)) ||
	    (key->note && !buf_addf(out, "%s\n", key->note)) || !buf_add_char(out, '\n'))
		return false;
	if (key->type != CONFIG_ANY) {
		if (!buf_add(out, STR("value       ")))
			return false;
		config_key_expects(key, out);
		if (!buf_add_char(out, '\n'))
			return false;
	}
	return print_default(out, key) && print_history(out, key);
}

/* Topics that name the setting say what it is good for. */
static bool print_topics_of(struct buf *out, struct str name)
{
	bool ok = true, any = false;

	for (size_t i = 0; ok && i < topic_count; i++)
		for (size_t k = 0; ok && topic_table[i].keys[k]; k++)
			if (str_eq(name, str_from(topic_table[i].keys[k]))) {
				ok = buf_addf(out, "%s%s", any ? ", " : "topics      ",
					      topic_table[i].name);
				any = true;
			}
	return ok && (!any || buf_add_char(out, '\n'));
}

static bool answer_setting(const struct question *q, struct buf *out)
{
	struct str name = setting_name(q->what);
	const struct config_key *key = config_key_find(name);

	if (!str_starts_with(name, STR("spark.")) || str_count(name, ' '))
		return false;
	if (!key)
		key = config_key_family(name);
	if (key)
		return print_key(out, name, key) && print_topics_of(out, name);
	key = config_key_nearest(name);
	return key &&
	       buf_addf(out, "Spark knows no setting " STR_FMT "; the nearest it knows:\n\n",
			STR_ARG(name)) &&
	       print_key(out, str_from(key->name), key) &&
	       print_topics_of(out, str_from(key->name));
}

/* --- rules of lint --------------------------------------------------------------------------- */

static bool print_example(struct buf *out, const char *label, const char *example)
{
	struct str rest = str_from(example ? example : ""), line;
	bool ok = !rest.len || buf_addf(out, "%s\n", label);

	while (ok && rest.len) {
		(void)str_cut(rest, '\n', &line, &rest);
		ok = buf_addf(out, "  " STR_FMT "\n", STR_ARG(line));
	}
	return ok;
}

static bool answer_rule(const struct question *q, struct buf *out)
{
	const struct lint_rule *rule = lint_rule_find(q->what);

	return rule &&
	       buf_addf(out, "%s  [%s]\n%s, %s%s\nwhy\n  %s\nfix\n  %s\n", rule->title, rule->id,
			severity_name(rule->severity), rule->family,
			rule->off ? ", reports only when it is selected by its id" : "", rule->why,
			rule->fix) &&
	       print_example(out, "reported", rule->bad) &&
	       print_example(out, "not reported", rule->good);
}

/* --- errors that Spark names ----------------------------------------------------------------- */

static bool print_state(struct buf *out, struct str state)
{
	const char *meaning = sqlstate_meaning(state);

	return !meaning ||
	       buf_addf(out, "kind  (SQLSTATE " STR_FMT ")\n  %s\n", STR_ARG(state), meaning);
}

/* The state a text ends with, when Spark printed it. */
static struct str state_in(struct str text)
{
	ptrdiff_t at = str_find(text, STR("SQLSTATE: "));
	struct str state = at < 0 ? STR("") : str_skip(text, (size_t)at + strlen("SQLSTATE: "));

	return state.len > 5 ? (struct str){ state.ptr, 5 } : state;
}

/* What Spark's list and the table of states say. */
static bool print_condition(const struct question *q, struct str name, struct buf *out)
{
	struct arena arena = ARENA_INIT((size_t)LIMIT_CONDITIONS_BYTES);
	struct error_condition c;
	bool found = error_condition_find(q->spark_home, name, &arena, &c);
	struct str state = c.sqlstate.len ? c.sqlstate : state_in(q->what);
	bool ok = buf_addf(out, "error " STR_FMT "\n", STR_ARG(name));

	if (ok && found)
		ok = buf_add(out, STR("in Spark's own words\n  ")) && render_safe(out, c.message) &&
		     buf_add(out, STR("\n  from ")) && render_safe(out, c.file) &&
		     buf_add_char(out, '\n');
	else if (ok)
		ok = buf_add(out,
			     STR("  No Spark was found whose list has it; --spark-home DIR says "
				 "where to look.\n"));
	if (ok && !state.len && sqlstate_guess(name).len)
		ok = buf_add(out, STR("kind  (by its name)\n  ")) &&
		     buf_add(out, str_from(sqlstate_meaning(sqlstate_guess(name)))) &&
		     buf_add_char(out, '\n');
	ok = ok && print_state(out, state);
	arena_release(&arena);
	return ok;
}

/* A pattern one of whose examples is told under this name; its subclass need not be the same. */
static const struct pattern *pattern_of_condition(const struct matcher *m, struct str name)
{
	struct str main, sub;

	if (!str_cut(name, '.', &main, &sub))
		main = name;
	for (size_t i = 0; i < matcher_pattern_count(m); i++) {
		const struct pattern *p = matcher_pattern(m, i);

		for (size_t k = 0; p->role != ROLE_FACT && k < p->hit_count; k++) {
			struct str told;

			if (error_condition_in(p->hits[k].text, &told) &&
			    str_starts_with(told, main) &&
			    (told.len == main.len || told.ptr[main.len] == '.'))
				return p;
		}
	}
	return NULL;
}

static bool answer_condition(const struct question *q, struct buf *out)
{
	const struct pattern *p;
	struct str name;

	if (!error_condition_parse(q->what, &name))
		return false;
	p = pattern_of_condition(q->matcher, name);
	return (!p || (explain_pattern(p, out) && buf_add_char(out, '\n'))) &&
	       print_condition(q, name, out);
}

static bool answer_state(const struct question *q, struct buf *out)
{
	struct str state = str_starts_with(q->what, STR("SQLSTATE")) ? state_in(q->what) : q->what;

	return state.len == 5 && sqlstate_meaning(state) && print_state(out, state);
}

/* --- a pasted text --------------------------------------------------------------------------- */

static bool print_computed(struct buf *out, const struct finding *f)
{
	bool ok = true, any = false;

	for (size_t i = 0; ok && i < f->fix_count; i++)
		for (size_t k = 0; ok && f->fixes[i].computed_from.len && k < f->fixes[i].set_count;
		     k++) {
			ok = buf_addf(out, "%s  --conf " STR_FMT "=" STR_FMT "\n",
				      any ? "" : "with the numbers of this text\n",
				      STR_ARG(f->fixes[i].set[k].key),
				      STR_ARG(f->fixes[i].set[k].value));
			any = true;
		}
	return ok;
}

/* The title is the finding's, with the text's own values in it. */
static bool print_title(struct buf *out, const struct finding *f, const char *before)
{
	return buf_add(out, str_from(before)) && render_safe(out, f->title) &&
	       buf_addf(out, "  [" STR_FMT "]\n", STR_ARG(f->id));
}

static bool print_finding(struct buf *out, const struct matcher *m, const struct finding *f)
{
	ptrdiff_t at = matcher_find(m, f->id);

	if (!print_title(out, f, ""))
		return false;
	if (f->user_frame.len && (!buf_add(out, STR("in your code\n  ")) ||
				  !render_safe(out, f->user_frame) || !buf_add_char(out, '\n')))
		return false;
	return at < 0 || print_meaning(out, matcher_pattern(m, (size_t)at));
}

static bool print_findings(struct buf *out, const struct matcher *m, const struct diagnosis *d)
{
	bool ok = print_finding(out, m, &d->findings[0]) && print_computed(out, &d->findings[0]);

	for (size_t i = 1; ok && i < d->finding_count && i < NAMED_MAX; i++)
		ok = print_title(out, &d->findings[i], i == 1 ? "\nalso in this text\n  " : "  ");
	return ok;
}

/* As it was printed: one line, or a record with its stack trace. */
static bool answer_text(const struct question *q, struct buf *out)
{
	struct diagnosis *d = diagnose_text(q->matcher, STR("text"), q->what, q->diags);
	struct str name;
	bool known = d->finding_count && d->findings[0].role != ROLE_NOISE;
	bool ok = d->finding_count && print_findings(out, q->matcher, d);

	if ((known || !ok) && error_condition_in(q->what, &name))
		ok = (!ok || buf_add_char(out, '\n')) && print_condition(q, name, out);
	diagnosis_free(d);
	return ok;
}

/* "exited with code 52", "Exit status: 143." somewhere in a text that no pattern knows. */
static bool answer_code_in_text(const struct question *q, struct buf *out)
{
	static const char *const labels[] = { "exit code ",    "exit code: ",  "exitCode: ",
					      "Exit status: ", "exit status ", "with code ",
					      "Exit code is " };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		ptrdiff_t at = str_find(q->what, str_from(labels[i]));
		struct str rest;
		size_t n = 0;
		int code;

		if (at < 0)
			continue;
		rest = str_skip(q->what, (size_t)at + strlen(labels[i]));
		while (n < rest.len &&
		       (rest.ptr[n] == '-' || (rest.ptr[n] >= '0' && rest.ptr[n] <= '9')))
			n++;
		if (exit_code_parse((struct str){ rest.ptr, n }, &code))
			return exit_code_explain(code, out);
	}
	return false;
}

/* The first that has an answer gives it. */
static bool (*const answers[])(const struct question *q, struct buf *out) = {
	answer_rule,	  answer_id,	answer_exit_code, answer_setting,      answer_topic,
	answer_condition, answer_state, answer_text,	  answer_code_in_text,
};

bool explain(const struct matcher *m, struct str what, const char *spark_home, struct buf *out,
	     struct diag_sink *diags)
{
	struct question q = { m, str_trim(what), spark_home, diags };

	for (size_t i = 0; q.what.len && i < ARRAY_LEN(answers); i++)
		if (answers[i](&q, out))
			return true;
	return false;
}

bool explain_list(const struct matcher *m, struct buf *out)
{
	size_t ids = 0;
	bool ok = buf_add(out, STR("topics\n"));

	for (size_t i = 0; ok && i < topic_count; i++)
		ok = buf_addf(out, "  %s\n", topic_table[i].name);
	ok = ok && buf_add(out, STR("exit statuses\n "));
	for (size_t i = 0; ok && i < exit_code_count; i++)
		if (!i || exit_code_table[i].code != exit_code_table[i - 1].code)
			ok = buf_addf(out, " %d", exit_code_table[i].code);
	for (size_t i = 0; i < matcher_pattern_count(m); i++)
		ids += matcher_pattern(m, i)->role != ROLE_FACT;
	return ok && buf_addf(out,
			      "\nfindings\n  %zu ids: sparkdx patterns list\n"
			      "settings\n  %zu keys: spark.executor.memoryOverhead\n"
			      "errors of Spark\n  names and states: DIVIDE_BY_ZERO, 22012\n"
			      "texts\n  a message, a log line or a stack trace; - reads it from "
			      "standard input\n",
			      ids, config_keys.key_count);
}

/* --- what was meant -------------------------------------------------------------------------- */

struct str explain_nearest(const struct matcher *m, struct str what)
{
	struct str best = STR("");
	size_t best_distance = what.len / 2 + 1;

	for (size_t i = 0; i < matcher_pattern_count(m) + topic_count; i++) {
		size_t ids = matcher_pattern_count(m);
		struct str name =
			i < ids ? matcher_pattern(m, i)->id : str_from(topic_table[i - ids].name);
		size_t n = str_distance(what, name);

		if (n < best_distance) {
			best_distance = n;
			best = name;
		}
	}
	return best;
}

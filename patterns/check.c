#include "base/base.h"
#include "patterns/check.h"

#include <time.h>

#include "base/limits.h"
#include "patterns/regex.h"

struct checker {
	const struct matcher *m;
	struct matcher_scratch *scratch;
	struct diag_sink *diags;
	const struct pattern *p; /* at hand */
	uint32_t index;
	uint8_t *tried; /* per pattern: already tried on the hit at hand */
	char *stress;	/* LIMIT_STRESS_BYTES */
};

PRINTF_LIKE(3, 4)
static void defect(struct checker *c, const char *code, const char *fmt, ...)
{
	char message[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	diag_report(c->diags, DIAG_ERROR, code, c->p->file, c->p->line, STR_FMT ": %s",
		    STR_ARG(c->p->id), message);
}

/* --- references --------------------------------------------------------------------------------
 */

static bool is_known(const struct checker *c, struct str id)
{
	return matcher_find(c->m, id) >= 0;
}

static bool is_capture(const struct pattern *p, struct str name)
{
	for (size_t i = 0; i < p->capture_count; i++)
		if (str_eq(p->captures[i].name, name))
			return true;
	return false;
}

static void check_references(struct checker *c)
{
	const struct pattern *p = c->p;

	for (size_t i = 0; i < p->explains_count; i++) {
		struct str id = p->explains[i].id;

		if (str_eq(id, p->id))
			defect(c, "pattern-explains-cycle", "explains itself");
		else if (!is_known(c, id))
			defect(c, "pattern-explains-unknown",
			       "explains \"" STR_FMT "\": no such id", STR_ARG(id));
	}
	for (size_t i = 0; i < p->needs_count; i++)
		if (!is_known(c, p->needs[i]))
			defect(c, "pattern-needs-unknown", "needs \"" STR_FMT "\": no such id",
			       STR_ARG(p->needs[i]));
	for (size_t i = 0; i < p->unless_count; i++)
		if (!is_known(c, p->unless[i]))
			defect(c, "pattern-needs-unknown", "unless \"" STR_FMT "\": no such id",
			       STR_ARG(p->unless[i]));
	for (size_t i = 0; i < p->refuter_count; i++)
		if (!is_known(c, p->refuters[i]))
			defect(c, "pattern-refuted-by-unknown",
			       "refuted by \"" STR_FMT "\": no such id", STR_ARG(p->refuters[i]));
}

static void check_title(struct checker *c)
{
	struct str rest = c->p->title;

	if (str_ends_with(rest, STR(".")))
		defect(c, "pattern-title", "a title has no full stop");
	while (rest.len) {
		struct str head, name;

		if (!str_cut(rest, '{', &head, &rest))
			return;
		if (!str_cut(rest, '}', &name, &rest) || !is_capture(c->p, name))
			defect(c, "pattern-title", "title names {" STR_FMT "}, which is no capture",
			       STR_ARG(name));
	}
}

static void check_advice(struct checker *c)
{
	const struct pattern *p = c->p;
	bool why = p->role != ROLE_FACT && p->role != ROLE_NOISE;
	bool fixes = why && p->role != ROLE_SYMPTOM;

	if (why && !p->why.len)
		defect(c, "pattern-advice", "field \"why\" is missing");
	if (fixes && !p->fix_count)
		defect(c, "pattern-advice", "field \"fixes\" is missing");
	if (p->role != ROLE_FACT && !p->miss_count)
		defect(c, "pattern-no-miss", "field \"miss\" is missing");
}

/* Captures without which a fact tells nothing. */
static void check_fact(struct checker *c)
{
	static const char *const needed[FACT_COUNT][2] = {
		[FACT_APP_START] = { "app" },
		[FACT_APP_NAME] = { "name" },
		[FACT_SPARK_VERSION] = { "version" },
		[FACT_MASTER_URL] = { "master" },
		[FACT_CONF] = { "key", "value" },
		[FACT_EXECUTOR_ADDED] = { "executor" },
		[FACT_EXECUTOR_CONTAINER] = { "container" },
		[FACT_STAGE_FAILED] = { "stage" },
		[FACT_CONTAINER_MAX] = { "limit" },
		[FACT_HEAP_SIZE] = { "heap" },
	};
	const char *const *names = needed[c->p->fact];

	for (size_t i = 0; i < ARRAY_LEN(needed[0]) && names[i]; i++)
		if (!is_capture(c->p, str_from(names[i])))
			defect(c, "pattern-fact-captures", "fact %s needs the capture \"%s\"",
			       fact_names[c->p->fact], names[i]);
}

/* --- examples ----------------------------------------------------------------------------------
 */

static bool real_equals(struct str want, double got)
{
	char copy[64];
	char *end;
	double wanted, off;

	if (!want.len || want.len >= sizeof(copy))
		return false;
	memcpy(copy, want.ptr, want.len);
	copy[want.len] = '\0';
	wanted = strtod(copy, &end);
	off = wanted > got ? wanted - got : got - wanted;
	return !*end && off <= 1e-9 * (wanted < 0 ? -wanted : wanted);
}

static void check_capture(struct checker *c, size_t hit, const struct match *match,
			  const struct fix_setting *want)
{
	const struct capture *got = match_capture(match, want->key);
	char number[32];

	if (!is_capture(c->p, want->key)) {
		defect(c, "pattern-hit-captures",
		       "hit %zu expects \"" STR_FMT "\", which is no capture", hit + 1,
		       STR_ARG(want->key));
		return;
	}
	if (!got) {
		defect(c, "pattern-hit-captures", "hit %zu: \"" STR_FMT "\" took no part", hit + 1,
		       STR_ARG(want->key));
		return;
	}
	if (got->spec->type == CAPTURE_TEXT) {
		if (!str_eq(got->text, want->value))
			defect(c, "pattern-hit-captures",
			       "hit %zu: " STR_FMT " is \"" STR_FMT "\", expected \"" STR_FMT "\"",
			       hit + 1, STR_ARG(want->key), STR_ARG(got->text),
			       STR_ARG(want->value));
		return;
	}
	if (got->spec->type == CAPTURE_FLOAT && got->has_number) {
		if (!real_equals(want->value, got->real))
			defect(c, "pattern-hit-captures",
			       "hit %zu: " STR_FMT " is %.17g, expected " STR_FMT, hit + 1,
			       STR_ARG(want->key), got->real, STR_ARG(want->value));
		return;
	}
	snprintf(number, sizeof(number), "%" PRId64, got->number);
	if (!got->has_number)
		defect(c, "pattern-hit-captures",
		       "hit %zu: " STR_FMT " \"" STR_FMT "\" is not a %s", hit + 1,
		       STR_ARG(want->key), STR_ARG(got->text), capture_type_names[got->spec->type]);
	else if (!str_eq(str_from(number), want->value))
		defect(c, "pattern-hit-captures", "hit %zu: " STR_FMT " is %s, expected " STR_FMT,
		       hit + 1, STR_ARG(want->key), number, STR_ARG(want->value));
}

static bool has_literal(const struct pattern *p, struct str text)
{
	for (size_t i = 0; i < p->literal_count; i++)
		if (str_find(text, p->literals[i]) >= 0)
			return true;
	return false;
}

/* True when the hit matched. */
static bool check_hit(struct checker *c, size_t hit, struct match *match)
{
	const struct pattern_example *e = &c->p->hits[hit];
	enum match_result found = matcher_match(c->m, c->scratch, c->index, e->text, 0, match);

	if (found == MATCH_LIMIT)
		defect(c, "pattern-slow", "hit %zu: a limit of the matcher was reached", hit + 1);
	else if (found == MATCH_NO)
		defect(c, "pattern-hit", "hit %zu does not match", hit + 1);
	if (found != MATCH_YES)
		return false;
	if (!has_literal(c->p, e->text))
		defect(c, "pattern-hit-literal",
		       "hit %zu matches but contains none of the literals", hit + 1);
	for (size_t i = 0; i < e->capture_count; i++)
		check_capture(c, hit, match, &e->captures[i]);
	return true;
}

static bool is_expected(const struct pattern *p, struct str name)
{
	for (size_t i = 0; i < p->hit_count; i++)
		for (size_t k = 0; k < p->hits[i].capture_count; k++)
			if (str_eq(p->hits[i].captures[k].key, name))
				return true;
	return false;
}

/* A number nobody compares may be off by a unit. */
static void check_tested(struct checker *c)
{
	for (size_t i = 0; i < c->p->capture_count; i++) {
		const struct capture_spec *spec = &c->p->captures[i];

		if (spec->type != CAPTURE_TEXT && !is_expected(c->p, spec->name))
			defect(c, "pattern-capture-untested",
			       "no hit states the value of \"" STR_FMT "\"", STR_ARG(spec->name));
	}
}

static void check_misses(struct checker *c)
{
	struct match match;

	for (size_t i = 0; i < c->p->miss_count; i++)
		if (matcher_match(c->m, c->scratch, c->index, c->p->misses[i], 0, &match) !=
		    MATCH_NO)
			defect(c, "pattern-miss", "miss %zu matches", i + 1);
}

/* --- collisions --------------------------------------------------------------------------------
 */

/* Bit of the level that stands, as a word of its own, near the head of the first line; 0: none. */
static uint32_t level_bit(struct str text)
{
	size_t word = 0;

	for (size_t i = 0; i <= text.len && i < 80; i++) {
		bool letter = i < text.len && text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';

		if (letter)
			continue;
		for (uint32_t k = 0; pattern_level_names[k]; k++)
			if (str_eq((struct str){ text.ptr + word, i - word },
				   str_from(pattern_level_names[k])))
				return (uint32_t)1 << k;
		if (i < text.len && text.ptr[i] == '\n')
			break;
		word = i + 1;
	}
	return 0;
}

/* Enforced fields may keep two patterns apart that match the same text. */
static bool may_meet(const struct pattern *p, const struct pattern *other, struct str text)
{
	uint32_t level = level_bit(text);

	if (p->only_in && other->only_in && !(p->only_in & other->only_in))
		return false;
	return !other->levels || !level || (other->levels & level);
}

static bool is_named(const struct pattern_example *e, struct str id)
{
	for (size_t i = 0; i < e->also_count; i++)
		if (str_eq(e->also[i], id))
			return true;
	return false;
}

static bool matches(struct checker *c, uint32_t pattern, struct str text)
{
	struct match match;

	return matcher_match(c->m, c->scratch, pattern, text, 0, &match) != MATCH_NO;
}

static void check_collisions(struct checker *c, size_t hit)
{
	const struct pattern_example *e = &c->p->hits[hit];
	size_t count;
	const struct candidate *found = matcher_scan(c->m, c->scratch, e->text, &count);

	memset(c->tried, 0, matcher_pattern_count(c->m));
	for (size_t i = 0; i < count; i++) {
		uint32_t other = found[i].pattern;
		const struct pattern *p = matcher_pattern(c->m, other);

		if (other == c->index || c->tried[other])
			continue;
		c->tried[other] = 1;
		if (is_named(e, p->id) || !may_meet(c->p, p, e->text) ||
		    !matches(c, other, e->text))
			continue;
		defect(c, "pattern-collision", "hit %zu is also matched by " STR_FMT, hit + 1,
		       STR_ARG(p->id));
	}
	for (size_t i = 0; i < e->also_count; i++) {
		ptrdiff_t other = matcher_find(c->m, e->also[i]);

		if (other < 0)
			defect(c, "pattern-also", "hit %zu names " STR_FMT ": no such id", hit + 1,
			       STR_ARG(e->also[i]));
		else if (!c->tried[other] || !matches(c, (uint32_t)other, e->text))
			defect(c, "pattern-also",
			       "hit %zu names " STR_FMT ", which does not match it", hit + 1,
			       STR_ARG(e->also[i]));
	}
}

/* --- cost --------------------------------------------------------------------------------------
 */

/* The stress input: `unit` over and over, each followed by `gap`. */
static struct str repeat(struct checker *c, struct str unit, struct str gap)
{
	size_t len = 0;

	while (len + unit.len + gap.len <= LIMIT_STRESS_BYTES) {
		memcpy(c->stress + len, unit.ptr, unit.len);
		len += unit.len;
		if (gap.len)
			memcpy(c->stress + len, gap.ptr, gap.len);
		len += gap.len;
	}
	return (struct str){ c->stress, len };
}

static double cpu_ms(void)
{
	struct timespec t;

	/* Not the time of day: other work on the machine must not fail a check. */
	BUG_ON(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t));
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool is_slow(const struct regex *r, struct regex_scratch *s, struct str text, double ms_max)
{
	/* Caches are cold the first time. */
	for (int attempt = 0; attempt < 3; attempt++) {
		double start = cpu_ms();

		if (regex_search(r, s, text, 0) == REGEX_LIMIT)
			return true;
		if (cpu_ms() - start < ms_max)
			return false;
	}
	return true;
}

/* A match that is nearly there, again and again, is what makes a regex go back and forth: the
 * match cut short, and with its last byte another. */
static void check_cost(struct checker *c, size_t hit, const struct match *match)
{
	struct str whole = { c->p->hits[hit].text.ptr + match->begin, match->end - match->begin };
	size_t cuts[] = { whole.len / 4, whole.len / 2, whole.len / 4 * 3,
			  whole.len ? whole.len - 1 : 0 };
	static const struct str gaps[] = { { "", 0 }, { "\n", 1 }, { "\x01", 1 } };
	struct regex_error error;
	struct regex *r = regex_new(c->p->match, &error);
	struct regex_scratch *s = regex_scratch_new();
	double ms_max;
	bool slow = false;

	BUG_ON(!r); /* it matched before */
	ms_max = regex_optimise(r) ? LIMIT_STRESS_MS : LIMIT_STRESS_MS * 30;
	for (size_t i = 0; i < ARRAY_LEN(cuts) * ARRAY_LEN(gaps) && !slow; i++) {
		struct str unit = { whole.ptr, cuts[i / ARRAY_LEN(gaps)] };

		slow = unit.len &&
		       is_slow(r, s, repeat(c, unit, gaps[i % ARRAY_LEN(gaps)]), ms_max);
	}
	if (slow)
		defect(c, "pattern-slow",
		       "match takes over %d ms on %d KiB of repeated near misses; bound its gaps: "
		       "{0,200} instead of *",
		       LIMIT_STRESS_MS, LIMIT_STRESS_BYTES / 1024);
	regex_scratch_free(s);
	regex_free(r);
}

/* --- circles of causes -------------------------------------------------------------------------
 */

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

struct step {
	uint32_t pattern;
	size_t edge; /* next to follow */
};

struct walk {
	struct step *steps; /* from the start to the pattern at hand */
	size_t depth;
	uint8_t *visits;
};

static void report_cycle(struct checker *c, const struct walk *w, uint32_t back)
{
	char path[400];
	size_t at = 0, used = 0;

	while (w->steps[at].pattern != back)
		at++;
	c->p = matcher_pattern(c->m, back);
	for (; at < w->depth && used < sizeof(path); at++) {
		struct str id = matcher_pattern(c->m, w->steps[at].pattern)->id;

		used += (size_t)snprintf(path + used, sizeof(path) - used, STR_FMT " > ",
					 STR_ARG(id));
	}
	defect(c, "pattern-explains-cycle", "explains goes in a circle: %s" STR_FMT, path,
	       STR_ARG(c->p->id));
}

/* The pattern an edge leads to, or -1: unknown, itself (both reported elsewhere), or noise. */
static ptrdiff_t follow(const struct checker *c, uint32_t from, size_t edge)
{
	const struct pattern *p = matcher_pattern(c->m, from);
	ptrdiff_t to = matcher_find(c->m, p->explains[edge].id);

	if (to < 0 || to == (ptrdiff_t)from ||
	    matcher_pattern(c->m, (size_t)to)->role == ROLE_NOISE)
		return -1;
	return to;
}

static void walk_from(struct checker *c, struct walk *w, uint32_t start)
{
	w->depth = 1;
	w->steps[0] = (struct step){ .pattern = start };
	w->visits[start] = VISIT_OPEN;
	while (w->depth) {
		struct step *top = &w->steps[w->depth - 1];
		ptrdiff_t to;

		if (top->edge == matcher_pattern(c->m, top->pattern)->explains_count) {
			w->visits[top->pattern] = VISIT_DONE;
			w->depth--;
			continue;
		}
		to = follow(c, top->pattern, top->edge++);
		if (to < 0 || w->visits[to] == VISIT_DONE)
			continue;
		if (w->visits[to] == VISIT_OPEN) {
			report_cycle(c, w, (uint32_t)to);
			continue;
		}
		w->visits[to] = VISIT_OPEN;
		w->steps[w->depth++] = (struct step){ .pattern = (uint32_t)to };
	}
}

static void check_cycles(struct checker *c, size_t first)
{
	size_t count = matcher_pattern_count(c->m);
	struct walk w = {
		.steps = calloc(count + 1, sizeof(*w.steps)),
		.visits = calloc(count + 1, sizeof(*w.visits)),
	};

	if (!w.steps || !w.visits)
		die_no_memory();
	for (size_t i = first; i < count; i++)
		if (w.visits[i] == VISIT_NEW && matcher_pattern(c->m, i)->role != ROLE_NOISE)
			walk_from(c, &w, (uint32_t)i);
	free(w.steps);
	free(w.visits);
}

/* -----------------------------------------------------------------------------------------------
 */

static void check_pattern(struct checker *c)
{
	struct match match;

	check_references(c);
	check_title(c);
	check_advice(c);
	check_fact(c);
	for (size_t i = 0; i < c->p->hit_count; i++) {
		if (!check_hit(c, i, &match))
			continue;
		if (!i)
			check_cost(c, i, &match);
		check_collisions(c, i);
	}
	check_tested(c);
	check_misses(c);
}

struct check_counts check_patterns(const struct matcher *m, size_t first, struct diag_sink *diags)
{
	struct check_counts counts = { .patterns = 0 };
	struct checker c = {
		.m = m,
		.scratch = matcher_scratch_new(m),
		.diags = diags,
		.tried = calloc(matcher_pattern_count(m) + 1, 1),
		.stress = malloc(LIMIT_STRESS_BYTES),
	};

	if (!c.tried || !c.stress)
		die_no_memory();
	for (size_t i = first; i < matcher_pattern_count(m); i++) {
		c.index = (uint32_t)i;
		c.p = matcher_pattern(m, i);
		counts.patterns++;
		counts.hits += c.p->hit_count;
		counts.misses += c.p->miss_count;
		check_pattern(&c);
	}
	check_cycles(&c, first);
	matcher_scratch_free(c.scratch);
	free(c.tried);
	free(c.stress);
	return counts;
}

#include "base/base.h"
#include "patterns/matcher.h"

#include <stdatomic.h>

#include "base/array.h"
#include "base/quantity.h"
#include "patterns/catalogue.h"
#include "patterns/literal.h"
#include "patterns/pack.h"
#include "patterns/prefilter.h"
#include "patterns/regex.h"

enum { NUMBER_TEXT_BYTES = 64 };

/*
 * The automaton looks for windows (see literal.h), each once, however many literals share it.
 * A link leads from a window to one literal it was cut from; the rest of that literal is compared
 * where the window was found. Links are sorted by window, so those of window w are
 * links[first[w]] .. links[first[w + 1]].
 */
struct link {
	struct str window, literal;
	size_t before, after; /* bytes of the literal around the window */
	uint32_t pattern;
};

struct matcher {
	const struct pattern **patterns;
	size_t count;
	size_t builtin_count;
	uint32_t *by_id; /* indexes in order of id */
	_Atomic(struct regex *) *regexes;
	struct prefilter *prefilter; /* NULL without patterns */
	struct link *links;
	size_t link_count;
	size_t *first;
	size_t window_count;
	struct pack *pack; /* of users, or NULL */
};

struct matcher_scratch {
	struct prefilter_sink sink; /* first member */
	struct regex_scratch *regex;
	const struct matcher *matcher;
	struct str block;
	struct candidate *candidates;
	size_t count, capacity;
};

static void *new_array(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		die_no_memory();
	return p;
}

/* --- building ----------------------------------------------------------------------------------
 */

static int by_window(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	int order = str_compare(x->window, y->window);

	if (!order)
		order = str_compare(x->literal, y->literal);
	return order ? order : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static void build_links(struct matcher *m)
{
	size_t total = 0;

	for (size_t i = 0; i < m->count; i++)
		total += m->patterns[i]->literal_count;
	m->links = new_array(total, sizeof(*m->links));
	for (size_t i = 0; i < m->count; i++) {
		for (size_t k = 0; k < m->patterns[i]->literal_count; k++) {
			struct str literal = m->patterns[i]->literals[k];
			size_t before = m->patterns[i]->windows[k];
			struct str window = str_skip(literal, before);

			if (window.len > LITERAL_WINDOW_BYTES)
				window.len = LITERAL_WINDOW_BYTES;
			m->links[m->link_count++] = (struct link){
				.window = window,
				.literal = literal,
				.before = before,
				.after = literal.len - before - window.len,
				.pattern = (uint32_t)i,
			};
		}
	}
	qsort(m->links, m->link_count, sizeof(*m->links), by_window);
	m->first = new_array(m->link_count + 1, sizeof(*m->first));
	for (size_t i = 0; i < m->link_count; i++)
		if (!i || !str_eq(m->links[i].window, m->links[i - 1].window))
			m->first[m->window_count++] = i;
	m->first[m->window_count] = m->link_count;
}

static void build_prefilter(struct matcher *m)
{
	struct str *windows;

	if (!m->window_count)
		return;
	windows = new_array(m->window_count, sizeof(*windows));
	for (size_t i = 0; i < m->window_count; i++)
		windows[i] = m->links[m->first[i]].window;
	m->prefilter = prefilter_new(windows, m->window_count);
	free(windows);
}

static int by_id(const void *a, const void *b, void *context)
{
	const struct matcher *m = context;

	return str_compare(m->patterns[*(const uint32_t *)a]->id,
			   m->patterns[*(const uint32_t *)b]->id);
}

static struct matcher *matcher_alloc(size_t count_max)
{
	struct matcher *m = new_array(1, sizeof(*m));

	m->patterns = new_array(count_max, sizeof(*m->patterns));
	return m;
}

static void matcher_build(struct matcher *m)
{
	m->regexes = new_array(m->count, sizeof(*m->regexes));
	m->by_id = new_array(m->count, sizeof(*m->by_id));
	for (size_t i = 0; i < m->count; i++)
		m->by_id[i] = (uint32_t)i;
	qsort_r(m->by_id, m->count, sizeof(*m->by_id), by_id, m);
	build_links(m);
	build_prefilter(m);
}

struct matcher *matcher_new_from(const struct pattern *const *patterns, size_t count)
{
	struct matcher *m = matcher_alloc(count);

	for (size_t i = 0; i < count; i++)
		m->patterns[m->count++] = patterns[i];
	matcher_build(m);
	return m;
}

static const struct pattern *builtin_named(struct str id)
{
	for (size_t i = 0; i < catalogue_data.count; i++)
		if (str_eq(catalogue_data.patterns[i].id, id))
			return &catalogue_data.patterns[i];
	return NULL;
}

static void add_packs(struct matcher *m, struct diag_sink *diags)
{
	for (size_t i = 0; i < pack_count(m->pack); i++) {
		const struct pattern *p = pack_pattern(m->pack, i);

		if (builtin_named(p->id))
			diag_report(diags, DIAG_ERROR, "pattern-duplicate", p->file, p->line,
				    STR_FMT ": a built-in pattern has this id", STR_ARG(p->id));
		else
			m->patterns[m->count++] = p;
	}
}

struct matcher *matcher_new(const struct str *pack_dirs, size_t pack_dir_count,
			    struct diag_sink *diags)
{
	struct pack *pack = pack_new();
	struct matcher *m;

	for (size_t i = 0; i < pack_dir_count; i++)
		pack_add_path(pack, pack_dirs[i], diags);
	m = matcher_alloc(catalogue_data.count + pack_count(pack));
	m->pack = pack;
	for (size_t i = 0; i < catalogue_data.count; i++)
		m->patterns[m->count++] = &catalogue_data.patterns[i];
	m->builtin_count = m->count;
	add_packs(m, diags);
	matcher_build(m);
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		regex_free(atomic_load(&m->regexes[i]));
	prefilter_free(m->prefilter);
	pack_free(m->pack);
	free(m->regexes);
	free(m->by_id);
	free(m->links);
	free(m->first);
	free(m->patterns);
	free(m);
}

size_t matcher_builtin_count(const struct matcher *m)
{
	return m->builtin_count;
}

size_t matcher_pattern_count(const struct matcher *m)
{
	return m->count;
}

const struct pattern *matcher_pattern(const struct matcher *m, size_t index)
{
	BUG_ON(index >= m->count);
	return m->patterns[index];
}

ptrdiff_t matcher_find(const struct matcher *m, struct str id)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_compare(m->patterns[m->by_id[mid]]->id, id);

		if (!order)
			return (ptrdiff_t)m->by_id[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

/* --- scanning ----------------------------------------------------------------------------------
 */

static void add_candidate(struct matcher_scratch *s, size_t end, uint32_t pattern)
{
	size_t at;

	s->candidates = array_grow(s->candidates, s->count, &s->capacity, sizeof(*s->candidates));
	/* Windows come in order of their own end; a literal's end is at most its length later. */
	for (at = s->count++; at > 0 && s->candidates[at - 1].end > end; at--)
		s->candidates[at] = s->candidates[at - 1];
	s->candidates[at] = (struct candidate){ .end = end, .pattern = pattern };
}

static void on_window(struct prefilter_sink *sink, uint32_t window, size_t end)
{
	struct matcher_scratch *s = (struct matcher_scratch *)sink;
	const struct matcher *m = s->matcher;

	for (size_t i = m->first[window]; i < m->first[window + 1]; i++) {
		const struct link *l = &m->links[i];
		size_t head = l->before + l->window.len;

		if (end < head || s->block.len - end < l->after)
			continue;
		if (memcmp(s->block.ptr + end - head, l->literal.ptr, l->before) ||
		    memcmp(s->block.ptr + end, l->literal.ptr + head, l->after))
			continue;
		add_candidate(s, end + l->after, l->pattern);
	}
}

struct matcher_scratch *matcher_scratch_new(const struct matcher *m)
{
	struct matcher_scratch *s = new_array(1, sizeof(*s));

	s->sink.found = on_window;
	s->matcher = m;
	s->regex = regex_scratch_new();
	return s;
}

void matcher_scratch_free(struct matcher_scratch *s)
{
	if (!s)
		return;
	regex_scratch_free(s->regex);
	free(s->candidates);
	free(s);
}

const struct candidate *matcher_scan(const struct matcher *m, struct matcher_scratch *s,
				     struct str block, size_t *count)
{
	BUG_ON(s->matcher != m);
	s->count = 0;
	s->block = block;
	if (m->prefilter)
		prefilter_scan(m->prefilter, block, &s->sink);
	*count = s->count;
	return s->candidates;
}

/* --- matching ----------------------------------------------------------------------------------
 */

static const struct regex *regex_of(const struct matcher *m, uint32_t pattern)
{
	_Atomic(struct regex *) *slot = &m->regexes[pattern];
	struct regex *r = atomic_load_explicit(slot, memory_order_acquire);
	struct regex *expected = NULL;
	struct regex_error error;

	if (r)
		return r;
	r = regex_new(m->patterns[pattern]->match, &error);
	BUG_ON(!r);		 /* the loader compiled it before */
	(void)regex_optimise(r); /* else interpreted */
	if (atomic_compare_exchange_strong_explicit(slot, &expected, r, memory_order_acq_rel,
						    memory_order_acquire))
		return r;
	/* Another thread was first. */
	regex_free(r);
	return expected;
}

/* Digits with an optional sign, and commas between them. */
static bool read_integer(struct str text, int64_t *number)
{
	bool negative = text.len && text.ptr[0] == '-';
	int64_t n = 0;
	bool any = false;

	for (size_t i = negative; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == ',' && any)
			continue;
		if (c < '0' || c > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, c - '0', &n))
			return false;
		any = true;
	}
	*number = negative ? -n : n;
	return any;
}

/* A decimal fraction; the process keeps the "C" numeric locale. */
static bool read_real(struct str text, double *real)
{
	char copy[NUMBER_TEXT_BYTES];
	char *end;

	if (!text.len || text.len >= sizeof(copy))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!memchr("0123456789.+-eE", text.ptr[i], strlen("0123456789.+-eE")))
			return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*real = strtod(copy, &end);
	return !*end;
}

static void convert(struct capture *c)
{
	switch (c->spec->type) {
	case CAPTURE_TEXT:
		return;
	case CAPTURE_INT:
		c->has_number = read_integer(c->text, &c->number);
		break;
	case CAPTURE_BYTES:
		c->has_number = quantity_bytes(c->text, 1, &c->number);
		break;
	case CAPTURE_MIB:
		c->has_number = quantity_bytes(c->text, 1024 * 1024, &c->number);
		break;
	case CAPTURE_MS:
		c->has_number = quantity_ms(c->text, 1, &c->number);
		break;
	case CAPTURE_SEC:
		c->has_number = quantity_ms(c->text, 1000, &c->number);
		break;
	case CAPTURE_FLOAT:
		c->has_number = read_real(c->text, &c->real);
		c->number =
			c->has_number && c->real > -9e18 && c->real < 9e18 ? (int64_t)c->real : 0;
		return;
	}
	c->real = c->has_number ? (double)c->number : 0;
}

static void read_capture(const struct regex *r, const struct regex_scratch *s, struct str text,
			 const struct capture_spec *spec, struct match *out)
{
	struct capture *c = &out->captures[out->capture_count];

	for (size_t i = 0; i < regex_name_count(r); i++) {
		uint32_t group;
		size_t begin, end;

		/* Of groups that share a name, the one that took part. */
		if (!str_eq(regex_name(r, i, &group), spec->name) ||
		    !regex_group(s, group, &begin, &end))
			continue;
		*c = (struct capture){ .spec = spec, .text = { text.ptr + begin, end - begin } };
		convert(c);
		out->capture_count++;
		return;
	}
}

enum match_result matcher_match(const struct matcher *m, struct matcher_scratch *s,
				uint32_t pattern, struct str text, size_t from, struct match *out)
{
	const struct pattern *p;
	const struct regex *r;

	BUG_ON(pattern >= m->count || s->matcher != m);
	p = m->patterns[pattern];
	r = regex_of(m, pattern);
	switch (regex_search(r, s->regex, text, from)) {
	case REGEX_NO:
		return MATCH_NO;
	case REGEX_LIMIT:
		return MATCH_LIMIT;
	case REGEX_YES:
		break;
	}
	out->capture_count = 0;
	if (!regex_group(s->regex, 0, &out->begin, &out->end))
		BUG_ON(true);
	for (size_t i = 0; i < p->capture_count; i++)
		read_capture(r, s->regex, text, &p->captures[i], out);
	return MATCH_YES;
}

const struct capture *match_capture(const struct match *m, struct str name)
{
	for (size_t i = 0; i < m->capture_count; i++)
		if (str_eq(m->captures[i].spec->name, name))
			return &m->captures[i];
	return NULL;
}

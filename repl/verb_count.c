/* How many records say what, and when. */
#include "base/base.h"
#include "repl/verb_run.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/quantity.h"
#include "repl/record.h"

/* --- group ----------------------------------------------------------------------------------- */

struct group {
	uint64_t hash;
	struct str text; /* in the table's arena */
	size_t count;
	enum level level;
	uint32_t line;
	const struct log_stream *log; /* of the first */
};

struct groups {
	struct session *s;
	struct table *t;
	struct group *items;
	size_t count;
	size_t *slots; /* index + 1 into items, by hash; 0: free */
	struct buf template;
	size_t left_out; /* records of templates past the ceiling */
};

/* A power of two, at most half full. */
enum { SLOTS = 1 << 16 };
_Static_assert(SLOTS >= 2 * LIMIT_TEMPLATES, "the table of templates stays half empty");

static bool count_record(void *context, const struct log_record *r)
{
	struct groups *g = context;
	uint64_t hash;
	size_t slot;
	struct group new = { .level = r->level, .line = r->line, .log = r->log };

	buf_clear(&g->template);
	log_template(r, &g->template);
	hash = str_hash(STR_HASH_BASIS, buf_str(&g->template));
	for (slot = hash % SLOTS; g->slots[slot]; slot = (slot + 1) % SLOTS) {
		struct group *x = &g->items[g->slots[slot] - 1];

		if (x->hash != hash || !str_eq(x->text, buf_str(&g->template)))
			continue;
		x->count++;
		x->level = r->level > x->level ? r->level : x->level;
		return true;
	}
	if (g->count == LIMIT_TEMPLATES ||
	    !arena_str(&g->t->arena, buf_str(&g->template), &new.text)) {
		g->left_out++;
		return true;
	}
	new.hash = hash;
	new.count = 1;
	g->items[g->count++] = new;
	g->slots[slot] = g->count;
	return true;
}

static const struct column group_columns[] = {
	{ "count", "Count", COLUMN_NUMBER, false },	{ "level", "Level", COLUMN_TEXT, false },
	{ "template", "Template", COLUMN_TEXT, false }, { "source", NULL, COLUMN_TEXT, false },
	{ "line", "First line", COLUMN_NUMBER, false },
};

static void add_groups(const struct groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct row *r = table_add(g->t, 0);

		if (!r)
			return;
		r->cells[0] = cell_number((int64_t)g->items[i].count);
		r->cells[1] = cell_text(str_from(level_name(g->items[i].level)));
		r->cells[2] = cell_text(g->items[i].text);
		r->cells[3] = cell_text(g->items[i].log->name);
		r->cells[4] = cell_number(g->items[i].line);
	}
	table_sort(g->t, 0, true);
}

enum verb_result verb_group(struct session *s, const struct call *c)
{
	struct table t;
	struct groups g = { .s = s,
			    .t = &t,
			    .items = calloc(LIMIT_TEMPLATES, sizeof(*g.items)),
			    .slots = calloc(SLOTS, sizeof(*g.slots)),
			    .template = BUF_INIT((size_t)LIMIT_RECORD_BYTES) };
	bool ok;

	if (!g.items || !g.slots)
		die_no_memory();
	table_init(&t, "groups", group_columns, ARRAY_LEN(group_columns));
	record_walk(s, (struct cursor){ 0 }, SIZE_MAX, count_record, &g);
	add_groups(&g);
	ok = !session_cancelled(s) && call_show(s, c, &t);
	if (g.left_out)
		session_say(s, "%zu records say something else each and were left out", g.left_out);
	table_release(&t);
	buf_release(&g.template);
	free(g.items);
	free(g.slots);
	return ok ? VERB_OK : VERB_TROUBLE;
}

/* --- hist ------------------------------------------------------------------------------------ */

enum { BUCKETS_MAX = 1000, BUCKETS_USUAL = 60 };

enum series { SERIES_ERROR, SERIES_WARN, SERIES_OTHER, SERIES_COUNT };

struct histogram {
	int64_t from_ms, step_ms;
	size_t buckets;
	size_t (*counts)[SERIES_COUNT];
};

static bool count_time(void *context, const struct log_record *r)
{
	struct histogram *h = context;
	int64_t at;

	if (r->time_ms == TIME_NONE)
		return true;
	at = (r->time_ms - h->from_ms) / h->step_ms;
	if (at < 0)
		at = 0;
	if (at >= (int64_t)h->buckets)
		at = (int64_t)h->buckets - 1;
	h->counts[at][r->level >= LEVEL_ERROR  ? SERIES_ERROR
		      : r->level == LEVEL_WARN ? SERIES_WARN
					       : SERIES_OTHER]++;
	return true;
}

static bool draw(struct session *s, const struct histogram *h, enum series series, const char *name)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "#", "@" };
	size_t most = 0, sum = 0;
	bool ok = buf_addf(&s->out, "%-7s ", name);

	for (size_t i = 0; i < h->buckets; i++) {
		most = h->counts[i][series] > most ? h->counts[i][series] : most;
		sum += h->counts[i][series];
	}
	for (size_t i = 0; ok && i < h->buckets; i++) {
		size_t n = h->counts[i][series], tall = n ? 1 + n * 7 / most : 0;

		ok = buf_addf(&s->out, "%s", s->render.utf8 ? blocks[tall] : ascii[tall]);
	}
	return ok && buf_addf(&s->out, "  %zu, at most %zu\n", sum, most);
}

static bool draw_all(struct session *s, const struct histogram *h)
{
	struct buf from = BUF_INIT(64), to = BUF_INIT(64), step = BUF_INIT(64);
	bool ok;

	clock_show(&from, h->from_ms);
	clock_show(&to, h->from_ms + (int64_t)h->buckets * h->step_ms);
	quantity_show_ms(&step, h->step_ms);
	ok = draw(s, h, SERIES_ERROR, "errors") && draw(s, h, SERIES_WARN, "warn") &&
	     draw(s, h, SERIES_OTHER, "others") &&
	     buf_addf(&s->out, "from " STR_FMT " to " STR_FMT ", " STR_FMT " each\n",
		      STR_ARG(buf_str(&from)), STR_ARG(buf_str(&to)), STR_ARG(buf_str(&step)));
	buf_release(&from);
	buf_release(&to);
	buf_release(&step);
	return ok;
}

static const struct column hist_columns[] = {
	{ "time_ms", "Time", COLUMN_TIME, false },
	{ "errors", "Errors", COLUMN_NUMBER, false },
	{ "warnings", "Warnings", COLUMN_NUMBER, false },
	{ "others", "Others", COLUMN_NUMBER, false },
};

static bool list_all(struct session *s, const struct call *c, const struct histogram *h)
{
	struct table t;
	bool ok;

	table_init(&t, "hist", hist_columns, ARRAY_LEN(hist_columns));
	for (size_t i = 0; i < h->buckets; i++) {
		struct row *r = table_add(&t, 0);

		if (!r)
			break;
		r->cells[0] = cell_number(h->from_ms + (int64_t)i * h->step_ms);
		for (size_t k = 0; k < SERIES_COUNT; k++)
			r->cells[1 + k] = cell_number((int64_t)h->counts[i][k]);
	}
	ok = call_show(s, c, &t);
	table_release(&t);
	return ok;
}

enum verb_result verb_hist(struct session *s, const struct call *c)
{
	struct histogram h = { .buckets = BUCKETS_USUAL };
	int64_t to;
	bool ok;

	if (c->count && !call_number(s, c->words[0], BUCKETS_MAX, &h.buckets))
		return VERB_TROUBLE;
	if (!session_span(s, &h.from_ms, &to)) {
		session_say(s, "no record has a time");
		return VERB_NOTHING;
	}
	h.step_ms = (to - h.from_ms) / (int64_t)h.buckets + 1;
	h.counts = calloc(h.buckets, sizeof(*h.counts));
	if (!h.counts)
		die_no_memory();
	record_walk(s, (struct cursor){ 0 }, SIZE_MAX, count_time, &h);
	ok = !session_cancelled(s);
	if (ok)
		ok = s->format == SHOW_TEXT && !c->verbose ? draw_all(s, &h) : list_all(s, c, &h);
	free(h.counts);
	return ok ? VERB_OK : VERB_TROUBLE;
}

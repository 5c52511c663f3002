#include "base/base.h"
#include "diagnose/plan.h"

#include "base/array.h"
#include "parsers/json_pull.h"

enum {
	/* Texts of one execution. */
	PLAN_TEXT_BYTES_MAX = 8 << 20,
	ERROR_BYTES = 400,
};

static void execution_release(struct sql_execution *x)
{
	free(x->nodes);
	free(x->metrics);
	buf_release(&x->text);
}

void plans_release(struct plans *p)
{
	for (size_t i = 0; i < p->count; i++)
		execution_release(&p->items[i]);
	free(p->items);
	free(p->values);
	int_map_release(&p->index);
	int_map_release(&p->metrics);
	*p = (struct plans){ 0 };
}

struct str plan_text(const struct sql_execution *x, struct text_at t)
{
	return t.len ? (struct str){ x->text.ptr + t.at, t.len } : STR("");
}

/* Unescaped and cut to about `bytes_max` (escapes are longer than what they mean). */
static struct text_at keep(struct sql_execution *x, struct str raw, size_t bytes_max)
{
	struct text_at t = { .at = x->text.len };

	if (raw.len > bytes_max)
		raw.len = bytes_max;
	if (!json_unescape(raw, &x->text)) {
		x->over_limit = true;
		return (struct text_at){ 0 };
	}
	t.len = x->text.len - t.at;
	return t;
}

static struct sql_execution *execution_of(struct plans *p, int64_t id, bool make)
{
	size_t at = int_map_find(&p->index, id);
	struct sql_execution *x;

	if (at != SIZE_MAX)
		return &p->items[at];
	if (!make || id < 0)
		return NULL;
	if (p->count == PLAN_EXECUTIONS_MAX) {
		p->over_limit = true;
		return NULL;
	}
	p->items = array_grow(p->items, p->count, &p->capacity, sizeof(*p->items));
	int_map_put(&p->index, id, p->count);
	x = &p->items[p->count++];
	*x = (struct sql_execution){
		.id = id, .start_ms = -1, .end_ms = -1, .text = BUF_INIT(PLAN_TEXT_BYTES_MAX)
	};
	return x;
}

/* --- the tree -------------------------------------------------------------------------------- */

static enum metric_kind kind_of(struct str type)
{
	static const struct {
		const char *name;
		enum metric_kind kind;
	} rows[] = {
		{ "sum", METRIC_SUM },	       { "size", METRIC_SIZE },
		{ "timing", METRIC_TIMING },   { "nsTiming", METRIC_NS_TIMING },
		{ "average", METRIC_AVERAGE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(type, str_from(rows[i].name)))
			return rows[i].kind;
	return METRIC_SUM;
}

static void read_metrics(struct sql_execution *x, struct json_pull *p, size_t node)
{
	struct str key;

	x->nodes[node].first_metric = x->metric_count;
	for (pull_array(p); pull_element(p);) {
		struct plan_metric m = { .id = -1, .value = -1, .stage = -1 };

		for (pull_object(p); pull_key(p, &key);) {
			if (str_eq(key, STR("name")))
				m.name = keep(x, pull_string(p), PLAN_NAME_BYTES);
			else if (str_eq(key, STR("accumulatorId")))
				m.id = pull_int(p, -1);
			else if (str_eq(key, STR("metricType")))
				m.kind = kind_of(pull_string(p));
			else
				pull_skip(p);
		}
		x->metrics = array_grow(x->metrics, x->metric_count, &x->metric_capacity,
					sizeof(*x->metrics));
		x->metrics[x->metric_count++] = m;
	}
	x->nodes[node].metric_count = x->metric_count - x->nodes[node].first_metric;
}

static size_t add_node(struct sql_execution *x, unsigned depth)
{
	x->nodes = array_grow(x->nodes, x->node_count, &x->node_capacity, sizeof(*x->nodes));
	x->nodes[x->node_count] = (struct plan_node){ .depth = depth };
	return x->node_count++;
}

static void push(size_t *depth, size_t *stack, size_t node)
{
	stack[(*depth)++] = node;
}

/*
 * sparkPlanInfo nests its children; the scanner stands inside the objects of all ancestors, so an
 * explicit stack of node numbers replaces recursion.
 */
static void read_plan(struct sql_execution *x, struct str plan)
{
	struct json_pull p = json_pull(plan);
	size_t *stack = malloc(PLAN_DEPTH_MAX * sizeof(*stack));
	size_t depth = 0;
	struct str key;

	if (!stack)
		die_no_memory();
	x->node_count = x->metric_count = 0;
	if (pull_object(&p))
		push(&depth, stack, add_node(x, 0));
	while (depth && !p.bad) {
		struct plan_node *n = &x->nodes[stack[depth - 1]];

		if (!pull_key(&p, &key)) {
			/* The node ends: on with its parent's next child, or behind the array. */
			depth--;
			if (!depth || p.bad)
				break;
			if (pull_element(&p) && pull_object(&p))
				push(&depth, stack, add_node(x, (unsigned)depth));
		} else if (str_eq(key, STR("nodeName"))) {
			n->name = keep(x, pull_string(&p), PLAN_NAME_BYTES);
		} else if (str_eq(key, STR("simpleString"))) {
			n->detail = keep(x, pull_string(&p), PLAN_DETAIL_BYTES);
		} else if (str_eq(key, STR("metrics"))) {
			read_metrics(x, &p, stack[depth - 1]);
		} else if (str_eq(key, STR("children")) && depth < PLAN_DEPTH_MAX &&
			   x->node_count < PLAN_NODES_MAX) {
			if (pull_array(&p) && pull_element(&p) && pull_object(&p))
				push(&depth, stack, add_node(x, (unsigned)depth));
		} else {
			if (str_eq(key, STR("children")))
				x->over_limit = true;
			pull_skip(&p);
		}
	}
	free(stack);
}

/* --- values ---------------------------------------------------------------------------------- */

static void set_value(struct plans *p, int64_t id, int64_t value, int64_t stage)
{
	size_t at = int_map_find(&p->metrics, id), before = at;

	if (at == SIZE_MAX || p->values[at].stage != stage) {
		p->values = array_grow(p->values, p->value_count, &p->value_capacity,
				       sizeof(*p->values));
		at = p->value_count++;
		int_map_put(&p->metrics, id, at);
		p->values[at].before = before;
	}
	p->values[at].value = value;
	p->values[at].stage = stage;
}

const struct metric_value *plans_value(const struct plans *p, int64_t accumulator)
{
	size_t at = int_map_find(&p->metrics, accumulator);

	return at == SIZE_MAX ? NULL : &p->values[at];
}

const struct metric_value *plans_value_before(const struct plans *p, const struct metric_value *v)
{
	return v->before == SIZE_MAX ? NULL : &p->values[v->before];
}

static void driver_updates(struct plans *plans, struct str updates)
{
	struct json_pull p = json_pull(updates);

	for (pull_array(&p); pull_element(&p);) {
		int64_t pair[2] = { -1, -1 };
		size_t n = 0;

		for (pull_array(&p); pull_element(&p); n++) {
			if (n < 2)
				pair[n] = pull_int(&p, -1);
			else
				pull_skip(&p);
		}
		if (n == 2 && pair[0] >= 0 && !p.bad)
			set_value(plans, pair[0], pair[1], -1);
	}
}

void plans_add_accumulables(struct plans *plans, struct str accumulables, int64_t stage)
{
	struct json_pull p = json_pull(accumulables);
	struct str key;

	for (pull_array(&p); pull_element(&p);) {
		int64_t id = -1, value = -1;
		bool sql = false;

		for (pull_object(&p); pull_key(&p, &key);) {
			if (str_eq(key, STR("ID")))
				id = pull_int(&p, -1);
			else if (str_eq(key, STR("Value")))
				value = pull_int(&p, -1);
			else if (str_eq(key, STR("Metadata")))
				sql = str_eq(pull_string(&p), STR("sql"));
			else
				pull_skip(&p);
		}
		if (sql && id >= 0 && value >= 0 && !p.bad)
			set_value(plans, id, value, stage);
	}
}

/* --- events ---------------------------------------------------------------------------------- */

void plans_add(struct plans *p, const struct event *e, uint32_t number)
{
	/* In a later piece of a rolled log the start is missing. */
	struct sql_execution *x = execution_of(p, e->id, true);

	if (!x)
		return;
	if (e->kind == EVENT_SQL_START) {
		x->start_ms = e->time_ms;
		x->description = keep(x, e->description, PLAN_DETAIL_BYTES);
		x->event = number;
	}
	if (e->plan.len) {
		/* Texts of the plan before this one go with it; what stands before them stays. */
		x->text.len = x->description.at + x->description.len;
		read_plan(x, e->plan);
	}
	if (e->kind == EVENT_SQL_METRIC_UPDATE)
		driver_updates(p, e->updates);
	if (e->kind == EVENT_SQL_END) {
		x->end_ms = e->time_ms;
		x->event = number;
		x->failed = e->reason.len > 0;
		x->error = keep(x, e->reason, ERROR_BYTES);
	}
}

static struct text_at copy_text(struct sql_execution *x, struct str text)
{
	struct text_at t = { .at = x->text.len, .len = text.len };

	if (!text.len || !buf_add(&x->text, text))
		return (struct text_at){ 0 };
	return t;
}

/* `from` was read from a later piece of the same log. */
static void merge_execution(struct sql_execution *to, struct sql_execution *from, unsigned piece)
{
	struct sql_execution plan = from->node_count ? *from : *to;
	struct sql_execution *other = from->node_count ? to : from;

	plan.start_ms = to->start_ms > 0 ? to->start_ms : from->start_ms;
	plan.end_ms = from->end_ms > 0 ? from->end_ms : to->end_ms;
	plan.failed = to->failed || from->failed;
	plan.event = from->event ? from->event : to->event;
	plan.piece = from->event ? piece : to->piece;
	if (!plan.description.len)
		plan.description = copy_text(&plan, plan_text(other, other->description));
	if (!plan.error.len)
		plan.error = copy_text(&plan, plan_text(other, other->error));
	execution_release(other);
	*from = (struct sql_execution){ .id = from->id };
	*to = plan;
}

/* What the next piece tells of one accumulator. Its chain leads back in time, so it is turned. */
static void append_values(struct plans *p, int64_t id, struct plans *next, size_t newest)
{
	size_t oldest = SIZE_MAX;

	for (size_t at = newest; at != SIZE_MAX;) {
		size_t before = next->values[at].before;

		next->values[at].before = oldest;
		oldest = at;
		at = before;
	}
	for (size_t at = oldest; at != SIZE_MAX; at = next->values[at].before)
		set_value(p, id, next->values[at].value, next->values[at].stage);
}

void plans_merge(struct plans *p, struct plans *next, unsigned piece)
{
	for (size_t i = 0; i < next->count; i++) {
		struct sql_execution *to = execution_of(p, next->items[i].id, true);

		if (to)
			merge_execution(to, &next->items[i], piece);
	}
	for (size_t i = 0; i < next->metrics.capacity; i++) {
		int64_t id;
		size_t at = int_map_at(&next->metrics, i, &id);

		if (at != SIZE_MAX)
			append_values(p, id, next, at);
	}
	p->over_limit |= next->over_limit;
}

void plans_finish(struct plans *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct sql_execution *x = &p->items[i];

		for (size_t k = 0; k < x->metric_count; k++) {
			size_t at = int_map_find(&p->metrics, x->metrics[k].id);

			x->metrics[k].value = at == SIZE_MAX ? -1 : p->values[at].value;
			x->metrics[k].stage = at == SIZE_MAX ? -1 : p->values[at].stage;
		}
	}
}

int64_t plan_metric(const struct sql_execution *x, const struct plan_node *n, struct str name)
{
	for (size_t i = 0; i < n->metric_count; i++) {
		const struct plan_metric *m = &x->metrics[n->first_metric + i];

		if (str_eq(plan_text(x, m->name), name))
			return m->value;
	}
	return -1;
}

int64_t plan_stage(const struct sql_execution *x, const struct plan_node *n)
{
	for (size_t i = 0; i < n->metric_count; i++)
		if (x->metrics[n->first_metric + i].stage >= 0)
			return x->metrics[n->first_metric + i].stage;
	return -1;
}

size_t plan_subtree(const struct sql_execution *x, size_t i)
{
	size_t end = i + 1;

	while (end < x->node_count && x->nodes[end].depth > x->nodes[i].depth)
		end++;
	return end - i;
}

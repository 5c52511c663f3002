/*
 * plan.h - SQL executions: the physical plan as a list of nodes in depth-first order, with metrics.
 *
 * The plan is that of SparkListenerSQLExecutionStart, replaced by each adaptive update. Values come
 * from the accumulables of completed stages (sums over all tasks so far) and from driver-side
 * updates, both by accumulator id. A metric without a value was never updated.
 */
#ifndef SPARKDX_DIAGNOSE_PLAN_H
#define SPARKDX_DIAGNOSE_PLAN_H

#include "base/base.h"
#include "base/buf.h"
#include "base/int_map.h"
#include "base/str.h"
#include "parsers/event.h"

enum {
	/* Nodes of one plan; a plan of 5,000 nodes takes Spark minutes to compile. */
	PLAN_NODES_MAX = 20000,
	PLAN_DEPTH_MAX = 1000,
	/* Executions a history keeps; Spark's UI keeps 1,000. */
	PLAN_EXECUTIONS_MAX = 20000,
	PLAN_DETAIL_BYTES = 200,
	PLAN_NAME_BYTES = 80,
};

enum metric_kind { METRIC_SUM, METRIC_SIZE, METRIC_TIMING, METRIC_NS_TIMING, METRIC_AVERAGE };

/* A piece of sql_execution.text, which moves while it grows. */
struct text_at {
	size_t at, len;
};

struct plan_metric {
	struct text_at name;
	int64_t id, value; /* value -1: none */
	int64_t stage;	   /* that updated it last, -1: the driver, or none */
	enum metric_kind kind;
};

struct plan_node {
	struct text_at name;   /* "SortMergeJoin" */
	struct text_at detail; /* the node as Spark prints it, cut */
	unsigned depth;
	size_t first_metric, metric_count;
};

struct sql_execution {
	int64_t id, start_ms, end_ms;
	struct text_at description, error;
	uint32_t event; /* number of its end, else of its start */
	unsigned piece; /* of a rolled log, that holds it */
	bool failed;
	bool over_limit; /* the plan is longer than is kept */
	struct plan_node *nodes;
	size_t node_count, node_capacity;
	struct plan_metric *metrics;
	size_t metric_count, metric_capacity;
	struct buf text;
};

struct plans {
	struct sql_execution *items;
	size_t count, capacity;
	struct int_map index;	/* execution id */
	struct int_map metrics; /* accumulator id -> its newest value */
	struct metric_value {
		int64_t value, stage;
		size_t before; /* its value before this stage, SIZE_MAX: none */
	} * values;
	size_t value_count, value_capacity;
	bool over_limit;
};

void plans_release(struct plans *p);
/* EVENT_SQL_START, _END, _PLAN_UPDATE, _METRIC_UPDATE. */
void plans_add(struct plans *p, const struct event *e, uint32_t number);
/* The accumulables of completed stage `stage`: a JSON array. */
void plans_add_accumulables(struct plans *p, struct str accumulables, int64_t stage);
void plans_merge(struct plans *p, struct plans *next, unsigned piece);
/* Give every metric its value. */
void plans_finish(struct plans *p);

struct str plan_text(const struct sql_execution *x, struct text_at t);
/* Value of the first metric of that name, -1: none. */
int64_t plan_metric(const struct sql_execution *x, const struct plan_node *n, struct str name);
/* The first metric of the node that a stage updated says which stage ran it; -1: none did. */
int64_t plan_stage(const struct sql_execution *x, const struct plan_node *n);
/* The newest value of an accumulator, on the way to those of earlier stages; NULL: none. The plan
 * of a cached table is part of every query that reads it, with the same accumulators. */
const struct metric_value *plans_value(const struct plans *p, int64_t accumulator);
const struct metric_value *plans_value_before(const struct plans *p, const struct metric_value *v);
/* Nodes of the subtree of node `i`, itself included: they follow each other. */
size_t plan_subtree(const struct sql_execution *x, size_t i);

#endif

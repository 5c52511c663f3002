/* A whole event log, cut into two pieces: the run model, joining, detectors, views. */
#include "base/base.h"
#include "base/buf.h"
#include "diagnose/detect.h"
#include "diagnose/history.h"
#include "parsers/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct history *read_log(struct str text)
{
	struct history *h = history_new();
	uint32_t number = 0;

	while (text.len) {
		struct event e;
		struct str line;

		(void)str_cut(text, '\n', &line, &text);
		event_parse(line, &e);
		number++;
		if (e.kind != EVENT_BAD)
			history_add(h, &e, number);
	}
	return h;
}

static void conclude(struct history *h)
{
	struct detection found[DETECTIONS_MAX];

	history_finish(h);
	BUG_ON(detect_waste(h, found) > DETECTIONS_MAX);
	for (size_t i = 0; i < h->stage_count; i++)
		BUG_ON(h->stages[i].running != NULL);
	for (size_t i = 0; i < h->plans.count; i++)
		for (size_t n = 0; n < h->plans.items[i].node_count; n++)
			BUG_ON(n + plan_subtree(&h->plans.items[i], n) >
			       h->plans.items[i].node_count);
	history_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str whole = { (const char *)data, size };
	struct history *first = read_log((struct str){ whole.ptr, size / 2 });

	conclude(read_log(whole));
	history_merge(first, read_log(str_skip(whole, size / 2)), 1);
	conclude(first);
	return 0;
}

/* Event lines and raw JSON: slices stay inside the line, and all scanners agree. */
#include "base/base.h"
#include "base/buf.h"
#include "parsers/event.h"
#include "parsers/json_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str s, struct str line)
{
	BUG_ON(s.len && (s.ptr < line.ptr || s.ptr + s.len > line.ptr + line.len));
}

static void check_scanners(const char *at, const char *end)
{
	const char *want = json_scan_close(at, end, 1);

	BUG_ON(want && (want <= at || want > end));
	for (size_t i = 0; i < json_scanner_count; i++)
		if (json_scanners[i].is_usable())
			BUG_ON(json_scanners[i].close(at, end, 1) != want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { (const char *)data, size };
	struct buf text = BUF_INIT(1 << 22);
	struct json_pull p = json_pull(line);
	struct event e;

	check_scanners(p.at, p.end);
	event_parse(line, &e);
	check_inside(e.stack, line);
	check_inside(e.accumulables, line);
	check_inside(e.executor, line);
	pull_skip(&p);
	BUG_ON(p.at > p.end);
	if (!json_unescape(line, &text))
		BUG_ON(size < (1 << 20));
	buf_release(&text);
	return 0;
}

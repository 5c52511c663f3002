/* Event lines and raw JSON: slices stay inside the line. */
#include "base/base.h"
#include "base/buf.h"
#include "parsers/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str s, struct str line)
{
	BUG_ON(s.len && (s.ptr < line.ptr || s.ptr + s.len > line.ptr + line.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = { (const char *)data, size };
	struct buf text = BUF_INIT(1 << 22);
	struct json_pull p = json_pull(line);
	struct event e;

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

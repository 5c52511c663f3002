/* Records cover their block in order, whatever the bytes, and their lines lie inside. */
#include "base/base.h"
#include "parsers/record.h"
#include "parsers/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str block = { (const char *)data, size };
	struct record_cutter cutter;
	struct record r;
	struct trace trace;
	size_t floor = 0;

	record_cutter_init(&cutter);
	record_bid(&cutter, block);
	record_block_begin(&cutter, block);
	BUG_ON(record_last_begin(&cutter, block) > size);
	while (floor < size) {
		record_cut(&cutter, block, floor, floor, &r);
		BUG_ON(r.begin < floor || r.end <= floor || r.end > size);
		trace_parse(r.text, &trace);
		for (size_t i = 0; i < trace.count; i++)
			BUG_ON(trace.causes[i].at > r.text.len || trace.causes[i].end > r.text.len);
		floor = r.end;
	}
	record_cutter_release(&cutter);
	return 0;
}

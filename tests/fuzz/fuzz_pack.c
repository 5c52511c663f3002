/* Any bytes as a file of patterns: defects are reported, never crash. */
#include "base/base.h"
#include "patterns/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	BUG_ON(!d->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_sink sink = { .emit = drop };
	struct pack *pack = pack_new();

	pack_add_text(pack, STR("fuzz.yaml"), (struct str){ (const char *)data, size }, &sink);
	pack_free(pack);
	return 0;
}

/* A whole text log through records, matcher and traces, in blocks of any size. */
#include "base/base.h"
#include "diagnose/scan.h"
#include "parsers/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_sink sink = { .emit = drop };
	struct matcher *matcher = matcher_new(NULL, 0, &sink);
	struct scanner *scanner = scanner_new(matcher);
	struct stream_log *log = stream_log_new(STR("fuzz"), STR("fuzz"));

	scanner_run(scanner, log, (struct str){ (const char *)data, size }, NULL, 1,
		    (struct scan_span){ TIME_NONE, TIME_NONE });
	BUG_ON(log->bytes != size);
	stream_log_free(log);
	scanner_free(scanner);
	matcher_free(matcher);
	return 0;
}

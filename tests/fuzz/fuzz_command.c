/* Any bytes as what is typed in a session: cut into commands, completed, and run, safely. */
#include "base/base.h"
#include "repl/complete.h"
#include "repl/verb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	BUG_ON(!d->code);
}

static bool discard(void *context, struct str text)
{
	(void)context;
	(void)text;
	return true;
}

/* Reading files is fuzzed elsewhere; here any name would be opened. */
static bool opens(struct str text)
{
	return str_find(text, STR("o")) >= 0 && str_find(text, STR("/")) >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_sink sink = { .emit = drop };
	struct session_options options = { .safe = true,
					   .private = true,
					   .diagnose = { .jobs = 1 } };
	struct str text = { (const char *)data, size };
	struct buf hint = BUF_INIT(4096);
	struct completions completions;
	struct session s;

	session_init(&s, &options, &sink);
	s.write = discard;
	complete_line(&s, text, &completions);
	BUG_ON(completions.at > size);
	completions_release(&completions);
	complete_hint(text, &hint);
	buf_release(&hint);
	if (!opens(text))
		(void)verb_run_text(&s, text);
	session_release(&s);
	return 0;
}

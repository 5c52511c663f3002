#include "base/base.h"
#include "base/diag.h"

void diag_emit(struct diag_sink *sink, const struct diag *d)
{
	sink->count[d->level]++;
	sink->emit(sink, d);
}

void diag_report(struct diag_sink *sink, enum diag_level level, const char *code, struct str file,
		 uint32_t line, const char *fmt, ...)
{
	char message[1024];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	BUG_ON(len < 0);
	if ((size_t)len >= sizeof(message))
		len = sizeof(message) - 1;
	diag_emit(sink, &(struct diag){
				.level = level,
				.code = code,
				.loc = { .file = file, .line = line },
				.message = { message, (size_t)len },
			});
}

static void recorder_emit(struct diag_sink *sink, const struct diag *d)
{
	struct diag_recorder *r = (struct diag_recorder *)sink;
	struct diag_node *node = arena_new(r->arena, struct diag_node);

	/* Past the ceiling only the count remains. */
	if (!node)
		return;
	node->diag = *d;
	if (!arena_str(r->arena, d->loc.file, &node->diag.loc.file) ||
	    !arena_str(r->arena, d->message, &node->diag.message) ||
	    !arena_str(r->arena, d->reason, &node->diag.reason) ||
	    !arena_str(r->arena, d->snippet, &node->diag.snippet) ||
	    !arena_str(r->arena, d->help, &node->diag.help))
		return;
	*r->last = node;
	r->last = &node->next;
}

void diag_recorder_init(struct diag_recorder *r, struct arena *arena)
{
	*r = (struct diag_recorder){ .sink.emit = recorder_emit, .arena = arena };
	r->last = &r->first;
}

void diag_replay(const struct diag_recorder *r, struct diag_sink *into)
{
	for (const struct diag_node *n = r->first; n; n = n->next)
		diag_emit(into, &n->diag);
}

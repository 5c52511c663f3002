#include "base/base.h"
#include "parsers/meter.h"

#include "base/limits.h"
#include "parsers/bookmark.h"

struct metered_source {
	struct source source; /* first member */
	struct meter *meter;
	struct source *inner;
	const struct source *packed;
	uint64_t packed_start;
	bool ended;
};

static bool expands_too_much(uint64_t decoded, uint64_t packed)
{
	/* Decoders read ahead by a block: what they hold already is not seen as read. */
	return decoded > LIMIT_EXPANSION_FLOOR_BYTES &&
	       decoded / LIMIT_EXPANSION_RATIO > packed + LIMIT_READ_BYTES;
}

/* Bytes `s` was read for, since it stood at `start`. Reads at an offset are not counted anywhere:
 * where they are possible, the whole file stands for them. */
static uint64_t packed_bytes(const struct source *s, uint64_t start)
{
	return s->ops->read_at ? s->size_bytes : s->read_bytes - start;
}

static void stop(struct metered_source *m, const char *code, const char *why)
{
	source_degrade(&m->source, GRADE_PARTIAL, "stopped after %" PRIu64 " bytes: %s",
		       m->source.read_bytes, why);
	m->meter->tripped = code;
	m->ended = true;
}

static void judge(struct metered_source *m)
{
	struct meter *total = m->meter;

	if (m->packed &&
	    expands_too_much(m->source.read_bytes, m->packed->read_bytes - m->packed_start))
		stop(m, "limit-expansion", "it expands more than logs do");
	if (total->root && expands_too_much(total->decoded_bytes, packed_bytes(total->root, 0))) {
		stop(m, "limit-expansion", "the input expands more than logs do");
		total->spent = true;
	}
	if (total->decoded_bytes > LIMIT_INPUT_BYTES) {
		stop(m, "limit-input-bytes", "the input is larger than what is read of one");
		total->spent = true;
	}
}

static size_t metered_read(struct source *s, char *into, size_t capacity)
{
	struct metered_source *m = (struct metered_source *)s;
	size_t n;

	if (!m->ended && m->meter->spent)
		stop(m, m->meter->tripped, "the input expands more than logs do");
	if (!m->ended)
		judge(m);
	if (m->ended)
		return 0;
	n = source_read(m->inner, into, capacity);
	m->meter->decoded_bytes += n;
	if (!n) {
		source_degrade(s, m->inner->grade, "%s", m->inner->note);
		m->ended = true;
	}
	return n;
}

static void metered_close(struct source *s)
{
	struct metered_source *m = (struct metered_source *)s;

	source_close(m->inner);
	free(m);
}

static const struct source_ops metered_ops = { .read = metered_read, .close = metered_close };

struct source *meter_open(struct meter *m, struct source *inner, const struct source *packed)
{
	struct metered_source *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->source.ops = &metered_ops;
	s->source.size_bytes = inner->size_bytes;
	s->meter = m;
	s->inner = inner;
	s->packed = packed;
	s->source.bookmark = bookmark_keep(inner->bookmark);
	s->packed_start = packed ? packed->read_bytes : 0;
	return &s->source;
}

#include "base/base.h"
#include "diagnose/diagnosis.h"

#include "diagnose/assemble.h"
#include "diagnose/counts.h"
#include "diagnose/gather.h"
#include "diagnose/outcome.h"
#include "diagnose/reason.h"
#include "diagnose/run.h"
#include "patterns/matcher.h"

#define DIAGNOSIS_BYTES_MAX ((size_t)1 << 30)

static void reason(struct diagnosis *out, struct stream_log *const *streams, size_t count,
		   struct arena *scratch)
{
	struct runs runs;
	struct drafts drafts;

	runs_build(&runs, streams, count, scratch);
	outcome_collect(&runs, streams, count);
	counts_collect(&runs, streams, count);
	drafts_group(&drafts, streams, count, &runs, scratch);
	drafts_quiet(&drafts, &runs);
	drafts_link(&drafts);
	drafts_tie(&drafts);
	drafts_weigh(&drafts);
	drafts_rank(&drafts);
	assemble_applications(out, &runs);
	assemble_findings(out, &drafts);
	assemble_absent(out, &runs);
	drafts_release(&drafts);
	runs_release(&runs);
}

static void copy_inputs(struct diagnosis *out, const struct gathered *g)
{
	out->inputs = arena_alloc(&out->arena,
				  (g->input_count ? g->input_count : 1) * sizeof(*out->inputs));
	if (!out->inputs)
		die_no_memory();
	out->input_count = g->input_count;
	for (size_t i = 0; i < g->input_count; i++) {
		struct input_status *to = &out->inputs[i];

		*to = g->inputs[i];
		if (!arena_str(&out->arena, g->inputs[i].path, &to->path) ||
		    !arena_str(&out->arena, g->inputs[i].kind, &to->kind) ||
		    !arena_str(&out->arena, g->inputs[i].note, &to->note))
			die_no_memory();
		out->bytes_read += to->bytes;
	}
	for (size_t i = 0; i < g->stream_count; i++)
		out->lines_read += g->streams[i]->lines;
	out->input_trouble = g->trouble;
}

struct diagnosis *diagnose(const struct diagnose_options *options, struct diag_sink *diags)
{
	struct diagnosis *out = calloc(1, sizeof(*out));
	struct arena scratch = ARENA_INIT(DIAGNOSIS_BYTES_MAX);
	struct matcher *matcher;
	struct gathered g;

	if (!out)
		die_no_memory();
	out->arena = (struct arena)ARENA_INIT(DIAGNOSIS_BYTES_MAX);
	matcher = matcher_new(options->pattern_dirs, options->pattern_dir_count, diags);
	gather(options, matcher, &g, diags);
	copy_inputs(out, &g);
	reason(out, g.streams, g.stream_count, &scratch);
	gathered_release(&g);
	arena_release(&scratch);
	matcher_free(matcher);
	return out;
}

void diagnosis_free(struct diagnosis *d)
{
	if (!d)
		return;
	arena_release(&d->arena);
	free(d);
}

const struct finding *diagnosis_root(const struct diagnosis *d)
{
	for (size_t i = 0; i < d->finding_count; i++)
		if (d->findings[i].role != ROLE_NOISE)
			return &d->findings[i];
	return NULL;
}

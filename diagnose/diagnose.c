#include "base/base.h"
#include "diagnose/diagnosis.h"

#include "diagnose/assemble.h"
#include "diagnose/counts.h"
#include "diagnose/gather.h"
#include "diagnose/history.h"
#include "diagnose/outcome.h"
#include "diagnose/reason.h"
#include "diagnose/run.h"
#include "diagnose/zone.h"
#include "patterns/matcher.h"

enum { NO_LOGS_SAID = 5 };

#define DIAGNOSIS_BYTES_MAX ((size_t)1 << 30)

/* Keep the streams of one application only; says which there are when it is none of them. */
static size_t select_app(struct runs *runs, struct stream_log **streams, size_t count,
			 struct str app, struct diag_sink *diags)
{
	const struct run *wanted = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < runs->count; i++)
		if (str_eq(runs->items[i].app, app))
			wanted = &runs->items[i];
	if (!wanted) {
		diag_report(diags, DIAG_ERROR, "app-unknown", STR(""), 0,
			    "no application " STR_FMT " in these logs", STR_ARG(app));
		for (size_t i = 0; i < runs->count; i++)
			diag_report(diags, DIAG_NOTE, "app-unknown", STR(""), 0,
				    "there is " STR_FMT, STR_ARG(runs->items[i].app));
		return count;
	}
	for (size_t i = 0; i < count; i++)
		if (runs_of_stream(runs, streams[i]) == wanted)
			streams[kept++] = streams[i];
	return kept;
}

/* The histories outlive the streams that brought them. */
static void take_histories(struct diagnosis *out, struct stream_log *const *streams, size_t count,
			   const struct runs *runs)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += streams[i]->history != NULL;
	out->histories = calloc(n ? n : 1, sizeof(*out->histories));
	if (!out->histories)
		die_no_memory();
	for (size_t i = 0; i < count; i++) {
		struct application_history *h = &out->histories[out->history_count];

		if (!streams[i]->history)
			continue;
		h->history = streams[i]->history;
		streams[i]->history = NULL;
		h->application = (size_t)(runs_of_stream(runs, streams[i]) - runs->items);
		if (!arena_str(&out->arena, streams[i]->name, &h->source))
			die_no_memory();
		out->history_count++;
	}
}

/* What is needed to read the logs again. */
static void take_logs(struct diagnosis *out, struct stream_log *const *streams, size_t count)
{
	out->logs = calloc(count ? count : 1, sizeof(*out->logs));
	if (!out->logs)
		die_no_memory();
	for (size_t i = 0; i < count; i++) {
		struct stream_log *s = streams[i];
		struct log_stream *l = &out->logs[out->log_count];

		if (!s->log_index.wanted)
			continue;
		*l = (struct log_stream){
			.process = s->process,
			.events = s->events,
			.first_line = s->first_line,
			.bytes = s->bytes,
			.lines = s->lines,
			.first_ms = s->first_ms,
			.last_ms = s->last_ms,
			.shift_ms = -(int64_t)s->zone * ZONE_STEP_MS,
			.index = s->log_index,
		};
		s->log_index = (struct log_index){ 0 };
		if (!arena_str(&out->arena, s->name, &l->name) ||
		    !arena_str(&out->arena, s->app, &l->app) ||
		    !arena_str(&out->arena, s->executor, &l->executor) ||
		    !arena_str(&out->arena, s->host, &l->host) ||
		    !arena_str(&out->arena, s->log_name, &l->log_name))
			die_no_memory();
		out->log_count++;
	}
}

static const struct pattern *unclassified_error(const struct matcher *matcher)
{
	ptrdiff_t at = matcher_find(matcher, STR("unclassified-error"));

	return at < 0 ? NULL : matcher_pattern(matcher, (size_t)at);
}

static void reason(struct diagnosis *out, const struct gathered *g, const struct matcher *matcher,
		   struct str app, struct arena *scratch, struct diag_sink *diags)
{
	size_t count = g->stream_count;
	struct stream_log **streams = calloc(count ? count : 1, sizeof(struct stream_log *));
	struct runs runs;
	struct drafts drafts;

	if (!streams)
		die_no_memory();
	if (count)
		memcpy(streams, g->streams, count * sizeof(struct stream_log *));
	runs_build(&runs, streams, count, scratch);
	if (app.len) {
		count = select_app(&runs, streams, count, app, diags);
		runs_release(&runs);
		runs_build(&runs, streams, count, scratch);
	}
	outcome_collect(&runs, streams, count);
	counts_collect(&runs, streams, count);
	drafts_group(&drafts, streams, count, &runs, scratch);
	drafts_quiet(&drafts, &runs);
	drafts_link(&drafts);
	drafts_tie(&drafts);
	drafts_fallback(&drafts, &runs, unclassified_error(matcher));
	drafts_weigh(&drafts);
	drafts_rank(&drafts);
	assemble_applications(out, &runs);
	assemble_findings(out, &drafts);
	assemble_absent(out, &runs);
	take_histories(out, streams, count, &runs);
	take_logs(out, streams, count);
	drafts_release(&drafts);
	runs_release(&runs);
	free(streams);
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

/* A file without a single line that looks like a log's, where nothing else is known either. */
static void say_what_is_no_log(struct diagnosis *out, const struct gathered *g)
{
	size_t n = 0;

	if (out->finding_count || out->verdict != OUTCOME_UNKNOWN)
		return;
	out->absent = arena_alloc(&out->arena, NO_LOGS_SAID * sizeof(*out->absent));
	if (!out->absent)
		die_no_memory();
	for (size_t i = 0; i < g->stream_count && n < NO_LOGS_SAID; i++) {
		const struct stream_log *s = g->streams[i];

		if (s->history || s->headed || s->group_count || !s->bytes)
			continue;
		out->absent[n++] = arena_strf(
			&out->arena, STR_FMT ": %s", STR_ARG(s->name),
			s->is_json ? "JSON, but neither a Spark event log nor JSON log lines"
				   : "no line of it looks like a log's: no time, no level");
	}
	out->absent_count = n;
}

static struct diagnosis *conclude(struct gathered *g, const struct matcher *matcher, struct str app,
				  struct diag_sink *diags)
{
	struct diagnosis *out = calloc(1, sizeof(*out));
	struct arena scratch = ARENA_INIT(DIAGNOSIS_BYTES_MAX);

	if (!out)
		die_no_memory();
	out->arena = (struct arena)ARENA_INIT(DIAGNOSIS_BYTES_MAX);
	copy_inputs(out, g);
	reason(out, g, matcher, app, &scratch, diags);
	say_what_is_no_log(out, g);
	gathered_release(g);
	arena_release(&scratch);
	return out;
}

struct diagnosis *diagnose_with(const struct matcher *matcher,
				const struct diagnose_options *options, struct diag_sink *diags)
{
	struct gathered g;

	gather(options, matcher, &g, diags);
	return conclude(&g, matcher, options->app, diags);
}

struct diagnosis *diagnose_text(const struct matcher *matcher, struct str name, struct str text,
				struct diag_sink *diags)
{
	struct gathered g;

	gather_text(matcher, name, text, &g);
	return conclude(&g, matcher, STR(""), diags);
}

struct diagnosis *diagnose(const struct diagnose_options *options, struct diag_sink *diags)
{
	struct matcher *matcher =
		matcher_new(options->pattern_dirs, options->pattern_dir_count, diags);
	struct diagnosis *out = diagnose_with(matcher, options, diags);

	matcher_free(matcher);
	return out;
}

void diagnosis_free(struct diagnosis *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->history_count; i++)
		history_free(d->histories[i].history);
	free(d->histories);
	for (size_t i = 0; i < d->log_count; i++)
		log_index_release(&d->logs[i].index);
	free(d->logs);
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

#include "base/base.h"
#include "diagnose/histories.h"

#include "base/clock.h"
#include "base/path.h"
#include "diagnose/detect.h"
#include "diagnose/scan.h"

static bool starts(const struct stream_log *s)
{
	return s->history->app_id.len > 0 || s->history->start_ms > 0;
}

/* In the order of what they tell; the file's name where that is the same. */
static int by_time(const void *a, const void *b)
{
	const struct stream_log *const *x = a, *const *y = b;
	int64_t s = (*x)->history->first_ms, t = (*y)->history->first_ms;

	/* A piece without any time of its own (its first event is the log's head) comes first. */
	if (s != t)
		return s < t ? -1 : 1;
	return str_compare((*x)->name, (*y)->name);
}

/*
 * Streams that are pieces of the log of streams[i]: those of its directory that do not name an
 * application, when no other log in that directory could own them.
 */
static size_t pieces_of(struct gathered *g, size_t i, struct stream_log **pieces)
{
	struct str dir = path_directory(g->streams[i]->path);
	size_t count = 0, owners = 0;

	pieces[count++] = g->streams[i];
	for (size_t k = 0; k < g->stream_count; k++) {
		struct stream_log *s = g->streams[k];

		if (!s->history || !str_eq(path_directory(s->path), dir))
			continue;
		if (!starts(s)) {
			if (k != i)
				pieces[count++] = s;
		} else if (++owners > 1) {
			return 1;
		}
	}
	return count;
}

/* `events_3_app-…` and `appstatus_…` number their pieces; a compact file stands for all before. */
static bool piece_number(struct str name, uint64_t *number, bool *compact)
{
	struct str file = path_name(name), head, tail;

	*compact = str_ends_with(name, STR(".compact"));
	return str_starts_with(file, STR("events_")) &&
	       str_cut(str_skip(file, 7), '_', &head, &tail) && str_to_u64(head, number);
}

/* What was read is valid; `note` says what is not there. */
static void mark_partial(struct gathered *g, const struct stream_log *s, const char *note)
{
	for (size_t i = 0; i < g->input_count; i++) {
		struct input_status *in = &g->inputs[i];

		if (!str_eq(in->path, s->name) || in->grade != GRADE_OK)
			continue;
		in->grade = GRADE_PARTIAL;
		in->note = str_from(note);
	}
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Which numbers are missing between the pieces? */
static void report_gaps(struct gathered *g, struct stream_log *const *pieces, size_t count)
{
	uint64_t *numbers = calloc(count, sizeof(*numbers));
	size_t n = 0;
	bool compact, any_compact = false;

	if (!numbers)
		die_no_memory();
	for (size_t i = 0; i < count; i++) {
		n += piece_number(pieces[i]->name, &numbers[n], &compact);
		any_compact |= compact;
	}
	qsort(numbers, n, sizeof(*numbers), by_number);
	if (n && numbers[0] > 1 && !any_compact) {
		diag_report(&pieces[0]->diags.sink, DIAG_WARNING, "eventlog-piece-missing",
			    pieces[0]->name, 0,
			    "the rolled event log begins with piece %" PRIu64
			    ": what came before is not here",
			    numbers[0]);
		mark_partial(g, pieces[0], "earlier pieces of this event log are missing");
	}
	for (size_t i = 1; i < n; i++) {
		if (numbers[i] <= numbers[i - 1] + 1)
			continue;
		diag_report(&pieces[0]->diags.sink, DIAG_WARNING, "eventlog-piece-missing",
			    pieces[0]->name, 0,
			    "of the rolled event log, piece %" PRIu64 "%s missing",
			    numbers[i - 1] + 1,
			    numbers[i] > numbers[i - 1] + 2 ? " and more are" : " is");
		mark_partial(g, pieces[0], "pieces of this event log are missing");
	}
	free(numbers);
}

/* Compaction rewrites pieces into one and deletes them later: both may have been collected. */
static size_t drop_compacted(struct stream_log **pieces, size_t count)
{
	uint64_t upto = 0, number;
	size_t kept = 0;
	bool compact;

	for (size_t i = 0; i < count; i++)
		if (piece_number(pieces[i]->name, &number, &compact) && compact && number > upto)
			upto = number;
	for (size_t i = 0; i < count; i++) {
		bool numbered = piece_number(pieces[i]->name, &number, &compact);

		if (numbered && upto && (number < upto || (number == upto && !compact))) {
			history_free(pieces[i]->history);
			pieces[i]->history = NULL;
			continue;
		}
		pieces[kept++] = pieces[i];
	}
	return kept;
}

/* --- what the whole log shows ---------------------------------------------------------------- */

static void feed(struct scanner *scanner, struct stream_log *log, int64_t time_ms, uint32_t number,
		 const char *text)
{
	struct buf line = BUF_INIT(4096);

	clock_show_iso(&line, time_ms);
	if (buf_addf(&line, " INFO EventLog: %s", text))
		scanner_feed(scanner, log, buf_str(&line), number ? number : 1);
	buf_release(&line);
}

/* How the application ended, as far as its last job tells. */
static const char *last_words(const struct history *h)
{
	const struct history_job *last = &h->jobs[h->job_count - 1];

	if (last->state != WORK_FAILED)
		return "ended, last job succeeded";
	return str_find(last->reason, STR("SparkContext was shut down")) >= 0
		       ? "ended, last job cut off by it"
		       : "ended, last job failed";
}

static void conclude(struct scanner *scanner, struct stream_log **pieces, size_t count)
{
	struct history *h = pieces[0]->history;
	struct detection *found = calloc(DETECTIONS_MAX, sizeof(*found));
	size_t n;

	if (!found)
		die_no_memory();
	n = detect_waste(h, found);
	for (size_t i = 0; i < n; i++) {
		struct stream_log *s = pieces[found[i].at.piece < count ? found[i].at.piece : 0];

		feed(scanner, s, history_end_ms(h), found[i].at.event, found[i].text);
	}
	free(found);
	if (h->end_event && h->job_count)
		feed(scanner, pieces[h->end_piece < count ? h->end_piece : 0], h->end_ms,
		     h->end_event, last_words(h));
}

static void join(struct gathered *g, size_t i, struct scanner *scanner, struct stream_log **pieces)
{
	size_t count = pieces_of(g, i, pieces);
	struct history *h;

	if (count > 1) {
		count = drop_compacted(pieces, count);
		qsort(pieces, count, sizeof(*pieces), by_time);
	}
	report_gaps(g, pieces, count);
	h = pieces[0]->history;
	for (size_t k = 1; k < count; k++) {
		history_merge(h, pieces[k]->history, (unsigned)k);
		pieces[k]->history = NULL;
		pieces[k]->app = stream_log_copy(pieces[k], h->app_id);
		pieces[k]->attempt = stream_log_copy(pieces[k], h->attempt);
	}
	history_finish(h);
	if (h->over_limit || h->plans.over_limit)
		diag_report(&pieces[0]->diags.sink, DIAG_WARNING, "limit-history", pieces[0]->name,
			    0, "more jobs, stages, executors or SQL executions than are kept");
	conclude(scanner, pieces, count);
	if (!h->end_event)
		mark_partial(g, pieces[count - 1],
			     "the application's end is missing: this event log was cut off, or is "
			     "still being written");
	pieces[0]->joined = true;
}

void histories_join(struct gathered *g, const struct matcher *matcher)
{
	struct stream_log **pieces = NULL;
	struct scanner *scanner = NULL;

	/* Logs that name their application first: they own the pieces beside them. */
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < g->stream_count; i++) {
			struct stream_log *s = g->streams[i];

			if (!s->history || s->joined || starts(s) != (pass == 0))
				continue;
			if (!scanner) {
				scanner = scanner_new(matcher);
				pieces = calloc(g->stream_count, sizeof(*pieces));
				if (!pieces)
					die_no_memory();
			}
			join(g, i, scanner, pieces);
		}
	if (scanner)
		scanner_free(scanner);
	free(pieces);
}

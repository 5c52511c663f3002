#include "base/base.h"
#include "diagnose/assemble.h"

#include "base/buf.h"
#include "diagnose/advice.h"

enum {
	EVIDENCE_MAX = 32,
	FIGURES_MAX = 32,
};

static struct str copy(struct diagnosis *out, struct str s)
{
	struct str c = STR("");

	if (s.len && !arena_str(&out->arena, s, &c))
		return STR("");
	return c;
}

static void *alloc_items(struct diagnosis *out, size_t count, size_t size)
{
	void *p = arena_alloc(&out->arena, (count ? count : 1) * size);

	if (!p)
		die_no_memory();
	return p;
}

static struct str_list copy_list(struct diagnosis *out, const struct str_list *list)
{
	struct str_list c = { alloc_items(out, list->count, sizeof(struct str)), list->count };

	for (size_t i = 0; i < list->count; i++)
		c.items[i] = copy(out, list->items[i]);
	return c;
}

/* --- evidence -------------------------------------------------------------------------------- */

static void add_evidence(struct diagnosis *out, struct finding *f, const struct sighting *o,
			 bool cause)
{
	if (f->evidence_count == EVIDENCE_MAX)
		return;
	f->evidence[f->evidence_count++] = (struct evidence){
		.source = copy(out, o->stream->name),
		.line = cause ? o->cause_line : o->line,
		.text = copy(out, cause ? o->cause_text : o->text),
		.telling_at = cause ? 0 : o->telling_at,
		.time_ms = o->timed ? o->time_ms : TIME_NONE,
		.process = o->stream->process,
		.executor = copy(out, o->stream->executor),
		.innermost = cause || o->innermost,
	};
}

static void collect_evidence(struct diagnosis *out, struct finding *f, const struct draft *x)
{
	f->evidence = alloc_items(out, EVIDENCE_MAX, sizeof(*f->evidence));
	for (size_t i = 0; i < x->sighting_count; i++) {
		const struct sighting *o = x->sightings[i];

		add_evidence(out, f, o, false);
		/* The innermost cause says more than the line that wraps it. */
		if (o->cause_line && (o->innermost || o->pattern->role != ROLE_SYMPTOM))
			add_evidence(out, f, o, true);
		if (!f->user_frame.len)
			f->user_frame = copy(out, o->user_frame);
	}
}

/* --- figures --------------------------------------------------------------------------------- */

static struct figure *find_figure(struct finding *f, struct str name)
{
	for (size_t i = 0; i < f->figure_count; i++)
		if (str_eq(f->figures[i].name, name))
			return &f->figures[i];
	return NULL;
}

/* A quantity is most telling where it was largest; anything else where it was first. */
static void merge_figure(struct diagnosis *out, struct finding *f, const struct figure *from)
{
	struct figure *to = find_figure(f, from->name);

	if (!to && f->figure_count < FIGURES_MAX) {
		to = &f->figures[f->figure_count++];
		*to = *from;
		to->name = copy(out, from->name);
		to->text = copy(out, from->text);
	} else if (to && to->kind == FIGURE_INT && from->kind == FIGURE_INT &&
		   from->number > to->number &&
		   (str_ends_with(from->name, STR("_bytes")) ||
		    str_ends_with(from->name, STR("_ms")))) {
		to->number = from->number;
		to->text = copy(out, from->text);
	}
}

static void collect_figures(struct diagnosis *out, struct finding *f, const struct draft *x)
{
	f->figures = alloc_items(out, FIGURES_MAX, sizeof(*f->figures));
	for (size_t i = 0; i < x->sighting_count; i++)
		for (size_t k = 0; k < x->sightings[i]->figure_count; k++)
			merge_figure(out, f, &x->sightings[i]->figures[k]);
}

/* --- words ----------------------------------------------------------------------------------- */

static struct str value_for(const struct finding *f, const struct draft *x, struct str name)
{
	static const struct {
		const char *name;
		enum place_kind place;
	} places[] = {
		{ "executor", PLACE_EXECUTOR }, { "host", PLACE_HOST },
		{ "stage", PLACE_STAGE },	{ "task", PLACE_TASK },
		{ "app", PLACE_APP },		{ "container", PLACE_CONTAINER },
		{ "job", PLACE_JOB },		{ "query", PLACE_QUERY },
	};

	for (size_t i = 0; i < f->figure_count; i++) {
		struct str n = f->figures[i].name;

		/* {used} names used_bytes too. */
		if (str_eq(n, name) || (str_starts_with(n, name) && n.ptr[name.len] == '_'))
			return f->figures[i].text;
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (str_eq(name, str_from(places[i].name)) && x->sighting_count)
			return x->sightings[0]->places[places[i].place];
	return STR("");
}

/* Replace {capture} by its value; one that is unknown is shown as "?". */
static bool fill_words(struct buf *b, const struct finding *f, const struct draft *x,
		       struct str words, bool *known)
{
	bool ok = true;

	while (ok && words.len) {
		struct str before, after, name;

		if (!str_cut(words, '{', &before, &after))
			return buf_add(b, words);
		ok = buf_add(b, before);
		if (!str_cut(after, '}', &name, &words))
			return ok && buf_add(b, after);
		name = value_for(f, x, name);
		*known = *known && name.len;
		ok = ok && buf_add(b, name.len ? name : STR("?"));
	}
	return ok;
}

/* What stands in [brackets] is left out where a value in it is unknown. */
static struct str fill_title(struct diagnosis *out, const struct finding *f, const struct draft *x)
{
	struct buf b = BUF_INIT(4096);
	struct str rest = x->pattern->title, title;
	bool ok = true;

	while (ok && rest.len) {
		struct str before, option = STR("");
		bool known = true;
		size_t kept;

		if (str_cut(rest, '[', &before, &rest))
			(void)str_cut(rest, ']', &option, &rest);
		ok = fill_words(&b, f, x, before, &(bool){ true });
		kept = b.len;
		ok = ok && fill_words(&b, f, x, option, &known);
		if (!known)
			b.len = kept;
	}
	title = copy(out, ok ? buf_str(&b) : x->pattern->title);
	buf_release(&b);
	return title;
}

/*
 * How sure: a known root that a chain ties to the end, in the words of the innermost exception, is
 * nearly certain; a consequence whose cause is not in the logs is a lead, not an answer.
 */
static double confidence_of(const struct draft *x)
{
	double c = x->pattern->role == ROLE_ROOT ? 0.75 : 0.55;

	/* Counted, not inferred. */
	if (x->pattern->role == ROLE_PERFORMANCE)
		return 0.92;
	if (x->unclassified)
		return x->innermost ? 0.5 : 0.3;
	if (x->cause_count)
		return x->pattern->role == ROLE_ROOT ? 0.7 : 0.9;
	if (x->tied)
		c += 0.15;
	if (x->innermost || x->in_terminal)
		c += 0.05;
	if (pattern_is_generic(x->pattern))
		c -= 0.05;
	else if (x->pattern->role == ROLE_ROOT)
		c += 0.03;
	if (x->survived)
		c += 0.05;
	return c > 0.98 ? 0.98 : c;
}

/* In an executor that is a process of its own; those of local mode are called "driver". */
static bool ran_elsewhere(const struct draft *x)
{
	for (size_t i = 0; i < x->executors.count; i++)
		if (!str_eq(x->executors.items[i], STR("driver")))
			return true;
	return !x->executors.count && x->stages.count &&
	       !str_starts_with(x->run->app, STR("local-"));
}

static struct str disproof_of(const struct draft *x)
{
	if (x->pattern->role == ROLE_PERFORMANCE)
		return STR("a second run without it: a cold cache or a busy neighbour can look the "
			   "same once");
	if (x->unclassified)
		return STR("a failure that is known, in the log of another process of this run: "
			   "executors, the application master, the cluster manager");
	if (x->pattern->role != ROLE_ROOT)
		return STR("the log of the process that failed first: this line alone only reports "
			   "it");
	if (!x->tied && !x->survived)
		return STR("a line that ties another failure to the application's end");
	/* What fails in the driver's own process has no other witness. */
	if (x->run->has_driver && !ran_elsewhere(x))
		return STR("an earlier failure in output of the driver that is not here");
	if (!x->run->has_executors && x->run->has_driver)
		return STR("the executors' own logs showing another failure first");
	return STR("an earlier failure on the same executor or host in a log that is not here");
}

/* Survived failures are worth one warning; what they dragged along is information. */
static enum severity severity_of(const struct draft *x)
{
	if (!x->survived)
		return x->pattern->severity;
	if (x->cause_count)
		return SEVERITY_INFO;
	return x->pattern->severity > SEVERITY_WARNING ? SEVERITY_WARNING : x->pattern->severity;
}

static void assemble_finding(struct diagnosis *out, struct finding *f, const struct drafts *d,
			     const struct draft *x)
{
	const struct pattern *p = x->pattern;

	f->id = copy(out, p->id);
	f->category = copy(out, p->category);
	f->why = copy(out, p->why);
	f->see_in_ui = copy(out, p->see_in_ui);
	f->severity = severity_of(x);
	f->role = p->role;
	f->count = x->count;
	f->first_ms = x->first_ms;
	f->last_ms = x->last_ms;
	f->tied_to_outcome = x->tied;
	f->where.app = copy(out, x->run->about.id);
	f->application = x->run_index;
	f->where.attempt = copy(out, x->run->about.attempt);
	f->where.executors = copy_list(out, &x->executors);
	f->where.hosts = copy_list(out, &x->hosts);
	f->where.stages = copy_list(out, &x->stages);
	f->where.tasks = copy_list(out, &x->tasks);
	collect_evidence(out, f, x);
	collect_figures(out, f, x);
	f->title = fill_title(out, f, x);
	f->confidence = confidence_of(x);
	f->disproof = disproof_of(x);
	f->because = alloc_items(out, x->cause_count, sizeof(size_t));
	f->because_count = x->cause_count;
	if (x->cause_count)
		memcpy(f->because, x->causes, x->cause_count * sizeof(size_t));
	f->explains = alloc_items(out, d->count, sizeof(size_t));
	advise(f, p, x->run, &out->arena);
}

void assemble_findings(struct diagnosis *out, const struct drafts *drafts)
{
	size_t shown = 0;

	/* Quiet drafts stand last: they are noise, named only on demand. */
	while (shown < drafts->count && !drafts->items[shown].quiet)
		shown++;
	out->findings = alloc_items(out, drafts->count, sizeof(*out->findings));
	out->finding_count = drafts->count;
	out->noise_lines = drafts->noise_lines;
	for (size_t i = 0; i < drafts->count; i++) {
		assemble_finding(out, &out->findings[i], drafts, &drafts->items[i]);
		if (i >= shown) {
			out->findings[i].role = ROLE_NOISE;
			out->findings[i].severity = SEVERITY_INFO;
		}
	}
	for (size_t i = 0; i < shown; i++)
		for (size_t k = 0; k < out->findings[i].because_count; k++) {
			struct finding *cause = &out->findings[out->findings[i].because[k]];

			cause->explains[cause->explains_count++] = i;
		}
}

void assemble_applications(struct diagnosis *out, const struct runs *runs)
{
	out->applications = alloc_items(out, runs->count, sizeof(*out->applications));
	out->application_count = runs->count;
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *r = &runs->items[i];
		struct application *a = &out->applications[i];

		*a = r->about;
		a->id = copy(out, r->about.id);
		a->name = copy(out, r->about.name);
		a->attempt = copy(out, r->about.attempt);
		a->spark_version = copy(out, r->about.spark_version);
		a->master = copy(out, r->about.master);
		a->deploy_mode = copy(out, r->about.deploy_mode);
		a->clock_note = copy(out, r->clock_note);
		a->settings = alloc_items(out, r->setting_count, sizeof(*a->settings));
		a->setting_count = r->setting_count;
		for (size_t k = 0; k < r->setting_count; k++)
			a->settings[k] = (struct fix_setting){ copy(out, r->settings[k].key),
							       copy(out, r->settings[k].value) };
		a->outcome_evidence = (struct evidence){ .time_ms = TIME_NONE };
		if (r->outcome)
			a->outcome_evidence = (struct evidence){
				.source = copy(out, r->outcome->stream->name),
				.line = r->outcome->line,
				.text = copy(out, r->outcome->text),
				.time_ms = r->outcome->time_ms,
				.process = r->outcome->stream->process,
			};
		/* failed outranks killed outranks unknown outranks succeeded */
		static const unsigned char worse[] = {
			[OUTCOME_SUCCEEDED] = 0,
			[OUTCOME_UNKNOWN] = 1,
			[OUTCOME_KILLED] = 2,
			[OUTCOME_FAILED] = 3,
		};
		if (!i || worse[a->outcome] > worse[out->verdict])
			out->verdict = a->outcome;
	}
}

static void add_absent(struct diagnosis *out, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_absent(struct diagnosis *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	out->absent[out->absent_count++] = arena_vstrf(&out->arena, fmt, args);
	va_end(args);
}

void assemble_absent(struct diagnosis *out, const struct runs *runs)
{
	const struct finding *root = diagnosis_root(out);

	out->absent = alloc_items(out, runs->count * 2, sizeof(*out->absent));
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *r = &runs->items[i];

		if (r->about.outcome == OUTCOME_SUCCEEDED || !root)
			continue;
		if (!r->has_driver && !r->has_am && r->has_executors)
			add_absent(
				out,
				"the driver's log: it says which stage and job the failure ended");
		if (r->has_executors || !root->where.executors.count)
			continue;
		if (str_starts_with(r->app, STR("application_")))
			add_absent(out,
				   "the executors' logs: get them with  yarn logs "
				   "-applicationId " STR_FMT,
				   STR_ARG(r->app));
		else if (str_starts_with(r->app, STR("spark-")))
			add_absent(out,
				   "the executors' logs: kubectl logs of the pods labelled "
				   "spark-role=executor,spark-app-selector=" STR_FMT,
				   STR_ARG(r->app));
		else if (str_starts_with(r->app, STR("app-")))
			add_absent(out,
				   "the executors' logs: work/" STR_FMT
				   "/<executor>/stderr on the workers",
				   STR_ARG(r->app));
	}
}

/* The JSON contract sparkdx.diagnosis.v1; its schema is docs/sparkdx.diagnosis.v1.schema.json. */
#include "base/base.h"
#include "diagnose/render_formats.h"

#include "base/json_writer.h"
#include "diagnose/mask.h"

static void optional_str(struct json_writer *w, const char *name, struct str value)
{
	if (!value.len)
		return;
	json_name(w, str_from(name));
	render_json_str(w, value);
}

static void optional_ms(struct json_writer *w, const char *name, int64_t ms)
{
	if (ms == TIME_NONE)
		return;
	json_name(w, str_from(name));
	json_number(w, ms);
}

static void optional_count(struct json_writer *w, const char *name, int64_t n)
{
	if (n < 0)
		return;
	json_name(w, str_from(name));
	json_number(w, n);
}

static void write_list(struct json_writer *w, const char *name, const struct str_list *list)
{
	json_name(w, str_from(name));
	json_open(w, '[');
	for (size_t i = 0; i < list->count; i++)
		render_json_str(w, list->items[i]);
	json_close(w, ']');
}

static void write_evidence(struct json_writer *w, const struct evidence *e)
{
	json_open(w, '{');
	json_name(w, STR("source"));
	json_str(w, e->source);
	json_name(w, STR("line"));
	json_number(w, e->line);
	optional_ms(w, "time_ms", e->time_ms);
	if (e->process != PROCESS_UNKNOWN) {
		json_name(w, STR("process"));
		json_str(w, str_from(process_name(e->process)));
	}
	optional_str(w, "executor", e->executor);
	json_name(w, STR("text"));
	render_json_str(w, e->text);
	json_close(w, '}');
}

static void write_settings(struct json_writer *w, const struct fix_setting *set, size_t count)
{
	json_open(w, '{');
	for (size_t i = 0; i < count; i++) {
		struct buf safe = BUF_INIT((size_t)1 << 18);

		json_name(w, set[i].key);
		json_str(w, mask_setting(&safe, set[i].key, set[i].value) ? buf_str(&safe)
									  : STR("***"));
		buf_release(&safe);
	}
	json_close(w, '}');
}

static void write_counts(struct json_writer *w, const struct run_counts *c)
{
	json_name(w, STR("counts"));
	json_open(w, '{');
	optional_count(w, "jobs", c->jobs);
	optional_count(w, "failed_jobs", c->failed_jobs);
	optional_count(w, "stages", c->stages);
	optional_count(w, "failed_stages", c->failed_stages);
	optional_count(w, "tasks", c->tasks);
	optional_count(w, "failed_tasks", c->failed_tasks);
	optional_count(w, "killed_tasks", c->killed_tasks);
	optional_count(w, "executors", c->executors);
	optional_count(w, "lost_executors", c->lost_executors);
	json_close(w, '}');
}

static void write_application(struct json_writer *w, const struct application *a)
{
	json_open(w, '{');
	optional_str(w, "id", a->id);
	optional_str(w, "name", a->name);
	optional_str(w, "attempt", a->attempt);
	optional_str(w, "spark_version", a->spark_version);
	optional_str(w, "master", a->master);
	optional_str(w, "deploy_mode", a->deploy_mode);
	json_name(w, STR("outcome"));
	json_str(w, str_from(outcome_name(a->outcome)));
	optional_ms(w, "start_ms", a->start_ms);
	optional_ms(w, "end_ms", a->end_ms);
	write_counts(w, &a->counts);
	json_name(w, STR("settings"));
	write_settings(w, a->settings, a->setting_count);
	if (a->clock_note.len) {
		json_name(w, STR("clock"));
		json_str(w, a->clock_note);
	}
	if (a->outcome_evidence.line) {
		json_name(w, STR("outcome_evidence"));
		write_evidence(w, &a->outcome_evidence);
	}
	json_close(w, '}');
}

static void write_captures(struct json_writer *w, const struct finding *f)
{
	json_name(w, STR("captures"));
	json_open(w, '{');
	for (size_t i = 0; i < f->figure_count; i++) {
		json_name(w, f->figures[i].name);
		switch (f->figures[i].kind) {
		case FIGURE_TEXT:
			render_json_str(w, f->figures[i].text);
			break;
		case FIGURE_INT:
			json_number(w, f->figures[i].number);
			break;
		case FIGURE_REAL:
			json_decimal(w, f->figures[i].real, 3);
			break;
		}
	}
	optional_str(w, "user_line", f->user_frame);
	json_close(w, '}');
}

static void write_fix(struct json_writer *w, const struct fix *x)
{
	json_open(w, '{');
	json_name(w, STR("kind"));
	json_str(w, str_from(fix_kind_name(x->kind)));
	json_name(w, STR("text"));
	json_str(w, x->text);
	if (x->instead) {
		json_name(w, STR("instead"));
		json_flag(w, true);
	}
	if (x->set_count) {
		json_name(w, STR("set"));
		write_settings(w, x->set, x->set_count);
	}
	optional_str(w, "now", x->now);
	optional_str(w, "computed_from", x->computed_from);
	json_close(w, '}');
}

static void write_edges(struct json_writer *w, const char *name, const struct diagnosis *d,
			const size_t *items, size_t count)
{
	json_name(w, str_from(name));
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_str(w, d->findings[items[i]].id);
	json_close(w, ']');
}

static void write_where(struct json_writer *w, const struct place *p)
{
	json_name(w, STR("where"));
	json_open(w, '{');
	optional_str(w, "app", p->app);
	optional_str(w, "attempt", p->attempt);
	write_list(w, "executor", &p->executors);
	write_list(w, "host", &p->hosts);
	write_list(w, "stage", &p->stages);
	write_list(w, "task", &p->tasks);
	json_close(w, '}');
}

static void write_finding(struct json_writer *w, const struct diagnosis *d, const struct finding *f)
{
	json_open(w, '{');
	json_name(w, STR("id"));
	json_str(w, f->id);
	json_name(w, STR("severity"));
	json_str(w, str_from(severity_name(f->severity)));
	json_name(w, STR("role"));
	json_str(w, str_from(role_name(f->role)));
	json_name(w, STR("title"));
	render_json_str(w, f->title);
	optional_str(w, "why", f->why);
	json_name(w, STR("confidence"));
	json_decimal(w, f->confidence, 2);
	json_name(w, STR("count"));
	json_number(w, (int64_t)f->count);
	optional_ms(w, "first_ms", f->first_ms);
	optional_ms(w, "last_ms", f->last_ms);
	write_where(w, &f->where);
	json_name(w, STR("evidence"));
	json_open(w, '[');
	for (size_t i = 0; i < f->evidence_count; i++)
		write_evidence(w, &f->evidence[i]);
	json_close(w, ']');
	write_captures(w, f);
	write_edges(w, "because", d, f->because, f->because_count);
	write_edges(w, "explains", d, f->explains, f->explains_count);
	json_name(w, STR("fixes"));
	json_open(w, '[');
	for (size_t i = 0; i < f->fix_count; i++)
		write_fix(w, &f->fixes[i]);
	json_close(w, ']');
	optional_str(w, "see_in_ui", f->see_in_ui);
	optional_str(w, "disproof", f->disproof);
	json_close(w, '}');
}

bool render_finding_json(const struct diagnosis *d, size_t i, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	write_finding(&w, d, &d->findings[i]);
	return !w.failed;
}

static void write_inputs(struct json_writer *w, const struct diagnosis *d)
{
	static const char *const grades[] = {
		[GRADE_OK] = "ok",
		[GRADE_PARTIAL] = "partial",
		[GRADE_SKIPPED] = "skipped",
		[GRADE_FAILED] = "failed",
	};

	json_name(w, STR("inputs"));
	json_open(w, '[');
	for (size_t i = 0; i < d->input_count; i++) {
		const struct input_status *in = &d->inputs[i];

		json_open(w, '{');
		json_name(w, STR("path"));
		json_str(w, in->path);
		json_name(w, STR("kind"));
		json_str(w, in->kind);
		json_name(w, STR("status"));
		json_str(w, str_from(grades[in->grade]));
		json_name(w, STR("bytes"));
		json_number(w, (int64_t)in->bytes);
		optional_str(w, "note", in->note);
		json_close(w, '}');
	}
	json_close(w, ']');
}

bool render_json(const struct diagnosis *d, const struct render_options *o, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, '{');
	json_name(&w, STR("schema"));
	json_str(&w, STR("sparkdx.diagnosis.v1"));
	json_name(&w, STR("verdict"));
	json_str(&w, str_from(outcome_name(d->verdict)));
	json_name(&w, STR("applications"));
	json_open(&w, '[');
	for (size_t i = 0; i < d->application_count; i++)
		write_application(&w, &d->applications[i]);
	json_close(&w, ']');
	json_name(&w, STR("findings"));
	json_open(&w, '[');
	for (size_t i = 0; i < d->finding_count; i++)
		if (o->all || d->findings[i].role != ROLE_NOISE)
			write_finding(&w, d, &d->findings[i]);
	json_close(&w, ']');
	json_name(&w, STR("noise_lines"));
	json_number(&w, (int64_t)d->noise_lines);
	json_name(&w, STR("absent"));
	json_open(&w, '[');
	for (size_t i = 0; i < d->absent_count; i++)
		json_str(&w, d->absent[i]);
	json_close(&w, ']');
	write_inputs(&w, d);
	json_close(&w, '}');
	return !w.failed;
}

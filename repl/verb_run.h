/*
 * verb_run.h - what the rows of the verb table do, by the file they are in.
 */
#ifndef SPARKDX_REPL_VERB_RUN_H
#define SPARKDX_REPL_VERB_RUN_H

#include "repl/verb.h"

/* verb_input.c */
enum verb_result verb_open(struct session *s, const struct call *c);
enum verb_result verb_close(struct session *s, const struct call *c);
enum verb_result verb_inputs(struct session *s, const struct call *c);
enum verb_result verb_use(struct session *s, const struct call *c);

/* verb_finding.c */
enum verb_result verb_findings(struct session *s, const struct call *c);
enum verb_result verb_show_finding(struct session *s, const struct call *c);
enum verb_result verb_explain(struct session *s, const struct call *c);

/* verb_table.c */
enum verb_result verb_view(struct session *s, const struct call *c);
enum verb_result verb_timeline(struct session *s, const struct call *c);
enum verb_result verb_tasks(struct session *s, const struct call *c);
enum verb_result verb_environment(struct session *s, const struct call *c);
enum verb_result verb_whatif(struct session *s, const struct call *c);
enum verb_result verb_plan(struct session *s, const struct call *c);
enum verb_result verb_conf(struct session *s, const struct call *c);
enum verb_result verb_compare(struct session *s, const struct call *c);

/* verb_query.c */
enum verb_result verb_query(struct session *s, const struct call *c);

/* verb_log.c */
enum verb_result verb_log(struct session *s, const struct call *c);
enum verb_result verb_grep(struct session *s, const struct call *c);
enum verb_result verb_step(struct session *s, const struct call *c);
enum verb_result verb_context(struct session *s, const struct call *c);
enum verb_result verb_at(struct session *s, const struct call *c);

/* verb_filter.c */
enum verb_result verb_filter(struct session *s, const struct call *c);
enum verb_result verb_undo(struct session *s, const struct call *c);
enum verb_result verb_follow(struct session *s, const struct call *c);

/* verb_count.c */
enum verb_result verb_group(struct session *s, const struct call *c);
enum verb_result verb_hist(struct session *s, const struct call *c);

/* verb_note.c */
enum verb_result verb_mark(struct session *s, const struct call *c);
enum verb_result verb_go(struct session *s, const struct call *c);
enum verb_result verb_note(struct session *s, const struct call *c);
enum verb_result verb_notes(struct session *s, const struct call *c);
enum verb_result verb_export(struct session *s, const struct call *c);

/* verb_session.c */
enum verb_result verb_help(struct session *s, const struct call *c);
enum verb_result verb_set(struct session *s, const struct call *c);
enum verb_result verb_history(struct session *s, const struct call *c);
enum verb_result verb_shell(struct session *s, const struct call *c);
enum verb_result verb_quit(struct session *s, const struct call *c);

#endif

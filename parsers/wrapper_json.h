/*
 * wrapper_json.h - log lines that a collector keeps as members of JSON objects.
 *
 * One object per line: docker's json-file, Fluentd, Fluent Bit, Filebeat, Elasticsearch hits, Cloud
 * Logging, CloudWatch, journald, Airflow 3. Pretty-printed documents, one member per line: the
 * answers of the same services' command-line tools, and the outputs of a notebook.
 *
 * Example: `{"textPayload":"26/11/30 01:38:34 INFO A: b","timestamp":"2026-11-30T01:38:34Z"}` peels
 * to `26/11/30 01:38:34 INFO A: b`; of a document, `    "message": "26/11/30 …",` does.
 */
#ifndef SPARKDX_PARSERS_WRAPPER_JSON_H
#define SPARKDX_PARSERS_WRAPPER_JSON_H

#include "base/base.h"
#include "base/buf.h"
#include "parsers/line.h"

/* `line` is one object that holds a log line: its text (decoded into `scratch`) and time. */
bool wrapper_json_peel(struct str line, struct line_peeled *out, struct buf *scratch);

/* Does a stream that begins so hold one document, a member per line? */
bool wrapper_json_is_document(struct str head);
/* A line of such a document: the log line in it, or, when it holds none, dropped. */
void wrapper_json_document_peel(struct str line, struct line_peeled *out, struct buf *scratch);

#endif

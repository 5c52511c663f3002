/*
 * json_writer.h - JSON appended to a buffer, well-formed whatever the strings hold.
 *
 * Invalid UTF-8 becomes U+FFFD. Commas, colons and indentation are the writer's business; nesting
 * is checked with BUG_ON. Past the buffer's ceiling `failed` is set and nothing more is written.
 */
#ifndef SPARKDX_BASE_JSON_WRITER_H
#define SPARKDX_BASE_JSON_WRITER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 16 };

struct json_writer {
	struct buf *out;
	bool failed;
	bool compact; /* set it behind json_writer_init(): all in one line */
	unsigned depth;
	bool has_items[JSON_DEPTH_MAX]; /* of the value open at each depth */
	bool after_key;
};

void json_writer_init(struct json_writer *w, struct buf *out);
void json_open(struct json_writer *w, char bracket);  /* '{' or '[' */
void json_close(struct json_writer *w, char bracket); /* '}' or ']' */
void json_name(struct json_writer *w, struct str name);
void json_str(struct json_writer *w, struct str value);
void json_number(struct json_writer *w, int64_t value);
void json_decimal(struct json_writer *w, double value, int digits);
void json_flag(struct json_writer *w, bool value);

#endif

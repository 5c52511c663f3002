#include "base/base.h"
#include "repl/saved.h"

#include "base/file.h"
#include "base/json_writer.h"
#include "diagnose/mask.h"
#include "parsers/json_pull.h"

#include <errno.h>
#include <unistd.h>

enum { SAVED_BYTES_MAX = 16 << 20 /* one file, and what is read of it */, WHY_BYTES = 256 };

void saved_name(const struct session *s, char *name, size_t size)
{
	uint64_t hash = STR_HASH_BASIS;

	for (size_t i = 0; i < s->path_count; i++) {
		char *whole = realpath(s->paths[i].ptr, NULL);

		hash = str_hash(hash, whole ? str_from(whole) : s->paths[i]);
		hash = str_hash(hash, STR("\n"));
		free(whole);
	}
	(void)snprintf(name, size, "session-%016" PRIx64, hash);
}

/* --- writing --------------------------------------------------------------------------------- */

static bool is_secret(struct str text)
{
	struct secret found;

	return secret_find(text, 0, &found);
}

static void write_filters(const struct session *s, struct json_writer *w)
{
	struct buf text = BUF_INIT((size_t)1 << 20);

	json_name(w, STR("filters"));
	json_open(w, '[');
	for (size_t i = 0; i < log_filter_count(s->filter); i++) {
		buf_clear(&text);
		log_filter_show(s->filter, i, &text);
		if (!is_secret(buf_str(&text)))
			json_str(w, buf_str(&text));
	}
	json_close(w, ']');
	buf_release(&text);
}

static void write_notes(const struct session *s, struct json_writer *w)
{
	json_name(w, STR("notes"));
	json_open(w, '[');
	for (size_t i = 0; i < s->note_count; i++) {
		const struct note *n = &s->notes[i];

		if (is_secret(n->text) || is_secret(n->name))
			continue;
		json_open(w, '{');
		json_name(w, STR("mark"));
		json_str(w, n->name);
		json_name(w, STR("text"));
		json_str(w, n->text);
		json_name(w, STR("source"));
		json_str(w, n->source);
		json_name(w, STR("line"));
		json_number(w, n->line);
		json_close(w, '}');
	}
	json_close(w, ']');
}

bool saved_write(const struct session *s, const char *path)
{
	struct buf text = BUF_INIT(SAVED_BYTES_MAX);
	struct json_writer w;
	bool ok;

	if (!s->note_count && !log_filter_count(s->filter))
		return !unlink(path) || errno == ENOENT;
	json_writer_init(&w, &text);
	json_open(&w, '{');
	json_name(&w, STR("paths"));
	json_open(&w, '[');
	for (size_t i = 0; i < s->path_count; i++)
		json_str(&w, s->paths[i]);
	json_close(&w, ']');
	write_filters(s, &w);
	write_notes(s, &w);
	json_close(&w, '}');
	ok = !w.failed && file_replace(path, buf_str(&text), 0600);
	buf_release(&text);
	return ok;
}

/* --- reading --------------------------------------------------------------------------------- */

/* The next string, decoded, in the arena. */
static struct str read_text(struct json_pull *p, struct arena *arena)
{
	struct buf plain = BUF_INIT(SAVED_BYTES_MAX);
	struct str kept;

	if (!json_unescape(pull_string(p), &plain) || !arena_str(arena, buf_str(&plain), &kept))
		kept = STR("");
	buf_release(&plain);
	return kept;
}

static void read_filter(struct session *s, struct str text)
{
	char why[WHY_BYTES];
	struct str kind, value;
	enum log_term_kind k;

	(void)str_cut(text, ' ', &kind, &value);
	k = log_term_find(kind);
	if (k != LOG_TERM_COUNT && !log_filter_push(s->filter, k, value, why))
		session_error(s, "a filter of the last session is left out: %s", why);
}

static void read_note(struct session *s, struct json_pull *p, struct arena *arena)
{
	struct note n = { .line = 0 };
	struct str key;

	for (pull_object(p); pull_key(p, &key);) {
		if (str_eq(key, STR("mark"))) {
			n.name = read_text(p, arena);
		} else if (str_eq(key, STR("text"))) {
			n.text = read_text(p, arena);
		} else if (str_eq(key, STR("source"))) {
			n.source = read_text(p, arena);
		} else if (str_eq(key, STR("line"))) {
			int64_t line = pull_int(p, 0);

			n.line = line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
		} else {
			pull_skip(p);
		}
	}
	if (n.name.len || n.text.len)
		(void)session_note(s, n);
}

bool saved_read(struct session *s, const char *path)
{
	struct arena arena = ARENA_INIT(SAVED_BYTES_MAX);
	struct buf text = BUF_INIT(SAVED_BYTES_MAX);
	struct json_pull p;
	struct str key;

	if (file_load(path, &text)) {
		p = json_pull(buf_str(&text));
		for (pull_object(&p); pull_key(&p, &key);) {
			if (str_eq(key, STR("filters")))
				for (pull_array(&p); pull_element(&p);)
					read_filter(s, read_text(&p, &arena));
			else if (str_eq(key, STR("notes")))
				for (pull_array(&p); pull_element(&p);)
					read_note(s, &p, &arena);
			else
				pull_skip(&p);
		}
	}
	buf_release(&text);
	arena_release(&arena);
	return s->note_count || log_filter_count(s->filter);
}

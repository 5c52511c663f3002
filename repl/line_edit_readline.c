/* Lines by GNU readline, or by libedit behind the same interface (LINE_LIBEDIT). */
#include "base/base.h"
#include "repl/line_edit.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef LINE_LIBEDIT
#include <editline/readline.h>
#else
#include <readline/history.h>
#include <readline/readline.h>
#endif

enum { HISTORY_LINES = 2000 };

static struct line_edit_options options;
static struct completions found;
static sigset_t while_waiting; /* for signals: what was blocked before the line began */

static char *next_candidate(const char *text, int state)
{
	static size_t i;
	char *copy;

	(void)text;
	i = state ? i + 1 : 0;
	if (i >= found.count)
		return NULL;
	copy = strndup(found.items[i].ptr, found.items[i].len);
	if (!copy)
		die_no_memory();
	return copy;
}

/* Where nothing can be completed: what is still to be typed. */
static void show_hint(struct str before)
{
	struct buf hint = BUF_INIT(1024);

	complete_hint(before, &hint);
	if (hint.len) {
		fprintf(rl_outstream, "\n  " STR_FMT "\n", STR_ARG(buf_str(&hint)));
		rl_on_new_line();
	}
	buf_release(&hint);
}

static char **complete(const char *text, int start, int end)
{
	struct str before = { rl_line_buffer, (size_t)end };
	char **matches = NULL;

	complete_line(options.session, before, &found);
	/* Where a quote is open the library and we do not mean the same word. */
	if (found.at == (size_t)start)
		matches = rl_completion_matches(text, next_candidate);
	if (!found.count)
		show_hint(before);
	rl_attempted_completion_over = 1;
	if (found.count == 1 && found.items[0].len &&
	    found.items[0].ptr[found.items[0].len - 1] == '/')
		rl_completion_append_character = '\0';
	completions_release(&found);
	return matches;
}

/*
 * One byte of the terminal. SIGINT comes while we wait here, and at no other moment, so none is
 * missed; then line feeds end the line, whatever sequence of keys was begun.
 */
static int next_byte(FILE *in)
{
	struct pollfd ready = { .fd = fileno(in), .events = POLLIN };
	unsigned char c;

	for (;;) {
		if (*options.cancel)
			return '\n';
		if (ppoll(&ready, 1, NULL, &while_waiting) > 0)
			return read(ready.fd, &c, 1) == 1 ? c : EOF;
		if (errno != EINTR)
			return EOF;
	}
}

void line_edit_begin(const struct line_edit_options *o)
{
	static char breaks[] = " \t\n;";
	static char name[] = "sparkdx";

	options = *o;
	rl_readline_name = name; /* for conditions in .inputrc */
	rl_catch_signals = 0;
	rl_getc_function = next_byte;
#ifdef LINE_LIBEDIT
	(void)rl_initialize();
	(void)rl_bind_key('\t', rl_complete);
#endif
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = breaks;
	using_history();
	stifle_history(HISTORY_LINES);
	if (options.history)
		(void)read_history(options.history); /* the first time there is none */
}

enum line_edit_result line_edit_read(const char *prompt, char **line)
{
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &while_waiting);
	*line = readline(prompt);
	sigprocmask(SIG_SETMASK, &while_waiting, NULL);
	if (!*options.cancel)
		return *line ? LINE_EDIT_OK : LINE_EDIT_END;
	free(*line);
	*line = NULL;
	return LINE_EDIT_CLEARED;
}

void line_edit_remember(const char *line)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

	if (!last || strcmp(last->line, line) != 0)
		add_history(line);
}

void line_edit_end(void)
{
	mode_t mask;

	if (!options.history)
		return;
	mask = umask(077);
	if (write_history(options.history) || chmod(options.history, 0600))
		diag_report(options.session->diags, DIAG_WARNING, "history",
			    str_from(options.history), 0, "the history was not kept: %s",
			    strerror(errno));
	(void)umask(mask);
}

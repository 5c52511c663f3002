#include "base/base.h"
#include "repl/repl.h"

#include "base/limits.h"
#include "diagnose/mask.h"
#include "repl/line_edit.h"
#include "repl/saved.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t cancel;

static void on_interrupt(int number)
{
	(void)number;
	cancel = 1;
}

/* --- output ---------------------------------------------------------------------------------- */

/* Where answers go: straight out, or through a pager once one is longer than the screen. */
struct screen {
	struct session *session;
	FILE *out;
	FILE *pager;
	bool interactive;
	unsigned rows;
};

static bool write_out(void *context, struct str text)
{
	struct screen *s = context;
	const char *pager = getenv("PAGER");
	FILE *to;

	if (s->interactive && s->session->pager && !s->session->options.safe && !s->pager &&
	    s->rows && str_count(text, '\n') >= s->rows) {
		/* Less ends by itself when one screen is enough, and keeps colours. */
		(void)setenv("LESS", "FRX", 0);
		s->pager = popen(pager && *pager ? pager : "less", "w");
	}
	to = s->pager ? s->pager : s->out;
	return fwrite(text.ptr, 1, text.len, to) == text.len && !fflush(to);
}

static void end_answer(struct screen *s)
{
	if (s->pager)
		(void)pclose(s->pager); /* a pager that is left early is no failure */
	s->pager = NULL;
}

static void note_size(struct screen *s)
{
	struct winsize size;

	if (ioctl(fileno(s->out), TIOCGWINSZ, &size) || !size.ws_col)
		return;
	s->rows = size.ws_row;
	s->session->render.columns = size.ws_col;
}

/* --- commands -------------------------------------------------------------------------------- */

/* What gives a secret away, or was typed behind a blank, is not remembered. */
static bool is_private(const char *line)
{
	struct secret secret;

	return *line == ' ' || secret_find(str_from(line), 0, &secret);
}

static enum verb_result run_line(struct screen *screen, const char *line)
{
	struct session *s = screen->session;
	enum verb_result result;

	if (*line && !is_private(line))
		session_past(s, str_from(line));
	/* For whoever reads the transcript, whatever the format of answers. */
	if (s->echo && *line)
		(void)(fprintf(screen->out, "sparkdx> %s\n", line) < 0 || fflush(screen->out));
	result = verb_run_text(s, str_from(line));
	end_answer(screen);
	if (cancel && screen->interactive)
		fputs("cancelled\n", screen->out);
	return result;
}

/* What could be read is shown; what could not makes it trouble. */
static enum verb_result run_words(struct session *s, const struct str *words, size_t count)
{
	enum verb_result result = verb_run(s, words, count);

	if (!session_flush(s) || s->diagnosis->input_trouble)
		return VERB_TROUBLE;
	return result;
}

static enum verb_result run_stream(struct screen *screen, FILE *in)
{
	enum verb_result result = VERB_OK, one;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;

	while (!screen->session->quit && (len = getline(&line, &capacity, in)) >= 0) {
		if (len && line[len - 1] == '\n')
			line[--len] = '\0';
		if (memchr(line, '\0', (size_t)len)) {
			session_error(screen->session, "a NUL byte in a command");
			one = VERB_TROUBLE;
		} else {
			one = run_line(screen, line);
		}
		result = one == VERB_OK ? result : one;
	}
	free(line);
	return result;
}

static enum verb_result run_script(struct screen *screen, const char *name)
{
	FILE *in = fopen(name, "r");
	enum verb_result result;

	if (!in) {
		session_error(screen->session, "%.200s: %s", name, strerror(errno));
		return VERB_TROUBLE;
	}
	result = run_stream(screen, in);
	if (ferror(in)) {
		session_error(screen->session, "%.200s: %s", name, strerror(errno));
		result = VERB_TROUBLE;
	}
	fclose(in);
	return result;
}

/* --- a person -------------------------------------------------------------------------------- */

enum { STATE_DIRECTORY_BYTES = 4096, STATE_PATH_BYTES = STATE_DIRECTORY_BYTES + 100 };

static bool make_directory(const char *path)
{
	return !mkdir(path, 0700) || errno == EEXIST;
}

/* The path of $XDG_STATE_HOME/sparkdx/NAME, in directories made private; false: there is no place
 * for it. */
static bool state_path(const char *name, char *path, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char directory[STATE_DIRECTORY_BYTES];
	int len;

	if (state && state[0] == '/')
		len = snprintf(directory, sizeof(directory), "%s/sparkdx", state);
	else if (home && home[0] == '/')
		len = snprintf(directory, sizeof(directory), "%s/.local/state/sparkdx", home);
	else
		return false;
	if (len < 0 || (size_t)len >= sizeof(directory))
		return false;
	for (char *slash = strchr(directory + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (!make_directory(directory))
			return false;
		*slash = '/';
	}
	len = snprintf(path, size, "%s/%s", directory, name);
	return make_directory(directory) && len > 0 && (size_t)len < size;
}

static enum verb_result ask(struct screen *screen)
{
	struct session *s = screen->session;
	enum verb_result result = VERB_OK;
	char history[STATE_PATH_BYTES];
	struct line_edit_options o = { .session = s, .cancel = &cancel };

	if (!s->options.private && state_path("history", history, sizeof(history)))
		o.history = history;
	line_edit_begin(&o);
	while (!s->quit) {
		enum line_edit_result read;
		char *line = NULL;

		cancel = 0;
		read = line_edit_read("sparkdx> ", &line);
		if (read == LINE_EDIT_END) {
			fputc('\n', screen->out);
			break;
		}
		if (read == LINE_EDIT_CLEARED)
			continue;
		cancel = 0;
		note_size(screen);
		if (*line && !is_private(line))
			line_edit_remember(line);
		result = run_line(screen, line);
		free(line);
	}
	line_edit_end();
	/* A person saw what went wrong, and left. */
	return result == VERB_TROUBLE && !s->quit ? VERB_TROUBLE : VERB_OK;
}

static void greet(struct screen *screen)
{
	struct session *s = screen->session;

	if (s->diagnosis && render_greeting(s->diagnosis, &s->render, &s->out))
		(void)session_flush(s);
	fputs(s->diagnosis ? "why, fix, next, at, grep ... help lists all, quit ends\n"
			   : "nothing is open: open PATH. help lists all, quit ends\n",
	      screen->out);
}

/* Where filters, marks and notes are kept; false: nowhere. */
static bool saved_path(const struct session *s, char *path, size_t size)
{
	char name[64];

	saved_name(s, name, sizeof(name));
	return s->diagnosis && !s->options.private && state_path(name, path, size);
}

static void restore(struct screen *screen)
{
	struct session *s = screen->session;
	char path[STATE_PATH_BYTES];

	if (saved_path(s, path, sizeof(path)) && saved_read(s, path))
		fprintf(screen->out,
			"from the last session: notes and marks %zu (notes), filters %zu (filter, "
			"filter clear)\n",
			s->note_count, log_filter_count(s->filter));
}

static void save(struct screen *screen)
{
	struct session *s = screen->session;
	char path[STATE_PATH_BYTES];

	if (saved_path(s, path, sizeof(path)) && !saved_write(s, path))
		session_error(s, "notes and filters could not be kept: %.200s: %s", path,
			      strerror(errno));
}

/* Does the log come where commands would? */
static bool reads_stdin(const struct repl_options *o)
{
	for (size_t i = 0; i < o->path_count; i++)
		if (str_eq(o->paths[i], STR("-")))
			return true;
	return false;
}

/* --- all of it ------------------------------------------------------------------------------- */

enum verb_result repl_run(const struct repl_options *o, struct diag_sink *diags)
{
	struct session_options options = o->session;
	enum verb_result result = VERB_OK;
	struct session s;
	struct screen screen = { .session = &s, .out = o->out };
	bool opened = true, piped = reads_stdin(o);

	/* One command that shows the diagnosis needs no more of the logs. */
	if (o->word_count)
		options.unindexed = !(verb_find(o->words[0], NULL)->flags & FLAG_LOGS);
	screen.interactive = !o->commands && !o->script && !o->word_count &&
			     isatty(fileno(o->out)) && (piped || isatty(STDIN_FILENO));
	if (screen.interactive) {
		struct sigaction action = { .sa_handler = on_interrupt };

		options.diagnose.cancel = &cancel;
		(void)sigaction(SIGINT, &action, NULL);
	}
	session_init(&s, &options, diags);
	s.format = o->format;
	s.render = o->render;
	s.write = write_out;
	s.write_context = &screen;
	if (o->path_count)
		opened = session_open(&s, o->paths, o->path_count);
	/* What was piped is through: commands are typed. */
	if (screen.interactive && piped)
		screen.interactive = freopen("/dev/tty", "r", stdin) != NULL;
	if (screen.interactive) {
		cancel = 0;
		note_size(&screen);
		greet(&screen);
		restore(&screen);
		result = ask(&screen);
		save(&screen);
	} else if (!opened) {
		result = VERB_TROUBLE;
	} else if (o->word_count) {
		s.limit = 0;
		result = run_words(&s, o->words, o->word_count);
	} else if (o->commands) {
		result = run_line(&screen, o->commands);
	} else {
		result = o->script ? run_script(&screen, o->script) : run_stream(&screen, stdin);
	}
	session_release(&s);
	return result;
}

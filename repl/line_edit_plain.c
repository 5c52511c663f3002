/* Lines without a library: whatever the terminal itself offers. */
#include "base/base.h"
#include "repl/line_edit.h"

#include "base/limits.h"

#include <poll.h>
#include <unistd.h>

static struct line_edit_options options;

void line_edit_begin(const struct line_edit_options *o)
{
	options = *o;
}

/* Until a line is there; false: Ctrl-C. It is let in only while waiting, so that none is missed
 * between the prompt and the wait. */
static bool wait_for_line(const char *prompt)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t interrupt, before;
	int ready = 0;

	(void)sigemptyset(&interrupt);
	(void)sigaddset(&interrupt, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &interrupt, &before);
	fputs(prompt, stdout);
	fflush(stdout);
	while (!*options.cancel && ready <= 0)
		ready = ppoll(&in, 1, NULL, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return !*options.cancel;
}

enum line_edit_result line_edit_read(const char *prompt, char **line)
{
	size_t capacity = 0;
	ssize_t len;

	*line = NULL;
	if (!wait_for_line(prompt)) {
		fputc('\n', stdout);
		return LINE_EDIT_CLEARED;
	}
	len = getline(line, &capacity, stdin);
	if (len < 0) {
		free(*line);
		*line = NULL;
		return LINE_EDIT_END;
	}
	if (len && (*line)[len - 1] == '\n')
		(*line)[len - 1] = '\0';
	return LINE_EDIT_OK;
}

void line_edit_remember(const char *line)
{
	(void)line; /* the terminal has no history to put it into */
}

void line_edit_end(void)
{
}

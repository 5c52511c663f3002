/* Lines without a library: whatever the terminal itself offers. */
#include "base/base.h"
#include "repl/line_edit.h"

#include "base/limits.h"

#include <errno.h>

static struct line_edit_options options;

void line_edit_begin(const struct line_edit_options *o)
{
	options = *o;
}

enum line_edit_result line_edit_read(const char *prompt, char **line)
{
	size_t capacity = 0;
	ssize_t len;

	*line = NULL;
	fputs(prompt, stdout);
	fflush(stdout);
	len = getline(line, &capacity, stdin);
	if (len >= 0) {
		if (len && (*line)[len - 1] == '\n')
			(*line)[len - 1] = '\0';
		return LINE_EDIT_OK;
	}
	free(*line);
	*line = NULL;
	if (errno == EINTR && *options.cancel) {
		clearerr(stdin);
		fputc('\n', stdout);
		return LINE_EDIT_CLEARED;
	}
	return LINE_EDIT_END;
}

void line_edit_remember(const char *line)
{
	(void)line; /* the terminal has no history to put it into */
}

void line_edit_end(void)
{
}

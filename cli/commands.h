/*
 * commands.h - the one table of commands: dispatch, help, man page, completions.
 */
#ifndef SPARKDX_CLI_COMMANDS_H
#define SPARKDX_CLI_COMMANDS_H

#include "base/base.h"
#include "base/buf.h"
#include "base/diag.h"
#include "cli/options.h"
#include "repl/verb.h"

/* ripgrep's and grep's: 0 nothing to report, 1 something, 2 trouble. */
enum exit_status { EXIT_NOTHING = 0, EXIT_SOMETHING = 1, EXIT_TROUBLE = 2 };

struct command {
	const char *name;
	const char *arguments; /* "PATH..."; NULL: those of the verb, then PATH... */
	const char *summary;   /* one line, lower case, no full stop */
	const char *details;   /* paragraphs for `help NAME` and the man page */
	const char *example;   /* one line, run by the tests */
	bool hidden;
	const struct verb *verb; /* of a session; NULL: a command of its own */
	/* Words behind the command's name. Results go to `out`, trouble to `diags`. */
	enum exit_status (*run)(const struct options *o, char **words, size_t count, FILE *out,
				struct diag_sink *diags);
};

/* Commands of their own first, then the verbs of a session that are commands too. */
size_t command_count(void);
struct command command_at(size_t i);
/* False when there is none of that name. */
bool command_find(const char *name, struct command *c);
/* "grep REGEX [LOG] PATH..." */
void command_usage(const struct command *c, struct buf *out);

void help_overview(FILE *out);
void help_command(FILE *out, const struct command *c);
/* man, bash, zsh, fish; false when unknown. */
bool help_generate(FILE *out, const char *what);

#endif

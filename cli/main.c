/* sparkdx: options, one command, exit status. The only place that exits. */
#include "base/base.h"

#include "base/buf.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/diagnose.h"
#include "cli/options.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void print_escaped(const char *label, struct str text)
{
	struct buf safe = BUF_INIT((size_t)1 << 20);

	if (text.len && utf8_escape(&safe, text))
		fprintf(stderr, "%s" STR_FMT "\n", label, STR_ARG(buf_str(&safe)));
	buf_release(&safe);
}

static void print_diag(struct diag_sink *sink, const struct diag *d)
{
	static const char *const levels[] = {
		[DIAG_NOTE] = "note",
		[DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "error",
	};
	struct buf head = BUF_INIT((size_t)1 << 16);

	(void)sink;
	if (d->loc.file.len && buf_add(&head, d->loc.file) &&
	    (!d->loc.line || buf_addf(&head, ":%" PRIu32, d->loc.line)) &&
	    buf_add(&head, STR(": ")))
		fprintf(stderr, STR_FMT, STR_ARG(buf_str(&head)));
	else
		fputs("sparkdx: ", stderr);
	fprintf(stderr, "%s: ", levels[d->level]);
	print_escaped("", d->message);
	print_escaped("  reason: ", d->reason);
	print_escaped("  | ", d->snippet);
	print_escaped("  help: ", d->help);
	buf_release(&head);
}

static enum exit_status usage(const char *why)
{
	fprintf(stderr, "sparkdx: error: %s\n  help: sparkdx --help\n", why);
	return EXIT_TROUBLE;
}

/* The reader going away is its choice; anything else that was not written is trouble. */
static enum exit_status close_output(FILE *out, const char *name, enum exit_status status)
{
	if (!fflush(out) && !ferror(out) && (out == stdout || !fclose(out)))
		return status;
	if (errno == EPIPE)
		return status;
	fprintf(stderr, "sparkdx: error: %s: %s\n", name, strerror(errno));
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	struct diag_sink diags = { .emit = print_diag };
	struct command command;
	struct options options;
	char why[256] = "";
	FILE *out = stdout;
	bool named;
	enum exit_status status;

	signal(SIGPIPE, SIG_IGN);
	if (!options_parse(&options, argc, argv, why))
		return usage(why);
	if (options.version) {
		printf("sparkdx %s\n", SPARKDX_VERSION);
		return close_output(stdout, "standard output", EXIT_NOTHING);
	}
	named = options.word_count && command_find(options.words[0], &command);
	if (options.help || !options.word_count) {
		if (named)
			help_command(stdout, &command);
		else
			help_overview(options.help ? stdout : stderr);
		return close_output(stdout, "standard output",
				    options.help ? EXIT_NOTHING : EXIT_TROUBLE);
	}
	if (options.output.len) {
		out = fopen(options.output.ptr, "w");
		if (!out) {
			fprintf(stderr, "sparkdx: error: %s: %s\n", options.output.ptr,
				strerror(errno));
			return EXIT_TROUBLE;
		}
	}
	/* What has no command's name is what to diagnose, and so is a file called like a verb. */
	if (named && command.verb && options.word_count == 1 && !access(options.words[0], F_OK))
		named = false;
	status = named ? command.run(&options, options.words + 1, options.word_count - 1, out,
				     &diags)
		       : run_diagnose(&options, options.words, options.word_count, out, &diags);
	return close_output(out, options.output.len ? options.output.ptr : "standard output",
			    status);
}

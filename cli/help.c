/* Everything printed about commands and options, from their two tables. */
#include "base/base.h"
#include "cli/commands.h"

#include "repl/verb.h"

static void print_options(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *s = &option_table[i];
		char left[64];

		(void)snprintf(left, sizeof(left), "%s%c%s --%s%s%s", s->letter ? "-" : " ",
			       s->letter ? s->letter : ' ', s->letter ? "," : " ", s->name,
			       s->value ? " " : "", s->value ? s->value : "");
		fprintf(out, "  %-26s %s\n", left, s->summary);
	}
}

/* The commands of one kind, with what to write behind their names, or what they do. */
static void print_commands(FILE *out, bool of_verbs, bool usage)
{
	for (size_t i = 0; i < command_count(); i++) {
		const struct command c = command_at(i);
		struct buf text = BUF_INIT(512);

		if (c.hidden || of_verbs != !!c.verb)
			continue;
		command_usage(&c, &text);
		if (usage)
			fprintf(out, "       sparkdx " STR_FMT "\n", STR_ARG(buf_str(&text)));
		else
			fprintf(out, "  %-26s %s\n", c.name, c.summary);
		buf_release(&text);
	}
}

void help_overview(FILE *out)
{
	fputs("sparkdx - what failed first in a Spark run, why, and what cures it\n\n"
	      "usage: sparkdx [OPTIONS] PATH...\n",
	      out);
	print_commands(out, false, true);
	fputs("\ncommands\n", out);
	print_commands(out, false, false);
	fputs("\ntables and logs of a run: sparkdx NAME PATH..., or in a session\n", out);
	print_commands(out, true, false);
	fputs("\noptions\n", out);
	print_options(out);
	fputs("\nexit status: 0 nothing at or above --fail-on, 1 something, 2 trouble\n", out);
}

void help_command(FILE *out, const struct command *c)
{
	struct buf usage = BUF_INIT(512);

	command_usage(c, &usage);
	fprintf(out, "sparkdx " STR_FMT "\n\n%s\n", STR_ARG(buf_str(&usage)), c->summary);
	if (c->details[0])
		fprintf(out, "\n%s\n", c->details);
	if (c->example[0])
		fprintf(out, "\nexample\n  %s\n", c->example);
	buf_release(&usage);
}

/* In roff a dash must be \- and a leading dot or quote protected. */
static void roff(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
	}
}

static void generate_man(FILE *out)
{
	fprintf(out, ".TH SPARKDX 1 \"\" \"sparkdx %s\"\n", SPARKDX_VERSION);
	fputs(".SH NAME\nsparkdx \\- find the root cause of a failed Apache Spark run\n"
	      ".SH SYNOPSIS\n.B sparkdx\n[diagnose] [OPTIONS] PATH...\n",
	      out);
	for (size_t i = 0; i < command_count(); i++) {
		const struct command c = command_at(i);

		if (!c.hidden && !c.verb && i) {
			fprintf(out, ".br\n.B sparkdx %s\n", c.name);
			roff(out, c.arguments);
			fputc('\n', out);
		}
	}
	fputs(".br\n.B sparkdx\nCOMMAND OF A SESSION [ARGUMENT...] PATH...\n.SH COMMANDS\n", out);
	for (size_t i = 0; i < command_count(); i++) {
		const struct command c = command_at(i);

		if (c.hidden || c.verb)
			continue;
		fprintf(out, ".TP\n.B %s\n", c.name);
		roff(out, c.summary);
		fputs(".br\n\n", out);
		roff(out, c.details);
		fputc('\n', out);
	}
	fputs(".SH OPTIONS\n", out);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *s = &option_table[i];

		fputs(".TP\n", out);
		if (s->letter)
			fprintf(out, "\\fB\\-%c\\fR, ", s->letter);
		fputs("\\fB\\-\\-", out);
		roff(out, s->name);
		fputs("\\fR", out);
		if (s->value)
			fprintf(out, " \\fI%s\\fR", s->value);
		fputc('\n', out);
		roff(out, s->summary);
		fputc('\n', out);
	}
	fputs(".SH COMMANDS OF A SESSION\nAny unique beginning of a name will do. Those that show "
	      "something of a run are\ncommands as well: sparkdx NAME [ARGUMENT...] PATH...\n",
	      out);
	for (size_t i = 0; i < verb_count; i++) {
		struct buf usage = BUF_INIT(512);

		verb_usage(&verbs[i], &usage);
		fprintf(out, ".TP\n.B " STR_FMT "\n", STR_ARG(buf_str(&usage)));
		roff(out, verbs[i].summary);
		fputc('\n', out);
		if (verbs[i].details) {
			fputs(".br\n", out);
			roff(out, verbs[i].details);
			fputc('\n', out);
		}
		buf_release(&usage);
	}
	fputs(".SH EXIT STATUS\n0: nothing at or above \\-\\-fail\\-on. 1: something. "
	      "2: trouble: unreadable input or wrong usage.\n",
	      out);
}

static void print_choices(FILE *out, const struct option_spec *s, const char *between)
{
	for (size_t i = 0; s->choices && s->choices[i]; i++)
		fprintf(out, "%s%s", i ? between : "", s->choices[i]);
}

static void generate_bash(FILE *out)
{
	fputs("_sparkdx() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	      "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tcase $prev in\n",
	      out);
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].choices) {
			fprintf(out, "\t--%s) mapfile -t COMPREPLY < <(compgen -W '",
				option_table[i].name);
			print_choices(out, &option_table[i], " ");
			fputs("' -- \"$cur\"); return ;;\n", out);
		}
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '",
	      out);
	for (size_t i = 0; i < option_count; i++)
		fprintf(out, "%s--%s", i ? " " : "", option_table[i].name);
	fputs("' -- \"$cur\")\n\t\treturn\n\tfi\n\tmapfile -t COMPREPLY < <(compgen -f -- "
	      "\"$cur\")\n"
	      "\tif ((COMP_CWORD == 1)); then\n\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < "
	      "<(compgen "
	      "-W '",
	      out);
	for (size_t i = 0; i < command_count(); i++)
		if (!command_at(i).hidden)
			fprintf(out, "%s%s", i ? " " : "", command_at(i).name);
	fputs("' -- \"$cur\")\n\tfi\n}\ncomplete -o filenames -F _sparkdx sparkdx\n", out);
}

static void generate_zsh(FILE *out)
{
	fputs("#compdef sparkdx\n_arguments \\\n", out);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *s = &option_table[i];

		fprintf(out, "\t'--%s[%s]", s->name, s->summary);
		if (s->value)
			fprintf(out, ":%s:", s->value);
		if (s->choices) {
			fputc('(', out);
			print_choices(out, s, " ");
			fputc(')', out);
		} else if (s->type == OPTION_PATH) {
			fputs("_files", out);
		} else if (s->type == OPTION_DIRECTORY || s->type == OPTION_DIRECTORIES) {
			fputs("_files -/", out);
		}
		fputs("' \\\n", out);
	}
	fputs("\t'*:path or command:_files'\n", out);
}

static void generate_fish(FILE *out)
{
	for (size_t i = 0; i < command_count(); i++)
		if (!command_at(i).hidden)
			fprintf(out, "complete -c sparkdx -n __fish_use_subcommand -a %s -d '%s'\n",
				command_at(i).name, command_at(i).summary);
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *s = &option_table[i];

		fprintf(out, "complete -c sparkdx -l %s", s->name);
		if (s->letter)
			fprintf(out, " -s %c", s->letter);
		if (s->value)
			fputs(" -r", out);
		if (s->choices) {
			fputs(" -a '", out);
			print_choices(out, s, " ");
			fputc('\'', out);
		}
		fprintf(out, " -d '%s'\n", s->summary);
	}
}

/* name, TAB, example: one a line, for the tests. */
static void generate_examples(FILE *out)
{
	for (size_t i = 0; i < verb_count; i++)
		for (size_t k = 0; verbs[i].examples && verbs[i].examples[k]; k++)
			fprintf(out, "%s\t%s\n", verbs[i].name, verbs[i].examples[k]);
}

bool help_generate(FILE *out, const char *what)
{
	static const struct {
		const char *name;
		void (*generate)(FILE *out);
	} rows[] = {
		{ "man", generate_man },	   { "bash", generate_bash },
		{ "zsh", generate_zsh },	   { "fish", generate_fish },
		{ "examples", generate_examples },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, what)) {
			rows[i].generate(out);
			return true;
		}
	return false;
}

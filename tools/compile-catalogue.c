/*
 * compile-catalogue DIR OUT.c - the YAML catalogue as C tables.
 *
 * Any defect that stops a pattern from loading fails the build.
 */
#include "base/base.h"

#include <errno.h>

#include "base/buf.h"
#include "patterns/catalogue.h"
#include "patterns/matcher.h"
#include "patterns/pack.h"

/* matcher_new() is linked in but not called: what it would look into is being made here. */
const struct catalogue_data catalogue_data = { .count = 0 };

static void emit_diag(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	fprintf(stderr, STR_FMT ":%" PRIu32 ": %s: " STR_FMT "\n", STR_ARG(d->loc.file),
		d->loc.line, d->code, STR_ARG(d->message));
}

/* As {"...", length}; also what is no text. */
static void put_str(FILE *out, struct str s)
{
	fputs("{ \"", out);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		/* Octal takes three digits at most, so what follows cannot be drawn into it. */
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fprintf(out, "\", %zu }", s.len);
}

static void put_text(FILE *out, const char *field, struct str s)
{
	if (!s.len)
		return;
	fprintf(out, "\t\t.%s = ", field);
	put_str(out, s);
	fputs(",\n", out);
}

static void put_number(FILE *out, const char *field, unsigned number)
{
	if (number)
		fprintf(out, "\t\t.%s = %u,\n", field, number);
}

static void put_texts(FILE *out, const char *field, const char *count_field,
		      const struct str *items, size_t count)
{
	if (!count)
		return;
	fprintf(out, "\t\t.%s = %zu, .%s = (const struct str[]){ ", count_field, count, field);
	for (size_t i = 0; i < count; i++) {
		put_str(out, items[i]);
		fputs(", ", out);
	}
	fputs("},\n", out);
}

static void put_settings(FILE *out, const struct fix_setting *items, size_t count)
{
	fputs("(const struct fix_setting[]){ ", out);
	for (size_t i = 0; i < count; i++) {
		fputs("{ ", out);
		put_str(out, items[i].key);
		fputs(", ", out);
		put_str(out, items[i].value);
		fputs(" }, ", out);
	}
	fputs("}", out);
}

static void put_windows(FILE *out, const struct pattern *p)
{
	fputs("\t\t.windows = (const uint8_t[]){ ", out);
	for (size_t i = 0; i < p->literal_count; i++)
		fprintf(out, "%u, ", p->windows[i]);
	fputs("},\n", out);
}

static void put_captures(FILE *out, const struct pattern *p)
{
	if (!p->capture_count)
		return;
	fprintf(out, "\t\t.capture_count = %zu, .captures = (const struct capture_spec[]){ ",
		p->capture_count);
	for (size_t i = 0; i < p->capture_count; i++) {
		fputs("{ ", out);
		put_str(out, p->captures[i].name);
		fprintf(out, ", %d, %d }, ", (int)p->captures[i].type, (int)p->captures[i].place);
	}
	fputs("},\n", out);
}

static void put_explains(FILE *out, const struct pattern *p)
{
	if (!p->explains_count)
		return;
	fprintf(out, "\t\t.explains_count = %zu, .explains = (const struct explains_edge[]){ ",
		p->explains_count);
	for (size_t i = 0; i < p->explains_count; i++) {
		fputs("{ ", out);
		put_str(out, p->explains[i].id);
		fprintf(out, ", %d }, ", (int)p->explains[i].same);
	}
	fputs("},\n", out);
}

static void put_fixes(FILE *out, const struct pattern *p)
{
	if (!p->fix_count)
		return;
	fprintf(out, "\t\t.fix_count = %zu, .fixes = (const struct fix_spec[]){\n", p->fix_count);
	for (size_t i = 0; i < p->fix_count; i++) {
		const struct fix_spec *fix = &p->fixes[i];

		fprintf(out, "\t\t\t{ .kind = %d, .computed = %d, .instead = %d, .text = ",
			(int)fix->kind, fix->computed, fix->instead);
		put_str(out, fix->text);
		if (fix->set_count) {
			fprintf(out, ", .set_count = %zu, .set = ", fix->set_count);
			put_settings(out, fix->set, fix->set_count);
		}
		fputs(" },\n", out);
	}
	fputs("\t\t},\n", out);
}

static void put_hits(FILE *out, const struct pattern *p)
{
	fprintf(out, "\t\t.hit_count = %zu, .hits = (const struct pattern_example[]){\n",
		p->hit_count);
	for (size_t i = 0; i < p->hit_count; i++) {
		const struct pattern_example *hit = &p->hits[i];

		fputs("\t\t\t{ .text = ", out);
		put_str(out, hit->text);
		if (hit->capture_count) {
			fprintf(out, ", .capture_count = %zu, .captures = ", hit->capture_count);
			put_settings(out, hit->captures, hit->capture_count);
		}
		if (hit->also_count) {
			fputs(",\n", out);
			put_texts(out, "also", "also_count", hit->also, hit->also_count);
		}
		fputs(" },\n", out);
	}
	fputs("\t\t},\n", out);
}

static void put_pattern(FILE *out, const struct pattern *p)
{
	fputs("\t{\n", out);
	put_text(out, "id", p->id);
	put_text(out, "title", p->title);
	put_text(out, "category", p->category);
	put_text(out, "why", p->why);
	put_text(out, "see_in_ui", p->see_in_ui);
	put_text(out, "versions", p->versions);
	put_text(out, "match", p->match);
	put_text(out, "file", p->file);
	put_number(out, "line", p->line);
	put_number(out, "severity", p->severity);
	put_number(out, "role", p->role);
	put_number(out, "fact", p->fact);
	put_number(out, "outcome", p->outcome);
	put_number(out, "authority", p->authority);
	put_number(out, "where", p->where);
	put_number(out, "only_in", p->only_in);
	put_number(out, "levels", p->levels);
	put_number(out, "binds", p->binds);
	put_number(out, "terminal", p->terminal);
	put_number(out, "noise_after_stop", p->noise_after_stop);
	put_number(out, "survivable", p->survivable);
	put_number(out, "unproven", p->unproven);
	put_texts(out, "literals", "literal_count", p->literals, p->literal_count);
	put_texts(out, "group_by", "group_by_count", p->group_by, p->group_by_count);
	put_texts(out, "needs", "needs_count", p->needs, p->needs_count);
	put_texts(out, "unless", "unless_count", p->unless, p->unless_count);
	put_texts(out, "refuters", "refuter_count", p->refuters, p->refuter_count);
	put_texts(out, "misses", "miss_count", p->misses, p->miss_count);
	put_windows(out, p);
	put_captures(out, p);
	put_explains(out, p);
	put_fixes(out, p);
	put_hits(out, p);
	fputs("\t},\n", out);
}

static bool write_catalogue(FILE *out, const struct pattern *const *patterns, size_t count)
{
	fputs("/* Made by tools/compile-catalogue from patterns/catalogue. */\n"
	      "#include \"base/base.h\"\n#include \"patterns/catalogue.h\"\n\n",
	      out);
	if (count) {
		fputs("static const struct pattern patterns[] = {\n", out);
		for (size_t i = 0; i < count; i++)
			put_pattern(out, patterns[i]);
		fputs("};\n\n", out);
	}
	fputs("const struct catalogue_data catalogue_data = {\n", out);
	if (count)
		fprintf(out, "\t.patterns = patterns,\n\t.count = %zu,\n", count);
	fputs("};\n", out);
	return !ferror(out);
}

int main(int argc, char **argv)
{
	struct diag_sink sink = { .emit = emit_diag };
	struct pack *pack = pack_new();
	const struct pattern **patterns;
	FILE *out;
	bool good;

	if (argc != 3) {
		fputs("usage: compile-catalogue DIR OUT.c\n", stderr);
		return 2;
	}
	pack_add_path(pack, str_from(argv[1]), &sink);
	if (sink.count[DIAG_ERROR])
		return 1;
	patterns = calloc(pack_count(pack) + 1, sizeof(*patterns));
	if (!patterns)
		die_no_memory();
	for (size_t i = 0; i < pack_count(pack); i++)
		patterns[i] = pack_pattern(pack, i);
	out = fopen(argv[2], "w");
	if (!out) {
		fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	good = write_catalogue(out, patterns, pack_count(pack));
	if (fclose(out))
		good = false;
	if (!good)
		fprintf(stderr, "%s: cannot be written\n", argv[2]);
	free(patterns);
	pack_free(pack);
	return !good;
}

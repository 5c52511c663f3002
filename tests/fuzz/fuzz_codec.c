/* Every decoder, archive and YARN container over any bytes: no crash, no endless output. */
#include "base/base.h"
#include "parsers/codec.h"
#include "parsers/container.h"
#include "parsers/splitter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No endless output. */
enum { READ_BYTES_MAX = 8 << 20 };

static void visit_part(struct part_visitor *visitor, const struct part *p)
{
	(void)visitor;
	source_skip(p->source, READ_BYTES_MAX);
}

/* Reads each member to its end. */
static bool visit_member(struct member_visitor *visitor, const struct member *m)
{
	(void)visitor;
	source_skip(m->source, READ_BYTES_MAX);
	return true;
}

static void walk_archive(struct str bytes)
{
	const char *format = container_bid(bytes);
	struct member_visitor visitor = { visit_member };
	struct source *s;

	if (!format)
		return;
	s = source_from_memory(bytes);
	container_walk(s, format, &visitor);
	source_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct splitter *const splitters[] = { &yarn_text_splitter,
							    &yarn_tfile_splitter,
							    &yarn_ifile_splitter };
	struct str bytes = { (const char *)data, size };
	struct part_visitor visitor = { visit_part };

	for (size_t i = 0; i < codec_count; i++) {
		struct source *s = codecs[i].open(source_from_memory(bytes));

		source_skip(s, READ_BYTES_MAX);
		source_close(s);
	}
	for (size_t i = 0; i < ARRAY_LEN(splitters); i++) {
		struct source *s = source_from_memory(bytes);

		(void)splitters[i]->bid(bytes, STR("application_1_0001/node-1_45454"));
		splitters[i]->split(s, STR("application_1_0001/node-1_45454"), &visitor);
		source_close(s);
	}
	walk_archive(bytes);
	return 0;
}

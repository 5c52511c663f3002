#include "base/base.h"
#include "patterns/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/limits.h"

/* The JIT's own stack; the machine's 32 KiB do not suffice for long records. */
enum { JIT_STACK_START_BYTES = 32 * 1024, JIT_STACK_BYTES = 1024 * 1024 };

static const uint32_t compile_options = PCRE2_DUPNAMES | PCRE2_MULTILINE | PCRE2_NEVER_UTF |
					PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;

struct regex {
	pcre2_code *code;
	const unsigned char *names;
	uint32_t name_count;
	uint32_t name_size;
};

struct regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

static pcre2_code *compile(struct str source, struct regex_error *error)
{
	int code = 0;
	PCRE2_SIZE offset = 0;
	pcre2_code *compiled;

	compiled = pcre2_compile((PCRE2_SPTR)(source.len ? source.ptr : ""), source.len,
				 compile_options, &code, &offset, NULL);
	if (compiled)
		return compiled;
	if (code == PCRE2_ERROR_HEAP_FAILED)
		die_no_memory();
	error->offset = offset;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)error->message, sizeof(error->message)) <
	    0)
		error->message[sizeof(error->message) - 1] = '\0';
	return NULL;
}

struct regex *regex_new(struct str source, struct regex_error *error)
{
	pcre2_code *code = compile(source, error);
	struct regex *r;
	uint32_t groups = 0;
	int failed;

	if (!code)
		return NULL;
	failed = pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
	BUG_ON(failed);
	if (groups >= LIMIT_REGEX_GROUPS) {
		pcre2_code_free(code);
		error->offset = source.len;
		snprintf(error->message, sizeof(error->message),
			 "%" PRIu32 " groups, at most %d allowed", groups, LIMIT_REGEX_GROUPS - 1);
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		die_no_memory();
	r->code = code;
	failed = pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &r->name_count) ||
		 pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &r->name_size) ||
		 pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &r->names);
	BUG_ON(failed);
	return r;
}

bool regex_optimise(struct regex *r)
{
	/* Refused where memory may not be made executable; pcre2_match() then interprets. */
	return !pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	free(r);
}

size_t regex_name_count(const struct regex *r)
{
	return r->name_count;
}

struct str regex_name(const struct regex *r, size_t index, uint32_t *group)
{
	const unsigned char *entry = r->names + index * r->name_size;

	/* An entry is the group's number in two bytes, then the name with its NUL. */
	*group = (uint32_t)entry[0] << 8 | entry[1];
	return str_from((const char *)entry + 2);
}

struct regex_scratch *regex_scratch_new(void)
{
	struct regex_scratch *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->data = pcre2_match_data_create(LIMIT_REGEX_GROUPS, NULL);
	s->context = pcre2_match_context_create(NULL);
	if (!s->data || !s->context)
		die_no_memory();
	pcre2_set_match_limit(s->context, LIMIT_MATCH_STEPS);
	pcre2_set_depth_limit(s->context, LIMIT_MATCH_DEPTH);
	pcre2_set_heap_limit(s->context, LIMIT_MATCH_HEAP_KIB);
	/* NULL where there is no JIT. */
	s->stack = pcre2_jit_stack_create(JIT_STACK_START_BYTES, JIT_STACK_BYTES, NULL);
	if (s->stack)
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
	if (!s)
		return;
	pcre2_jit_stack_free(s->stack);
	pcre2_match_context_free(s->context);
	pcre2_match_data_free(s->data);
	free(s);
}

enum regex_result regex_search(const struct regex *r, struct regex_scratch *s, struct str text,
			       size_t from)
{
	int rc;

	if (from > text.len)
		return REGEX_NO;
	rc = pcre2_match(r->code, (PCRE2_SPTR)(text.len ? text.ptr : ""), text.len, from, 0,
			 s->data, s->context);
	if (rc == PCRE2_ERROR_NOMEMORY)
		die_no_memory();
	if (rc == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	/* All else that a valid regex can give is one of the limits (steps, depth, heap, stack). */
	return rc < 0 ? REGEX_LIMIT : REGEX_YES;
}

bool regex_group(const struct regex_scratch *s, uint32_t group, size_t *begin, size_t *end)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->data);

	BUG_ON(group >= LIMIT_REGEX_GROUPS);
	if (at[2 * group] == PCRE2_UNSET)
		return false;
	*begin = at[2 * group];
	*end = at[2 * group + 1];
	/* \K can set the begin behind the end. */
	if (*begin > *end)
		*begin = *end;
	return true;
}

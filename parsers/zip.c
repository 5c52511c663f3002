#include "base/base.h"
#include "parsers/zip.h"

#include "base/limits.h"
#include "parsers/bookmark.h"
#include "parsers/codec.h"
#include "parsers/forward.h"

/* Signatures, little-endian. */
enum zip_signature {
	SIGN_NONE,
	SIGN_LOCAL = 0x04034b50,
	SIGN_DESCRIPTOR = 0x08074b50, /* also in front of an archive that was to be split */
	SIGN_DIRECTORY = 0x02014b50,
	SIGN_EXTRA = 0x08064b50,
	SIGN_END_64 = 0x06064b50,
	SIGN_END = 0x06054b50,
};

enum {
	SIGN_BYTES = 4,
	HEADER_BYTES = 30, /* of a local header, without name and extra fields */
	FIELDS_BYTES = 2 * 65535,
	FLAG_ENCRYPTED = 1,
	FLAG_SIZES_BEHIND = 8, /* sizes and checksum follow the data, in a descriptor */
	EXTRA_ZIP64 = 1,
	/* Signature, checksum, two sizes of 8 bytes; and the signature of what follows. */
	DESCRIPTOR_BYTES = 4 + 4 + 16,
	WINDOW_BYTES = 32 * 1024,
};

static uint64_t little_endian(const char *bytes, size_t count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | (unsigned char)bytes[count];
	return value;
}

struct zip {
	struct forward f;
	struct source *file;
	struct member_visitor *visitor;
	size_t members;
	char header[HEADER_BYTES + FIELDS_BYTES]; /* as it was read */
};

struct zip_member {
	struct str name, whole; /* `whole`: the header's bytes */
	unsigned flags, method;
	uint32_t checksum;
	uint64_t packed_bytes, bytes;
	bool sized; /* the sizes are known */
};

/* --- between members ------------------------------------------------------------------------- */

static enum zip_signature signature_at(const char *bytes)
{
	static const enum zip_signature known[] = { SIGN_LOCAL, SIGN_DESCRIPTOR, SIGN_DIRECTORY,
						    SIGN_EXTRA, SIGN_END_64,	 SIGN_END };
	uint64_t value = little_endian(bytes, SIGN_BYTES);

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (value == known[i])
			return known[i];
	return SIGN_NONE;
}

/* Forward to the next signature of a member, or of the directory. */
static bool seek_signature(struct forward *f)
{
	char window[WINDOW_BYTES];
	size_t len = 0, n;

	while ((n = source_read(&f->source, window + len, sizeof(window) - len)) > 0) {
		len += n;
		for (size_t i = 0; i + SIGN_BYTES <= len; i++) {
			const char *p = memchr(window + i, 'P', len - i);

			if (!p || (size_t)(p - window) + SIGN_BYTES > len)
				break;
			i = (size_t)(p - window);
			if (signature_at(p) != SIGN_LOCAL && signature_at(p) != SIGN_DIRECTORY)
				continue;
			forward_put_back(f, p, len - i);
			return true;
		}
		/* Its beginning may stand at the end of what is there. */
		if (len >= SIGN_BYTES) {
			memmove(window, window + len - (SIGN_BYTES - 1), SIGN_BYTES - 1);
			len = SIGN_BYTES - 1;
		}
	}
	return false;
}

static enum zip_signature next_signature(struct zip *z)
{
	char bytes[SIGN_BYTES];
	size_t n = source_read_full(&z->f.source, bytes, sizeof(bytes));

	if (n == sizeof(bytes) && signature_at(bytes) != SIGN_NONE)
		return signature_at(bytes);
	forward_put_back(&z->f, bytes, n);
	if (n < sizeof(bytes) || !seek_signature(&z->f))
		return SIGN_NONE;
	source_degrade(z->file, GRADE_PARTIAL, "archive damaged after %zu members", z->members);
	return next_signature(z);
}

/* Behind what had its sizes behind it. They are told apart by what follows: some writers leave the
 * signature out, and sizes have 4 bytes or 8. */
static void skip_descriptor(struct zip *z)
{
	char bytes[DESCRIPTOR_BYTES + SIGN_BYTES];
	size_t n = source_read_full(&z->f.source, bytes, sizeof(bytes)), at = 0;

	/* Its own signature is no sign of what follows. */
	while (at + SIGN_BYTES <= n && (signature_at(bytes + at) == SIGN_NONE ||
					signature_at(bytes + at) == SIGN_DESCRIPTOR))
		at += 4;
	if (at + SIGN_BYTES > n)
		at = 0; /* whoever looks for the next signature finds and says what is wrong */
	forward_put_back(&z->f, bytes + at, n - at);
}

/* --- headers --------------------------------------------------------------------------------- */

/* Sizes of 8 bytes, where those of 4 say so. */
static void read_zip64(struct zip_member *m, struct str extra)
{
	while (extra.len >= 4) {
		uint64_t id = little_endian(extra.ptr, 2), len = little_endian(extra.ptr + 2, 2);

		extra = str_skip(extra, 4);
		if (id != EXTRA_ZIP64 || len < 16 || extra.len < 16) {
			extra = str_skip(extra, (size_t)len < extra.len ? (size_t)len : extra.len);
			continue;
		}
		m->bytes = little_endian(extra.ptr, 8);
		m->packed_bytes = little_endian(extra.ptr + 8, 8);
		return;
	}
}

/* The header whose signature was read; false: it is cut off. */
static bool read_header(struct zip *z, struct zip_member *m)
{
	char *h = z->header;
	size_t name_bytes, extra_bytes;

	memcpy(h, "PK\3\4", SIGN_BYTES);
	if (source_read_full(&z->f.source, h + SIGN_BYTES, HEADER_BYTES - SIGN_BYTES) <
	    HEADER_BYTES - SIGN_BYTES)
		return false;
	name_bytes = (size_t)little_endian(h + 26, 2);
	extra_bytes = (size_t)little_endian(h + 28, 2);
	if (source_read_full(&z->f.source, h + HEADER_BYTES, name_bytes + extra_bytes) <
	    name_bytes + extra_bytes)
		return false;
	*m = (struct zip_member){
		.name = { h + HEADER_BYTES, name_bytes },
		.whole = { h, HEADER_BYTES + name_bytes + extra_bytes },
		.flags = (unsigned)little_endian(h + 6, 2),
		.method = (unsigned)little_endian(h + 8, 2),
		.checksum = (uint32_t)little_endian(h + 14, 4),
		.packed_bytes = little_endian(h + 18, 4),
		.bytes = little_endian(h + 22, 4),
	};
	if (m->packed_bytes == UINT32_MAX || m->bytes == UINT32_MAX)
		read_zip64(m, (struct str){ h + HEADER_BYTES + name_bytes, extra_bytes });
	m->sized = !(m->flags & FLAG_SIZES_BEHIND) || m->packed_bytes;
	return true;
}

/* --- stored, and its size stands behind it ---------------------------------------------------- */

struct stored_source {
	struct source source; /* first member */
	struct forward *f;
	char window[WINDOW_BYTES];
	size_t at, ready, len; /* [at, ready) is the member's, [ready, len) is not known yet */
	bool ended;
};

/* Is this the descriptor of a member of `bytes` bytes? */
static bool is_descriptor(const char *p, size_t len, uint64_t bytes)
{
	return (len >= 16 && little_endian(p + 8, 4) == bytes &&
		little_endian(p + 12, 4) == bytes) ||
	       (len >= DESCRIPTOR_BYTES && little_endian(p + 8, 8) == bytes &&
		little_endian(p + 16, 8) == bytes);
}

static void stored_look(struct stored_source *s, bool more)
{
	while (s->ready < s->len) {
		const char *p = memmem(s->window + s->ready, s->len - s->ready, "PK\7\10", 4);
		size_t left = p ? s->len - (size_t)(p - s->window) : 0;

		if (!p) {
			s->ready = more && s->len >= 3 ? s->len - 3 : s->len;
			return;
		}
		s->ready = s->len - left;
		if (more && left < DESCRIPTOR_BYTES)
			return;
		if (is_descriptor(p, left, s->source.read_bytes + (s->ready - s->at))) {
			s->ended = true;
			forward_put_back(s->f, p, left);
			return;
		}
		s->ready++;
	}
}

static size_t stored_read(struct source *source, char *into, size_t capacity)
{
	struct stored_source *s = (struct stored_source *)source;
	size_t n = 1;

	while (s->at == s->ready && !s->ended && n) {
		if (s->len > s->at)
			memmove(s->window, s->window + s->at, s->len - s->at);
		s->len -= s->at;
		s->at = s->ready = 0;
		n = source_read(&s->f->source, s->window + s->len, WINDOW_BYTES - s->len);
		s->len += n;
		stored_look(s, n > 0);
	}
	if (!n && !s->ended) {
		s->ended = true;
		source_degrade(source, GRADE_PARTIAL, "truncated");
	}
	n = s->ready - s->at < capacity ? s->ready - s->at : capacity;
	if (n)
		memcpy(into, s->window + s->at, n);
	s->at += n;
	return n;
}

static void stored_close(struct source *source)
{
	free(source);
}

static struct source *stored_open(struct forward *f)
{
	static const struct source_ops ops = { .read = stored_read, .close = stored_close };
	struct stored_source *s = calloc(1, sizeof(*s));

	if (!s)
		die_no_memory();
	s->source.ops = &ops;
	s->f = f;
	s->source.bookmark = bookmark_of_part(f->source.bookmark, f->source.read_bytes);
	return &s->source;
}

/* --- how members are packed ------------------------------------------------------------------- */

enum { METHOD_STORED, METHOD_DEFLATE = 8 };

struct method {
	unsigned number;
	struct source *(*open)(struct source *inner); /* NULL: bytes as they are */
};

static const struct method *find_method(unsigned number)
{
	static const struct method methods[] = {
		{ METHOD_STORED, NULL },  { METHOD_DEFLATE, codec_deflate_open },
		{ 12, codec_bzip2_open }, { 93, codec_zstd_open },
		{ 95, codec_xz_open },
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (methods[i].number == number)
			return &methods[i];
	return NULL;
}

/* Without a byte there is no stream to decode, whatever the method. */
static bool is_packed(const struct zip_member *m)
{
	return m->method && (!m->sized || m->packed_bytes);
}

/* A deflate stream says where it ends; nothing else does that is in use. */
static bool ends_by_itself(const struct zip_member *m)
{
	return m->method == METHOD_DEFLATE && is_packed(m) && !(m->flags & FLAG_ENCRYPTED);
}

static bool ended_well(const struct source *decoder)
{
	return ((const struct decoder *)decoder)->ended && decoder->grade == GRADE_OK;
}

/* --- checked against what the header says ----------------------------------------------------- */

struct checked_source {
	struct source source; /* first member */
	struct source *inner;
	const struct zip_member *member;
	uint32_t checksum;
};

/* The checksum that was stated, once all is read. */
static bool find_checksum(const struct checked_source *c, uint32_t *stated)
{
	struct decoder *d = (struct decoder *)c->inner;
	const char *p;

	*stated = c->member->checksum;
	if (!(c->member->flags & FLAG_SIZES_BEHIND))
		return true;
	/* The decoder of what ends by itself stands before the descriptor. */
	if (c->member->sized || !ends_by_itself(c->member) || !ended_well(c->inner) ||
	    decoder_fill(d, 8) < 8)
		return false;
	p = (const char *)d->in + d->in_at;
	*stated = (uint32_t)little_endian(signature_at(p) == SIGN_DESCRIPTOR ? p + 4 : p, 4);
	return true;
}

static size_t checked_read(struct source *source, char *into, size_t capacity)
{
	struct checked_source *c = (struct checked_source *)source;
	const struct zip_member *m = c->member;
	size_t n = source_read(c->inner, into, capacity);
	uint32_t stated;

	if (n) {
		c->checksum = codec_checksum(c->checksum, into, n);
		return n;
	}
	source_degrade(source, c->inner->grade, "%s", c->inner->note);
	if (!(m->flags & FLAG_SIZES_BEHIND) && source->read_bytes != m->bytes)
		source_degrade(source, GRADE_PARTIAL, "has %" PRIu64 " of %" PRIu64 " bytes",
			       source->read_bytes, m->bytes);
	else if (find_checksum(c, &stated) && stated != c->checksum)
		source_degrade(source, GRADE_PARTIAL, "damaged: its checksum is another one");
	return 0;
}

static void checked_close(struct source *source)
{
	(void)source; /* lives in visit_member() */
}

static const struct source_ops checked_ops = { .read = checked_read, .close = checked_close };

/* --- members --------------------------------------------------------------------------------- */

/* What cannot be decoded, and why. */
static struct source *refuse(const char *why)
{
	struct source *s = source_from_memory(STR(""));

	source_degrade(s, GRADE_SKIPPED, "%s", why);
	return s;
}

/* The member's bytes; they are read from `z->f`. */
static struct source *open_member(struct zip *z, const struct zip_member *m)
{
	const struct method *method = find_method(m->method);
	struct source *packed;

	if (m->flags & FLAG_ENCRYPTED)
		return refuse("encrypted");
	if (!method || (!m->sized && method->open && !ends_by_itself(m)))
		return refuse("compressed in a way that needs its size, which is not told");
	if (!m->sized)
		return method->open ? forward_decode(&z->f, method->open) : stored_open(&z->f);
	packed = source_slice(&z->f.source, m->packed_bytes);
	return is_packed(m) ? method->open(packed) : packed;
}

/* A member that libarchive may know to decode, as an archive of its own. */
static bool visit_foreign(struct zip *z, const struct zip_member *m)
{
	struct bookmark *all = z->f.source.bookmark;
	uint64_t at = z->f.source.read_bytes - m->whole.len;
	struct source *s = source_with_head(m->whole, source_slice(&z->f.source, m->packed_bytes));
	bool go_on;

	s->bookmark = bookmark_of_part(all, at);
	go_on = archive_walk(s, "zip", z->visitor);
	source_close(s);
	return go_on;
}

/* Stand behind the member's bytes, of which some were read from `start` on. */
static void leave_member(struct zip *z, const struct zip_member *m, struct source *opened,
			 uint64_t start)
{
	bool by_itself = ends_by_itself(m) && (!m->sized || ended_well(opened));
	uint64_t taken;

	/* Where it ends is a fact, its stated size a claim. */
	if (by_itself) {
		(void)forward_close_decoder(&z->f, opened);
	} else if (!m->sized && opened->grade == GRADE_SKIPPED) {
		source_close(opened);
		(void)seek_signature(&z->f);
		return;
	} else {
		if (!m->sized)
			source_skip(opened, UINT64_MAX);
		source_close(opened);
	}
	taken = z->f.source.read_bytes - start;
	if (m->sized && !by_itself && taken < m->packed_bytes)
		source_skip(&z->f.source, m->packed_bytes - taken);
	if (m->flags & FLAG_SIZES_BEHIND)
		skip_descriptor(z);
}

static bool visit_opened(struct zip *z, const struct zip_member *m, struct source *opened)
{
	struct checked_source checked = { .source.ops = &checked_ops,
					  .inner = opened,
					  .member = m };
	bool go_on;

	checked.source.size_bytes = m->flags & FLAG_SIZES_BEHIND ? 0 : m->bytes;
	checked.source.bookmark = bookmark_keep(opened->bookmark);
	if (opened->grade == GRADE_SKIPPED)
		source_degrade(&checked.source, GRADE_SKIPPED, "%s", opened->note);
	go_on = z->visitor->member(z->visitor, &(struct member){
						       .name = m->name,
						       .size_bytes = checked.source.size_bytes,
						       .source = &checked.source,
					       });
	bookmark_release(checked.source.bookmark);
	return go_on;
}

/* False: the visitor wants no more. */
static bool visit_member(struct zip *z, const struct zip_member *m)
{
	uint64_t start = z->f.source.read_bytes;
	struct source *opened;
	bool go_on = true;

	if (m->sized && !(m->flags & FLAG_ENCRYPTED) && !find_method(m->method)) {
		go_on = visit_foreign(z, m);
		opened = source_from_memory(STR(""));
	} else {
		opened = open_member(z, m);
		/* A directory has no bytes worth a look. */
		if (!str_ends_with(m->name, STR("/")))
			go_on = visit_opened(z, m, opened);
	}
	if (go_on)
		leave_member(z, m, opened, start);
	else
		source_close(opened);
	return go_on;
}

void zip_walk(struct source *source, struct member_visitor *visitor)
{
	struct zip *z = calloc(1, sizeof(*z));
	enum zip_signature signature = SIGN_DESCRIPTOR;
	struct zip_member m;
	bool go_on = true;

	if (!z)
		die_no_memory();
	z->file = source;
	z->visitor = visitor;
	forward_init(&z->f, source);
	while (go_on && z->members < LIMIT_ARCHIVE_MEMBERS &&
	       ((signature = next_signature(z)) == SIGN_LOCAL || signature == SIGN_DESCRIPTOR)) {
		if (signature == SIGN_DESCRIPTOR)
			continue;
		if (!read_header(z, &m)) {
			signature = SIGN_NONE;
			break;
		}
		z->members++;
		go_on = visit_member(z, &m);
	}
	if (z->members == LIMIT_ARCHIVE_MEMBERS)
		source_degrade(source, GRADE_PARTIAL, "more than %d members: the rest was not read",
			       LIMIT_ARCHIVE_MEMBERS);
	else if (signature == SIGN_NONE)
		source_degrade(source, GRADE_PARTIAL, "archive damaged after %zu members: %s",
			       z->members, "it ends without its directory");
	forward_release(&z->f);
	free(z);
}

/*
 * limits.h - every maximum sparkdx holds to, with its unit and its reason.
 *
 * Logs are written by others, some of them hostile. Passing a limit is never a crash and never
 * silence: it gives a diagnostic whose code starts with "limit-" and a partial result.
 */
#ifndef SPARKDX_BASE_LIMITS_H
#define SPARKDX_BASE_LIMITS_H

/* -- getting bytes out ------------------------------------------------------------------------ */
enum {
	/* Containers and codecs inside each other: tar.gz of zip of .gz is 4; more is a bomb. */
	LIMIT_NESTING_DEPTH = 8,
	/* Members of one archive: a week of a 1,000-executor cluster stays below. */
	LIMIT_ARCHIVE_MEMBERS = 1000000,
	/* Bytes peeked at the start of a stream to find out what it is. */
	LIMIT_SNIFF_BYTES = 64 * 1024,
	/* One read from a source. */
	LIMIT_READ_BYTES = 256 * 1024,
	/* A decoded stream may be this many times its compressed size, once past the floor below:
	 * zstd reaches 30,000 on zeros, Spark logs 10 to 60, gzip cannot pass 1,032. */
	LIMIT_EXPANSION_RATIO = 2000,
};
/* No ratio is judged before this many decoded bytes. */
#define LIMIT_EXPANSION_FLOOR_BYTES (256ull << 20)
/* NULs at the start of a log that are skipped: a rotated file's former size. */
#define LIMIT_HOLE_BYTES (4ull << 30)
/* Decoded bytes of one top-level input. */
#define LIMIT_INPUT_BYTES (4ull << 40)
/* Decoded bytes of a stream that are kept when it is read again, to step back without decoding it
 * from the front; for SHELF_PLACES streams. */
#define LIMIT_LOOK_BACK_BYTES ((size_t)16 << 20)
/* Standard input that is kept in memory, not in a temporary file, to be read again. */
#define LIMIT_SPOOL_MEMORY_BYTES (64ull << 20)
/* Formats whose index is at the end (IFile, zip in a pipe) are held in memory up to this. */
#define LIMIT_RANDOM_ACCESS_BYTES (256ull << 20)

/* -- records ---------------------------------------------------------------------------------- */
enum {
	/* A record keeps at most this much text: a Java trace of 1,000 frames is 100 KiB. */
	LIMIT_RECORD_BYTES = 128 * 1024,
	/* Wrappers around one line (kubectl > CRI > docker > Airflow > Livy). */
	LIMIT_WRAPPERS = 6,
	/* Causes followed in one trace. */
	LIMIT_TRACE_CAUSES = 32,
	/* Bytes of a line shown as evidence. */
	LIMIT_EVIDENCE_BYTES = 600,
};

/* -- matching --------------------------------------------------------------------------------- */
enum {
	LIMIT_PATTERNS = 8192,
	LIMIT_CAPTURES = 16, /* named captures of one pattern */
	LIMIT_PATTERN_LITERALS = 16,
	/* Bytes of an id: it is typed by people. */
	LIMIT_PATTERN_ID_BYTES = 64,
	/* Bytes of one literal: below, it hits too often; above, nothing is gained. */
	LIMIT_LITERAL_MIN_BYTES = 6,
	LIMIT_LITERAL_BYTES = 200,
	/* Groups of one regex, named or not: the widest of the catalogue has below 30. */
	LIMIT_REGEX_GROUPS = 64,
	/* Items of one list in a pattern (hits, misses, edges, fixes): a hundred is unheard of. */
	LIMIT_PATTERN_ITEMS = 256,
	/* One YAML file; the largest of the catalogue is below 200 KiB. */
	LIMIT_PACK_FILE_BYTES = 4 * 1024 * 1024,
	LIMIT_PACK_FILES = 1024,
	/* All patterns of a pack in memory. */
	LIMIT_PACK_BYTES = 64 * 1024 * 1024,
	/* The stress input of a regex, and the processor time a search of it may take. Regexes that
	 * are linear, or have bounded gaps, stay below 5 ms; 20 ms is 3 MB/s, on a log made for it.
	 */
	LIMIT_STRESS_BYTES = 64 * 1024,
	LIMIT_STRESS_MS = 20,
	/* pcre2: steps of one match; a clean match of a catalogue regex needs below 20,000. */
	LIMIT_MATCH_STEPS = 2000000,
	LIMIT_MATCH_DEPTH = 10000,
	LIMIT_MATCH_HEAP_KIB = 8192,
};

/* -- explaining ------------------------------------------------------------------------------- */
enum {
	/* A pasted message or trace; a whole log belongs to `diagnose`. */
	LIMIT_PASTE_BYTES = 1024 * 1024,
	/* Spark's list of named errors: 4.3 has 400 KB. */
	LIMIT_CONDITIONS_BYTES = 8 * 1024 * 1024,
	/* A path of, or inside, the user's Spark: Linux' own ceiling. */
	LIMIT_SPARK_PATH_BYTES = 4096,
};

/* -- configuration ---------------------------------------------------------------------------- */
enum {
	/* A setting's name that is compared with similar ones; Spark's longest has 93 bytes. */
	LIMIT_CONFIG_KEY_BYTES = 128,
	/* Settings of one file that are judged: Spark itself has below 2,500. */
	LIMIT_CONF_SETTINGS = 20000,
	/* One word of a command: a class path of 1,000 jars is below. */
	LIMIT_CONF_WORD_BYTES = 128 * 1024,
	/* How far back in its line a command looks for a comment sign or an open quote. */
	LIMIT_CONF_LINE_BYTES = 4096,
	/* Words of one command line. */
	LIMIT_CONF_WORDS = 10000,
	/* Tokens of one program: about 100,000 lines. */
	LIMIT_CONF_TOKENS = 1000000,
	/* JSON inside JSON, and YAML's indentation: more is not written by people. */
	LIMIT_CONF_DEPTH = 64,
	/* Unknown names of one file that a similar one is looked for; each takes about 1 ms. */
	LIMIT_CONF_SEARCHES = 100,
	/* Findings of one file whose place is looked up: more are not shown anyway. */
	LIMIT_CONF_REPORTS = 2000,
	/* Everything kept of one file. */
	LIMIT_CONF_SCAN_BYTES = 256 * 1024 * 1024,
	/* One message, as made before masking. */
	LIMIT_LINT_MESSAGE_BYTES = 512,
};

/* -- what is kept of a run -------------------------------------------------------------------- */
enum {
	/* Sightings of one finding kept one by one; the rest are only counted. */
	LIMIT_SIGHTINGS = 64,
	/* Distinct findings of one stream. */
	LIMIT_FINDINGS_PER_STREAM = 4096,
	/* Distinct executors, hosts, stages or tasks a finding lists. */
	LIMIT_PLACES = 4096,
	LIMIT_EXECUTORS = 100000,
};

/* -- comparing -------------------------------------------------------------------------------- */
enum {
	/* Rows of one kind about one pair of applications; nobody reads further. */
	LIMIT_COMPARE_ROWS = 1000,
	/* Words of a setting's value that are told apart one by one. */
	LIMIT_COMPARE_WORDS = 200,
};

/* -- a page ----------------------------------------------------------------------------------- */
/* What --format html shows, so that it stays a page whatever the logs hold: tens of KB for one
 * application, below 10 MB for anything. What is left out is counted on the page. */
enum {
	LIMIT_PAGE_APPLICATIONS = 20,
	/* Findings of one application. */
	LIMIT_PAGE_FINDINGS = 40,
	/* Lines of proof: of the first finding, of another. */
	LIMIT_PAGE_PROOFS = 5,
	LIMIT_PAGE_PROOFS_OTHER = 3,
	/* Event logs of one application: its attempts. */
	LIMIT_PAGE_HISTORIES = 4,
	/* Rows of one table; what failed and what took longest are kept. */
	LIMIT_PAGE_ROWS = 40,
	LIMIT_PAGE_SETTINGS = 80,
	LIMIT_PAGE_INPUTS = 200,
	/* Bars of one kind in a chart. */
	LIMIT_PAGE_BARS = 14,
	/* A value, and a text in a table; a class path may have 100 KB. */
	LIMIT_PAGE_TEXT_BYTES = 600,
	LIMIT_PAGE_CELL_BYTES = 240,
};

/* -- exploring -------------------------------------------------------------------------------- */
enum {
	/* Filters on top of each other: nobody remembers more. */
	LIMIT_LOG_TERMS = 32,
	/* One command, and its words: a pasted query is longer than anything typed. */
	LIMIT_COMMAND_BYTES = 64 * 1024,
	LIMIT_COMMAND_WORDS = 256,
	/* A script. */
	LIMIT_SCRIPT_BYTES = 1024 * 1024,
	/* Candidates offered for one word. */
	LIMIT_COMPLETIONS = 2000,
	/* Different things records say, counted by `group`. */
	LIMIT_TEMPLATES = 20000,
	/* Tasks of one stage that are listed. */
	LIMIT_TASKS_LISTED = 200000,
	/* Records that one moment shows, from all logs. */
	LIMIT_MOMENT_RECORDS = 2000,
	/* Marks and notes of one session. */
	LIMIT_NOTES = 1000,
};

/* -- lint ------------------------------------------------------------------------------------- */
enum {
	/* Reports kept of one file; a reader gives up long before. */
	LIMIT_LINT_REPORTS = 1000,
	/* A file of settings, a notebook or a pattern file; notebooks with pictures reach 30 MiB.
	 */
	LIMIT_LINT_FILE_BYTES = 64 * 1024 * 1024,
	/* A log above this is reported as oversized: code hosts warn at 50 MiB, and every clone of
	 * the repository pays for it. */
	LIMIT_LINT_LOG_BYTES = 10 * 1024 * 1024,
	/* Files of one run. */
	LIMIT_LINT_FILES = 1000000,
	/* Directories inside each other. */
	LIMIT_LINT_DEPTH = 64,
};
/* Above this the content of a log is not looked at: a commit must not wait for it. */
#define LIMIT_LINT_READ_BYTES (256ull << 20)

#endif

/* What is wrong with one setting, whatever else is set. */
#include "base/base.h"
#include "diagnose/lint_conf.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/quantity.h"
#include "diagnose/mask.h"

static bool is_key(const struct conf_setting *t, const char *key)
{
	return str_eq(t->key, str_from(key));
}

static bool ends_in_any_case(struct str s, const char *suffix)
{
	size_t length = strlen(suffix);

	return s.len >= length && !strncasecmp(s.ptr + s.len - length, suffix, length);
}

/* --- secrets -----------------------------------------------------------------------------------
 */

static bool names_a_secret(struct str key)
{
	static const char *const endings[] = {
		"password",	"passwd",	  ".secret",	   ".secret.key",
		".secretkey",	".session.token", "client.secret", ".secret.access.key",
		"access.token", "accesstoken",	  "apikey",	   "api.key",
	};

	/* Names and mount points of Kubernetes secrets are none themselves. */
	if (str_starts_with(key, STR("spark.kubernetes.")))
		return false;
	if (str_find(key, STR("fs.azure.account.key.")) >= 0 ||
	    str_find(key, STR("fs.azure.sas.")) >= 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (ends_in_any_case(key, endings[i]))
			return true;
	return false;
}

/* What documents and examples put there. */
static bool is_dummy(struct str value)
{
	static const char *const words[] = {
		"password",   "passwd",	       "secret",	"changeme", "changeit", "example",
		"mypassword", "your-password", "your_password", "hidden",   "token",	"xxx",
		"true",	      "false",	       "none",		"null"
	};
	size_t same = 1;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (value.len == strlen(words[i]) && ends_in_any_case(value, words[i]))
			return true;
	while (same < value.len && value.ptr[same] == value.ptr[0])
		same++;
	return value.len < 3 || same == value.len || str_starts_with(value, STR("jceks:")) ||
	       str_find(value, STR("REDACTED")) >= 0 || str_find(value, STR("***")) >= 0 ||
	       str_starts_with(value, STR("/"));
}

static bool judge_secret(struct conf_scan *s, const struct conf_setting *t)
{
	struct secret found;

	if (!t->known || is_dummy(t->value))
		return false;
	if (is_key(t, "@password")) {
		conf_report(s, CONF_SECRET_IN_PLAIN_TEXT, t->value_at,
			    "a password stands here in plain text");
		return true;
	}
	if (t->key.ptr[0] != '@' && names_a_secret(t->key)) {
		conf_report(s, CONF_SECRET_IN_PLAIN_TEXT, t->value_at,
			    "the value of " STR_FMT " stands here in plain text", STR_ARG(t->key));
		return true;
	}
	if (!secret_find(t->value, 0, &found) || found.end > t->value.len ||
	    found.value_at > found.end ||
	    is_dummy((struct str){ t->value.ptr + found.value_at, found.end - found.value_at }))
		return false;
	conf_report(s, CONF_SECRET_IN_PLAIN_TEXT, t->value_at, "%s stands here in plain text",
		    found.kind == SECRET_CLOUD_KEY ? "a cloud key"
		    : found.kind == SECRET_TOKEN   ? "a token"
						   : "a password");
	return true;
}

/* --- names -------------------------------------------------------------------------------------
 */

/* Of Hadoop and its kin: they work behind "spark.hadoop.". */
static bool is_hadoop_key(struct str key)
{
	static const char *const fronts[] = { "fs.",	    "dfs.",    "hive.",	  "yarn.",
					      "mapreduce.", "mapred.", "hadoop.", "io.",
					      "parquet.",   "ipc." };

	for (size_t i = 0; i < ARRAY_LEN(fronts); i++)
		if (str_starts_with(key, str_from(fronts[i])))
			return true;
	return false;
}

/* Of an application's own properties only what looks meant for Hadoop is judged. */
static bool is_all_sparks(const struct conf_scan *s, const struct conf_setting *t)
{
	return t->origin == CONF_FROM_COMMAND ||
	       str_find(s->file->path, STR("spark-defaults")) >= 0;
}

static void judge_foreign(struct conf_scan *s, const struct conf_setting *t)
{
	if (t->origin != CONF_FROM_FILE && t->origin != CONF_FROM_COMMAND)
		return;
	if (is_hadoop_key(t->key))
		conf_report(s, CONF_IGNORED_KEY, t->key_at,
			    STR_FMT " is ignored here: for Hadoop write spark.hadoop." STR_FMT,
			    STR_ARG(t->key), STR_ARG(t->key));
	else if (is_all_sparks(s, t) && !memchr(t->key.ptr, '$', t->key.len) &&
		 !memchr(t->key.ptr, '{', t->key.len))
		conf_report(s, CONF_IGNORED_KEY, t->key_at,
			    STR_FMT " is ignored: Spark reads only keys that begin with \"spark.\"",
			    STR_ARG(t->key));
}

static void judge_unknown(struct conf_scan *s, const struct conf_setting *t)
{
	const struct config_key *nearest = NULL;

	if (config_key_family(t->key) || !conf_is_key(t->key))
		return;
	if (s->searches) {
		s->searches--;
		nearest = config_key_nearest(t->key);
	}
	if (nearest) {
		conf_report(s, CONF_UNKNOWN_KEY, t->key_at,
			    "Spark does not know " STR_FMT "; did you mean %s?", STR_ARG(t->key),
			    nearest->name);
		if (t->key_at.end - t->key_at.start == t->key.len)
			conf_edit(s, t->key_at, str_from(nearest->name));
	} else if (config_key_is_sparks(t->key)) {
		conf_report(s, CONF_UNKNOWN_KEY, t->key_at, "Spark does not know " STR_FMT,
			    STR_ARG(t->key));
	}
}

/* Renaming alone is right: the units of the names of Spark 1 were others. */
static bool may_rename(const struct conf_setting *t)
{
	const struct config_key *key = t->info;
	const char *since = key->deprecated ? key->deprecated : key->removed;

	return key->instead && config_key_find(str_from(key->instead)) && since &&
	       since[0] != '1' && t->key_at.end - t->key_at.start == t->key.len &&
	       /* Of these the new setting means something else. */
	       !str_ends_with(t->key, STR("minPartitionNum")) &&
	       !str_ends_with(t->key, STR("minNumPostShufflePartitions")) &&
	       !str_ends_with(t->key, STR("verifyPartitionPath")) &&
	       !str_ends_with(t->key, STR("emoryFraction"));
}

static const char *last_version(const struct config_key *key)
{
	return key->versions & 1u << CONFIG_V35 ? "3.5" : "3.3";
}

static void judge_history(struct conf_scan *s, const struct conf_setting *t)
{
	const struct config_key *key = t->info;
	const char *use = key->instead ? "; use " : "";
	const char *instead = key->instead ? key->instead : "";

	if (key->removed)
		conf_report(s, CONF_REMOVED_KEY, t->key_at,
			    STR_FMT " has had no effect since Spark %s%s%s", STR_ARG(t->key),
			    key->removed, use, instead);
	else if (key->deprecated && (key->versions || key->instead))
		conf_report(s, CONF_DEPRECATED_KEY, t->key_at,
			    STR_FMT " is deprecated since Spark %s%s%s", STR_ARG(t->key),
			    key->deprecated, use, instead);
	else if (key->deprecated)
		conf_report(s, CONF_REMOVED_KEY, t->key_at,
			    STR_FMT " has had no effect since Spark %s", STR_ARG(t->key),
			    key->deprecated);
	else if (!(key->flags & CONFIG_LITERAL))
		conf_report(s, CONF_REMOVED_KEY, t->key_at,
			    STR_FMT " is gone since Spark 4, known up to %s", STR_ARG(t->key),
			    last_version(key));
	else
		return;
	if (may_rename(t))
		conf_edit(s, t->key_at, str_from(key->instead));
}

/* --- values ------------------------------------------------------------------------------------
 */

struct unit_name {
	const char *name;
	char unit[4];
};

static const struct unit_name byte_names[] = {
	{ "b", "b" },	{ "byte", "b" }, { "bytes", "b" },     { "k", "k" },
	{ "kb", "k" },	{ "ki", "k" },	 { "kib", "k" },       { "m", "m" },
	{ "mb", "m" },	{ "mi", "m" },	 { "mib", "m" },       { "mbs", "m" },
	{ "meg", "m" }, { "megs", "m" }, { "megabytes", "m" }, { "g", "g" },
	{ "gb", "g" },	{ "gi", "g" },	 { "gib", "g" },       { "gbs", "g" },
	{ "gig", "g" }, { "gigs", "g" }, { "gigabytes", "g" }, { "t", "t" },
	{ "tb", "t" },	{ "ti", "t" },	 { "tib", "t" },
};

static const struct unit_name time_names[] = {
	{ "ms", "ms" },	     { "msec", "ms" },	   { "millis", "ms" }, { "milliseconds", "ms" },
	{ "s", "s" },	     { "sec", "s" },	   { "secs", "s" },    { "second", "s" },
	{ "seconds", "s" },  { "m", "min" },	   { "min", "min" },   { "mins", "min" },
	{ "minute", "min" }, { "minutes", "min" }, { "h", "h" },       { "hr", "h" },
	{ "hrs", "h" },	     { "hour", "h" },	   { "hours", "h" },   { "d", "d" },
	{ "day", "d" },	     { "days", "d" },
};

static const char *unit_called(const struct unit_name *names, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (name.len == strlen(names[i].name) &&
		    !strncasecmp(name.ptr, names[i].name, name.len))
			return names[i].unit;
	return NULL;
}

/* As Spark wants it: "1.5 GB" -> "1536m", "120 sec" -> "120s"; false when that is not clear. */
static bool correct_unit(const struct conf_setting *t, char *out, size_t size)
{
	static const char smaller[] = "bkmgt";
	bool bytes = t->info->type == CONFIG_BYTES;
	struct str value = str_trim(t->value), name;
	const char *unit, *place;
	double number = 0, scale = 1;
	size_t n = 0;

	for (; n < value.len && isdigit((unsigned char)value.ptr[n]) && n < 12; n++)
		number = number * 10 + (value.ptr[n] - '0');
	if (n < value.len && value.ptr[n] == '.')
		for (n++; n < value.len && isdigit((unsigned char)value.ptr[n]) && n < 15; n++)
			number += (value.ptr[n] - '0') * (scale /= 10);
	if (!n)
		return false;
	name = str_trim(str_skip(value, n));
	unit = bytes ? unit_called(byte_names, ARRAY_LEN(byte_names), name)
		     : unit_called(time_names, ARRAY_LEN(time_names), name);
	if (!unit)
		return false;
	if (number >= 0 && number == (double)(int64_t)number)
		return snprintf(out, size, "%" PRId64 "%s", (int64_t)number, unit) < (int)size;
	place = bytes ? strchr(smaller + 1, unit[0]) : NULL;
	if (!place || (int64_t)(number * 1024) <= 0)
		return false;
	return snprintf(out, size, "%" PRId64 "%c", (int64_t)(number * 1024), place[-1]) <
	       (int)size;
}

static void report_unit(struct conf_scan *s, const struct conf_setting *t, struct buf *expected)
{
	char better[32];

	if (!correct_unit(t, better, sizeof(better))) {
		conf_report(s, CONF_WRONG_UNIT, t->value_at,
			    STR_FMT " is \"" STR_FMT "\", but Spark takes " STR_FMT,
			    STR_ARG(t->key), STR_ARG(t->value), STR_ARG(buf_str(expected)));
		return;
	}
	conf_report(s, CONF_WRONG_UNIT, t->value_at,
		    STR_FMT " is \"" STR_FMT "\", which Spark cannot read; write %s",
		    STR_ARG(t->key), STR_ARG(t->value), better);
	if (t->value_at.end - t->value_at.start == t->value.len)
		conf_edit(s, t->value_at, str_from(better));
}

static bool is_quoted(struct str value)
{
	return value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
	       value.ptr[value.len - 1] == value.ptr[0];
}

/* What properties do not have: quotes around values, and comments behind them. */
static bool judge_notation(struct conf_scan *s, const struct conf_setting *t)
{
	ptrdiff_t hash = str_find(t->value, STR(" #"));

	if (t->origin != CONF_FROM_FILE)
		return false;
	if (is_quoted(t->value)) {
		conf_report(s, CONF_QUOTED_VALUE, t->value_at,
			    "the quotes become part of the value of " STR_FMT, STR_ARG(t->key));
		conf_edit(s, t->value_at, (struct str){ t->value.ptr + 1, t->value.len - 2 });
		return true;
	}
	if (hash < 0 || t->info->type == CONFIG_STRING || t->info->type == CONFIG_ANY)
		return false;
	conf_report(s, CONF_COMMENT_IN_VALUE,
		    (struct conf_place){ t->value_at.start + (uint32_t)hash + 1, t->value_at.end },
		    "the comment becomes part of the value of " STR_FMT, STR_ARG(t->key));
	return true;
}

static bool judge_value(struct conf_scan *s, const struct conf_setting *t)
{
	struct buf expected = BUF_INIT(1024);
	enum config_fit fit;
	bool wrong;

	if (judge_notation(s, t))
		return true;
	fit = config_key_judge(t->info, t->value);
	config_key_expects(t->info, &expected);
	wrong = fit != CONFIG_FITS;
	if (fit == CONFIG_WRONG_UNIT)
		report_unit(s, t, &expected);
	else if (wrong)
		conf_report(s, CONF_WRONG_VALUE, t->value_at,
			    STR_FMT " is \"" STR_FMT "\", but Spark takes " STR_FMT,
			    STR_ARG(t->key), STR_ARG(t->value), STR_ARG(buf_str(&expected)));
	buf_release(&expected);
	return wrong;
}

/* --- JVM flags ---------------------------------------------------------------------------------
 */

/* Flags that a JVM from 17 on, which Spark 4 needs, refuses to start with. */
static const char *const removed_flags[] = {
	"+UseConcMarkSweepGC",
	"+UseParNewGC",
	"+PrintGCTimeStamps",
	"+PrintGCDateStamps",
	"+PrintGCApplicationStoppedTime",
	"+PrintTenuringDistribution",
	"+PrintAdaptiveSizePolicy",
	"+PrintHeapAtGC",
	"+UseGCLogFileRotation",
	"+CMSClassUnloadingEnabled",
	"CMSInitiatingOccupancyFraction=",
	"+AggressiveOpts",
	"MaxPermSize=",
	"+G1SummarizeConcMark",
};

/* Where `word` stands in the file, when the value stands there as it is. */
static struct conf_place place_in(const struct conf_scan *s, const struct conf_setting *t,
				  const char *word)
{
	struct str text = { s->file->text.ptr + t->value_at.start,
			    t->value_at.end - t->value_at.start };
	ptrdiff_t at = str_find(text, str_from(word));
	uint32_t start, end;

	if (at < 0)
		return t->value_at;
	start = end = t->value_at.start + (uint32_t)at;
	while (end < t->value_at.end && !isspace((unsigned char)s->file->text.ptr[end]) &&
	       !strchr("\"'", s->file->text.ptr[end]))
		end++;
	return (struct conf_place){ start, end };
}

static void judge_java_options(struct conf_scan *s, const struct conf_setting *t)
{
	if (!str_ends_with(t->key, STR("JavaOptions")))
		return;
	if (str_find(t->value, STR("-Xmx")) >= 0)
		conf_report(s, CONF_HEAP_IN_JAVA_OPTIONS, place_in(s, t, "-Xmx"),
			    "-Xmx is refused in " STR_FMT "; set %s", STR_ARG(t->key),
			    str_starts_with(t->key, STR("spark.driver")) ? "spark.driver.memory"
			    : str_starts_with(t->key, STR("spark.yarn.am"))
				    ? "spark.yarn.am.memory"
				    : "spark.executor.memory");
	if (str_find(t->value, STR("-Dspark.")) >= 0)
		conf_report(s, CONF_SETTING_IN_JAVA_OPTIONS, place_in(s, t, "-Dspark."),
			    "a setting of Spark does not belong into " STR_FMT "; use --conf",
			    STR_ARG(t->key));
	for (size_t i = 0; i < ARRAY_LEN(removed_flags); i++)
		if (str_find(t->value, str_from(removed_flags[i])) >= 0) {
			conf_report(s, CONF_REMOVED_JVM_FLAG, place_in(s, t, removed_flags[i]),
				    "a JVM from 17 on refuses to start with -XX:%s",
				    removed_flags[i]);
			return;
		}
}

/* --- settings known to hurt --------------------------------------------------------------------
 */

static int64_t bytes_of(const struct conf_setting *t)
{
	int64_t bytes = 0;

	return config_key_bytes(t->info, t->value, &bytes) ? bytes : 0;
}

static double number_of(const struct conf_setting *t)
{
	char text[32] = "";

	if (t->value.len < sizeof(text))
		memcpy(text, t->value.ptr, t->value.len);
	return strtod(text, NULL);
}

static void judge_memory_unit(struct conf_scan *s, const struct conf_setting *t)
{
	struct str value = str_trim(t->value);
	char last = value.len ? value.ptr[value.len - 1] : 0;

	/* A manifest's driver runs in the cluster, where Spark translates the value. */
	if (t->origin != CONF_FROM_FILE && t->origin != CONF_FROM_COMMAND)
		return;
	if (isdigit((unsigned char)last))
		conf_report(s, CONF_DRIVER_MEMORY_UNIT, t->value_at,
			    "without a unit the driver's JVM takes " STR_FMT " for bytes",
			    STR_ARG(value));
	else if (value.len > 1 && isalpha((unsigned char)value.ptr[value.len - 2]))
		conf_report(s, CONF_DRIVER_MEMORY_UNIT, t->value_at,
			    "the driver's JVM does not start with -Xmx" STR_FMT
			    "; write the unit as one letter",
			    STR_ARG(value));
}

static void judge_cores(struct conf_scan *s, const struct conf_setting *t)
{
	double cores = number_of(t);

	if (cores < 1)
		conf_report(s, CONF_EXECUTOR_CORES, t->value_at, "an executor needs a core");
	else if (cores > 32)
		conf_report(s, CONF_EXECUTOR_CORES, t->value_at,
			    "%.0f tasks at a time share one executor's heap", cores);
}

static void judge_broadcast(struct conf_scan *s, const struct conf_setting *t)
{
	if (bytes_of(t) > INT64_C(1) << 30)
		conf_report(s, CONF_BROADCAST_THRESHOLD, t->value_at,
			    "tables up to " STR_FMT " go through the driver to every executor",
			    STR_ARG(t->value));
}

static void judge_result_size(struct conf_scan *s, const struct conf_setting *t)
{
	if (str_eq(str_trim(t->value), STR("0")))
		conf_report(s, CONF_RESULT_SIZE_UNLIMITED, t->value_at,
			    "with 0 one collect() can exhaust the driver's heap");
}

static void judge_retries(struct conf_scan *s, const struct conf_setting *t)
{
	if (str_eq(str_trim(t->value), STR("1")))
		conf_report(s, CONF_NO_TASK_RETRY, t->value_at,
			    "one failed task ends the job: a lost node or a full disk is enough");
}

static void judge_event_log(struct conf_scan *s, const struct conf_setting *t)
{
	if (!strncasecmp(t->value.ptr, "false", t->value.len))
		conf_report(s, CONF_EVENT_LOG_OFF, t->value_at,
			    "without an event log nothing is left to look at after a failure");
}

static void judge_buffer(struct conf_scan *s, const struct conf_setting *t)
{
	if (bytes_of(t) >= INT64_C(1) << 31)
		conf_report(s, CONF_BUFFER_ABOVE_LIMIT, t->value_at, STR_FMT " must be below 2048m",
			    STR_ARG(t->key));
}

static void judge_message_size(struct conf_scan *s, const struct conf_setting *t)
{
	if (number_of(t) > 2047)
		conf_report(s, CONF_BUFFER_ABOVE_LIMIT, t->value_at,
			    STR_FMT " is in MiB and must be at most 2047", STR_ARG(t->key));
}

static void judge_fraction(struct conf_scan *s, const struct conf_setting *t)
{
	double fraction = number_of(t);
	bool storage = is_key(t, "spark.memory.storageFraction");

	if (fraction < 0 || fraction > 1 || (!storage && fraction <= 0))
		conf_report(s, CONF_MEMORY_FRACTION, t->value_at,
			    "a fraction lies between 0 and 1");
	else if (!storage && fraction > 0.9)
		conf_report(s, CONF_MEMORY_FRACTION, t->value_at,
			    "less than a tenth of the heap is left for user objects");
}

struct key_judge {
	const char *key;
	void (*judge)(struct conf_scan *s, const struct conf_setting *t);
};

static const struct key_judge key_judges[] = {
	{ "spark.driver.maxResultSize", judge_result_size },
	{ "spark.driver.memory", judge_memory_unit },
	{ "spark.eventLog.enabled", judge_event_log },
	{ "spark.executor.cores", judge_cores },
	{ "spark.kryoserializer.buffer.max", judge_buffer },
	{ "spark.memory.fraction", judge_fraction },
	{ "spark.memory.storageFraction", judge_fraction },
	{ "spark.rpc.message.maxSize", judge_message_size },
	{ "spark.sql.adaptive.autoBroadcastJoinThreshold", judge_broadcast },
	{ "spark.sql.autoBroadcastJoinThreshold", judge_broadcast },
	{ "spark.task.maxFailures", judge_retries },
};

/* --- all of it ---------------------------------------------------------------------------------
 */

static void judge_session(struct conf_scan *s, const struct conf_setting *t)
{
	if (t->origin == CONF_FROM_SESSION &&
	    !(t->info->flags & (CONFIG_RUNTIME | CONFIG_LITERAL)) && t->info->type != CONFIG_ANY)
		conf_report(s, CONF_NOT_AT_RUNTIME, t->key_at,
			    STR_FMT " cannot be changed in a running session", STR_ARG(t->key));
}

static void judge(struct conf_scan *s, const struct conf_setting *t)
{
	bool secret = judge_secret(s, t);

	if (t->key.len && t->key.ptr[0] == '@')
		return;
	if (!str_starts_with(t->key, STR("spark."))) {
		judge_foreign(s, t);
		return;
	}
	judge_java_options(s, t);
	if (!t->info) {
		judge_unknown(s, t);
		return;
	}
	if (!config_key_is_current(t->info))
		judge_history(s, t);
	judge_session(s, t);
	if (!t->known || secret || judge_value(s, t))
		return;
	for (size_t i = 0; i < ARRAY_LEN(key_judges); i++)
		if (is_key(t, key_judges[i].key))
			key_judges[i].judge(s, t);
}

void conf_judge_settings(struct conf_scan *s)
{
	for (size_t i = 0; i < s->count; i++)
		judge(s, &s->settings[i]);
}

#include "base/base.h"
#include "tests/unit/test.h"

#include "base/buf.h"
#include "diagnose/config_key.h"

static enum config_fit judge(const char *name, const char *value)
{
	const struct config_key *key = config_key_find(str_from(name));

	CHECK(key != NULL);
	return key ? config_key_judge(key, str_from(value)) : CONFIG_FITS;
}

static struct str nearest(const char *name)
{
	const struct config_key *key = config_key_nearest(str_from(name));

	return key ? str_from(key->name) : STR("none");
}

static struct str nullable(const char *text)
{
	return text ? str_from(text) : STR("none");
}

TEST(config_key_tables_are_sorted)
{
	for (size_t i = 1; i < config_keys.key_count; i++)
		CHECK(str_compare(str_from(config_keys.keys[i - 1].name),
				  str_from(config_keys.keys[i].name)) < 0);
	CHECK(config_keys.key_count > 1800);
	CHECK(config_keys.family_count > 60);
	for (size_t i = 0; i < config_keys.key_count; i++)
		CHECK(config_key_find(str_from(config_keys.keys[i].name)) == &config_keys.keys[i]);
}

/* Spark's own defaults must pass the judgement, or it is ours that is wrong. */
TEST(config_key_defaults_fit)
{
	for (size_t i = 0; i < config_keys.key_count; i++) {
		const struct config_key *key = &config_keys.keys[i];

		for (size_t v = 0; v < CONFIG_VERSION_COUNT; v++) {
			const char *value = key->defaults[v];

			if (value && value[0] != '@' && value[0] != '<' && *key->name)
				CHECK_STR(config_key_judge(key, str_from(value)) == CONFIG_FITS
						  ? STR("fits")
						  : str_from(key->name),
					  STR("fits"));
		}
	}
}

TEST(config_key_references_lead_somewhere)
{
	for (size_t i = 0; i < config_keys.key_count; i++) {
		const struct config_key *key = &config_keys.keys[i];

		for (size_t v = 0; v < CONFIG_VERSION_COUNT; v++)
			if (key->defaults[v] && key->defaults[v][0] == '@')
				CHECK(config_key_find(str_from(key->defaults[v] + 1)) != NULL);
	}
}

TEST(config_key_knows_types_and_units)
{
	const struct config_key *key = config_key_find(STR("spark.executor.memory"));

	CHECK(key && key->type == CONFIG_BYTES && key->unit == 1u << 20);
	CHECK(key && key->note != NULL);
	key = config_key_find(STR("spark.network.timeout"));
	CHECK(key && key->type == CONFIG_TIME && key->unit == 1000000);
	CHECK(config_key_find(STR("spark.executor.memor")) == NULL);
	CHECK(config_key_find(STR("")) == NULL);
}

TEST(config_key_judges_sizes)
{
	CHECK(judge("spark.executor.memory", "4g") == CONFIG_FITS);
	CHECK(judge("spark.executor.memory", " 4GB ") == CONFIG_FITS);
	CHECK(judge("spark.executor.memory", "4096") == CONFIG_FITS);
	CHECK(judge("spark.executor.memory", "1.5g") == CONFIG_WRONG_UNIT);
	CHECK(judge("spark.executor.memory", "4 g") == CONFIG_WRONG_UNIT);
	CHECK(judge("spark.executor.memory", "4gigs") == CONFIG_WRONG_UNIT);
	CHECK(judge("spark.executor.memory", "lots") == CONFIG_WRONG_TYPE);
	CHECK(judge("spark.executor.memory", "") == CONFIG_WRONG_TYPE);
	CHECK(judge("spark.executor.memory", "99999999999999999999g") == CONFIG_OUT_OF_RANGE);
	CHECK(judge("spark.executor.memory", "9223372036854775807g") == CONFIG_OUT_OF_RANGE);
	CHECK(judge("spark.sql.autoBroadcastJoinThreshold", "-1") == CONFIG_FITS);
}

TEST(config_key_judges_times)
{
	CHECK(judge("spark.network.timeout", "120") == CONFIG_FITS);
	CHECK(judge("spark.network.timeout", "2min") == CONFIG_FITS);
	CHECK(judge("spark.network.timeout", "120 s") == CONFIG_WRONG_UNIT);
	CHECK(judge("spark.network.timeout", "120sec") == CONFIG_WRONG_UNIT);
	CHECK(judge("spark.dynamicAllocation.executorIdleTimeout", "-1") == CONFIG_OUT_OF_RANGE);
}

TEST(config_key_judges_the_rest)
{
	CHECK(judge("spark.eventLog.enabled", "TRUE") == CONFIG_FITS);
	CHECK(judge("spark.eventLog.enabled", "yes") == CONFIG_WRONG_TYPE);
	CHECK(judge("spark.executor.cores", "+4") == CONFIG_FITS);
	CHECK(judge("spark.executor.cores", "4.0") == CONFIG_WRONG_TYPE);
	CHECK(judge("spark.executor.cores", "3000000000") == CONFIG_OUT_OF_RANGE);
	CHECK(judge("spark.sql.shuffle.partitions", "0") == CONFIG_OUT_OF_RANGE);
	CHECK(judge("spark.memory.fraction", "0.6") == CONFIG_FITS);
	CHECK(judge("spark.memory.fraction", "60%") == CONFIG_WRONG_TYPE);
	CHECK(judge("spark.memory.fraction", ".5f") == CONFIG_FITS);
	CHECK(judge("spark.sql.storeAssignmentPolicy", "ansi") == CONFIG_FITS);
	CHECK(judge("spark.sql.storeAssignmentPolicy", "loose") == CONFIG_NOT_LISTED);
	CHECK(judge("spark.kubernetes.container.image.pullPolicy", "always") == CONFIG_NOT_LISTED);
	CHECK(judge("spark.app.name", "any thing") == CONFIG_FITS);
}

TEST(config_key_says_what_it_expects)
{
	struct buf out = BUF_INIT(512);

	config_key_expects(config_key_find(STR("spark.sql.storeAssignmentPolicy")), &out);
	CHECK_STR(buf_str(&out), STR("one of ANSI, LEGACY, STRICT"));
	buf_clear(&out);
	config_key_expects(config_key_find(STR("spark.sql.shuffle.partitions")), &out);
	CHECK_STR(buf_str(&out), STR("a whole number, 1 or more"));
	buf_release(&out);
}

TEST(config_key_finds_the_nearest)
{
	CHECK_STR(nearest("spark.executor.memroy"), STR("spark.executor.memory"));
	CHECK_STR(nearest("spark.executor.memory.overhead"), STR("spark.executor.memoryOverhead"));
	CHECK_STR(nearest("spark.sql.shuffle.partition"), STR("spark.sql.shuffle.partitions"));
	CHECK_STR(nearest("spark.dynamicallocation.enabled"),
		  STR("spark.dynamicAllocation.enabled"));
	CHECK_STR(nearest("spark.adaptive.enabled"), STR("spark.sql.adaptive.enabled"));
	CHECK_STR(nearest("spark.sql.autoBroadcastThreshold"), STR("none"));
	CHECK_STR(nearest("spark.completely.other"), STR("none"));
	CHECK_STR(nearest(""), STR("none"));
}

TEST(config_key_knows_history)
{
	const struct config_key *key = config_key_find(STR("spark.yarn.executor.memoryOverhead"));

	CHECK(key && !config_key_is_current(key));
	CHECK_STR(nullable(key ? key->instead : NULL), STR("spark.executor.memoryOverhead"));
	CHECK_STR(nullable(key ? key->deprecated : NULL), STR("2.3"));
	key = config_key_find(STR("spark.sql.ansi.strictIndexOperator"));
	CHECK_STR(nullable(key ? key->removed : NULL), STR("3.4.0"));
	key = config_key_find(STR("spark.mesos.coarse"));
	CHECK(key && !config_key_is_current(key) && (key->versions & 1u << CONFIG_V35));
}

TEST(config_key_knows_defaults_by_version)
{
	const struct config_key *key = config_key_find(STR("spark.sql.ansi.enabled"));

	CHECK_STR(nullable(config_key_default(key, STR("3.5.1"))), STR("false"));
	CHECK_STR(nullable(config_key_default(key, STR("4.0.0"))), STR("true"));
	CHECK_STR(nullable(config_key_default(key, STR(""))), STR("true"));
	key = config_key_find(STR("spark.sql.adaptive.autoBroadcastJoinThreshold"));
	CHECK_STR(nullable(config_key_default(key, STR("3.5"))), STR("none"));
	key = config_key_find(STR("spark.rpc.askTimeout"));
	CHECK(key != NULL);
}

TEST(config_key_scales_values)
{
	int64_t n = 0;

	CHECK(config_key_bytes(config_key_find(STR("spark.executor.memory")), STR("2"), &n) &&
	      n == 2 << 20);
	CHECK(config_key_ms(config_key_find(STR("spark.network.timeout")), STR("2min"), &n) &&
	      n == 120000);
	CHECK(config_key_ms(config_key_find(STR("spark.network.timeout")), STR("120"), &n) &&
	      n == 120000);
	CHECK(!config_key_ms(config_key_find(STR("spark.executor.memory")), STR("1"), &n));
}

TEST(config_key_families_are_open)
{
	CHECK(config_key_family(STR("spark.hadoop.fs.s3a.endpoint")) != NULL);
	CHECK(config_key_family(STR("spark.kubernetes.driver.label.team")) != NULL);
	CHECK(config_key_family(STR("spark.databricks.delta.preview.enabled")) != NULL);
	CHECK(config_key_family(STR("spark.hadoop.")) == NULL);
	CHECK(config_key_family(STR("spark.executor.memroy")) == NULL);
	CHECK(config_key_is_sparks(STR("spark.executor.memroy")));
	CHECK(!config_key_is_sparks(STR("spark.ourteam.input")));
}

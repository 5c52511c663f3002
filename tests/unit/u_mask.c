#include "base/base.h"
#include "base/buf.h"
#include "diagnose/mask.h"
#include "tests/unit/test.h"

static void check_mask(struct str in, struct str want)
{
	struct buf b = BUF_INIT(1024);

	CHECK(mask_secrets(&b, in));
	CHECK_STR(buf_str(&b), want);
	buf_release(&b);
}

TEST(mask_hides_secrets_and_nothing_else)
{
	check_mask(STR("spark.hadoop.fs.s3a.secret.key=abcd1234efgh done"),
		   STR("spark.hadoop.fs.s3a.secret.key=*** done"));
	check_mask(STR("jdbc:postgresql://etl:hunter22@db/x"),
		   STR("jdbc:postgresql://etl:***@db/x"));
	check_mask(STR("key AKIAIOSFODNN7EXAMPLE used"), STR("key *** used"));
	check_mask(STR("client token: N/A"), STR("client token: N/A"));
	check_mask(STR("Lost executor 3 on node-2: exit 137"),
		   STR("Lost executor 3 on node-2: exit 137"));
	check_mask(STR("password=*********(redacted)"), STR("password=*********(redacted)"));
}

static void check_setting(const char *key, const char *value, const char *want)
{
	struct buf got = BUF_INIT(4096);

	CHECK(mask_setting(&got, str_from(key), str_from(value)));
	CHECK_STR(buf_str(&got), str_from(want));
	buf_release(&got);
}

TEST(mask_settings_by_their_key)
{
	check_setting("spark.executor.memory", "2g", "2g");
	check_setting("spark.executor.memory", "", "");
	check_setting("spark.hadoop.fs.s3a.secret.key", "abc", "***");
	check_setting("spark.x.auth.Token", "abc", "***");
	check_setting("spark.x.credentials", "file.json", "***");
	/* A switch is none. */
	check_setting("spark.security.credentials.hive.enabled", "false", "false");
	check_setting("spark.driver.extraJavaOptions", "-Dpassword=hunter22 -Da=b",
		      "-Dpassword=*** -Da=b");
}

#include "base/base.h"
#include "tests/unit/test.h"

#include "parsers/place.h"
#include "parsers/yarn_name.h"

struct expected {
	const char *path;
	enum process process;
	const char *app, *attempt, *container, *executor, *host, *log_name;
};

static void check_place(const struct expected *e)
{
	struct stream_place p = stream_place_from_path(str_from(e->path));

	CHECK_STR(str_from(process_name(p.process)), str_from(process_name(e->process)));
	CHECK_STR(p.app, str_from(e->app));
	CHECK_STR(p.attempt, str_from(e->attempt));
	CHECK_STR(p.container, str_from(e->container));
	CHECK_STR(p.executor, str_from(e->executor));
	CHECK_STR(p.host, str_from(e->host));
	CHECK_STR(p.log_name, str_from(e->log_name));
}

static void check_all(const struct expected *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_place(&all[i]);
}

TEST(place_of_yarn)
{
	static const struct expected all[] = {
		{ "userlogs/application_1795441037049_0010/container_1795441037049_0010_01_000003/"
		  "stderr",
		  PROCESS_EXECUTOR, "application_1795441037049_0010", "1",
		  "container_1795441037049_0010_01_000003", "", "", "stderr" },
		{ "application_1551293620749_0001/container_e17_1551293620749_0001_02_000001/"
		  "stdout",
		  PROCESS_AM, "application_1551293620749_0001", "2",
		  "container_e17_1551293620749_0001_02_000001", "", "", "stdout" },
		/* The number of a container is not that of the executor; 1000001 is no master. */
		{ "container_1551293620749_0001_11_1000001/gc.log.0", PROCESS_EXECUTOR, "", "11",
		  "container_1551293620749_0001_11_1000001", "", "", "gc.log.0" },
		{ "etl/bucket-logs-tfile/0006/application_1795442502573_0006/node-2_45454",
		  PROCESS_UNKNOWN, "application_1795442502573_0006", "", "", "", "node-2",
		  "node-2_45454" },
		{ "application_1795442502573_0006/node_3_45454_1795442502573.tmp", PROCESS_UNKNOWN,
		  "application_1795442502573_0006", "", "", "", "node_3",
		  "node_3_45454_1795442502573.tmp" },
		{ "out/worker-1_38887/container_1551293620749_0001_01_000002", PROCESS_EXECUTOR, "",
		  "1", "container_1551293620749_0001_01_000002", "", "worker-1",
		  "container_1551293620749_0001_01_000002" },
		{ "application_1795441037049_0007.log", PROCESS_UNKNOWN,
		  "application_1795441037049_0007", "", "", "", "",
		  "application_1795441037049_0007.log" },
		{ "spark-events/application_1795441037049_0007_2.zstd", PROCESS_UNKNOWN,
		  "application_1795441037049_0007", "2", "", "", "",
		  "application_1795441037049_0007_2.zstd" },
		{ "application_abc/container_/stderr", PROCESS_UNKNOWN, "", "", "", "", "",
		  "stderr" },
	};

	check_all(all, ARRAY_LEN(all));
}

TEST(place_of_standalone)
{
	static const struct expected all[] = {
		{ "work/app-20261123131747-0000/12/stderr", PROCESS_EXECUTOR,
		  "app-20261123131747-0000", "", "", "12", "", "stderr" },
		{ "work/node-2/app-20261123131747-0000/0/stderr--2024-05-01--10", PROCESS_EXECUTOR,
		  "app-20261123131747-0000", "", "", "0", "node-2", "stderr--2024-05-01--10" },
		{ "logs/work/node-2/driver-20261123132812-0000/stderr", PROCESS_DRIVER, "", "", "",
		  "", "node-2", "stderr" },
		{ "logs/spark-spark-org.apache.spark.deploy.worker.Worker-1-node-2.out",
		  PROCESS_WORKER, "", "", "", "", "node-2",
		  "spark-spark-org.apache.spark.deploy.worker.Worker-1-node-2.out" },
		{ "spark-x-org.apache.spark.deploy.master.Master-1-a.b.c.out.5", PROCESS_MASTER, "",
		  "", "", "", "a.b.c",
		  "spark-x-org.apache.spark.deploy.master.Master-1-a.b.c.out.5" },
		{ "spark-x-org.apache.spark.deploy.history.HistoryServer-1-h.out", PROCESS_HISTORY,
		  "", "", "", "", "h",
		  "spark-x-org.apache.spark.deploy.history.HistoryServer-1-h.out" },
		{ "app-20261123131747-0000_driver.log", PROCESS_DRIVER, "app-20261123131747-0000",
		  "", "", "", "", "app-20261123131747-0000_driver.log" },
		{ "eventlogs/app-20261123131747-0000.lz4", PROCESS_UNKNOWN,
		  "app-20261123131747-0000", "", "", "", "", "app-20261123131747-0000.lz4" },
		{ "eventlog_v2_local-1795444780987/events_1_local-1795444780987.zstd",
		  PROCESS_UNKNOWN, "local-1795444780987", "", "", "", "",
		  "events_1_local-1795444780987.zstd" },
		{ "work/app-2026112313174-0000/1/stderr", PROCESS_UNKNOWN, "", "", "", "", "",
		  "stderr" },
	};

	check_all(all, ARRAY_LEN(all));
}

TEST(place_of_clouds)
{
	static const struct expected all[] = {
		{ "logs/j-3ABC/steps/s-2XYZ/stderr", PROCESS_CLIENT, "", "", "", "", "", "stderr" },
		{ "j-3ABC/node/i-0abc/applications/hadoop-yarn/"
		  "hadoop-yarn-nodemanager-ip-10-0-0-1.log",
		  PROCESS_NODEMANAGER, "", "", "", "", "ip-10-0-0-1",
		  "hadoop-yarn-nodemanager-ip-10-0-0-1.log" },
		{ "applications/00f1/jobs/00f2/attempts/3/SPARK_EXECUTOR/7/stderr",
		  PROCESS_EXECUTOR, "", "3", "", "7", "", "stderr" },
		{ "applications/00f1/jobs/00f2/SPARK_DRIVER/stdout", PROCESS_DRIVER, "", "", "", "",
		  "", "stdout" },
		{ "0501-100000-abcdefgh/driver/stderr--2024-05-01--10-00", PROCESS_DRIVER, "", "",
		  "", "", "", "stderr--2024-05-01--10-00" },
		{ "0501-100000-abcdefgh/executor/app-20180910074747-0000/12/stdout",
		  PROCESS_EXECUTOR, "app-20180910074747-0000", "", "", "12", "", "stdout" },
		{ "jobs/0003/containers/spark-000000030r/spark-000000030r-driver/stderr",
		  PROCESS_DRIVER, "spark-000000030r", "", "", "", "", "stderr" },
		{ "meta/jobs/abc/driveroutput.000000001", PROCESS_DRIVER, "", "", "", "", "",
		  "driveroutput.000000001" },
		{ "jr_0011_g-7f00", PROCESS_EXECUTOR, "", "", "", "", "", "jr_0011_g-7f00" },
	};

	check_all(all, ARRAY_LEN(all));
}

TEST(place_of_kubernetes)
{
	static const struct expected all[] = {
		{ "daily-orders-1a2b3c4d5e6f7788-exec-3.log", PROCESS_EXECUTOR, "", "", "", "3", "",
		  "daily-orders-1a2b3c4d5e6f7788-exec-3.log" },
		{ "daily-orders-1a2b3c4d5e6f7788-driver.log", PROCESS_DRIVER, "", "", "", "", "",
		  "daily-orders-1a2b3c4d5e6f7788-driver.log" },
		{ "var/log/pods/etl_daily-1a2b-exec-12_0f0f0f0f-1111/spark-kubernetes-executor/"
		  "0.log",
		  PROCESS_EXECUTOR, "", "", "", "12", "", "0.log" },
		{ "var/log/containers/daily-1a2b-driver_etl_spark-kubernetes-driver-00ff.log",
		  PROCESS_DRIVER, "", "", "", "", "",
		  "daily-1a2b-driver_etl_spark-kubernetes-driver-00ff.log" },
		{ "spark-0123456789abcdef0123456789abcdef/x-exec-y.log", PROCESS_UNKNOWN,
		  "spark-0123456789abcdef0123456789abcdef", "", "", "", "", "x-exec-y.log" },
	};

	check_all(all, ARRAY_LEN(all));
}

TEST(place_of_nothing)
{
	static const struct expected all[] = {
		{ "", PROCESS_UNKNOWN, "", "", "", "", "", "" },
		{ "-", PROCESS_UNKNOWN, "", "", "", "", "", "-" },
		{ "spark-submit.log", PROCESS_UNKNOWN, "", "", "", "", "", "spark-submit.log" },
		{ "a//b!c", PROCESS_UNKNOWN, "", "", "", "", "", "c" },
	};

	check_all(all, ARRAY_LEN(all));
	for (enum process p = PROCESS_UNKNOWN; p < PROCESS_COUNT; p++)
		CHECK(process_from_name(str_from(process_name(p))) == p);
	CHECK(process_from_name(STR("zebra")) == PROCESS_COUNT);
}

TEST(yarn_name_parts)
{
	char app[YARN_APP_BYTES];
	struct yarn_container c;

	CHECK_STR(yarn_node_host(STR("worker-1_45454")), STR("worker-1"));
	CHECK_STR(yarn_node_host(STR("worker-1:45454")), STR("worker-1"));
	CHECK_STR(yarn_node_host(STR("a_1_45454_1795441037049")), STR("a_1"));
	CHECK_STR(yarn_node_host(STR("a_1795441037049")), STR(""));
	CHECK_STR(yarn_node_host(STR("_45454")), STR(""));
	CHECK_STR(yarn_app_of_container(STR("container_e08_1795441037049_12345_01_000007"), app),
		  STR("application_1795441037049_12345"));
	CHECK_STR(yarn_app_of_container(STR("container_1795441037049_12345_01_"), app), STR(""));
	CHECK(!yarn_container_parse(STR("container_e_1_1_1_1"), &c));
	CHECK(!yarn_container_parse(STR("container_1_2_3"), &c));
	CHECK_STR(yarn_app_in_path(STR("a/application_1795441037049_0001.har!application_x")),
		  STR("application_1795441037049_0001"));
}

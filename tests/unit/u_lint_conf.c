#include "base/base.h"
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/buf.h"
#include "diagnose/lint_run.h"

static void drop(struct diag_sink *sink, const struct diag *d)
{
	(void)sink;
	(void)d;
}

/* Lint one file of that name with the family "conf"; NULL when it could not be written. */
static struct lint_result *lint_text(const char *name, struct str text)
{
	char directory[] = "/var/tmp/u_lint_conf.XXXXXX", path[128];
	struct diag_sink sink = { .emit = drop };
	struct lint_result *r = NULL;
	struct lint_options o = { .path_count = 1, .select = STR("conf"), .jobs = 1 };
	struct str named;
	FILE *out;

	CHECK(mkdtemp(directory) != NULL);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	named = str_from(path);
	o.paths = &named;
	out = fopen(path, "w");
	CHECK(out != NULL);
	if (out) {
		CHECK(fwrite(text.ptr, 1, text.len, out) == text.len);
		CHECK(!fclose(out));
		r = lint_run(&o, &sink);
		(void)unlink(path);
	}
	(void)rmdir(directory);
	return r;
}

/* Compare "LINE:COL rule" of every report, the family's prefix left out, with `want`. */
static void expect(const char *name, const char *text, const char *want)
{
	struct lint_result *r = lint_text(name, str_from(text));
	struct buf got = BUF_INIT(4096);

	for (size_t i = 0; r && i < r->count; i++)
		CHECK(buf_addf(&got, "%s%" PRIu32 ":%" PRIu32 " %s", i ? ", " : "",
			       r->items[i].line, r->items[i].col,
			       r->items[i].rule->id + sizeof("conf-") - 1));
	CHECK_STR(buf_str(&got), str_from(want));
	buf_release(&got);
	if (r)
		lint_result_free(r);
}

#define CONF(text, want)     expect("spark-defaults.conf", text, want)
#define SHELL(text, want)    expect("run.sh", text, want)
#define PYTHON(text, want)   expect("job.py", text, want)
#define SCALA(text, want)    expect("Job.scala", text, want)
#define YAML(text, want)     expect("a.yaml", text, want)
#define JSON(text, want)     expect("a.json", text, want)
#define NOTEBOOK(text, want) expect("a.ipynb", text, want)

TEST(lint_conf_properties_notations)
{
	CONF("spark.executor.cores=x\nspark.executor.memory: 4 g\n spark.task.cpus\tx\n",
	     "1:22 wrong-value, 2:24 wrong-unit, 3:18 wrong-value");
	CONF("# spark.executor.cores x\n! spark.executor.cores x\n\n", "");
	CONF("spark.executor.cores x\r\nspark.task.cpus 1\r\n", "1:22 wrong-value");
	CONF("spark.executor.extraJavaOptions -Da=b \\\n  -Dspark.x=1\nspark.task.cpus x\n",
	     "3:17 wrong-value");
	CONF("spark.app.name nightly # run\n", "");
	CONF("spark.executor.cores", "1:21 wrong-value");
	CONF("spark.executor.memory ${env:MEM}\n", "");
	CONF("", "");
}

TEST(lint_conf_unknown_keys)
{
	CONF("spark.sql.shuffle.partition 8\n", "1:1 unknown-key");
	CONF("spark.sql.nothing.of.the.kind 8\n", "1:1 unknown-key");
	CONF("spark.hadoop.anything x\nspark.executorEnv.A b\nspark.databricks.x y\n", "");
	CONF("spark.ourteam.input s3://b/k\nspark.sql.catalog.lake.type hive\n", "");
	CONF("spark.kubernetes.driver.label.team x\nspark.executor.resource.gpu.amount 1\n", "");
}

TEST(lint_conf_history)
{
	CONF("spark.blacklist.enabled true\n", "1:1 deprecated-key");
	CONF("spark.sql.ansi.strictIndexOperator true\n", "1:1 removed-key");
	CONF("spark.mesos.coarse true\n", "1:1 removed-key");
	CONF("spark.executor.port 7\n", "1:1 removed-key");
}

TEST(lint_conf_shell_words)
{
	SHELL("spark-submit \\\n  --conf \"spark.executor.cores=x\" \\\n  a.py\n",
	      "2:32 wrong-value");
	SHELL("spark-submit --conf 'spark.executor.cores'=\"x\" a.py --conf spark.task.cpus=x\n",
	      "1:45 wrong-value");
	SHELL("spark-submit --executor-memory=4gi2 a.py\n", "1:32 wrong-unit");
	SHELL("$SPARK_HOME/bin/spark-submit $OPTS --conf spark.task.cpus=x a.py; ls --conf\n",
	      "1:59 wrong-value");
	SHELL("spark-submit --conf spark.task.cpus=$N --conf spark.executor.cores=$(nproc) a\n",
	      "");
	SHELL("# spark-submit --conf spark.task.cpus=x\npip install pyspark --conf\n", "");
	SHELL("spark-submit --class a.B --conf spark.task.cpus=x a.jar\n", "1:49 wrong-value");
	SHELL("sh -c 'spark-submit --conf spark.task.cpus=x' && echo 'done'\n", "1:44 wrong-value");
	SHELL("spark-submit --conf spark.task.cpus a.py\n", "1:21 missing-equals");
	SHELL("spark-submit --conf", "");
	SHELL("spark-submit --conf \"spark.app.name=it's", "");
}

TEST(lint_conf_python_calls)
{
	PYTHON("SparkConf().set('spark.task.cpus', 'x')\n", "1:37 wrong-value");
	PYTHON("b.config(\"spark.task.cpus\", x)\nb.config(\"spark.task.cpus\", 'a' + y)\n", "");
	PYTHON("b.config(key='spark.task.cpus', value='x')\n", "1:40 wrong-value");
	PYTHON("# b.config('spark.task.cpus', 'x')\ndoc = \"\"\"\nb.config('spark.x', 1)\n\"\"\"\n",
	       "");
	PYTHON("v = conf.get('spark.task.cpu', 'x')\nspark.conf.unset('spark.task.cpus')\n", "");
	PYTHON("d = {'spark.task.cpus': 'x', 'spark.app.name': 'n'}\n", "1:26 wrong-value");
	PYTHON("b.config('spark.eventLog.enabled', True)\n", "");
	PYTHON("b.config('spark.eventLog.enabled', False)\n", "1:36 event-log-off");
	PYTHON("b.config('spark.network.timeout', -1)\n", "1:35 heartbeat-above-timeout");
	PYTHON("f(r'spark-submit --conf spark.task.cpus=x a.py')\n", "1:41 wrong-value");
	PYTHON("spark.sql('set spark.task.cpus=2')\n", "1:16 not-at-runtime");
	PYTHON("spark.sql(\"SET spark.sql.shuffle.partitions = 64;\")\n", "");
	PYTHON("'unfinished", "");
	PYTHON("spark = \"\"\"unfinished", "");
}

TEST(lint_conf_driver_options_in_programs)
{
	PYTHON("b.config('spark.driver.memory', '4g')\n", "1:11 driver-option-too-late");
	PYTHON("b.master('local[2]').config('spark.driver.memory', '4g')\n", "");
	PYTHON("SparkSubmitOperator(conf={'spark.driver.memory': '4g'})\n", "");
	NOTEBOOK("{\"cells\":[{\"cell_type\":\"code\",\"source\":"
		 "\"b.config('spark.driver.memory', '4g')\"}]}",
		 "");
}

TEST(lint_conf_scala_and_java)
{
	SCALA("val c = new SparkConf()\n  .setAppName(\"x\") // it's\n  .set(\"spark.task.cpus\", "
	      "\"x\")\n",
	      "3:28 wrong-value");
	SCALA("/* .set(\"spark.task.cpus\", \"x\") */ val q = '\"'; m.put(1)\n", "");
	SCALA("val m = Map(\"spark.task.cpus\" -> \"x\")\n", "1:35 wrong-value");
}

TEST(lint_conf_yaml_shapes)
{
	YAML("spark_conf:\n  spark.task.cpus: x # note\n  'spark.executor.cores': \"y\"\n",
	     "2:20 wrong-value, 3:28 wrong-value");
	YAML("a: {spark.task.cpus: x, b: [1, 2]}\n", "1:22 wrong-value");
	YAML("run: |\n  spark-submit --conf spark.task.cpus=x a\nb: spark.task.cpus\n",
	     "2:39 wrong-value");
	YAML("run: >-\n  spark-submit\n  --conf\n  spark.task.cpus=x\n  a\nb: c\n",
	     "4:19 wrong-value");
	YAML("args:\n- spark-submit\n- --conf\n- spark.task.cpus=x\nb: c\n", "4:19 wrong-value");
	YAML("args: [spark-submit,\n  --conf, spark.task.cpus=x]\n", "2:27 wrong-value");
	YAML("spark.task.cpus: {{ .Values.cpus }}\nspark.executor.cores: *cores\n", "");
	YAML("# spark-submit --conf spark.task.cpus=x\n", "");
	YAML("a: [spark\n", "");
	YAML("prod:\n  spark.dynamicAllocation.minExecutors: 9\n"
	     "dev:\n  spark.dynamicAllocation.maxExecutors: 2\n",
	     "");
}

#define OPERATOR                                                                    \
	"apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec:\n" \
	"  sparkVersion: 3.3.2\n"

TEST(lint_conf_operator_manifests)
{
	YAML(OPERATOR "  executor:\n    memory: 4Gi\n    cores: 2\n", "6:13 wrong-unit");
	YAML(OPERATOR "  driver:\n    memory: 4096\n", "");
	YAML(OPERATOR "  sparkConf:\n    spark.dynamicAllocation.enabled: \"true\"\n",
	     "6:5 dynamic-allocation-without-shuffle");
	YAML(OPERATOR "  dynamicAllocation:\n    enabled: true\n", "");
	YAML("spec:\n  executor:\n    memory: 4Gi # no spark here\n", "");
}

TEST(lint_conf_json_shapes)
{
	JSON("{\"spark_conf\": {\"spark.task.cpus\": \"x\"}}", "1:37 wrong-value");
	JSON("{\"spark_conf\": {\"spark.executor.cores\": 1.5}}", "1:41 wrong-value");
	JSON("[\"--conf\", \"spark.task.cpus=x\"]", "1:29 wrong-value");
	JSON("{\"a\": \"--conf spark.task.cpus=x --conf spark.b.c=1\"}", "1:31 wrong-value");
	JSON("{\"executorMemory\": \"4 g\", \"conf\": {\"spark.task.cpus\": 2}, "
	     "\"executorCores\": 1}",
	     "1:21 wrong-unit, 1:55 task-cpus-above-cores");
	JSON("{\"spark.task.cpus\": ", "");
	JSON("{\"spark.app.name\": \"{{x}}\", \"spark.task.cpus\": null}", "1:48 wrong-value");
}

TEST(lint_conf_notebook_places)
{
	NOTEBOOK("{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n"
		 "\"x = 1\\n\",\n\"b.config(\\\"spark.task.cpus\\\", \\\"x\\\")\"]}]}",
		 "3:34 wrong-value");
	NOTEBOOK("{\"cells\": [{\"cell_type\": \"markdown\", \"source\": "
		 "\"b.config('spark.task.cpus', 'x')\"}]}",
		 "");
	NOTEBOOK("{\"cells\": [{\"cell_type\": \"code\", \"source\": "
		 "\"!spark-submit --conf spark.task.cpus=x a.py\"}]}",
		 "1:82 wrong-value");
	NOTEBOOK("{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"spark", "");
}

TEST(lint_conf_secrets)
{
	CONF("spark.hadoop.fs.s3a.secret.key q8Zr41mWnB7tYx0cLp5vKd93\n",
	     "1:32 secret-in-plain-text");
	CONF("spark.hadoop.fs.s3a.secret.key {{secrets/scope/key}}\n", "");
	CONF("spark.ssl.keyStorePassword changeit\n", "");
	CONF("spark.kubernetes.driver.secrets.db-password /etc/db\n", "");
	PYTHON("import pyspark\nu = 'jdbc:postgresql://h/d?user=u&password=k8Rq2vX'\n",
	       "2:6 secret-in-plain-text");
	PYTHON("import pyspark\nu = f'jdbc:postgresql://h/d?user={u}&password={p}'\n", "");
}

TEST(lint_conf_together)
{
	CONF("spark.network.timeout 5s\n", "1:23 heartbeat-above-timeout");
	CONF("spark.network.timeout 60s\nspark.executor.heartbeatInterval 1min\n",
	     "2:34 heartbeat-above-timeout");
	CONF("spark.dynamicAllocation.enabled true\nspark.shuffle.service.enabled true\n", "");
	SHELL("spark-submit --conf spark.dynamicAllocation.enabled=true a.py\n", "");
	SHELL("spark-submit --conf spark.dynamicAllocation.enabled=true --conf "
	      "spark.shuffle.service.enabled=false a.py\n",
	      "1:21 dynamic-allocation-without-shuffle");
	CONF("spark.dynamicAllocation.minExecutors 2\n"
	     "spark.dynamicAllocation.initialExecutors 1\n",
	     "2:42 initial-outside");
}

TEST(lint_conf_many_settings)
{
	struct buf text = BUF_INIT(16 << 20);
	struct lint_result *r;

	for (int i = 0; i < 50000; i++)
		CHECK(buf_addf(&text, "spark.sql.unknwn.k%d x\n", 50000 - i));
	r = lint_text("spark-defaults.conf", buf_str(&text));
	CHECK(r && r->count > 100);
	if (r)
		lint_result_free(r);
	buf_release(&text);
}

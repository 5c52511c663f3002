/* The table of the rules about logs. Secrets in the examples are invented, and written in two
 * pieces so that no scanner takes this file for a leak. */
#include "base/base.h"
#include "diagnose/lint_engine.h"

#include "diagnose/lint_log.h"

#define INFO_LINE  "26/11/23 14:02:50 INFO TaskSetManager: Finished task 0.0 in stage 1.0 (TID 7)\n"
#define SHORT_LINE "26/11/23 14:02:50 INFO Job: a\n"
#define DEBUG_LINE "26/11/23 14:02:50 DEBUG Job: b\n"
#define TEN(x)	   x x x x x x x x x x

const struct lint_rule lint_log_rules[] = {
	[LOG_FAILURE] = {
		.id = "log-known-failure",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "The log of a run that failed",
		.why = "The catalogue knows this failure. As reference output or test fixture such a log "
		       "teaches the wrong thing, and the run it documents did not do its work.",
		.fix = "`sparkdx FILE` says what failed first and what cures it; commit the log of a run "
		       "that passed.",
		.bad = "# file: run.log 3:1\n" INFO_LINE
		       "26/11/23 14:02:51 ERROR Executor: Exception in task 1.0 in stage 1.0 (TID 8)\n"
		       "java.lang.OutOfMemoryError: Java heap space\n"
		       "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)\n" INFO_LINE,
		.good = "# file: run.log\n" INFO_LINE INFO_LINE INFO_LINE,
	},
	[LOG_CLOUD_KEY] = {
		.id = "log-cloud-key",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "The key of a cloud account in a log",
		.why = "Whoever can read the repository, now or at any time later, can use the account. A "
		       "key stays in the history when the file is deleted.",
		.fix = "Revoke the key, then remove it from the log; hand keys to Spark through the "
		       "environment or a credential provider, which Spark does not print.",
		.bad = "# file: run.log 2:47\n" INFO_LINE
		       "26/11/23 14:02:51 INFO S3AFileSystem: key is \"AKIA" "3ZQ7WX5LMN2PRT8V\"\n",
		.good = "# file: run.log\n" INFO_LINE
			"26/11/23 14:02:51 INFO S3AFileSystem: key is AKIAIOSFODNN7EXAMPLE\n",
	},
	[LOG_TOKEN] = {
		.id = "log-access-token",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "An access token in a log",
		.why = "Tokens of code hosts, workspaces and chats open them to whoever reads the log, until "
		       "they expire or are revoked.",
		.fix = "Revoke the token, then remove it from the log.",
		.bad = "# file: run.log 1:48\n"
		       "26/11/23 14:02:51 INFO Client: using the token ghp_"
		       "k3Jx92mQpL7vRtY0wZs8NbGh4Df6Uc1aEi5o\n",
		.good = "# file: run.log\n"
			"26/11/23 14:02:51 INFO Client: using the token ghp_***\n" INFO_LINE,
	},
	[LOG_URL_PASSWORD] = {
		.id = "log-url-password",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "A password in a URL",
		.why = "A JDBC or HTTP URL with its password is printed by plans, exceptions and the "
		       "environment page, and copied from there.",
		.fix = "Change the password, remove it from the log, and pass it as the option `password` "
		       "or in a credentials file instead of in the URL.",
		.bad = "# file: run.log 1:68\n"
		       "26/11/23 14:02:51 INFO JDBCRelation: reading jdbc:postgresql://etl:"
		       "s3cr" "etPw9@db-1/sales\n",
		.good = "# file: run.log\n"
			"26/11/23 14:02:51 INFO JDBCRelation: reading jdbc:postgresql://db-1/sales\n",
	},
	[LOG_PASSWORD] = {
		.id = "log-password",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "A password or secret key of a setting in a log",
		.why = "A command line with `--conf` and the settings a driver prints hold what was passed to "
		       "it. Spark masks only keys that match spark.redaction.regex.",
		.fix = "Change the secret, remove it from the log, and pass it through the environment, a "
		       "file, or a credential provider.",
		.bad = "# file: run.log 1:70\n"
		       "spark-submit --conf spark.hadoop.javax.jdo.option.ConnectionPassword="
		       "Wint" "er2026! job.py\n"
		       INFO_LINE,
		.good = "# file: run.log\n"
			"spark-submit --conf "
			"spark.hadoop.javax.jdo.option.ConnectionPassword=*********(redacted) job.py\n"
			INFO_LINE,
	},
	[LOG_PRIVATE_KEY] = {
		.id = "log-private-key",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "A private key in a log",
		.why = "Whoever has the key is whoever it stands for: a host, a service account, a person.",
		.fix = "Replace the key pair, then remove it from the log.",
		.bad = "# file: run.log 2:1\n" INFO_LINE "-----BEGIN RSA PRIVATE " "KEY-----\n",
		.good = "# file: run.log\n" INFO_LINE "-----BEGIN PUBLIC KEY-----\n",
	},
	[LOG_EMAIL] = {
		.id = "log-email",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "An e-mail address in a log",
		.why = "Where personal data may not leave production, samples of rows in a log take it along.",
		.fix = "Replace the address before the log is committed.",
		.bad = "# file: run.log 1:44\n"
		       "26/11/23 14:02:51 INFO Job: first customer ann.miller@mail.example.org\n",
		.good = "# file: run.log\n26/11/23 14:02:51 INFO Job: first customer 4711 @ shop 3\n",
		.off = true,
	},
	[LOG_IBAN] = {
		.id = "log-iban",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "A bank account number in a log",
		.why = "Where personal data may not leave production, samples of rows in a log take it along.",
		.fix = "Replace the number before the log is committed.",
		.bad = "# file: run.log 1:37\n"
		       "26/11/23 14:02:51 INFO Job: account GB82WEST12345698765432 is short\n",
		.good = "# file: run.log\n"
			"26/11/23 14:02:51 INFO Job: account GB83WEST12345698765432 is short\n",
		.off = true,
	},
	[LOG_PHONE] = {
		.id = "log-phone",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "A telephone number in a log",
		.why = "Where personal data may not leave production, samples of rows in a log take it along.",
		.fix = "Replace the number before the log is committed.",
		.bad = "# file: run.log 1:36\n"
		       "26/11/23 14:02:51 INFO Job: called +49 30 90182 0044\n",
		.good = "# file: run.log\n26/11/23 14:02:51 INFO Job: offset +4930 of 901820044\n",
		.off = true,
	},
	[LOG_TRUNCATED] = {
		.id = "log-truncated",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "A log that ends before its end",
		.why = "What ended the run stands in the last lines, and they are missing: of such a log one "
		       "can say what it shows, not what happened.",
		.fix = "Collect the log again once the application has ended; check for a full disk and for "
		       "copies made while it was being written.",
		.bad = "# file: events 2:1\n"
		       "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.9\"}\n"
		       "{\"Event\":\"SparkListenerApplicationStart\",\"App Na",
		.good = "# file: events\n"
			"{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"3.5.9\"}\n"
			"{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":1763906570000}",
	},
	[LOG_ENCODINGS] = {
		.id = "log-mixed-encodings",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "Lines in two encodings in one log",
		.why = "Some process wrote with another file.encoding than the rest; tools that read the file "
		       "as UTF-8 stop there or show wrong characters.",
		.fix = "Set -Dfile.encoding=UTF-8 for driver and executors and PYTHONIOENCODING=utf-8 for "
		       "Python, or convert the file.",
		.bad = "# file: run.log 2:42\n"
		       "26/11/23 14:02:50 INFO Job: city M\xC3\xBCnchen\n"
		       "26/11/23 14:02:51 INFO Job: city Z\xC3\xBCrich \xFC\n",
		.good = "# file: run.log\n"
			"26/11/23 14:02:50 INFO Job: city M\xC3\xBCnchen\n"
			"26/11/23 14:02:51 INFO Job: city Z\xC3\xBCrich\n",
	},
	[LOG_ESCAPES] = {
		.id = "log-terminal-escapes",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "Terminal escape sequences in a log",
		.why = "Colours and cursor movements hide text from search, and can make a terminal show "
		       "something else than the file holds.",
		.fix = "Log without colours (no %highlight, NO_COLOR=1), or strip the sequences.",
		.bad = "# file: run.log 1:19\n"
		       "26/11/23 14:02:50 \x1B[31mERROR\x1B[0m Job: no rows\n" INFO_LINE,
		.good = "# file: run.log\n26/11/23 14:02:50 INFO Job: no rows\n" INFO_LINE,
	},
	[LOG_OVERSIZED] = {
		.id = "log-oversized",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "A log too large for a repository",
		.why = "Every clone of the repository carries it for ever.",
		.fix = "Keep the log elsewhere, or commit the part that matters: `sparkdx --since --until` "
		       "finds it.",
	},
	[LOG_FLOOD] = {
		.id = "log-debug-flood",
		.severity = SEVERITY_WARNING,
		.family = "logs",
		.title = "Mostly DEBUG and TRACE records",
		.why = "The few lines that say what happened drown, and writing them cost the run time and "
		       "disk.",
		.fix = "Set the root logger to info, and single loggers to debug while they are needed.",
		.bad = "# file: run.log 2:1\n" INFO_LINE TEN(TEN(DEBUG_LINE)),
		.good = "# file: run.log\n" INFO_LINE TEN(DEBUG_LINE) TEN(TEN(SHORT_LINE)),
	},
	[LOG_NOTEBOOK_TRACE] = {
		.id = "log-notebook-failure",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "A notebook was saved with a failure in its outputs",
		.why = "Whoever opens the notebook sees a run that failed, and the trace shows paths, hosts "
		       "and sometimes data.",
		.fix = "Run the notebook until it passes, or clear its outputs before the commit (nbstripout, "
		       "`jupyter nbconvert --clear-output`).",
		.bad = "# file: sales.ipynb 2:50\n"
		       "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"df.count()\"],\n"
		       "  \"outputs\": [{\"output_type\": \"error\", \"ename\": \"KeyError\",\n"
		       "    \"evalue\": \"'x'\", \"traceback\": [\"KeyError: 'x'\"]}]}],\n"
		       " \"nbformat\": 4}\n",
		.good = "# file: sales.ipynb\n"
			"{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"df.count()\"],\n"
			"  \"outputs\": [{\"output_type\": \"stream\", \"name\": \"stdout\",\n"
			"    \"text\": [\"4711\\n\"]}]}],\n"
			" \"nbformat\": 4}\n",
	},
	[LOG_NOTEBOOK_BROKEN] = {
		.id = "log-notebook-broken",
		.severity = SEVERITY_ERROR,
		.family = "logs",
		.title = "A notebook that is no JSON",
		.why = "Jupyter cannot open it, and nothing in it could be checked. Most often a merge left its "
		       "marks.",
		.fix = "Restore the file, and merge notebooks with a tool made for them (nbdime).",
		.bad = "# file: sales.ipynb 2:1\n"
		       "{\"cells\": [\n"
		       "<<<<<<< HEAD\n"
		       "], \"nbformat\": 4}\n",
		.good = "# file: sales.ipynb\n{\"cells\": [], \"nbformat\": 4}\n",
	},
};
const size_t lint_log_rule_count = ARRAY_LEN(lint_log_rules);

/*
 * place.h - whose log a stream is, as far as its path tells.
 *
 * Layouts: NodeManager and EMR `application_…/container_…/stderr`, standalone
 * `work/app-…/3/stderr` and `work/driver-…/stderr`, daemons
 * `spark-…-org.apache.spark.deploy.worker.Worker-1-host.out`, Databricks `driver/`,
 * `executor/app-…/12/`, EMR Serverless `SPARK_DRIVER/`, `SPARK_EXECUTOR/3/`, Kubernetes
 * `…-driver`, `…-exec-3`, `/var/log/pods/…`. Content outranks the path (see facts with `binds`).
 */
#ifndef SPARKDX_PARSERS_PLACE_H
#define SPARKDX_PARSERS_PLACE_H

#include "base/base.h"
#include "base/str.h"

enum process {
	PROCESS_UNKNOWN,
	PROCESS_DRIVER,
	PROCESS_AM,
	PROCESS_CLIENT,
	PROCESS_EXECUTOR,
	PROCESS_NODEMANAGER,
	PROCESS_RESOURCEMANAGER,
	PROCESS_MASTER,
	PROCESS_WORKER,
	PROCESS_HISTORY,
	PROCESS_COUNT,
};

/* Lower-case name as in the catalogue and the JSON contract. */
const char *process_name(enum process p);
/* PROCESS_COUNT when unknown. */
enum process process_from_name(struct str name);

/* Slices into the path; empty when it does not say. */
struct stream_place {
	enum process process;
	struct str app;	      /* application_…, app-…, local-…, spark-… */
	struct str attempt;   /* "1" */
	struct str container; /* container_… */
	struct str executor;
	struct str host;
	struct str log_name; /* stderr, stdout, gc.log … */
};

struct stream_place stream_place_from_path(struct str path);

#endif

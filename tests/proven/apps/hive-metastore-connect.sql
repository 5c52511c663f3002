-- submit: --master local[2] --conf spark.hadoop.hive.metastore.uris=thrift://localhost:9083 --conf spark.hadoop.hive.metastore.connect.retries=1 --conf spark.hadoop.hive.metastore.failure.retries=1
SHOW TABLES;

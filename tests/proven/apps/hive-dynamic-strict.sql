-- submit: --master local[2] --conf spark.sql.hive.convertMetastoreParquet=false
CREATE TABLE daily (amount DOUBLE) PARTITIONED BY (day STRING) STORED AS parquet;
INSERT INTO daily PARTITION (day) SELECT 10.0, '2026-01-31';

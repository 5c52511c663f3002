CREATE TABLE daily (day DATE, amount DOUBLE) USING parquet;
INSERT INTO daily VALUES (DATE'2026-01-31', 10.0);
DROP TABLE daily;
dfs -mkdir -p spark-warehouse/daily/part;
dfs -touchz spark-warehouse/daily/part/file;
CREATE TABLE daily USING parquet AS SELECT DATE'2026-01-31' AS day, 10.0 AS amount;

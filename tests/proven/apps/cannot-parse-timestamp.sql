-- submit: --master local[2] --conf spark.sql.ansi.enabled=true
CREATE TEMPORARY VIEW raw AS SELECT * FROM VALUES ('2026-01-31'), ('31/02/2026') AS t(day);
SELECT to_timestamp(day, 'dd/MM/yyyy') FROM raw;

CREATE TEMPORARY VIEW raw AS SELECT * FROM VALUES ('2026-01-3'), ('2026-1-31') AS t(day);
SELECT to_date(day, 'yyyy-MM-dd') FROM raw;

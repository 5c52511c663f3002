-- submit: --master local[2] --conf spark.sql.ansi.enabled=true
CREATE TEMPORARY VIEW visits AS SELECT * FROM VALUES ('north', 12, 3), ('south', 4, 0) AS t(region, revenue, visits);
SELECT region, revenue / visits AS per_visit FROM visits;

-- submit: --master local[2] --conf spark.sql.crossJoin.enabled=false
CREATE TEMPORARY VIEW stores AS SELECT id AS store FROM range(50);
CREATE TEMPORARY VIEW days AS SELECT id AS day FROM range(30);
SELECT count(*) FROM stores JOIN days;

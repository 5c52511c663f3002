CREATE TEMPORARY VIEW sales AS SELECT id, id % 7 AS amount FROM range(1000);
SELECT max(total) FROM (SELECT sum(amount) OVER (ORDER BY id) AS total FROM sales);

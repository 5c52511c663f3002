CREATE TEMPORARY VIEW stock AS SELECT * FROM VALUES (1, 4), (2, -1) AS t(item, amount);
SELECT item, assert_true(amount >= 0, 'negative stock') FROM stock;

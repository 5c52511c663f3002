CREATE TEMPORARY VIEW prices AS SELECT * FROM VALUES (1, 9.90), (2, 14.50) AS t(item, price);
SELECT item, median_price(price) FROM prices GROUP BY item;

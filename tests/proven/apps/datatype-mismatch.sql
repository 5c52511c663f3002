CREATE TEMPORARY VIEW baskets AS SELECT 7 AS store, array(1, 2, 3) AS items;
SELECT store, store + items FROM baskets;

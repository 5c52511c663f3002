CREATE TEMPORARY VIEW rates AS SELECT * FROM VALUES ('EUR', 1.09), ('EUR', 1.08) AS t(currency, rate);
SELECT 100 * (SELECT rate FROM rates WHERE currency = 'EUR') AS dollars;

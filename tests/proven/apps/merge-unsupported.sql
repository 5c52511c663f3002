CREATE TABLE stock (item INT, amount INT) USING parquet;
CREATE TEMPORARY VIEW changes AS SELECT 1 AS item, 5 AS amount;
MERGE INTO stock USING changes ON stock.item = changes.item WHEN MATCHED THEN UPDATE SET amount = changes.amount;

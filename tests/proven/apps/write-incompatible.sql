-- spark: 4
CREATE TABLE daily (day DATE, amount INT) USING parquet;
INSERT INTO daily SELECT DATE'2026-01-31', array(10);

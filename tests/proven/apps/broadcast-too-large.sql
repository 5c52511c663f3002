-- spark: 4
SET spark.sql.maxBroadcastTableSize=1m;
CREATE TEMPORARY VIEW facts AS SELECT id, uuid() AS note FROM range(200000);
SELECT /*+ BROADCAST(f) */ count(f.note) FROM range(1000) r JOIN facts f ON r.id = f.id;

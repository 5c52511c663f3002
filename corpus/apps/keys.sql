create temporary view v as select id, id % 3 as k from range(100);
select k, count(*) from v group by k order by k;
select 'ERROR: Job aborted due to stage failure' as msg;

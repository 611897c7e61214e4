-- Could values that the last publication lacks still not be read?
-- sv: Kunde värden fortfarande inte läsas, som den förra publiceringen fick klara sig utan?
-- scope: kpi
select
    failed.kpi_id as scope,
    failed.kpi_id,
    failed.unit_id,
    'no answer' as before,
    'no answer' as after,
    failed.reason as note
from failed_pair as failed
where failed.was_failed;

-- Could values not be read?
-- sv: Kunde värden inte läsas?
-- scope: kpi
select
    failed.kpi_id as scope,
    failed.kpi_id,
    failed.unit_id,
    '' as before,
    'no answer' as after,
    failed.reason as note
from failed_pair as failed
where not failed.was_failed and not failed.is_stray;

-- Does a list contain an unknown id for which Kolada refuses every request?
-- sv: Finns det ett id i en lista som Kolada inte svarar för och som inget är känt om?
-- scope: unit
select
    failed.unit_id as scope,
    failed.kpi_id,
    failed.unit_id,
    '' as before,
    'refused' as after,
    failed.reason as note
from failed_pair as failed
where failed.is_stray and not failed.was_failed;

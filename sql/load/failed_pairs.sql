-- The pairs that could not be read: whether the last publication that wanted them lacked them too, and whether they
-- have a stray id. An id is stray if Kolada refuses it in every pair, it has no known values, no plan uses it, and
-- there are very few such ids: then the list is wrong, and not the response.

create or replace temp table failed_pair as
with failed as (
    select
        kpi_id,
        unit_id,
        arg_min(reason, failure_number) as reason,
        arg_min(error, failure_number) as error
    from staged_failed
    group by kpi_id, unit_id
),

last_outcome as (
    select
        pair.kpi_id,
        pair.unit_id,
        arg_max(pair.outcome, run.published_at) as outcome
    from ops.coverage_pair as pair
    inner join ops.run as run on pair.run_id = run.run_id
    semi join failed on pair.kpi_id = failed.kpi_id and pair.unit_id = failed.unit_id
    where run.state = 'published'
    group by pair.kpi_id, pair.unit_id
),

refused_unit as (
    select failed.unit_id
    from failed
    group by failed.unit_id
    having
        bool_and(failed.error = 'KoladaNotFound')
        and failed.unit_id not in (select known.municipality_id from core.municipality_version as known)
        and failed.unit_id not in (select pair.unit_id from coverage_pair as pair where pair.outcome = 'values')
        and failed.unit_id not in (select unnest(cast(getvariable('own_units') as varchar[])))
),

counted as (
    select
        (select count(*) from refused_unit) as refused,
        count(distinct coverage_pair.unit_id) as wanted
    from coverage_pair
)

select
    failed.kpi_id,
    failed.unit_id,
    failed.reason,
    coalesce(last_outcome.outcome = 'failed', false) as was_failed,
    refused_unit.unit_id is not null and counted.refused <= greatest(1, 0.01 * counted.wanted) as is_stray
from failed
cross join counted
left join last_outcome on failed.kpi_id = last_outcome.kpi_id and failed.unit_id = last_outcome.unit_id
left join refused_unit on failed.unit_id = refused_unit.unit_id;

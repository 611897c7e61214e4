-- The outcome of every (KPI, unit) that the run wanted: the first that applies. A doubted empty response counts as
-- failed, except for the KPIs for which it was approved.

create or replace temp table coverage_pair as
with wanted as (
    select distinct
        kpi_id,
        unit_id
    from staged_wanted
),

answered as (
    select distinct
        kpi_id,
        unit_id
    from staged_scope
),

failed as (
    select
        kpi_id,
        unit_id,
        arg_min(reason, failure_number) as reason
    from staged_failed
    group by kpi_id, unit_id
    union all by name
    select
        kpi_id,
        unit_id,
        any_value(reason) as reason
    from staged_doubted
    where not list_contains(cast(getvariable('approved_empty_kpis') as varchar[]), kpi_id)
    group by kpi_id, unit_id
),

received as (
    select
        kpi_id,
        unit_id,
        cast(count(*) as integer) as row_count
    from staged_observation
    group by kpi_id, unit_id
),

withdrawn as (
    select distinct kpi_id from staged_withdrawn
)

select
    wanted.kpi_id,
    wanted.unit_id,
    case
        when withdrawn.kpi_id is not null then 'withdrawn'
        when failed.kpi_id is not null then 'failed'
        when answered.kpi_id is not null and received.row_count > 0 then 'values'
        when answered.kpi_id is not null then 'nothing_published'
        else 'unaccounted'
    end as outcome,
    coalesce(received.row_count, 0) as row_count,
    failed.reason
from wanted
left join withdrawn on wanted.kpi_id = withdrawn.kpi_id
left join failed on wanted.kpi_id = failed.kpi_id and wanted.unit_id = failed.unit_id
left join answered on wanted.kpi_id = answered.kpi_id and wanted.unit_id = answered.unit_id
left join received on wanted.kpi_id = received.kpi_id and wanted.unit_id = received.unit_id
order by wanted.kpi_id, wanted.unit_id;

-- Does any cell have more than one open version?
-- sv: Har någon cell mer än en gällande version?
-- scope: kpi
-- Only versions opened by a run can duplicate a cell, so KPIs without opened versions are not checked.
with opened_kpi as (
    select distinct kpi_id from cell_version
    where known_from = getvariable('known_from')
),

cell as not materialized (
    select *
    from cell_version
    where known_to is null and kpi_id in (from opened_kpi)
),

-- Counting the years of a series as bits is cheaper than grouping by every cell. Years a hundred apart share a bit:
-- such a series is looked at, and passes.
suspect_series as (
    select
        kpi_id,
        unit_id,
        gender
    from cell
    group by kpi_id, unit_id, gender
    having count(*) > bit_count(bit_or(1::hugeint << (period % 100)))
)

select
    cell.kpi_id as scope,
    cell.kpi_id,
    cell.unit_id,
    cell.period,
    cell.gender,
    count(*) || ' open versions' as after
from cell
semi join suspect_series
    on
        cell.kpi_id = suspect_series.kpi_id
        and cell.unit_id = suspect_series.unit_id
        and cell.gender = suspect_series.gender
group by cell.kpi_id, cell.unit_id, cell.period, cell.gender
having count(*) > 1;

-- Does any cell have more than one open version?
-- sv: Har någon cell mer än en gällande version?
-- scope: kpi
-- Only versions opened by a run can duplicate a cell, so KPIs without opened versions are not checked.
with opened_kpi as (
    select kpi_id from core.observation_version where known_from = getvariable('known_from')
    union
    select kpi_id from core.group_observation_version where known_from = getvariable('known_from')
)

select
    kpi_id as scope,
    kpi_id,
    municipality_id as unit_id,
    period,
    gender,
    count(*) || ' open versions' as after
from core.observation_version
where known_to is null and kpi_id in (from opened_kpi)
group by kpi_id, municipality_id, period, gender
having count(*) > 1
union all
select
    kpi_id as scope,
    kpi_id,
    group_id as unit_id,
    period,
    gender,
    count(*) || ' open versions' as after
from core.group_observation_version
where known_to is null and kpi_id in (from opened_kpi)
group by kpi_id, group_id, period, gender
having count(*) > 1;

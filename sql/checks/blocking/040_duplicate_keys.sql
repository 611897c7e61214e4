-- Has any cell more than one open version?
select
    kpi_id,
    municipality_id,
    period,
    gender,
    count(*) as open_versions
from core.observation_version
where known_to is null
group by kpi_id, municipality_id, period, gender
having count(*) > 1
union all
select
    kpi_id,
    group_id as municipality_id,
    period,
    gender,
    count(*) as open_versions
from core.group_observation_version
where known_to is null
group by kpi_id, group_id, period, gender
having count(*) > 1;

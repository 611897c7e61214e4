-- Does Kolada's unweighted mean over all municipalities differ from ours?
with ours as (
    select
        observation.kpi_id,
        observation.period,
        observation.gender,
        avg(observation.value) as value,
        count(observation.value) as n
    from core.observation as observation
    inner join core.municipality as unit using (municipality_id)
    where unit.municipality_type = 'K'
    group by observation.kpi_id, observation.period, observation.gender
)

select
    theirs.kpi_id,
    theirs.period,
    theirs.gender,
    theirs.value as kolada_value,
    ours.value as own_value,
    theirs.value_count as kolada_n,
    ours.n as own_n
from core.group_observation as theirs
inner join ours using (kpi_id, period, gender)
where
    theirs.group_id = 'G2328'
    and (abs(theirs.value - ours.value) > 1e-6 * greatest(1, abs(ours.value)) or theirs.value_count <> ours.n);

-- Does Kolada's unweighted mean over all municipalities differ from ours?
-- sv: Skiljer sig Koladas ovägda medel över alla kommuner från vårt?
-- scope: kpi
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
    theirs.kpi_id as scope,
    theirs.kpi_id,
    theirs.group_id as unit_id,
    theirs.period,
    theirs.gender,
    'ours ' || ours.value || ', n ' || ours.n as before,
    'theirs ' || coalesce(cast(theirs.value as varchar), 'no value') || ', n ' || theirs.value_count as after
from core.group_observation as theirs
inner join ours using (kpi_id, period, gender)
where
    theirs.group_id = 'G2328'
    and (abs(theirs.value - ours.value) > 1e-6 * greatest(1, abs(ours.value)) or theirs.value_count <> ours.n);

-- Is there a value for a unit that was never a municipality, a region, Riket or a known group?
-- sv: Finns det ett värde för en enhet som aldrig varit kommun, region, Riket eller en känd grupp?
-- scope: unit
with unknown as (
    select version.municipality_id as unit_id
    from core.observation_version as version
    anti join core.municipality_version on version.municipality_id = core.municipality_version.municipality_id
    where version.known_to is null
    union
    select version.group_id as unit_id
    from core.group_observation_version as version
    anti join core.municipality_group_version as known on version.group_id = known.group_id
    where version.known_to is null
)

select
    unit_id as scope,
    '' as kpi_id,
    unit_id,
    '' as before,
    'values, and no such unit' as after
from unknown;
